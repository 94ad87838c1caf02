import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xai_widgets.export.colours import STEPS, colormaps, look_of, ramp, threshold

DIVERGING = [name for name, one in colormaps().items() if one["kind"] == "diverging"]


@pytest.mark.parametrize("name", colormaps())
def test_a_ramp_goes_through_its_anchors(name):
    colours, anchors = ramp(name), colormaps()[name]["anchors"]
    assert colours.shape == (STEPS, 3)
    every = (STEPS - 1) // (len(anchors) - 1)
    assert ["#" + bytes(one).hex() for one in colours[::every]] == anchors


@pytest.mark.parametrize("name", DIVERGING)
def test_zero_is_neutral_and_opposite_values_mirror(name):
    look = look_of(np.array([-2.0, 0.0, 1.0, 2.0]), colormap=name)
    red, green, blue = map(int, look.colours(np.array(0.0)))
    assert max(red, green, blue) - min(red, green, blue) <= 6
    colours = ramp(name)
    for share in (0.25, 0.5, 1.0):
        at = round(128 * share)
        assert (look.colours(np.array(share * look.scale)) == colours[128 + at]).all()
        assert (look.colours(np.array(-share * look.scale)) == colours[128 - at]).all()


def test_a_map_without_negative_values_is_sequential_whatever_was_asked():
    assert not look_of(np.array([0.0, 1.0])).diverging
    assert not look_of(np.array([0.0, 1.0]), colormap="blue_orange").diverging
    assert not look_of(np.array([-1.0, 1.0]), sign="absolute").diverging
    assert look_of(np.array([-1.0, 1.0])).diverging
    assert look_of(np.array([0.0, 1.0])).ends == (0.0, 1.0)


def test_one_outlier_does_not_wash_out_the_others():
    values = np.concatenate([np.ones(999), [1000.0]])
    look = look_of(values)
    assert look.scale == 1
    assert look.clipped
    assert (look.colours(np.array(1000.0)) == ramp("ember")[-1]).all()


def test_where_almost_all_is_zero_the_largest_sets_the_scale():
    values = np.zeros(1000)
    values[0] = -3
    assert look_of(values).scale == 3
    assert look_of(np.zeros(4)).scale == 1
    assert look_of(np.full(4, np.nan)).scale == 1


def test_opacity_in_closed_form():
    values = np.array([0.0, 0.5, 1.0, -1.0, 7.0])
    scale = look_of(values).scale
    strength = np.minimum(np.abs(values) / scale, 1)
    for opacity, power in ((0.5, 1.0), (0.75, 3.0), (0.25, 1 / 3)):
        alpha = look_of(values, opacity=opacity).rgba(values)[..., 3]
        np.testing.assert_array_equal(alpha, np.rint(255 * (1 - (1 - strength) ** power)))
    assert (look_of(values, opacity=0).rgba(values)[..., 3] == 0).all()
    assert (look_of(values, opacity=1).rgba(values)[..., 3] == 255).all()


def test_what_is_no_number_is_not_drawn():
    values = np.array([1.0, np.nan, -1.0])
    assert look_of(values, opacity=1).rgba(values)[:, 3].tolist() == [255, 0, 255]


def test_what_is_not_said_is_chosen():
    values = np.array([-2.0, 0.0, 1.0])
    nothing = dict.fromkeys(("colormap", "opacity", "sign", "mass", "scale"))
    assert (look_of(values, **nothing).rgba(values) == look_of(values).rgba(values)).all()
    assert look_of(values, scale=0.5).scale == 0.5
    assert look_of(values, scale=0.5).clipped


@pytest.mark.parametrize(
    ("sign", "drawn"), [("both", [1, 1, 1]), ("positive", [1, 0, 0]), ("negative", [0, 0, 1]), ("absolute", [1, 1, 1])]
)
def test_signs(sign, drawn):
    values = np.array([2.0, 0.0, -3.0])
    assert look_of(values, sign=sign).shown(values).tolist() == list(map(bool, drawn))


def test_threshold_in_closed_form():
    values = np.array([4.0, -3.0, 2.0, 1.0])
    assert [threshold(values, m) for m in (0.4, 0.41, 0.7, 0.9, 1)] == [4, 3, 3, 2, 0]
    assert threshold(values, 0.5, "positive") == 4
    assert threshold(values, 0.5, "negative") == 3
    assert threshold(values, 0) == np.inf
    assert threshold(np.zeros(3), 0.5) == 0


@given(st.lists(st.integers(-50, 50), min_size=1, max_size=40), st.integers(1, 99))
def test_a_threshold_keeps_the_fewest_values_that_hold_the_mass(numbers, percent):
    values = np.array(numbers, float)
    sizes = np.abs(values)
    cut = threshold(values, percent / 100)
    total = sizes.sum()
    assert sizes[sizes >= cut].sum() >= percent / 100 * total * (1 - 1e-12)
    if total:
        assert sizes[sizes > cut].sum() < percent / 100 * total * (1 + 1e-12)


@pytest.mark.parametrize(
    "wrong",
    [
        {"sign": "up"},
        {"opacity": 1.1},
        {"mass": float("nan")},
        {"colormap": "jet"},
        {"opacity": -0.1},
        {"scale": float("inf")},
        {"scale": -1.0},
    ],
)
def test_wrong_options_are_refused_by_name(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        look_of(np.ones(3), **wrong)
