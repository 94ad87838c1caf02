import dataclasses

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import xai_widgets.inputs as package
from xai_widgets.inputs import (
    FILLS,
    PERTURBATIONS,
    Blur,
    Brightness,
    Contrast,
    Noise,
    Occlude,
    Rotation,
    Slider,
    perturb,
    perturbation_from,
)

SLIDERS = [cls for cls in PERTURBATIONS.values() if issubclass(cls, Slider)]


def apply(perturbation, pixels, seed=0):
    return perturbation.apply(pixels, torch.Generator().manual_seed(seed))


@pytest.fixture
def pixels():
    return torch.rand(3, 21, 33, generator=torch.Generator().manual_seed(0))


@pytest.fixture
def inputs(read, pixels):
    mean, std = 0.4, 0.2
    inputs = read((pixels - mean) / std)
    assert inputs.kind == "image"
    return inputs


def test_names_are_those_of_the_protocol():
    assert list(PERTURBATIONS) == ["blur", "noise", "brightness", "contrast", "rotation", "occlude", "regions"]
    assert FILLS == ("mean", "blur", "noise", "colour")


@pytest.mark.parametrize("cls", SLIDERS)
def test_slider_range_holds_its_neutral_value_and_nothing_outside(cls):
    assert cls(cls.neutral).is_neutral
    assert not cls(cls.high).is_neutral
    assert cls.spec()["name"] == cls.name
    for value in (cls.low - cls.step, cls.high + cls.step, float("nan"), float("inf"), 10**400):
        with pytest.raises(ValueError, match=r"must lie in -?[\d.]+\.\."):
            cls(value)
    for value in ("2", None, True, [1]):
        with pytest.raises(TypeError, match="must be a number"):
            cls(value)


@pytest.mark.parametrize("cls", SLIDERS)
def test_neutral_is_the_very_same_input(cls, inputs, pixels):
    assert perturb(inputs, [cls(cls.neutral)]) is inputs
    torch.testing.assert_close(apply(cls(cls.neutral), pixels), pixels, atol=1e-5, rtol=0)


@pytest.mark.parametrize("cls", SLIDERS)
def test_pixels_are_changed_on_the_device_where_they_are(cls, pixels):
    # Of the meta device no value can be read, so whatever leaves it raises.
    assert apply(cls(cls.high), pixels.to("meta")).device.type == "meta"


@pytest.mark.parametrize("cls", SLIDERS)
@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_result_keeps_shape_type_and_range(cls, share, pixels):
    changed = apply(cls(cls.low + share * (cls.high - cls.low)), pixels)
    assert changed.shape == pixels.shape
    assert changed.dtype == pixels.dtype
    assert changed.min() >= 0
    assert changed.max() <= 1 + 1e-6


@pytest.mark.parametrize("cls", SLIDERS)
def test_a_pixel_and_a_row_are_pictures_too(cls):
    for shape in ((1, 1, 1), (3, 1, 9), (4, 7, 1)):
        assert apply(cls(cls.high), torch.rand(shape)).isfinite().all()


@pytest.mark.parametrize("sigma", [0.1, 1.0, 5.0, 16.0])
def test_blur_keeps_a_constant_and_spreads_a_point(sigma):
    assert torch.allclose(apply(Blur(sigma), torch.full((3, 20, 30), 0.3)), torch.tensor(0.3))
    point = torch.zeros(1, 201, 201, dtype=torch.float64)
    point[0, 100, 100] = 1
    spread = apply(Blur(sigma), point)
    assert spread.sum().item() == pytest.approx(1)
    if sigma >= 1:
        at = torch.arange(201.0) - 100
        variance = (spread.sum((0, 1)) * at**2).sum().sqrt().item()
        assert variance == pytest.approx(sigma, rel=0.01)
        torch.testing.assert_close(spread, spread.flip(1))


def test_noise_is_one_pattern_scaled(pixels):
    middle = torch.full_like(pixels, 0.5)
    small, large = (apply(Noise(amount), middle, seed=5) - 0.5 for amount in (0.05, 0.1))
    torch.testing.assert_close(large, 2 * small, atol=1e-6, rtol=1e-4)
    assert small.std().item() == pytest.approx(0.05, rel=0.1)
    assert not torch.equal(small, apply(Noise(0.05), middle, seed=6) - 0.5)
    half = apply(Noise(0.1), middle.double(), seed=5)
    torch.testing.assert_close(half.float() - 0.5, large)


def test_brightness_adds(pixels):
    torch.testing.assert_close(apply(Brightness(0.25), pixels / 2), pixels / 2 + 0.25)
    assert apply(Brightness(-0.5), pixels).min() == 0


def test_contrast_stretches_about_the_mean(pixels):
    mean = pixels.mean((1, 2), keepdim=True)
    torch.testing.assert_close(apply(Contrast(0.0), pixels), mean.expand_as(pixels))
    torch.testing.assert_close(apply(Contrast(0.5), pixels), (pixels + mean) / 2)


