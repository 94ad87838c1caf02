"""The text widget against the protocol, with a browser that is not there."""

from __future__ import annotations

import gc
import json
import re
import weakref

import numpy as np
import pytest
import torch
from torch import nn
from widgets.fakes import CALLS, FAIL, Browser, until
from widgets.texts import LABELS, SAID, TOKENIZER, Reader

import xai_widgets as xai


def layout(browser, kind, number=None):
    """Where pieces lie, as the browser would read it: by UTF-16 units."""
    content, buffers = [m for m in browser.messages if m[0]["kind"] == kind and number in {None, m[0].get("id")}][-1]
    told = content["layout"]
    units = told["text"].encode("utf-16-le")

    def pieces(name):
        spans = np.frombuffer(buffers[told[name]["buffer"]], "<u4").reshape(-1, 2).tolist()
        return [units[2 * a : 2 * b].decode("utf-16-le") for a, b in spans]

    return told, pieces


def test_it_answers_with_the_same_numbers_as_off_screen(make_text):
    model = Reader()
    widget = make_text(model, method="integrated_gradients", n_steps=33)
    browser = Browser(widget)
    result = widget.result(30)
    plain = xai.attribute(model, SAID, "integrated_gradients", n_steps=33, tokenizer=TOKENIZER, labels=LABELS)
    np.testing.assert_allclose(result.values, plain.values, rtol=1e-4, atol=1e-6)
    assert (result.label, result.text) == (plain.label, plain.text)
    browser.ask(5, "integrated_gradients", n_steps=33).wait("ended", 5)
    sent = browser.array("map", "values", 5)
    assert np.abs(sent - result.values).max() <= np.ptp(result.values) / 65534
    np.testing.assert_allclose(browser.array("prediction", "probabilities", 5), plain.prediction.probabilities)
    assert browser.of("map", 5)[-1]["final"]


def test_the_layout_says_where_pieces_lie_in_the_units_of_browsers(make_text):
    widget = make_text(method="saliency")
    browser = Browser(widget)
    browser.ask(2).wait("ended", 2)
    for kind in ("prediction", "map"):
        told, pieces = layout(browser, kind, 2)
        assert (told["text"], told["cut"]) == (SAID, 0)
        assert pieces("words") == ["A", "warm", "👍", "film", ",", "without", "jokes"]
        assert pieces("sentences") == [SAID]
        tokens = pieces("tokens")
        assert tokens[0] == tokens[-1] == ""
        assert "".join(tokens) == SAID.replace(" ", "")
    assert browser.array("map", "values", 2).shape == (len(tokens),)
    assert widget.spec["text"] == SAID
    assert widget.spec["mask"] == "[MASK]"


def test_no_layer_is_offered_whose_values_cannot_be_shown(make_text):
    spec = make_text().spec
    assert spec["layers"] == []
    kinds = {one["name"]: {p["kind"] for p in one["parameters"]} for one in spec["methods"]}
    assert all("layer" not in found for found in kinds.values())
    assert "int" in kinds["integrated_gradients"]


def test_edits_reach_the_model_and_the_target_stays_what_it_was(make_text):
    model = Reader()
    widget = make_text(model, method="input_x_gradient")
    first = widget.result(30)
    browser = Browser(widget)
    at = SAID.encode("utf-16-le").index("film".encode("utf-16-le")) // 2
    edits = [
        {"name": "delete", "start": 2, "stop": 6},
        {"name": "replace", "start": at, "stop": at + 4, "text": "likes 👍"},
    ]
    browser.ask(2, "input_x_gradient", edits=edits).wait("ended", 2)
    edited = "A 👍 likes 👍, without jokes"
    told, pieces = layout(browser, "prediction", 2)
    assert told["text"] == widget.edited == edited
    assert pieces("words").count("👍") == 2
    assert browser.of("map", 2)[-1]["request"]["edits"] == edits
    alone = xai.attribute(model, edited, "input_x_gradient", tokenizer=TOKENIZER, labels=LABELS, target=first.target)
    np.testing.assert_allclose(widget.attribution.values, alone.values, rtol=1e-5, atol=1e-7)
    assert widget.attribution.target == first.target
    assert widget.attribution.edits == (xai.Delete(2, 6).to_dict(), xai.Replace(9, 13, "likes 👍").to_dict())
    np.testing.assert_allclose(browser.array("prediction", "original", 2), first.prediction.probabilities)
    np.testing.assert_allclose(browser.array("prediction", "probabilities", 2), alone.prediction.probabilities)
    assert not np.allclose(alone.prediction.probabilities, first.prediction.probabilities, atol=1e-3)


