"""What is on show, as a file and in a notebook."""

import base64
import csv
import io
import json
import logging
import re
from unittest.mock import Mock

import numpy as np
import pytest
import torch
from notebooks.static import GITHUB, PRIORITY, picked
from PIL import Image
from widgets.fakes import Browser, Gate
from widgets.tables import FRAME, ROW, judge
from widgets.tables import LABELS as ANSWERS
from widgets.texts import Reader

import xai_widgets as xai
from xai_widgets.export import SAVED_VIEW, bundle, mimebundle, png
from xai_widgets.export.awaited import LATER
from xai_widgets.lab import pages
from xai_widgets.widgets import cells

NOISE = Image.fromarray(np.random.default_rng(0).integers(0, 256, (400, 400, 3)).astype(np.uint8))
PAGE = re.compile(r'id="xai-page">(.*?)</script>', re.DOTALL)


def state_of(path):
    return json.loads(PAGE.search(path.read_text(encoding="utf-8"))[1])


def small(picture):
    return torch.tensor(np.array(picture.resize((12, 12)))).movedim(2, 0) / 255


def asked(page):
    """What a page has answers to, the newest first."""
    found = [page["messages"][at] for _, at in page["answers"]]
    return [(one["request"]["method"], one["target"]) for one in found]


def test_a_page_has_every_answer_of_the_model_as_it_is_now(make, tmp_path):
    model = Gate()
    w = make(model, target=0, method="saliency")
    w.wait()
    w.explain("input_x_gradient", target=1)
    w.wait()
    w.explain("saliency", target=0)
    w.save(tmp_path / "x.html")
    page = state_of(tmp_path / "x.html")
    assert asked(page) == [("saliency", 0), ("input_x_gradient", 1)]
    assert len(page["messages"]) == len(page["told"]) + 2, "each is stored once"
    with torch.no_grad():
        next(model.parameters()).mul_(2)
    w.explain("saliency", target=2)
    w.save(tmp_path / "x.html")
    assert asked(state_of(tmp_path / "x.html")) == [("saliency", 2)], "the others are of another model"


def test_a_comparison_is_saved_with_both_maps(make, tmp_path):
    w = make(method="saliency", compare="input_x_gradient")
    w.save(tmp_path / "x.html")
    page = state_of(tmp_path / "x.html")
    told = [page["messages"][at] for at in page["told"]]
    assert {one["slot"] for one in told if one["kind"] == "map"} == {"a", "b"}
    assert {one["slot"] for one in told if one["kind"] == "ended"} == {"a", "b"}


def test_what_runs_is_saved_as_if_it_had_been_stopped(make):
    w = make(method="occlusion", strides=1, compare="saliency")
    w.wait()
    w.wait(slot="b")
    w._last.pop(("ended", "a"))  # as while it runs
    page_state = w._shown(w.attribution)
    ended = [one.content for one in page_state.told if one.content["kind"] == "ended"]
    assert {one["slot"]: one["outcome"] for one in ended} == {"a": "cancelled", "b": "done"}


