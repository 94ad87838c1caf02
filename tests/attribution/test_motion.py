"""Sounds and videos: what is hidden together, and that its effects are those of a linear model in closed form."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from attribution.nets import row
from torch import nn

import xai_widgets as xai
from xai_widgets.attribution.groups import Groups, boxes
from xai_widgets.attribution.windows import Windows
from xai_widgets.inputs import Inputs

SHAPES = {
    (12, 3, 32, 32): (0, 2, 3),
    (3, 12, 32, 32): (1, 2, 3),
    (16, 1, 8, 8): (0, 2, 3),
    (1, 16, 8, 8): (1, 2, 3),
    (4, 3, 8, 8): (0, 2, 3),
    (3, 4, 8, 8): (1, 2, 3),
    (8, 8, 8, 8): (),
    (16000,): (0,),
    (2, 16000): (1,),
    (4096,): (),
    (1, 64): (1,),
    (2, 64): (),
    (1, 1): (),
    (12, 768): (),
    (5000, 64): (),
    (3, 32, 32): (),
    (6,): (),
    (): (),
}


def tensor(*shape: int, **more: object) -> Inputs:
    return Inputs(torch.randn(shape, generator=torch.Generator().manual_seed(0)).double(), "tensor", **more)


@pytest.mark.parametrize("shape", SHAPES)
def test_time_and_space_are_told_by_the_shape(shape: tuple[int, ...]) -> None:
    assert tensor(*shape).motion == SHAPES[shape]


def test_what_has_names_or_words_is_no_sound() -> None:
    assert tensor(5000, names=tuple(map(str, range(5000)))).motion == ()
    assert tensor(2, 5000, vectors={}).motion == ()


@pytest.mark.parametrize(("most", "cuts"), [(49, (4, 4, 3)), (9, (2, 2, 2)), (2, (2, 1, 1)), (400, (5, 8, 9))])
def test_boxes_cut_each_axis_about_as_often(most: int, cuts: tuple[int, ...]) -> None:
    found = boxes((5, 3, 8, 9), (0, 2, 3), most)
    assert found.shape == (5, 1, 8, 9)
    parts = [len(torch.unique(found.movedim(axis, 0).flatten(1), dim=0)) for axis in (0, 2, 3)]
    assert tuple(parts) == cuts
    sizes = torch.bincount(found.flatten())
    assert len(sizes) == np.prod(cuts) <= most
    assert int(sizes.min()) > 0


def dense(x: torch.Tensor) -> nn.Module:
    torch.manual_seed(1)
    return nn.Sequential(nn.Flatten(), nn.Linear(x.numel(), 2)).double()


@pytest.mark.parametrize("shape", [(6, 3, 8, 8), (3, 6, 8, 8), (8000,), (2, 8000)])
def test_each_part_has_what_its_values_give(shape: tuple[int, ...]) -> None:
    x = tensor(*shape).x
    model = dense(x)
    gives = (model[1].weight[0].reshape(shape) * x).detach()
    index = Groups.of(tensor(*shape)).index.expand(shape)
    sums = torch.zeros(int(index.max()) + 1, dtype=x.dtype).index_add_(0, index.flatten(), gives.flatten())
    assert len(sums) == (49 if len(shape) <= 2 else 48)
    for method in ("feature_ablation", "kernel_shap"):
        got = xai.attribute(model, x, method, target=0).values
        np.testing.assert_allclose(np.broadcast_to(got, shape), sums[index].numpy(), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(("shape", "size"), [((8, 3, 8, 12), (2, 2, 3)), ((8000,), (400,)), ((2, 8000), (400,))])
def test_windows_slide_over_time_and_space(shape: tuple[int, ...], size: tuple[int, ...]) -> None:
    x = tensor(*shape).x
    model = dense(x)
    gives = (model[1].weight[0].reshape(shape) * x).detach()
    got = xai.attribute(model, x, "occlusion", target=0)
    axes = SHAPES[12, 3, 32, 32] if len(shape) > 2 else (len(shape) - 1,)
    by_hand = Windows.over(shape, size, [max(1, one // 2) for one in size], axes)
    masks = by_hand.spread(by_hand.masks(slice(None), x.device)).double()
    losses = (masks * gives).flatten(1).sum(1)
    wanted = torch.einsum("n,n...->...", losses, masks) / masks.sum(0)
    np.testing.assert_allclose(got.values, wanted.numpy(), rtol=1e-4, atol=1e-6)
    given = xai.attribute(model, x, "occlusion", target=0, sliding_window_shapes=size)
    np.testing.assert_allclose(given.values, got.values, rtol=1e-5, atol=1e-7)


def test_exact_shapley_counts_parts_and_rows_of_many_columns_stay_columns() -> None:
    x = tensor(8000).x
    assert len(np.unique(xai.attribute(dense(x), x, "exact_shapley", target=0).values)) == 9
    with pytest.raises(ValueError, match="here are 20"):
        xai.attribute(nn.Linear(20, 2), torch.randn(20), "exact_shapley")
    assert Groups.of(Inputs(row(), "tensor")).count == 6


def test_channels_of_a_layer_are_its_groups() -> None:
    model = nn.Sequential(nn.Conv3d(3, 3, 3, padding=1), nn.Flatten(), nn.Linear(3 * 4 * 25, 2)).double()
    values = xai.attribute(model, tensor(3, 4, 5, 5).x, "feature_ablation", layer="0").values
    assert len(np.unique(values)) == 3
