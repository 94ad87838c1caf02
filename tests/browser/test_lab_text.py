"""The text widget in a real JupyterLab with a real kernel: what a user does with it."""

from __future__ import annotations

import math
import re

import pytest
from browser.believed import REVERSED, definitions, measured, unfold
from browser.image_widget import becomes, cell, evaluate, one_widget, value
from browser.lab import shared
from browser.test_lab_extension import SAVED
from browser.test_lab_image_life import PNG, png_of
from browser.text_widget import SETUP, SHOWN, TEXT, VIEW, shown
from playwright.sync_api import expect

WEIGHTS = {"good": 1.5, "boring": -1.75, "long": -0.5}


def sigmoid(x):
    return 1 / (1 + math.exp(-x))


@pytest.fixture(scope="module")
def notebook(browser, browser_context_args, lab_server):
    yield from shared(browser.new_context(**browser_context_args), lab_server, "text.ipynb", [SETUP, ""])


@pytest.fixture
def studio(notebook):
    yield from one_widget(notebook)


@pytest.fixture
def view(studio):
    cell(studio, VIEW, SHOWN.format(text=TEXT))
    return shown(studio, VIEW)


def test_words_are_shaded_by_what_they_contribute(view):
    expect(view.root.get_by_role("heading", level=2)).to_contain_text("Why positive")
    assert view.probability() == pytest.approx(sigmoid(sum(WEIGHTS.values())), abs=1e-5)
    red, _, blue = view.colour("good")
    assert red - blue > 60  # orange speaks for
    red, _, blue = view.colour("boring")
    assert blue - red > 60  # blue against
    assert len(view.colour("film")) == 4 or max(view.colour("film")) - min(view.colour("film")) < 12
    # The classes stand beside it with their probabilities, the legend with the largest value at either end.
    shares = view.root.locator(".xai-bars-item")
    for name, chance in (("negative", 1 - view.probability()), ("positive", view.probability())):
        expect(shares.filter(has_text=name).locator(".xai-bar-value")).to_have_text(f"{100 * chance:.1f}%")
    low, _, high = view.root.locator(".xai-legend-ends").locator("span").all_inner_texts()
    assert (low[0], high[0]) == ("−", "+")
    assert low[1:] == high[1:]
    assert float(high) == pytest.approx(abs(WEIGHTS["boring"]) / 2, abs=0.01)
    view.word("boring").hover()
    expect(view.readout).to_contain_text("rank 1 of")
    number = float(view.readout.locator("strong").inner_text().replace("−", "-"))
    assert number == pytest.approx(WEIGHTS["boring"] / 2, abs=0.01)


def test_a_click_takes_a_word_out_and_again_puts_it_back(studio, view):
    before = view.probability()
    view.word("boring").click()
    expect(view.passage.locator("del")).to_have_text("boring")
    view.settled()
    after = sigmoid(sum(WEIGHTS.values()) - WEIGHTS["boring"])
    assert view.probability() == pytest.approx(after, abs=1e-5)
    assert value(studio, "w.prediction.probabilities.tolist()")[1] == pytest.approx(after, abs=1e-5)
    chip = view.passage.locator(".xai-t-chip")
    expect(chip).to_contain_text(f"+{100 * (after - before):.1f}")
    assert value(studio, "w.versions[-1]['score']") == pytest.approx(after, abs=1e-5)
    view.passage.locator("del").click()
    expect(view.passage.locator("del")).to_have_count(0)
    view.settled()
    assert view.edits() == []
    assert view.probability() == pytest.approx(before, abs=1e-6)


