"""What the browser's tests compare their pixels with is what Python paints today, and smoothing keeps what it must."""

import base64
import importlib.util
import json
from pathlib import Path

import numpy as np
import pytest

from xai_widgets.export.colours import look, washed
from xai_widgets.export.smoothing import automatic, roughness, smoothed

FOLDER = Path(__file__).parent.parent / "fixtures" / "looks"


def pixels(shown):
    return np.frombuffer(base64.b64decode(shown["rgba"]), np.uint8).astype(int)


def test_the_file_is_fresh():
    spec = importlib.util.spec_from_file_location("generate_looks", FOLDER / "generate.py")
    generate = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generate)
    kept = json.loads((FOLDER / "looks.json").read_text("utf-8"))
    for now, then in zip(generate.looks(), kept, strict=True):
        assert {**now, "shown": None} == {**then, "shown": None}
        for a, b in zip(now["shown"], then["shown"], strict=True):
            assert a["display"] == b["display"]
            # Another processor may round another way.
            assert np.abs(pixels(a) - pixels(b)).max() <= 2


@pytest.mark.parametrize("sigma", [0.3, 1, 2.5, 8, 32])
def test_smoothing_keeps_the_sum_and_a_flat_map_flat(sigma):
    values = np.random.default_rng(0).normal(size=(17, 31))
    assert smoothed(values, sigma).sum() == pytest.approx(values.sum())
    np.testing.assert_allclose(smoothed(np.full((7, 3), 2.0), sigma), 2.0)


def test_smoothing_spreads_a_point_as_the_formula_says():
    values = np.zeros((41, 41))
    values[20, 20] = 1
    found = smoothed(values, 2) * 8 * np.pi
    y, x = np.mgrid[-20:21, -20:21]
    np.testing.assert_allclose(found, np.exp(-(x**2 + y**2) / 8), atol=0.1)


def test_smoothing_goes_round_holes():
    values = np.random.default_rng(1).normal(size=(20, 20))
    values[:3] = np.nan
    found = smoothed(values, 2)
    assert (np.isnan(found) == np.isnan(values)).all()
    assert np.nansum(found) == pytest.approx(np.nansum(values))
    assert np.isnan(smoothed(np.full((2, 2), np.nan), 1)).all()


def test_speckle_alone_is_smoothed_by_itself():
    grain = np.random.default_rng(2).normal(size=(224, 224))
    y, x = np.mgrid[0:224, 0:224] / 224
    hump = np.exp(-((x - 0.4) ** 2 + (y - 0.5) ** 2) * 20)
    assert (automatic(grain * hump), automatic(hump), automatic(grain[:28, :28])) == (2, 0, 0)
    assert automatic(np.tile(grain, (5, 5))) == look()["smoothing"]["most"]
    assert roughness(np.zeros((3, 3))) == 0


def test_the_wash_takes_colour_and_depth():
    photo = np.array([[[255, 0, 0], [0, 0, 0], [255, 255, 255]]], np.uint8)
    red, black, white = washed(photo)[0].astype(int)
    assert np.ptp(red) < 20
    assert 60 < white[0] - black[0] < 160
