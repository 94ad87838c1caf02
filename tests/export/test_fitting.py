"""A page keeps to its size: coarser maps first, then fewer answers, the oldest first, and says so."""

import base64
import json
import logging
import re
import zlib

import numpy as np
import pytest

from xai_widgets.export.fitting import within
from xai_widgets.export.page import PageContent, page
from xai_widgets.wire import Message, decode

STATE = re.compile(rb'id="xai-page">(.*?)</script>', re.DOTALL)
SIDE, PHOTO = 192, b"\xff" * 200_000


def a_map(number, heat):
    request = {"method": "saliency", "target": number}
    return Message("map", id=number, slot="a", request=request).add("values", heat, "<u2")


def a_prediction(number):
    return Message("prediction", id=number, slot="a").add("probabilities", np.linspace(0, 1, 900), "<f4")


def noise(seed):
    heat = np.random.default_rng(seed).normal(size=(SIDE, SIDE))
    heat[3, 5] = np.nan
    return heat


def a_page(count, **display):
    answers = [(a_prediction(i), a_map(i, noise(i))) for i in range(count)]
    spec = {"kind": "image", "photo": {"data": PHOTO}}
    return PageContent(spec, {"id": 0, "display": display}, answers[0], answers)


def opened(shown):
    data = page(shown)
    state = json.loads(STATE.search(data)[1])
    assert base64.b64decode(state["spec"]["photo"]["data"]) == PHOTO
    return data, state


def values_of(state, at):
    """Read a map as js/host/page.ts does."""
    message = state["messages"][at]
    bits, data = state["buffers"][message["buffers"][0]]
    planes = np.frombuffer(zlib.decompress(base64.b64decode(data)), np.uint8).reshape(2, -1).astype(int)
    codes, none = planes[0] + 256 * planes[1], 2**bits - 1
    full = np.where(codes == none, 65535, np.rint(codes * 65534 / (none - 1))).astype("<u2")
    return bits, decode(message["values"], full.tobytes())


@pytest.mark.parametrize(("count", "bits", "most"), [(1, 16, 230), (2, 10, 230), (3, 8, 250)])
def test_a_map_is_as_fine_as_there_is_room_for(count, bits, most, monkeypatch):
    monkeypatch.setenv("XAI_WIDGETS_PAGE_KB", str(most))
    data, state = opened(a_page(count))
    assert len(data) - len(base64.b64encode(PHOTO)) <= 1000 * most
    assert len(state["answers"]) == count
    for i, (_, at) in enumerate(state["answers"]):
        found, values = values_of(state, at)
        assert found == bits
        want = noise(i)
        half = np.nanmax(want) - np.nanmin(want)
        assert np.nanmax(np.abs(values - want)) <= half / (2**bits - 2) / 2 + half / 65534
        assert np.nanmax(values) == pytest.approx(np.nanmax(want), rel=1e-12)
        assert np.isnan(values).nonzero() == ([3], [5])
    assert (b"Maps: kept in" in data) == (bits < 16)


def test_many_maps_are_means_of_cells_and_a_smoothing_counts_the_cells_there_are(monkeypatch):
    monkeypatch.setenv("XAI_WIDGETS_PAGE_KB", "230")
    data, state = opened(a_page(6, smooth=4.0))
    _, values = values_of(state, state["answers"][1][1])
    want = np.nanmean(noise(1).reshape(96, 2, 96, 2).swapaxes(1, 2).reshape(96, 96, 4), axis=2)
    want[1, 2] = np.nan  # of four of which one is none
    assert np.nanmax(np.abs(values - want)) < 0.02
    assert state["state"]["display"]["smooth"] == 2
    assert b"means of 2 \xc3\x97 2 pixels" in data


def test_the_oldest_answers_go_and_the_user_is_told(caplog, monkeypatch):
    monkeypatch.setenv("XAI_WIDGETS_PAGE_KB", "230")
    shown = a_page(16)
    with caplog.at_level(logging.WARNING, logger="xai_widgets"):
        data, state = opened(shown)
    assert len(data) - len(base64.b64encode(PHOTO)) <= 230_000
    kept = [state["messages"][at]["request"]["target"] for _, at in state["answers"]]
    assert kept == list(range(len(kept)))
    assert 6 < len(kept) < 16
    said = f"the newest {len(kept)} of 16 answers"
    assert said in caplog.text
    assert "XAI_WIDGETS_PAGE_KB" in caplog.text
    assert said.encode() in data
    monkeypatch.setenv("XAI_WIDGETS_PAGE_KB", "900")
    assert len(opened(shown)[1]["answers"]) == 16


def test_what_is_on_show_stays_however_large(caplog, monkeypatch):
    monkeypatch.setenv("XAI_WIDGETS_PAGE_KB", "110")
    shown = a_page(3)
    with caplog.at_level(logging.WARNING, logger="xai_widgets"):
        state = opened(PageContent(shown.spec, shown.state, shown.answers[2], shown.answers))[1]
    assert [state["messages"][at]["request"]["target"] for _, at in state["answers"]] == [2]
    monkeypatch.setenv("XAI_WIDGETS_PAGE_KB", "1")
    caplog.clear()
    assert len(opened(a_page(1))[1]["told"]) == 2
    assert "more than the 1 it may" in caplog.text