def test_a_drag_takes_several_words_a_double_click_rewrites_and_undo_goes_back(studio, view):
    view.word("boring").hover()
    studio.page.mouse.down()
    view.word("and").hover()
    view.word("long").hover()
    studio.page.mouse.up()
    view.settled()
    (edit,) = view.edits()
    assert TEXT[edit["start"] : edit["stop"]] == "boring and long"
    view.word("good").dblclick()
    field = view.root.get_by_label("New words")
    field.fill("great")
    field.press("Enter")
    view.settled()
    expect(view.passage).to_contain_text("great")
    assert view.probability() == pytest.approx(sigmoid(2.0), abs=1e-5)
    view.root.get_by_role("button", name="Undo").click()
    view.settled()
    assert len(view.edits()) == 1
    view.root.get_by_role("button", name="Redo").click()
    view.settled()
    assert view.probability() == pytest.approx(sigmoid(2.0), abs=1e-5)


@pytest.mark.parametrize("quick", [True, False])
def test_a_double_click_leaves_no_version_of_its_first_click(studio, view, quick):
    good = view.word("good")
    if quick:
        good.dblclick()
    else:  # slowly, so that the first click is answered, and told to be a version, before the second
        good.click()
        gone = view.passage.locator("del")
        expect(gone).to_have_text("good")
        view.settled()
        expect(view.root.locator("[data-xai=versions]").get_by_role("listitem")).to_have_count(2)
        gone.dispatch_event("click", {"detail": 2})
    field = view.root.get_by_label("New words")
    field.fill("great")
    field.press("Enter")
    view.settled()
    versions = view.root.locator("[data-xai=versions]").get_by_role("listitem")
    expect(versions).to_have_count(2)
    expect(versions.nth(1)).to_contain_text("good → great")
    assert value(studio, "[(one['parent'], one['text'][:18]) for one in w.versions]") == [
        [None, "The music is good,"],
        [0, "The music is great"],
    ]
    # Nor does undo go back to it, or redo forth.
    view.root.get_by_role("button", name="Undo").click()
    view.settled()
    assert view.edits() == []
    expect(view.root.get_by_role("button", name="Undo")).to_be_disabled()


def test_the_keyboard_alone_reads_hides_and_rewrites(studio, view):
    view.passage.focus()
    keys = studio.page.keyboard
    keys.press("Home")
    for _ in range(3):
        keys.press("ArrowRight")
    expect(view.spoken).to_contain_text(re.compile(r"good, value \+0\.75\d*, rank 2 of \d+"))
    keys.press("m")
    view.settled()
    assert [edit["name"] for edit in view.edits()] == ["mask"]
    assert view.probability() == pytest.approx(sigmoid(sum(WEIGHTS.values()) - WEIGHTS["good"]), abs=1e-5)
    keys.press("m")
    view.settled()
    keys.press("Enter")
    keys.type("great")
    keys.press("Enter")
    view.settled()
    assert view.probability() == pytest.approx(sigmoid(2.0 + WEIGHTS["boring"] + WEIGHTS["long"]), abs=1e-5)
    expect(view.passage).to_be_focused()
    keys.press("Delete")
    view.settled()
    assert [edit["name"] for edit in view.edits()] == ["delete"]


def test_every_version_can_be_gone_back_to_and_compared(studio, view):
    view.word("boring").click()
    view.settled()
    view.word("good").click()
    view.settled()
    versions = view.root.locator("[data-xai=versions]")
    versions.get_by_role("button", name=re.compile("^Version Original")).click()
    view.settled()
    assert view.edits() == []
    view.word("long").click()
    view.settled()
    expect(versions.get_by_role("listitem")).to_have_count(4)
    versions.get_by_role("button", name="Compare with − boring").click()
    comparison = view.root.locator("[data-xai=comparison]")
    expect(comparison.locator("ins")).to_contain_text("boring")
    expect(comparison.locator("del")).to_contain_text("long")
    with studio.page.expect_download() as download:
        view.root.get_by_role("button", name="Export as CSV").click()
    lines = download.value.path().read_text().splitlines()
    assert lines[0].startswith("version,parent,change,text")
    assert len(lines) == 5
    assert value(studio, "[one['parent'] for one in w.versions]") == [None, 0, 1, 0]