def test_rotation_is_clockwise():
    pixels = torch.zeros(1, 41, 41)
    pixels[0, 5, 20] = 1  # above the centre
    row, column = divmod(int(apply(Rotation(45), pixels).argmax()), 41)
    assert row < 20 < column
    assert abs((20 - row) - (column - 20)) <= 1


def test_rotation_twice_by_45_is_a_quarter_turn():
    y, x = torch.meshgrid(torch.linspace(-1, 1, 81), torch.linspace(-1, 1, 81), indexing="ij")
    pixels = (torch.exp(-((x - 0.3) ** 2 + y**2) * 8))[None]
    twice = apply(Rotation(45), apply(Rotation(45), pixels))
    torch.testing.assert_close(twice, pixels.rot90(-1, (1, 2)), atol=0.02, rtol=0)


def test_rotation_of_a_round_pattern_in_an_oblong_picture_changes_nothing():
    y, x = torch.meshgrid(torch.arange(41.0) - 20, torch.arange(81.0) - 40, indexing="ij")
    pixels = torch.exp(-(x**2 + y**2) / 60)[None]
    torch.testing.assert_close(apply(Rotation(30), pixels), pixels, atol=0.01, rtol=0)


def test_what_overshoots_is_not_cut():
    pixels = torch.tensor([[[-0.1, 0.5, 1.2]]])
    torch.testing.assert_close(apply(Brightness(0.01), pixels), torch.tensor([[[-0.09, 0.51, 1.2]]]))


def test_perturb_goes_through_the_normalisation(inputs):
    changed = perturb(inputs, [Brightness(0.1)])
    before, after = inputs.pixels, changed.pixels
    torch.testing.assert_close(after, (before + 0.1).clamp(max=1), atol=1e-5, rtol=0)
    assert changed.photo is inputs.photo
    assert changed.black is inputs.black


def test_perturb_follows_the_order_of_the_list(inputs):
    one = perturb(inputs, [Brightness(0.5), Contrast(0.2)])
    other = perturb(inputs, [Contrast(0.2), Brightness(0.5)])
    assert not torch.allclose(one.x, other.x, atol=0.05)


def test_perturb_leaves_the_noise_pattern_when_an_edit_comes_before(read):
    grey = read(torch.full((3, 9, 9), 0.5))
    one = perturb(grey, [Noise(0.05)], seed=3).x - 0.5
    other = perturb(grey, [Brightness(0.1), Noise(0.05)], seed=3).x - 0.6
    torch.testing.assert_close(one, other, atol=1e-6, rtol=0)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
def test_perturb_keeps_the_model_s_type(read, dtype):
    inputs = read(torch.rand(3, 8, 8), dtype=dtype)
    for cls in SLIDERS:
        assert perturb(inputs, [cls(cls.high)]).x.dtype == dtype


def test_perturb_refuses_what_is_no_picture(read):
    with pytest.raises(ValueError, match="no picture"):
        perturb(read(torch.rand(5)), [Blur(1)])


def test_colour_goes_to_the_right_channels(read, photo):
    def opencv(im):
        return torch.from_numpy(np.array(im)).permute(2, 0, 1).flip(0).float()

    inputs = read(photo(30, 20), opencv)
    changed = perturb(inputs, [Occlude((15, 10), 3, "colour", (255, 0, 0))])
    assert changed.view()[10, 15].tolist() == [255, 0, 0]
    assert changed.x[:, 10, 15].tolist() == [0, 0, 255]
    assert torch.equal(changed.x[:, 0, 0], inputs.x[:, 0, 0])


coordinate = st.floats(-20, 60, allow_nan=False).map(lambda value: round(value, 3))


@given(st.lists(st.tuples(coordinate, coordinate), min_size=1, max_size=7), st.floats(0.2, 30))
def test_mask_is_the_distance_to_the_polyline(points, radius):
    height, width = 31, 40
    y, x = np.mgrid[:height, :width] + 0.5
    distance = np.full((height, width), np.inf)
    for a, b in zip(points, points[1:] or points, strict=False):
        (ax, ay), (dx, dy) = a, (b[0] - a[0], b[1] - a[1])
        along = ((x - ax) * dx + (y - ay) * dy) / max(dx * dx + dy * dy, 1e-300)
        along = along.clip(0, 1)
        distance = np.minimum(distance, np.hypot(x - ax - along * dx, y - ay - along * dy))
    mask = Occlude([one for point in points for one in point], radius).mask(height, width).numpy()
    sure = np.abs(distance - radius) > 1e-9
    np.testing.assert_array_equal(mask[sure], (distance <= radius)[sure])


@pytest.mark.parametrize("fill", FILLS)
def test_occlusion_changes_only_what_it_covers(fill, inputs):
    stroke = Occlude((4, 5, 20, 9, 22, 15), 3.5, fill, (10, 200, 30))
    changed = perturb(inputs, [stroke])
    outside = ~stroke.mask(*inputs.grid)
    assert torch.equal(changed.x[:, outside], inputs.x[:, outside])
    assert not torch.equal(changed.x, inputs.x)
    assert changed.x.isfinite().all()