def test_a_mask_is_one_token(make_text):
    widget = make_text(edits=[xai.Mask(2, 6)])
    result = widget.result(30)
    assert widget.edited == SAID.replace("warm", "[MASK]")
    place = result.text.spans.index((2, 8))
    assert result.text.ids[place] == TOKENIZER.mask_token_id


def test_a_version_that_was_seen_is_not_computed_again(make_text):
    widget = make_text(method="saliency")
    browser = Browser(widget)
    edits = [{"name": "delete", "start": 2, "stop": 6}]
    browser.ask(2, edits=edits).wait("ended", 2)
    browser.ask(3).wait("ended", 3)
    calls = len(CALLS)
    browser.ask(4, edits=edits).wait("ended", 4)
    assert len(CALLS) == calls
    # Another model is another matter.
    with torch.no_grad():
        widget._given["model"].words.weight.mul_(2)
    browser.ask(5, edits=edits).wait("ended", 5)
    one, other = (browser.array("prediction", "probabilities", number) for number in (4, 5))
    assert not np.allclose(one, other)


def test_a_thousand_edits_end_with_the_last_one_answered(make_text):
    widget = make_text()
    browser = Browser(widget)
    for number in range(2, 1002):
        edits = [{"name": "replace", "start": 2, "stop": 6, "text": "w" + "a" * (number % 97) + "rm"}]
        browser.ask(number, "input_x_gradient", edits=edits)
    browser.wait("ended", 1001)
    assert browser.of("prediction")[-1]["id"] == browser.of("map")[-1]["id"] == 1001
    assert widget.edited == SAID.replace("warm", "w" + "a" * (1001 % 97) + "rm")
    assert {c["outcome"] for c in browser.of("ended")} <= {"done", "superseded"}
    assert len(browser.of("ended")) >= 1000
    assert len(widget._session._seen) <= widget._session.kept
    json.dumps([content for content, _ in browser.messages], allow_nan=False)


def test_cancel_keeps_what_there_is(make_text):
    widget = make_text(method="smooth_grad", n_samples=1000, tolerance=0.0)
    browser = Browser(widget)
    browser.wait("map", 1)
    browser.say(kind="cancel", id=1, slot="a")
    assert browser.wait("ended", 1)["outcome"] == "cancelled"
    assert 0 < widget.attribution.fraction < 1


def test_two_views_and_two_methods(make_text):
    widget = make_text(method="saliency", compare="input_x_gradient")
    assert widget.wait(30)
    assert widget.wait(30, "b")
    browser = Browser(widget)
    kinds = [(c["kind"], c.get("slot")) for c, _ in browser.messages]
    assert kinds[0] == ("welcome", None)
    assert {("prediction", "a"), ("map", "a"), ("map", "b"), ("ended", "b")} <= set(kinds)
    assert widget.compared.method == "input_x_gradient"
    assert len(widget.snapshot["maps"]) == 2
    assert widget.snapshot["prediction"]["layout"]["text"] == SAID
    widget.explain(edits=[xai.Delete(0, 1)])
    state = browser.wait("state")["state"]
    assert state["request"]["edits"] == [{"name": "delete", "start": 0, "stop": 1}]


def test_a_model_that_fails_says_so_and_the_widget_goes_on(make_text):
    widget = make_text(method="saliency")
    widget.result(30)
    FAIL.set()
    browser = Browser(widget)
    edits = [{"name": "delete", "start": 0, "stop": 1}]
    browser.ask(2, edits=edits)
    assert browser.wait("ended", 2)["outcome"] == "failed"
    assert "the ink ran out" in browser.of("error", 2)[0]["message"]
    FAIL.clear()
    browser.ask(3, edits=edits)
    assert browser.wait("ended", 3)["outcome"] == "done"