def test_a_change_right_after_undo_is_made_of_what_undo_brought_back(studio, view):
    view.word("boring").click()
    view.settled()
    before = view.root.evaluate("root => root.xai.store.versions.value[0].score")
    # One after the other before the kernel can answer, as a quick hand does with a slow model.
    value(studio, "model.register_forward_pre_hook(lambda *_: __import__('time').sleep(0.2)) and 1")
    view.root.get_by_role("button", name="Undo").click()
    view.word("long").click()
    view.settled()
    expect(view.passage.locator("del")).to_have_text("long")
    assert value(studio, "[one['parent'] for one in w.versions]") == [None, 0, 0]
    assert view.root.evaluate("root => root.xai.store.versions.value.map(one => one.parent)") == [None, 0, 0]
    change = 100 * (view.probability() - before)
    expect(view.passage.locator(".xai-t-chip")).to_contain_text(f"+{change:.1f}")
    value(studio, "model._forward_pre_hooks.clear() or 1")


def test_markup_and_characters_that_act_are_shown_and_never_run(studio):
    text = '<img src=x onerror="window.hacked=1"> <b>good</b>\u202e evil\u202c \u0007 film'
    cell(studio, VIEW, SHOWN.format(text=text))
    view = shown(studio, VIEW)
    expect(view.passage).to_contain_text('<img src=x onerror="window.hacked=1">')
    assert view.passage.locator("img, b").count() == 0
    assert studio.page.evaluate("window.hacked") is None
    assert view.passage.locator(".xai-t-symbol").all_inner_texts() == ["RLO", "PDF", "BEL"]
    assert "\u202e" not in view.passage.inner_text()
    view.word("good").click()
    view.settled()
    assert [text[e["start"] : e["stop"]] for e in view.edits()] == ["good"]


def test_a_saved_notebook_has_the_text_as_it_was_changed(studio, view):
    view.word("boring").click()
    view.settled()
    studio.save()
    [output] = studio.server.read("text.ipynb").cells[VIEW].outputs
    picture = png_of(output.data[PNG])
    assert picture.shape[1] > 600
    # "good" speaks for, "long" against; what was taken out is in neither the picture nor the words.
    warm = picture[..., 0] - picture[..., 2]
    assert min((warm > 60).sum(), (warm < -60).sum()) > 200
    for words in (output.data["text/plain"], output.data[SAVED]["text"]):
        assert "good" in words
        assert "boring" not in words


def test_two_methods_side_by_side_and_how_far_they_agree(studio, view):
    view.root.get_by_label("Compare with").select_option("occlusion")
    expect(view.root.locator("[data-xai=text-b]")).to_be_visible()
    becomes(studio, "w.compared and [w.compared.method, w.compared.fraction]", ["occlusion", 1])
    expected = value(studio, "w.attribution.agreement(w.compared)")
    said = f"{'−' * (expected < 0)}{abs(expected):.2f} rank correlation"
    expect(view.root.locator("[data-xai=agreement]")).to_contain_text(said)
    expect(view.root.locator("[data-xai=agreement]")).to_contain_text("words")
    # A third text is shaded by how many places of 100 the two put a word apart.
    apart = view.root.locator("[data-xai=text-apart]")
    expect(apart).to_have_attribute("aria-label", re.compile("minus"))
    expect(view.root.locator(".xai-legend").nth(2)).to_contain_text("Occlusion ranks it higher")
    view.word("good").hover()
    expect(view.readout).to_contain_text(re.compile(r"[+−]?\d+ places? apart"))
    told = view.readout.inner_text().replace("−", "-")
    one, other = (float(place) for place in re.findall(r"place ([\d.]+) of 100", told))
    assert int(re.search(r"([+-]?\d+) places? apart", told)[1]) == pytest.approx(one - other, abs=0.6)
    view.passage.press("ArrowRight")
    expect(view.spoken).to_contain_text("apart")
    view.root.get_by_label("Compare with", exact=True).select_option("")
    expect(apart).to_have_count(0)


