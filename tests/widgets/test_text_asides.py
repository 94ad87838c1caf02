"""A word's menu and counterfactuals, as the views of a text ask for them."""

from __future__ import annotations

import json

import pytest
import torch
from texts.tokenizers_made import byte_level, fast
from transformers import GPT2Config, GPT2LMHeadModel
from widgets.fakes import FAIL, Browser
from widgets.texts import LABELS, SAID, TOKENIZER, Reader

import xai_widgets as xai


def likes(texts):
    """Give one point for what is warm or funny, and take one for what is cold."""
    points = [sum(word in one for word in ("warm", "funny")) - ("cold" in one) for one in texts]
    return [[0.5, float(point)] for point in points]


@pytest.fixture
def judge(make_text):
    """Make a widget about a function of texts, and its browser."""

    def build(text="A warm 👍 film", **options):
        widget = make_text(likes, text, tokenizer=None, labels=["no", "yes"], method="feature_ablation", **options)
        widget.result(30)
        return widget, Browser(widget)

    return build


def ended(browser, kind, count=1):
    """Wait for that many answers that are complete."""
    while len([one for one in browser.of(kind) if not one["running"]]) < count:
        browser.wait(kind, count=len(browser.of(kind)) + 1)
    return [one for one in browser.of(kind) if not one["running"]][count - 1]


def test_a_menu_tells_what_other_words_would_do(make_text):
    model = Reader()
    widget = make_text(model, method="saliency", target="good")
    widget.result(30)
    browser = Browser(widget)
    browser.say(kind="menu", open=True, start=2, stop=6)
    told = ended(browser, "menu")
    assert (told["start"], told["stop"], told["label"], told["error"]) == (2, 6, "good", None)
    before = widget.prediction.probabilities[1]
    assert "" in [entry["text"] for entry in told["entries"]]  # deleting is always there
    for entry in told["entries"][:4]:
        edit = xai.Replace(2, 6, entry["text"]) if entry["text"] else xai.Delete(2, 6)
        widget.explain(edits=[edit])
        after = widget.result(30).prediction.probabilities[1]
        assert entry["delta"] == pytest.approx(after - before, abs=1e-5)
    sizes = [abs(entry["delta"]) for entry in told["entries"]]
    assert sizes[:-1] == sorted(sizes[:-1], reverse=True)


def test_a_menu_of_an_edited_word_is_about_the_text_with_the_other_edits(make_text):
    widget = make_text(method="saliency", target="good", edits=[xai.Delete(0, 1), xai.Replace(2, 6, "dull")])
    widget.result(30)
    browser = Browser(widget)
    browser.say(kind="menu", open=True, start=2, stop=6)
    told = ended(browser, "menu")
    widget.explain(edits=[xai.Delete(0, 1)])
    before = widget.result(30).prediction.probabilities[1]
    entry = next(one for one in told["entries"] if one["text"])
    widget.explain(edits=[xai.Delete(0, 1), xai.Replace(2, 6, entry["text"])])
    assert entry["delta"] == pytest.approx(widget.result(30).prediction.probabilities[1] - before, abs=1e-5)


def test_the_newest_menu_wins_and_a_shut_one_stops(make_text, gate):
    widget = make_text(method="saliency")
    widget.result(30)
    browser = Browser(widget)
    gate.clear()
    for start, stop in ((0, 1), (2, 6)):
        browser.say(kind="menu", open=True, start=start, stop=stop)
    gate.set()
    assert ended(browser, "menu")["start"] == 2
    browser.say(kind="menu", open=False)
    browser.say(kind="hello", v=1, version="0.1.0")
    assert browser.of("menu")[-1]["start"] == 2  # a view that opens is told


@pytest.mark.parametrize(
    ("start", "stop", "message"), [(2, 2, "must lie in the text"), (5, 99, "must lie in"), (8, 9, "splits")]
)
def test_a_menu_of_nothing_is_an_error(make_text, start, stop, message):
    widget = make_text(method="saliency")
    widget.result(30)
    browser = Browser(widget)
    browser.say(kind="menu", open=True, start=start, stop=stop)
    error = browser.wait("error")["message"] if message != "must lie in the text" else ended(browser, "menu")["error"]
    assert message in error


def test_a_model_that_fails_is_said_in_the_menu(make_text):
    widget = make_text(method="saliency")
    widget.result(30)
    browser = Browser(widget)
    FAIL.set()
    browser.say(kind="menu", open=True, start=2, stop=6)
    assert "the ink ran out" in ended(browser, "menu")["error"]
    FAIL.clear()
    browser.say(kind="menu", open=True, start=2, stop=6)
    assert ended(browser, "menu", 2)["error"] is None