def test_widgets_save_what_results_save(make, make_text, tmp_path):
    w = make(method="saliency")
    w.save(tmp_path / "x.npz")
    assert np.array_equal(xai.load(tmp_path / "x.npz").values, w.attribution.values)
    w.save(tmp_path / "x.png")
    assert Image.open(tmp_path / "x.png").width == 860
    with pytest.raises(ValueError, match=r"must end in \.html, \.npz, \.png, \.xai\.json"):
        w.save(tmp_path / "x.pickle")
    text = make_text(method="saliency")
    text.save(tmp_path / "x.csv")
    with (tmp_path / "x.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [float(row["value"]) for row in rows] == text.attribution.values.tolist()
    w.close()
    with pytest.raises(RuntimeError, match="closed"):
        w.save(tmp_path / "y.html")
    assert not (tmp_path / "y.html").exists()


def test_words_save_as_a_page_or_a_picture(tmp_path):
    w = xai.EmbeddingExplorer(np.random.default_rng(0).normal(size=(20, 4)), [f"w{i}" for i in range(20)])
    try:
        w.save(tmp_path / "x.png")
        w.save(tmp_path / "x.html")
        assert state_of(tmp_path / "x.html")["spec"]["kind"] == "embedding"
        with pytest.raises(ValueError, match=r"must end in \.csv, \.html, \.png, \.svg\."):
            w.save(tmp_path / "x.npz")
    finally:
        w.close()


def test_every_widget_leaves_four_kinds_of_itself_in_a_notebook(make, make_text, make_table):
    words = xai.EmbeddingExplorer(np.random.default_rng(0).normal(size=(20, 4)), [f"w{i}" for i in range(20)])
    for w in (make(method="saliency"), make_text(method="saliency"), make_table(), words):
        w.wait()
        data, _ = w._repr_mimebundle_()
        kinds = {"application/vnd.jupyter.widget-view+json", SAVED_VIEW, "image/png", "text/plain"}
        assert set(data) == kinds
        assert base64.b64decode(data["image/png"])[:4] == b"\x89PNG"
        assert len(json.dumps(data)) < 300_000
    words.close()


def test_the_order_of_types_is_that_of_nbconvert():
    assert PRIORITY == GITHUB


def test_where_no_script_runs_every_widget_is_a_picture(make, make_text, make_table):
    words = xai.EmbeddingExplorer(np.random.default_rng(0).normal(size=(20, 4)), [f"w{i}" for i in range(20)])
    table = xai.explain(judge, FRAME, labels=ANSWERS)
    table.show("tree")
    for w in (make(method="saliency"), make_text(method="saliency"), make_table(), table, words):
        w.wait()
        data, _ = w._repr_mimebundle_()
        kind, content = picked(data)
        assert kind == "image/png"
        drawn = np.asarray(Image.open(io.BytesIO(base64.b64decode(content))).convert("L"))
        assert drawn.shape[1] >= 400
        assert len(np.unique(drawn)) > 20, "letters and colours"
        assert not data["text/plain"].startswith("<")
    words.close()
    table.close()


def test_where_no_script_runs_every_result_is_a_picture_or_says_what_it_says(make, make_text, make_table):
    picture, table = make(method="saliency").result(), make_table().result()
    changes = xai.counterfactuals(judge, ROW, None, n=1, background=FRAME, labels=ANSWERS)
    measured = xai.evaluate(Gate(), torch.rand(3, 12, 12), picture, ["sparseness"])
    tree = xai.surrogate_tree(judge, FRAME, labels=ANSWERS)
    for found in (picture, table, make_text(method="saliency").result(), tree):
        assert picked(found._repr_mimebundle_())[0] == "image/png"
    for found, said in ((changes, changes.candidates[0].changes[0].column), (measured, "Sparseness")):
        kind, content = picked(found._repr_mimebundle_())
        assert kind == "text/html"
        assert said in content


def test_a_notebook_holds_what_a_page_holds(make, tmp_path):
    w = make(method="saliency", target=0)
    w.wait()
    w.explain("input_x_gradient")
    w.save(tmp_path / "x.html")
    saved, name = w._repr_mimebundle_()[0][SAVED_VIEW], w.model_id
    assert (saved["facts"], saved["left"]) == ([], False)
    assert json.loads(saved["page"]) == state_of(tmp_path / "x.html")
    assert json.loads(pages.kept(name, 300_000)) == {part: saved[part] for part in ("page", "facts", "left")}
    w.close()
    with pytest.raises(ValueError, match="does not know this widget"):
        pages.kept(name, 300_000)


def test_a_view_in_a_notebook_shares_its_room_with_its_picture_and_says_what_it_left_out(make, monkeypatch):
    w = make(image=NOISE, preprocess=small, method="saliency")
    for method in ("input_x_gradient", "occlusion", "saliency"):
        w.wait()
        w.explain(method)
    w.wait()
    whole = json.loads(pages.kept(w.model_id, 10**6))
    assert len(json.loads(whole["page"])["answers"]) == 3
    room = (len(json.dumps(whole["page"])) - 1500) * 3 // 2
    less = json.loads(pages.kept(w.model_id, room))
    assert len(json.dumps(less["page"])) <= room * 2 // 3
    assert less["left"]
    assert less["facts"][0].startswith("Saved: the newest ")
    assert json.loads(pages.kept(w.model_id, 1000)) == {"left": True}, "the picture alone is kept"
    widths = []
    monkeypatch.setattr(bundle, "png", lambda *given, width: widths.append(width) or png(*given, width=width))
    monkeypatch.setenv("XAI_WIDGETS_VIEW_KB", str(room // 1000))
    data = w._repr_mimebundle_()[0]
    assert "page" in data[SAVED_VIEW]
    assert len(json.dumps(data)) <= room + 1000
    assert widths[0] == 640, "not drawn wider in vain"


def test_a_picture_outlives_data_that_cannot_be_written(make, monkeypatch, caplog):
    w = make(method="saliency")
    w.wait()
    monkeypatch.setattr(w, "as_page", lambda: 1 / 0)
    data, _ = w._repr_mimebundle_()
    assert "image/png" in data
    assert "page" not in data[SAVED_VIEW]
    assert "could not be kept alive" in caplog.text


def test_a_notebook_says_why_it_has_no_picture(make):
    w = make(torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(7, 3)), method="saliency")
    w.wait()
    data, _ = w._repr_mimebundle_()
    assert data["text/plain"].startswith("The model raised RuntimeError for an input of shape [1, 3, 12, 12]")
    assert data[SAVED_VIEW]["text"] == data["text/plain"]


def test_a_view_takes_no_more_of_a_notebook_than_it_may(make, monkeypatch, caplog):
    result = make(image=NOISE, preprocess=small, method="saliency").result()
    widths = {}
    for most in ("300", "120"):
        monkeypatch.setenv("XAI_WIDGETS_VIEW_KB", most)
        caplog.clear()
        with caplog.at_level(logging.WARNING, logger="xai_widgets"):
            picture = mimebundle({}, result)[0]["image/png"]
        assert len(picture) <= 1000 * int(most)
        widths[most] = Image.open(io.BytesIO(base64.b64decode(picture))).width
        assert ("XAI_WIDGETS_VIEW_KB" in caplog.text) == (widths[most] < 860)
    assert widths["120"] < widths["300"]


def test_the_page_of_512_tokens_and_6_classes_is_small(make_text, tmp_path):
    labels = ["one", "two", "three", "four", "five", "six"]
    text = make_text(Reader(classes=6), "a warm funny film, without jokes " * 80, labels=labels, method="saliency")
    assert len(text.result(60).values) >= 512
    text.save(tmp_path / "x.html")
    assert (tmp_path / "x.html").stat().st_size <= 200_000


@pytest.mark.parametrize("told", [{"allow_stdin": True}, {"allow_stdin": False}, {}], ids=str)
def test_a_cell_waits_for_its_picture_where_a_program_runs_it(make, gate, monkeypatch, told):
    shell = Mock(kernel=Mock(get_parent=lambda: {"content": told, "metadata": {}}))
    monkeypatch.setattr(cells, "notebook", lambda: shell)
    monkeypatch.setattr(cells, "FIRST_PICTURE_SECONDS", 0)
    monkeypatch.setattr(cells, "UNATTENDED_SECONDS", 60)
    gate.clear()
    w = make(method="saliency")
    answered = w._exchanges["a"].answered
    wait = answered.wait
    monkeypatch.setattr(answered, "wait", lambda seconds: (gate.set() if seconds else None, wait(seconds)))
    assert (LATER not in w._repr_mimebundle_()[0]["text/plain"]) is (told.get("allow_stdin") is False)
    gate.set()


@pytest.mark.parametrize("kind", ["picture", "text", "row"])
def test_a_cell_that_ends_before_the_first_map_keeps_the_input_and_the_prediction(
    kind, make, make_text, make_table, monkeypatch
):
    """Nobody puts the picture into the notebook later, in Jupyter without the extension."""
    monkeypatch.setattr(cells, "FIRST_PICTURE_SECONDS", 0)
    w = {"picture": make, "text": make_text, "row": make_table}[kind]()
    w.result(60)
    known, label = w.prediction, w.attribution.label
    w.set_trait("attribution", None)
    data, _ = w._repr_mimebundle_()
    small, said = Image.open(io.BytesIO(base64.b64decode(data["image/png"]))), data["text/plain"]
    assert small.width == 640
    assert LATER in said
    assert f"{label} {max(known.probabilities):.1%}" in said
    w.set_trait("prediction", None)
    data, _ = w._repr_mimebundle_()
    assert LATER in data["text/plain"]
    assert label not in data["text/plain"].splitlines()
    assert Image.open(io.BytesIO(base64.b64decode(data["image/png"]))).height < small.height
    assert data[SAVED_VIEW]["text"] == data["text/plain"]


def test_a_widgets_picture_is_in_the_language_that_it_is_read_in(make, tmp_path):
    widget = make()
    widget.wait()
    assert "Why" in widget._repr_mimebundle_()[0]["text/plain"]
    browser = Browser(widget, hello=False)
    browser.say(kind="hello", v=1, version="0.1.0", language="zh")
    browser.wait("language")
    assert re.match("\u4e3a\u4ec0\u4e48\u662f", widget._repr_mimebundle_()[0]["text/plain"])
    widget.save(tmp_path / "why.html")
    assert "<title>\u4e3a\u4ec0\u4e48\u662f" in (tmp_path / "why.html").read_text(encoding="utf-8")