LANGUAGE = """
from transformers import GPT2Config, GPT2LMHeadModel
torch.manual_seed(0)
lm = GPT2LMHeadModel(GPT2Config(vocab_size=len(VOCABULARY), n_positions=64, n_embd=16, n_layer=2, n_head=2)).eval()
bare = Tokenizer.from_str(words.to_str())
plain = PreTrainedTokenizerFast(tokenizer_object=bare, unk_token="[UNK]", eos_token="[SEP]")
plain.backend_tokenizer.post_processor = TemplateProcessing(single="$A", special_tokens=[])
w = xai.explain(lm, "the film is", tokenizer=plain)
w
"""


LIKELIEST = """tok.convert_ids_to_tokens(int(
    lm(**plain("the film is", return_tensors="pt", return_token_type_ids=False)).logits[0, -1].argmax()))"""


def test_a_language_model_is_asked_about_its_next_token_goes_on_and_shows_where_it_attends(studio):
    cell(studio, VIEW, LANGUAGE)
    view = shown(studio, VIEW)
    tokens = view.root.locator("[data-xai=next]").get_by_role("listitem")
    likeliest = value(studio, LIKELIEST)
    expect(tokens.first).to_contain_text(likeliest)
    expect(view.root.get_by_role("heading", level=2)).to_contain_text(likeliest)
    tokens.nth(1).get_by_role("button", name=re.compile("^Rather than")).click()
    view.settled()
    expect(view.root.get_by_role("heading", level=2)).to_contain_text("rather than")
    panel = view.root.locator("[data-xai=writing]")
    panel.locator("summary").click()
    panel.get_by_role("slider", name="New tokens").fill("3")
    panel.get_by_role("button", name="Write", exact=True).click()
    expect(panel.locator("ins")).to_have_count(3)
    expect(panel.locator("canvas").first).to_be_visible()
    attention = view.root.locator("[data-xai=attention]")
    attention.locator("summary").click()
    expect(attention.locator("canvas").first).to_be_visible()
    expect(attention.get_by_label("Layer").locator("option")).to_have_count(2)


def test_other_words_and_the_fewest_changes_come_from_the_kernel(view):
    view.word("good").click(button="right")
    menu = view.root.get_by_role("menu")
    expect(menu.get_by_role("menuitem").first).to_be_visible()
    expect(view.lab.page.locator(".lm-Menu")).to_have_count(0)  # JupyterLab's own
    menu.get_by_role("menuitem").first.click()
    view.settled()
    assert len(view.edits()) == 1
    panel = view.root.locator("[data-xai=search]")
    panel.locator("summary").click()
    panel.get_by_role("button", name="Search", exact=True).click()
    found = panel.locator("[data-xai=found]")
    expect(found.first).to_be_visible()
    label = found.first.locator("strong").inner_text()
    found.first.get_by_role("button", name=re.compile("^Show")).click()
    view.settled()
    assert (view.probability() > 0.5) == (label == "positive")


def test_words_of_a_map_that_is_no_better_than_random_are_shaded_in_grey(studio, view):
    unfold(view.root)
    assert "deletion" in measured(studio, view.root)
    definitions(studio, view.root)
    red, _, blue = view.colour("good")
    assert red - blue > 60
    evaluate(studio, REVERSED)
    view.root.get_by_label("Explanation method").select_option("feature_ablation")
    note = view.root.locator("[data-xai=grey-a]")
    expect(note).to_contain_text("No better than random. It is shown in grey.")
    measured(studio, view.root, "No better than random")
    for word in ("good", "boring"):
        red, green, blue = view.colour(word)[:3]
        assert max(red, green, blue) - min(red, green, blue) < 12
    note.get_by_role("button", name="Show it anyway").click()
    expect(note).to_have_count(0)
    red, _, blue = view.colour("good")
    assert blue - red > 60  # the map tells the opposite