@pytest.mark.parametrize(
    ("edits", "message"),
    [
        ([{"name": "delete", "start": 0, "stop": 999}], r"must lie in 0\.\.29, got 999"),
        ([{"name": "delete", "start": 0, "stop": 8}], "the place 8 splits a character"),
        ([{"name": "delete", "start": 0.5, "stop": 3}], "must be a whole number"),
        ([{"name": "delete", "start": None, "stop": 3}], "must be a whole number"),
        ([{"name": "delete", "start": 0, "stop": 3}, {"name": "mask", "start": 2, "stop": 6}], "must not overlap"),
        ([{"name": "replace", "start": 0, "stop": 1, "text": "\ud800"}], "text must be a text of at most"),
        ([{"name": "replace", "start": 0, "stop": 1, "text": "a" * 20_001}], "text must be a text of at most 20000"),
        ([{"name": "replace", "start": 0, "stop": 1}], "has the keys start, stop, text"),
        ([{"name": "blur", "value": 1}], "there is no edit 'blur' of a text"),
        ([{"name": "delete", "start": 0, "stop": 29}], "Nothing is left of the text"),
        ([{"name": "delete", "start": [1, 2], "stop": 3}], "must be a whole number"),
    ],
)
def test_hostile_edits_are_answered_with_an_error(make_text, edits, message):
    browser = Browser(make_text(method="saliency"))
    browser.wait("ended", 1)
    browser.ask(9, edits=edits)
    assert browser.wait("ended", 9)["outcome"] == "failed"
    assert re.search(message, browser.of("error", 9)[-1]["message"])
    browser.ask(20).wait("ended", 20)
    assert browser.of("ended", 20)[0]["outcome"] == "done"


def test_code_reproduces_the_view(make_text):
    widget = make_text(method="input_x_gradient", target="odd", edits=[xai.Replace(2, 6, '"cold"'), xai.Delete(9, 13)])
    result = widget.result(30)
    space = {"model": widget._given["model"], "tokenizer": TOKENIZER, "labels": LABELS}
    code = widget.to_code()
    assert f'"{SAID}"' in code
    exec(code, space)
    again = space["w"]
    np.testing.assert_allclose(again.result(30).values, result.values, rtol=1e-5, atol=1e-7)
    assert again.edited == widget.edited
    assert again.to_code() == code
    again.close()


def test_a_function_of_texts_needs_no_tokenizer(make_text):
    def happy(texts):
        return np.array([[0.0, float("warm" in one) + one.count("jokes")] for one in texts])

    widget = make_text(
        happy, "A warm film, without jokes", tokenizer=None, labels=["no", "yes"], method="exact_shapley"
    )
    assert isinstance(widget, xai.TextExplainer)
    assert dict(widget.result(30).contributions())["warm"] == pytest.approx(1)
    assert widget.spec["mask"] is None
    assert layout(Browser(widget), "map")[0]["ids"] is None
    widget.explain(edits=[xai.Replace(2, 6, "cold")])
    assert dict(widget.result(30).contributions())["jokes"] == pytest.approx(1)
    with pytest.raises(ValueError, match="has no mask token"):
        widget.explain(edits=[xai.Mask(2, 6)])


def test_which_widget_a_text_gets(tmp_path, make_text):
    from PIL import Image  # noqa: PLC0415

    Image.new("RGB", (12, 12)).save(tmp_path / "photo.png")
    picture = nn.Sequential(nn.Flatten(), nn.Linear(432, 3))
    shown = xai.explain(picture, str(tmp_path / "photo.png"), method="saliency")
    assert isinstance(shown, xai.ImageExplainer)
    shown.close()
    assert isinstance(make_text(), xai.TextExplainer)
    with pytest.raises(FileNotFoundError, match=r"phto\.png"):
        xai.explain(picture, "phto.png")
    with pytest.raises(TypeError, match="If it is a text, give the model's tokenizer"):
        xai.explain(Reader(), "a film")
    with pytest.raises(TypeError, match="needs a text, got int"):
        xai.explain(Reader(), 3, tokenizer=TOKENIZER)


