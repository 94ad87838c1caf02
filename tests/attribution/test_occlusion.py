"""Occlusion against closed forms, brute force and Captum."""

from __future__ import annotations

import itertools

import captum.attr
import numpy as np
import pytest
import torch
from attribution.nets import convnet, image, linear, mlp, row
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

import xai_widgets as xai
from xai_widgets.attribution.windows import Windows, coarse_to_fine, spread_order


@pytest.mark.parametrize(("size", "stride"), [(4, 4), (4, 2), (5, 3), (3, 1), (16, 16), (1, 1), ((3, 4, 2), (3, 2, 1))])
def test_it_agrees_with_captum(size: int | tuple[int, ...], stride: int | tuple[int, ...]) -> None:
    model, x = convnet(), image()
    ours = xai.attribute(model, x, "occlusion", target=1, sliding_window_shapes=size, strides=stride)
    shapes, steps = (one if isinstance(one, tuple) else (3, one, one) for one in (size, stride))
    theirs = captum.attr.Occlusion(model).attribute(x[None], shapes, steps, target=1, perturbations_per_eval=16)[0]
    np.testing.assert_allclose(ours.values, theirs[:1].numpy(), rtol=1e-6, atol=1e-9)
    assert ours.error is None
    assert ours.fraction == 1


@pytest.mark.parametrize(
    ("shape", "size", "stride"),
    [
        ((3, 6, 5), (1, 4, 2), (1, 2, 2)),
        ((3, 6, 5), (2, 6, 5), (1, 1, 1)),
        ((2, 15), (2, 4), (2, 3)),
        ((4, 6), (2, 3), (1, 2)),
    ],
)
def test_windows_smaller_than_any_axis_slide_over_it_as_captums(
    shape: tuple[int, ...], size: tuple[int, ...], stride: tuple[int, ...]
) -> None:
    x = torch.randn(shape, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    model = nn.Sequential(nn.Flatten(), mlp(x.numel()))
    ours = xai.attribute(model, x, "occlusion", target=1, sliding_window_shapes=size, strides=stride)
    theirs = captum.attr.Occlusion(model).attribute(x[None], size, stride, target=1)[0].numpy()
    np.testing.assert_allclose(np.broadcast_to(ours.values, shape), theirs, rtol=1e-6, atol=1e-9)


def test_a_linear_model_loses_what_the_feature_gave() -> None:
    model, x = linear(), row()
    result = xai.attribute(model, x, "occlusion", target=2)
    np.testing.assert_allclose(result.values, (model.weight[2] * x).detach().numpy(), rtol=1e-5)
    assert result.forwards == 1 + 6  # the whole, then each feature


def test_rows_and_steps() -> None:
    assert xai.attribute(mlp(), row(), "occlusion", sliding_window_shapes=2, strides=1).values.shape == (6,)
    steps = nn.Sequential(nn.Flatten(), nn.Linear(12, 2)).double()
    x = torch.randn(4, 3, dtype=torch.float64)
    result = xai.attribute(steps, x, "occlusion", target=0)
    expected = (steps[1].weight[0].reshape(4, 3) * x).sum(1, keepdim=True)
    np.testing.assert_allclose(result.values, expected.detach().numpy(), rtol=1e-5)


@pytest.fixture
def _window_by_window(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep batches at one row, so that the steps do not depend on the machine's speed, and to whole passes."""
    monkeypatch.setattr("xai_widgets.models.pace.Pace.learn", lambda *_: None)
    monkeypatch.setattr("xai_widgets.attribution.incremental.MANY", 1000)


@pytest.mark.usefixtures("_window_by_window")
def test_the_first_picture_is_coarse_and_the_last_exact() -> None:
    model, x = convnet(), image()
    results = list(xai.attribute_iter(model, x, "occlusion", target=1, sliding_window_shapes=2, strides=1))
    first, *_, second, third, _, _, fourth = results[:9]
    assert first.steps[0] == 1 + 2  # the whole, and its halves
    assert first.error is None
    assert len(np.unique(first.values)) == 2
    assert second.steps[0] == 1 + 2 + 4
    assert len(np.unique(second.values)) == 4
    np.testing.assert_array_equal(third.values, second.values)  # until its scale is known
    assert len(np.unique(fourth.values)) == 8  # a part of each quarter is known better now
    fractions = [one.fraction for one in results]
    assert fractions == sorted(fractions)
    assert all(one.error is not None for one in results[-5:-1])
    assert results[-1].error is None
    exact = results[-1].values
    errors = [np.linalg.norm(one.values - exact) / np.linalg.norm(exact) for one in results]
    assert errors[-2] < errors[1]


def test_a_constant_model_loses_nothing() -> None:
    class Constant(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return torch.ones(len(x), 2, dtype=x.dtype)

    result = xai.attribute(Constant(), image(), "occlusion", sliding_window_shapes=2)
    assert not result.values.any()
    assert result.fraction == 1


@settings(max_examples=60)
@given(h=st.integers(1, 12), w=st.integers(1, 12), size=st.integers(1, 14), stride=st.integers(1, 5))
def test_windows_are_captums(h: int, w: int, size: int, stride: int) -> None:
    """Every position once, the last ones clipped at the border."""
    windows = Windows.over((3, h, w), size, stride)
    masks = windows.masks(slice(None), torch.device("cpu")).numpy()
    expected = set()
    side_h, side_w = min(size, h), min(size, w)
    for y in range(1 + max(0, -(-(h - side_h) // stride))):
        for x in range(1 + max(0, -(-(w - side_w) // stride))):
            mask = np.zeros((h, w), bool)
            mask[y * stride : y * stride + side_h, x * stride : x * stride + side_w] = True
            expected.add(mask.tobytes())
    assert {one.tobytes() for one in masks} == expected
    assert len(masks) == len(expected) or stride > size


@given(n=st.integers(1, 300))
def test_the_order_is_a_permutation_spread_from_the_start(n: int) -> None:
    order = spread_order(n).tolist()
    assert sorted(order) == list(range(n))
    if n >= 8:
        assert max(np.diff(sorted(order[: n // 2]))) <= 4


def test_few_windows_need_no_coarse_picture() -> None:
    assert len(coarse_to_fine(Windows.over((3, 16, 16), 4, 4))) == 1
    assert len(coarse_to_fine(Windows.over((3, 16, 16), 2, 2))) == 3
    assert len(coarse_to_fine(Windows.over((3, 16, 16), 2, 1))) == 3
    assert len(coarse_to_fine(Windows.over((3, 32, 32), 2, 1))) == 4
    assert [one.size for one in coarse_to_fine(Windows.over((3, 20, 30), 2, 1))[:2]] == [(20, 15), (10, 15)]


@given(h=st.integers(1, 300), w=st.integers(1, 300), size=st.integers(1, 300), stride=st.integers(1, 300))
def test_coarse_pictures_cost_little_and_each_covers_everything(h: int, w: int, size: int, stride: int) -> None:
    *coarse, fine = coarse_to_fine(Windows.over((3, h, w), size, stride))
    assert sum(map(len, coarse)) <= 0.15 * len(fine)  # on a line, half as many windows come before the last ones
    assert all((one.coverage() == 1).all() for one in coarse)


def test_the_default_windows_come_after_halves_and_quarters() -> None:
    levels = coarse_to_fine(Windows.over((3, 224, 224), None, None))
    assert [len(one) for one in levels] == [2, 4, 169]


def test_a_wrong_number_of_sizes_is_refused() -> None:
    with pytest.raises(ValueError, match="sliding_window_shapes must be one number, or 2 or 3 of them"):
        xai.attribute(convnet(), image(), "occlusion", sliding_window_shapes=(1, 2, 3, 4))
    with pytest.raises(ValueError, match=r"must lie in 1\.\.512, got 0"):
        xai.attribute(convnet(), image(), "occlusion", strides=0)


@pytest.mark.parametrize("steps", [(13, 13), (8, 5), (1, 9), (2, 2)])
def test_windows_come_once_with_those_as_far_from_the_borders(steps: tuple[int, int]) -> None:
    windows = Windows((1, 2), (2 * steps[0], 2 * steps[1]), (2, 2), (2, 2), 3)
    places = [tuple(start) for start in (windows.boxes(slice(None))[:, 0] // 2).tolist()]
    assert sorted(places) == [(i, j) for i in range(steps[0]) for j in range(steps[1])]
    kinds = [tuple(abs(2 * at + 1 - n) // 4 for at, n in zip(place, steps, strict=True)) for place in places[4:]]
    changes = sum(a != b for a, b in itertools.pairwise(kinds))
    assert changes == max(0, len(set(kinds)) - 1)
