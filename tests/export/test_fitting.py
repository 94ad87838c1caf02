"""A page keeps to its size: coarser maps first, then fewer answers, the oldest first, and says so."""

import base64
import json
import logging
import re
import zlib

import numpy as np
import pytest

from xai_widgets.export.page import Shown, page
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
    return Shown(spec, {"id": 0, "display": display}, answers[0], answers)


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
        state = opened(Shown(shown.spec, shown.state, shown.answers[2], shown.answers))[1]
    assert [state["messages"][at]["request"]["target"] for _, at in state["answers"]] == [2]
    monkeypatch.setenv("XAI_WIDGETS_PAGE_KB", "1")
    caplog.clear()
    assert len(opened(a_page(1))[1]["told"]) == 2
    assert "more than the 1 it may" in caplog.text


def test_what_is_the_same_is_stored_once():
    _, state = opened(a_page(2))
    assert len(state["buffers"]) == 3, "two maps, and the probabilities of both"


@pytest.mark.parametrize("shape", [(6, 6), (2, 300)])
def test_a_map_of_few_cells_is_kept_in_one_along_an_axis_where_there_is_no_room(shape, monkeypatch):
    monkeypatch.setenv("XAI_WIDGETS_PAGE_KB", "1")
    answer = a_prediction(0), a_map(0, np.arange(np.prod(shape), dtype=float).reshape(shape))
    _, state = opened(Shown({"kind": "image", "photo": {"data": PHOTO}}, {"id": 0}, answer, [answer]))
    found = values_of(state, 1)[1]
    assert found.shape == (1, max(1, shape[1] // 17))
    assert found.mean() == pytest.approx(np.prod(shape) / 2 - 0.5, rel=0.02)
