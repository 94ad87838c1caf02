"""Feature ablation and the groups that it, LIME and Shapley values share."""

from __future__ import annotations

import captum.attr
import numpy as np
import pytest
import torch
from attribution.games import Constant
from attribution.nets import convnet, image, linear, mlp, row
from torch import nn

import xai_widgets as xai
from xai_widgets.inputs.superpixels import superpixels
from xai_widgets.models.pace import BATCH_SECONDS, UNWATCHED_SECONDS, Pace


@pytest.mark.parametrize("shape", [(16, 16), (3, 16, 16), (3, 1, 1), (1, 16, 1)])
def test_it_agrees_with_captum(shape: tuple[int, ...]) -> None:
    model, x = convnet(), image()
    mask = torch.randint(3, 9, shape, generator=torch.Generator().manual_seed(0))
    ours = xai.attribute(model, x, "feature_ablation", target=1, feature_mask=mask, baselines=0.2)
    full = torch.unique(mask.expand(1, 3, 16, 16), return_inverse=True)[1]
    theirs = captum.attr.FeatureAblation(model).attribute(x[None], 0.2, target=1, feature_mask=full)[0]
    np.testing.assert_allclose(np.broadcast_to(ours.values, (3, 16, 16)), theirs.numpy(), rtol=1e-6, atol=1e-9)
    assert ours.error is None
    assert ours.forwards == 1 + len(torch.unique(mask))


def test_a_linear_model_loses_what_the_feature_gave() -> None:
    model, x = linear(), row()
    result = xai.attribute(model, x, "feature_ablation", target=2)
    np.testing.assert_allclose(result.values, (model.weight[2] * x).detach().numpy(), rtol=1e-5)


def test_what_has_been_predicted_is_not_passed_again() -> None:
    model, seen = linear(), []
    model.register_forward_pre_hook(lambda _module, given: seen.extend(given[0]))
    x = row()
    xai.attribute(model, x, "feature_ablation", target=2)
    alone, beside = 1, 1  # the prediction, and the input in company, which tells whether rows know of each other
    assert sum(torch.equal(one, x) for one in seen) == alone + beside


def test_time_steps_are_groups() -> None:
    model = nn.Sequential(nn.Flatten(), nn.Linear(12, 2)).double()
    x = torch.randn(4, 3, dtype=torch.float64)
    result = xai.attribute(model, x, "feature_ablation", target=0)
    expected = (model[1].weight[0].reshape(4, 3) * x).sum(1, keepdim=True)
    np.testing.assert_allclose(result.values, expected.detach().numpy(), rtol=1e-5)


def test_a_constant_model_loses_nothing() -> None:
    assert not xai.attribute(Constant(), image(), "feature_ablation").values.any()


def test_groups_are_shown_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xai_widgets.models.pace.Pace.learn", lambda *_: None)
    steps = list(xai.attribute_iter(mlp(), row(), "feature_ablation"))
    assert [np.count_nonzero(one.values) for one in steps] == [1, 2, 3, 4, 5, 6]


def test_wrong_masks_are_refused() -> None:
    with pytest.raises(TypeError, match=r"whole numbers, one for each group, got torch.float64"):
        xai.attribute(mlp(), row(), "feature_ablation", feature_mask=np.zeros(6))
    with pytest.raises(ValueError, match=r"broadcastable to the input's shape \[6\], got \[4\]"):
        xai.attribute(mlp(), row(), "feature_ablation", feature_mask=np.zeros(4, int))
    with pytest.raises(ValueError, match="broadcastable"):
        xai.attribute(mlp(), row(), "feature_ablation", feature_mask=np.zeros((2, 6), int))


def test_a_result_with_a_mask_saves(tmp_path: object) -> None:
    result = xai.attribute(mlp(), row(), "feature_ablation", feature_mask=np.arange(6) // 2)
    path = f"{tmp_path}/why.xai.json"
    result.save(path)
    assert xai.load(path).params["feature_mask"] == "ndarray [6]"


@pytest.mark.parametrize(("size", "count"), [((40, 60), 49), ((7, 5), 400), ((1, 9), 4), ((33, 8), 12)])
def test_superpixels_have_no_gaps_and_are_not_more_than_asked(size: tuple[int, int], count: int) -> None:
    pixels = torch.rand(3, *size, generator=torch.Generator().manual_seed(0))
    found = superpixels(pixels, count)
    assert found.shape == size
    assert torch.equal(torch.unique(found), torch.arange(int(found.max()) + 1))
    assert int(found.max()) < count
    assert torch.equal(found, superpixels(pixels, count))


def test_superpixels_of_a_flat_picture_are_a_grid() -> None:
    found = superpixels(torch.full((1, 28, 28), 0.5), 49)
    assert int(found.max()) == 48
    assert set(torch.bincount(found.flatten()).tolist()) == {16}


def test_superpixels_follow_edges() -> None:
    """No patch reaches far over a sharp border that lies askew."""
    y, x = torch.meshgrid(torch.arange(64), torch.arange(64), indexing="ij")
    side = x + y // 3 > 40
    red, blue = torch.tensor([[0.9, 0.2, 0.1], [0.1, 0.3, 0.8]])[:, :, None, None]
    pixels = torch.where(side, red, blue)
    found = superpixels(pixels, 49).flatten()
    inside = torch.zeros(int(found.max()) + 1).index_add_(0, found, side.flatten().float())
    share = inside / torch.bincount(found)
    assert float((torch.minimum(share, 1 - share) * torch.bincount(found)).sum()) / found.numel() < 0.005


def test_batches_are_short_only_where_somebody_may_look(monkeypatch: pytest.MonkeyPatch) -> None:
    longest = []
    learn = Pace.learn
    monkeypatch.setattr(Pace, "learn", lambda pace, *told: (longest.append(pace.seconds), learn(pace, *told))[1])
    tokens = nn.Sequential(nn.Embedding(6, 4), nn.Flatten(), nn.Linear(24, 2)).eval()
    for model, x in ((mlp(), row()), (tokens, torch.arange(6))):
        for budget, seconds in ((None, UNWATCHED_SECONDS), (60.0, BATCH_SECONDS)):
            longest.clear()
            xai.attribute(model, x, "feature_ablation", target=0, time_budget=budget)
            assert set(longest) == {seconds}
        longest.clear()
        list(xai.attribute_iter(model, x, "feature_ablation", target=0))
        assert set(longest) == {BATCH_SECONDS}