def test_a_closed_widget_is_silent_and_frees_everything(make_text):
    model = Reader()
    alive = weakref.ref(model)
    widget = make_text(model, method="smooth_grad", n_samples=1000, tolerance=0.0)
    browser = Browser(widget)
    browser.wait("map", 1)
    twin = weakref.ref(widget._session.model.module)
    widget.close()
    count = len(browser.messages)
    browser.ask(2)
    assert len(browser.messages) == count
    del model, widget, browser
    make_text.__closure__[[c.cell_contents.__class__ for c in make_text.__closure__].index(list)].cell_contents.clear()
    until(lambda: gc.collect() is not None and alive() is None and twin() is None)


def test_versions_are_a_tree(make_text):
    widget = make_text(method="saliency", target="good")
    widget.result(30)
    one, other = [xai.Delete(2, 6)], [xai.Delete(2, 6), xai.Replace(9, 13, "likes")]
    branch = [xai.Replace(2, 6, "dull")]
    for edits in (one, other, [], branch):
        widget.explain(edits=edits)
        widget.result(30)
    found = widget.versions
    assert [version["edits"] for version in found] == [(), tuple(one), tuple(other), tuple(branch)]
    assert [version["parent"] for version in found] == [None, 0, 1, 0]
    assert found[2]["text"] == "A 👍 likes, without jokes"
    assert {version["label"] for version in found} == {"good"}
    score = float(widget.prediction.probabilities[1])
    assert found[3]["score"] == pytest.approx(score)
    assert found[3]["delta"] == pytest.approx(score - found[0]["score"])
    told = widget.state["versions"]
    assert told[2]["edits"][1] == {"name": "replace", "start": 10, "stop": 14, "text": "likes"}  # in UTF-16 units
    frame = widget.versions_frame()
    assert frame["parent"].isna().tolist() == [True, False, False, False]
    assert frame.loc[2, "text"] == found[2]["text"]
    widget.explain(target="bad")
    widget.result(30)
    assert widget.versions[3]["label"] == "bad"


def test_half_typed_edits_are_no_versions(make_text, gate):
    widget = make_text(method="saliency")
    widget.result(30)
    browser = Browser(widget)
    gate.clear()
    typed = [[{"name": "replace", "start": 2, "stop": 6, "text": "cold"[:n]}] for n in range(1, 5)]
    for number, edits in enumerate(typed, 2):
        browser.ask(number, edits=edits)
    gate.set()
    browser.wait("ended", 5)
    until(lambda: len(widget.versions) == 2)
    assert widget.versions[1]["text"] == SAID.replace("warm", "cold")


def test_what_is_taken_back_before_the_answer_is_no_parent(make_text, gate):
    widget = make_text(method="saliency")
    widget.result(30)
    browser = Browser(widget)
    first, second = ([{"name": "delete", "start": a, "stop": b}] for a, b in ((2, 6), (10, 14)))
    browser.ask(2, edits=first).wait("ended", 2)
    gate.clear()
    browser.ask(3).ask(4, edits=second)
    gate.set()
    browser.wait("ended", 4)
    assert [one["parent"] for one in widget.state["versions"]] == [None, 0, 0]
    # What was predicted is a version, though its explanation was never finished.
    browser.ask(5, "smooth_grad", edits=[*first, *second], n_samples=1000, tolerance=0.0).wait("map", 5)
    browser.ask(6, edits=[{"name": "delete", "start": 0, "stop": 1}, *first, *second]).wait("ended", 6)
    assert [one["parent"] for one in widget.versions] == [None, 0, 0, 2, 3]


def test_a_view_takes_back_its_own_newest_ask_and_no_other(make_text):
    widget = make_text(method="saliency")
    widget.result(30)
    browser = Browser(widget)
    first, second = ([{"name": "delete", "start": a, "stop": b}] for a, b in ((2, 6), (10, 14)))
    browser.ask(2, edits=first).wait("ended", 2)
    browser.ask(3, edits=second).wait("ended", 3)
    browser.say(kind="back", id=2)
    assert len(widget.versions) == 3
    browser.say(kind="back", id=3)
    browser.ask(4, edits=first).wait("ended", 4)
    assert [one["parent"] for one in widget.state["versions"]] == [None, 0]
    widget.close()
    browser.say(kind="back", id=4)


def test_an_edit_costs_one_pass_forward(make_text):
    widget = make_text(method="saliency")
    widget.result(30)
    calls = len(CALLS)
    for k in range(5):
        widget._session.see((xai.Replace(2, 6, "w" * (k + 1)),))
    assert len(CALLS) == calls + 5
