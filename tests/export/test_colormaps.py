"""The colour maps can be read by everybody."""

import re
from itertools import pairwise

import numpy as np
import pytest

from xai_widgets.export.colours import STEPS, colormaps, ramp

# Machado, Oliveira and Fernandes (2009), severity 1, for linear RGB.
EYES = {
    "all cones": np.eye(3),
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}


def oklab(colours, eyes):
    """Return lightness and two colour axes in which equal distances look about equal (Ottosson, 2020)."""
    srgb = np.asarray(colours) / 255
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    linear = np.clip(linear @ np.asarray(EYES[eyes]).T, 0, 1)
    cones = np.cbrt(
        linear
        @ np.array(
            [
                [0.4122214708, 0.5363325363, 0.0514459929],
                [0.2119034982, 0.6806995451, 0.1073969566],
                [0.0883024619, 0.2817188376, 0.6299787005],
            ]
        ).T
    )
    return (
        cones
        @ np.array(
            [
                [0.2104542553, 0.7936177850, -0.0040720468],
                [1.9779984951, -2.4285922050, 0.4505937099],
                [0.0259040371, 0.7827717662, -0.8086757660],
            ]
        ).T
    )


def named(kind):
    return [name for name, one in colormaps().items() if one["kind"] == kind]


@pytest.mark.parametrize("eyes", EYES)
@pytest.mark.parametrize("name", named("sequential"))
def test_lightness_orders_a_sequential_map(name, eyes):
    lightness = oklab(ramp(name), eyes)[:, 0]
    # Eight bits a channel: a step of 1/256 may round either way.
    assert (np.diff(lightness[::8]) > 0).all()
    assert lightness[-1] - lightness[0] > 0.6


@pytest.mark.parametrize("eyes", EYES)
@pytest.mark.parametrize("name", named("diverging"))
def test_a_diverging_map_is_lightest_at_zero_and_its_sides_differ(name, eyes):
    colours = oklab(ramp(name), eyes)
    middle = STEPS // 2
    assert np.hypot(*oklab(ramp(name), "all cones")[middle, 1:]) < 0.02, "zero is neutral"
    assert (np.diff(colours[: middle + 1 : 8, 0]) > 0).all()
    assert (np.diff(colours[middle::8, 0]) < 0).all()
    # From a quarter of the scale on for and against are told apart, by hue alone; two colours are at 0.02.
    sides = np.linalg.norm(colours[::-1] - colours, axis=1)[: middle - middle // 4]
    assert sides.min() > 0.05


@pytest.mark.parametrize("name", colormaps())
def test_equal_steps_look_about_equal(name):
    steps = np.linalg.norm(np.diff(oklab(ramp(name)[::8], "all cones"), axis=0), axis=1)
    assert steps.max() < 3 * steps.min()


@pytest.mark.parametrize("name", colormaps())
def test_the_anchors_are_colours_enough_to_interpolate_between(name):
    anchors = colormaps()[name]["anchors"]
    assert len(anchors) >= 33
    assert len(anchors) % 2 == 1, "a diverging map has its zero on an anchor"
    assert all(re.fullmatch("#[0-9a-f]{6}", one) for one in anchors)
    assert all(a != b for a, b in pairwise(anchors))