def test_a_changed_picture_is_coarser_where_it_counts_and_whole_in_a_page(monkeypatch):
    colours = np.random.default_rng(0).integers(0, 256, (SIDE, SIDE, 3), np.uint8)
    plain = a_page(1)
    changed = a_prediction(0).add("picture", colours, "|u1"), plain.answers[0][1]
    shown = PageContent({"kind": "image"}, plain.state, changed, [changed])
    text, facts = within(shown, 150_000)
    assert len(text) <= 150_000
    assert facts["Pictures"] == "kept as means of 2 × 2 pixels"
    state = json.loads(text)
    message = state["messages"][0]
    compressed, data = state["buffers"][message["buffers"][message["picture"]["buffer"]]]
    kept = base64.b64decode(data)
    less = np.frombuffer(zlib.decompress(kept) if compressed else kept, np.uint8).reshape(message["picture"]["shape"])
    means = colours.reshape(96, 2, 96, 2, 3).mean(axis=(1, 3))
    assert np.abs(less - means).max() <= 0.5
    monkeypatch.setenv("XAI_WIDGETS_PAGE_KB", "110")
    whole = json.loads(STATE.search(page(shown))[1])["messages"][0]["picture"]
    assert whole["shape"] == [SIDE, SIDE, 3]


def test_what_is_the_same_is_stored_once():
    _, state = opened(a_page(2))
    assert len(state["buffers"]) == 3, "two maps, and the probabilities of both"


@pytest.mark.parametrize("shape", [(6, 6), (2, 300)])
def test_a_map_of_few_cells_is_kept_in_one_along_an_axis_where_there_is_no_room(shape, monkeypatch):
    monkeypatch.setenv("XAI_WIDGETS_PAGE_KB", "1")
    answer = a_prediction(0), a_map(0, np.arange(np.prod(shape), dtype=float).reshape(shape))
    _, state = opened(PageContent({"kind": "image", "photo": {"data": PHOTO}}, {"id": 0}, answer, [answer]))
    found = values_of(state, 1)[1]
    assert found.shape == (1, max(1, shape[1] // 17))
    assert found.mean() == pytest.approx(np.prod(shape) / 2 - 0.5, rel=0.02)


def a_study(count):
    values = np.random.default_rng(0).normal(size=(count, 4))
    made = Message("study", question="contributions", shown=[2, 0, 3, 1], dependence=None)
    made.add("values", np.arange(4.0), "<f4").add("local", values, "<u2").add("data", values, "<f4")
    made.add("places", np.arange(count), "<u4")
    made.content["accumulated"] = {"mean": made.attached(np.arange(9.0), "<f4"), "lines": made.attached(values, "<u2")}
    return made


def array_of(state, meta, message):
    bits, data = state["buffers"][message["buffers"][meta["buffer"]]]
    raw = base64.b64decode(data) if bits == 0 else zlib.decompress(base64.b64decode(data))
    if bits < 2:
        return decode(meta, raw)
    planes = np.frombuffer(raw, np.uint8).reshape(2, -1).astype(int)
    full = np.rint((planes[0] + 256 * planes[1]) * 65534 / (2**bits - 2)).astype("<u2")
    return decode(meta, full.tobytes())


@pytest.mark.parametrize("language", ["", "zh"])
def test_of_single_rows_the_first_are_kept_where_there_is_no_room_for_all(language, monkeypatch):
    monkeypatch.setenv("XAI_WIDGETS_PAGE_KB", "220")
    study = a_study(6000)
    before = json.dumps(study.content)
    data = page(PageContent({"kind": "population"}, {"id": 0}, [study], language=language))
    state = json.loads(STATE.search(data)[1])
    [kept] = state["messages"]
    found = {name: array_of(state, kept[name], kept) for name in ("values", "local", "data", "places")}
    count = len(found["places"])
    step = 6000 // count
    assert len(data) <= 220_000
    assert step > 1
    assert found["places"].tolist() == list(range(count))
    want = decode(study.content["local"], study.buffers[1])[:count]
    assert np.abs(found["local"] - want).max() < 0.02
    assert np.array_equal(found["data"], decode(study.content["data"], study.buffers[2])[:count])
    assert found["values"].tolist() == [0, 1, 2, 3]
    lines = array_of(state, kept["accumulated"]["lines"], kept)
    assert np.allclose(lines, found["local"])
    assert f"Single rows: kept in 254 steps from their least to their largest value, one in {step}".encode() in data
    assert json.dumps(study.content) == before, "the widget's own"


def test_long_lists_of_a_spec_are_compressed():
    columns = [{"name": f"column {i}"} for i in range(500)]
    data = page(PageContent({"kind": "table", "columns": columns, "row": [1.0, None]}, {"id": 0}, []))
    spec = (state := json.loads(STATE.search(data)[1]))["spec"]
    bits, text = state["buffers"][spec["columns"]]
    assert (bits, spec["row"]) == (1, [1.0, None])
    assert json.loads(zlib.decompress(base64.b64decode(text))) == columns