def test_occlusion_fills(pixels):
    stroke = Occlude((16, 10), 4)
    mask = stroke.mask(21, 33)
    filled = apply(stroke, pixels)[:, mask]
    torch.testing.assert_close(filled, pixels[:, ~mask].mean(1, keepdim=True).expand_as(filled))
    filled = apply(Occlude((16, 10), 4, "colour", (255, 51, 0)), pixels)[:, mask]
    torch.testing.assert_close(filled, torch.tensor([[1.0], [0.2], [0.0]]).expand_as(filled))
    grey = apply(Occlude((16, 10), 4, "colour", (255, 255, 255)), pixels[:1])
    assert grey[0, 10, 16] == pytest.approx(1)


def test_occlusion_of_everything(pixels):
    mean = pixels.mean((1, 2), keepdim=True)
    torch.testing.assert_close(apply(Occlude((16, 10), 500), pixels), mean.expand_as(pixels))


def test_no_points_is_neutral(inputs):
    assert perturb(inputs, [Occlude(())]) is inputs


def test_strokes_of_noise_do_not_flicker_as_they_grow(inputs):
    short, long = (perturb(inputs, [Occlude(points, 3, "noise")]) for points in ((5, 5), (5, 5, 20, 9)))
    covered = Occlude((5, 5), 3).mask(*inputs.grid)
    assert torch.equal(short.x[:, covered], long.x[:, covered])


EXAMPLES = [
    *(cls(cls.low) for cls in SLIDERS),
    Occlude([1, 2, 3.5, 4], 7, "colour", [1, 2, 3]),
    Occlude((), 2),
]


def test_there_is_an_example_of_each_and_none_can_be_changed():
    assert {type(one) for one in EXAMPLES} >= set(PERTURBATIONS.values()) - {PERTURBATIONS["regions"]}
    for one in EXAMPLES:
        for field in dataclasses.fields(one):
            with pytest.raises(dataclasses.FrozenInstanceError):
                setattr(one, field.name, None)


@pytest.mark.parametrize("perturbation", EXAMPLES, ids=repr)
def test_repr_and_dict_build_it_again(perturbation):
    assert eval(repr(perturbation), vars(package)) == perturbation
    assert perturbation_from(perturbation.to_dict()) == perturbation
    hash(perturbation)


@pytest.mark.parametrize(
    ("edit", "error", "match"),
    [
        ({"name": "swirl", "value": 1}, ValueError, "there are: blur, noise"),
        ({"name": ["blur"], "value": 1}, ValueError, "no perturbation"),
        ({"value": 1}, ValueError, "no perturbation None"),
        ([1], TypeError, "mapping"),
        ({"name": "blur"}, ValueError, "lacks value"),
        ({"name": "blur", "value": 1, "px": 2}, ValueError, "has no px"),
        ({"name": "blur", "value": 17}, ValueError, "sigma must lie in 0..16 px, got 17"),
        ({"name": "blur", "value": "17"}, TypeError, "must be a number"),
        ({"name": "occlude"}, ValueError, "lacks points"),
        ({"name": "occlude", "points": 3}, TypeError, "must be a list"),
        ({"name": "occlude", "points": "12"}, TypeError, "must be a list"),
        ({"name": "occlude", "points": [1]}, ValueError, "even number"),
        ({"name": "occlude", "points": [0] * 40_002}, ValueError, "at most"),
        ({"name": "occlude", "points": [1, float("nan")]}, ValueError, "coordinate must lie"),
        ({"name": "occlude", "points": [1, 1e300]}, ValueError, "coordinate must lie"),
        ({"name": "occlude", "points": [1, None]}, TypeError, "must be a number"),
        ({"name": "occlude", "points": [1, 2], "radius": 0}, ValueError, "radius must lie"),
        ({"name": "occlude", "points": [1, 2], "fill": "sky"}, ValueError, "'mean', 'blur', 'noise', 'colour'"),
        ({"name": "occlude", "points": [1, 2], "fill": ["mean"]}, ValueError, "fill must be"),
        ({"name": "occlude", "points": [1, 2], "colour": [1, 2]}, ValueError, "red, green, blue"),
        ({"name": "occlude", "points": [1, 2], "colour": [1, 2, 256]}, ValueError, "colour must lie"),
    ],
)
def test_an_edit_from_outside_is_not_trusted(edit, error, match):
    with pytest.raises(error, match=match):
        perturbation_from(edit)


def test_a_long_stroke_takes_little_memory_and_is_right():
    steps = np.random.default_rng(0).normal(size=(2000, 2)).cumsum(0) + 112
    mask = Occlude(steps.ravel().tolist(), 64).mask(224, 224)
    assert mask[112, 112]
    assert Occlude((0, 0, 1e5, 1e5), 1).mask(50, 60).sum() == pytest.approx(50 * 3, abs=10)