def test_counterfactuals_are_edits_that_the_widget_can_show(judge):
    widget, browser = judge()
    browser.say(kind="search", open=True)
    told = ended(browser, "search")
    assert told["error"] is None
    assert told["found"][0]["edits"] == [{"name": "delete", "start": 2, "stop": 6}]
    assert (told["found"][0]["text"], told["found"][0]["label"], told["of"]) == ("A 👍 film", "no", "yes")
    before = widget.prediction.probabilities[1]
    for found in told["found"]:
        now = torch.tensor(likes([found["text"]])[0]).softmax(0)[1]
        assert found["delta"] == pytest.approx(float(now) - before, abs=1e-5)
        assert found["fluency"] is None  # nobody was given who could judge
        browser.ask(widget._id + 1, "feature_ablation", edits=found["edits"])
        browser.wait("ended", widget._id)
        assert widget.edited == found["text"]
        assert widget.prediction.top(1)[0] == (found["label"], pytest.approx(found["score"], abs=1e-6))
    json.dumps(told, allow_nan=False)


def test_a_search_begins_at_the_text_on_show(judge):
    _, browser = judge("A warm 👍 and funny film", edits=[xai.Replace(2, 6, "loud")])
    browser.say(kind="search", open=True, n=1, most=2)
    told = ended(browser, "search")
    assert (told["most"], told["edits"]) == (2, [{"name": "replace", "start": 2, "stop": 6, "text": "loud"}])
    found = told["found"][0]
    assert {"name": "replace", "start": 2, "stop": 6, "text": "loud"} in found["edits"]
    assert "funny" not in found["text"]


def test_what_was_found_is_told_with_how_fluent_the_given_language_model_finds_it(judge):
    torch.manual_seed(0)
    words = fast(byte_level())
    config = GPT2Config(vocab_size=len(words), n_embd=16, n_layer=1, n_head=2, n_positions=64, bos_token_id=0)
    reader = GPT2LMHeadModel(config).eval()

    def likelihood(text):
        ids = words(text, return_tensors="pt")["input_ids"]
        with torch.no_grad():
            return -float(reader(ids, labels=ids).loss)

    _, browser = judge(fluency=(reader, words))
    browser.say(kind="search", open=True)
    told = ended(browser, "search")
    assert told["found"]
    for found in told["found"]:
        assert found["fluency"] == pytest.approx(likelihood(found["text"]) - likelihood("A warm 👍 film"), abs=1e-4)
    json.dumps(told, allow_nan=False)


def test_none_found_says_so_and_a_class_that_is_predicted_already_is_refused(judge):
    def same(texts):
        return [[0.0, 1.0]] * len(texts)

    _, browser = judge()
    browser.say(kind="search", open=True, target=1)
    assert "is predicted already" in ended(browser, "search")["error"]
    widget = xai.TextExplainer(same, "A warm film", labels=["no", "yes"], method="feature_ablation")
    widget.result(30)
    other = Browser(widget)
    other.say(kind="search", open=True, most=1)
    told = ended(other, "search")
    assert told["found"] == []
    assert "None found within 1 edit, " in told["note"]
    widget.close()


def test_asides_of_other_widgets_are_refused(make):
    browser = Browser(make(method="saliency"))
    browser.say(kind="menu", open=True, start=0, stop=1)
    assert "has no answer to 'menu'" in browser.wait("error")["message"]


def test_special_tokens_are_told_by_name(make_text):
    browser = Browser(make_text(method="saliency"))
    browser.wait("ended", 1)
    names = browser.of("map", 1)[-1]["layout"]["names"]
    assert [name for _, name in names] == ["[CLS]", "[SEP]"]
    assert names[0][0] == 0
    assert TOKENIZER(SAID)["input_ids"][names[1][0]] == TOKENIZER.sep_token_id
    assert browser.widget.spec["labels"] == LABELS


def test_a_probability_of_a_class_is_searched_for_in_a_range(judge):
    _, browser = judge()
    browser.say(kind="search", open=True, target=0, within=[None, 0.5], n=1)
    assert "and at most 0.5 was asked for" in ended(browser, "search")["error"]
    browser.say(kind="search", open=True, target=0, within=[0.8, 0.9], n=1, most=3)
    told = ended(browser, "search", 2)
    assert (told["error"], told["target"], told["within"]) == (None, 0, [0.8, 0.9])
    assert told["of"] == "no"


def test_the_value_of_a_regressor_of_texts_is_searched_for(make_text):
    def stars(texts):
        return [[1.0 + sum(word in one for word in ("warm", "funny", "film"))] for one in texts]

    widget = make_text(stars, "A warm and funny film", tokenizer=None, labels=None, method="feature_ablation")
    widget.result(30)
    browser = Browser(widget)
    browser.say(kind="search", open=True)
    assert "A regression needs a range to reach" in ended(browser, "search")["error"]
    browser.say(kind="search", open=True, within=[None, 2], n=3, most=3)
    told = ended(browser, "search", 2)
    assert (told["error"], told["within"]) == (None, [None, 2.0])
    assert told["found"]
    for one in told["found"]:
        assert one["score"] == stars([one["text"]])[0][0] <= 2
        assert one["delta"] == one["score"] - 4
