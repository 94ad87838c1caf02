"""A batch of inputs has the values of its inputs one by one, by fewer passes."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.linear_model import LogisticRegression
from torch import nn

import xai_widgets as xai
from xai_widgets.method import REGISTRY


class Net(nn.Module):
    """A small network with a residual, a norm, pools and activations of several kinds."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(3, 6, 3, padding=1)
        self.norm = nn.BatchNorm2d(6)
        self.body = nn.Conv2d(6, 6, 3, padding=1)
        self.pool = nn.MaxPool2d(2)
        self.last = nn.Sequential(nn.Conv2d(6, 8, 3, padding=1), nn.ReLU())
        self.head = nn.Linear(8, 4)

    def forward(self, x):
        x = self.norm(self.first(x)).relu()
        x = self.pool(x + nn.functional.relu(self.body(x)))
        return self.head(self.last(x).mean((2, 3)))


def made() -> nn.Module:
    torch.manual_seed(0)
    net = Net().double()
    net(torch.rand(8, 3, 12, 12).double())
    return net.eval()


PICTURES = torch.rand(5, 3, 12, 12, generator=torch.Generator().manual_seed(1)).double()
QUICK = {
    "integrated_gradients": {"n_steps": 17},
    "smooth_grad": {"n_samples": 16},
    "var_grad": {"n_samples": 16},
    "expected_gradients": {"n_samples": 16, "background": PICTURES[:3]},
    "deep_shap": {"background": PICTURES[:3]},
    "rise": {"n_masks": 64},
    "lime": {"n_samples": 64},
    "kernel_shap": {"n_samples": 64},
    "shapley_sampling": {"n_samples": 4},
    "occlusion": {"sliding_window_shapes": (4, 4), "strides": (4, 4)},
    "feature_ablation": {},
}
NOT_HERE = {"attention_rollout", "exact_shapley", "attention_lrp"}


@pytest.mark.parametrize("method", sorted(REGISTRY.keys() - NOT_HERE))
def test_every_method_gives_a_batch_the_values_of_its_inputs(method):
    if REGISTRY[method].__module__.split(".")[0] != "xai_widgets":
        pytest.skip("of another test")
    known = {one.name for one in REGISTRY[method].parameters()}
    params = {name: value for name, value in QUICK.get(method, {}).items() if name in known}
    net, targets = made(), [2, 0, 3, (1, 2), None]
    together = xai.attribute(net, PICTURES, method, target=targets, seed=3, **params)
    assert isinstance(together, list)
    for one, picture, target in zip(together, PICTURES, targets, strict=True):
        alone = xai.attribute(net, picture, method, target=target, seed=3, **params)
        np.testing.assert_allclose(one.values, alone.values, rtol=1e-5, atol=1e-6 * np.abs(alone.values).max())
        assert (one.target, one.label, one.notes, one.params) == (alone.target, alone.label, alone.notes, alone.params)
        np.testing.assert_allclose(one.prediction.probabilities, alone.prediction.probabilities, atol=1e-9)


SHARED = ["saliency", "input_x_gradient", "guided_backprop", "deconvolution", "lrp", "grad_cam", "hires_cam",
          "layer_cam", "xgrad_cam", "eigen_cam", "grad_cam_plus_plus"]  # fmt: skip


@pytest.mark.parametrize("method", SHARED)
def test_inputs_of_one_shape_share_their_passes(method):
    net, sizes = made(), Counter()
    copies = type(net).forward

    def counted(self, x):
        sizes[len(x)] += 1
        return copies(self, x)

    Counting = type("Counting", (Net,), {"forward": counted})
    net.__class__ = Counting
    many = PICTURES.repeat(8, 1, 1, 1)
    results = xai.attribute(net, many, method)
    assert sum(sizes.values()) < len(many) / 2, sizes
    net.__class__ = Net
    alone = xai.attribute(net, many[-1], method)
    assert (results[-1].forwards, results[-1].backwards) == (alone.forwards, alone.backwards)


def test_rows_that_know_of_each_other_are_explained_one_by_one():
    class Centred(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer = nn.Linear(3, 2)

        def forward(self, x):
            return self.layer(x - x.mean(0) + x[:1] ** 2)

    net, x = Centred().double(), torch.rand(6, 3).double()
    for one, row in zip(xai.attribute(net, x, "saliency", target=1), x, strict=True):
        np.testing.assert_allclose(one.values, xai.attribute(net, row, "saliency", target=1).values, rtol=1e-6)


def test_a_model_that_draws_random_numbers_draws_the_same_for_each():
    class Noisy(nn.Module):
        def forward(self, x):
            return (x * torch.rand_like(x)).cumsum(1) ** 2

    x = torch.rand(6, 3)
    for one, row in zip(xai.attribute(Noisy(), x, "saliency", target=1), x, strict=True):
        np.testing.assert_allclose(one.values, xai.attribute(Noisy(), row, "saliency", target=1).values, rtol=1e-6)


def test_what_the_model_takes_as_one_input_is_no_batch():
    flat = nn.Sequential(nn.Flatten(), nn.Linear(12, 3))
    assert xai.attribute(flat, torch.rand(4, 3), "saliency").values.shape == (4, 3)
    assert [one.values.shape for one in xai.attribute(flat, torch.rand(2, 12), "saliency")] == [(12,), (12,)]
    volume = nn.Sequential(nn.Conv3d(2, 3, 2), nn.Flatten(), nn.LazyLinear(2))
    volume(torch.zeros(1, 2, 4, 4, 4))
    assert xai.attribute(volume, torch.rand(2, 4, 4, 4), "saliency").values.shape == (2, 4, 4, 4)
    assert xai.attribute(made(), PICTURES[:1], "saliency").values.shape == (3, 12, 12)
    one = xai.attribute(nn.Linear(12, 3), torch.rand(1, 12), "saliency")
    assert one.values.shape == (12,)
    assert "The batch axis of 1 was taken off" in one.notes[0]


def test_batches_of_every_kind_of_input():
    weights = np.array([1.0, 2.0])
    dense = nn.Linear(2, 2).double()
    rows = np.array([[3.0, 4.5], [1.0, 0.0], [2.0, 2.0]])
    assert [one.values.shape for one in xai.attribute(dense, rows, "saliency")] == [(2,)] * 3
    frame = pd.DataFrame(rows, columns=["a", "b"])
    assert [one.names for one in xai.attribute(lambda x: x @ weights, frame)] == [("a", "b")] * 3
    forest = LogisticRegression().fit(rows, [0, 1, 1])
    for one, row in zip(xai.attribute(forest, rows, target=1), rows, strict=True):
        np.testing.assert_allclose(one.values, xai.attribute(forest, list(row), target=1).values, rtol=1e-6)
    for one, row in zip(xai.attribute(forest, rows, background=frame, target=1), rows, strict=True):
        alone = xai.attribute(forest, list(row), background=frame, target=1)
        np.testing.assert_allclose(one.values, alone.values, rtol=1e-6)
    photos = np.random.default_rng(0).integers(0, 255, (2, 12, 12, 3), dtype=np.uint8)
    for one, photo in zip(xai.attribute(made(), photos, "saliency"), photos, strict=True):
        np.testing.assert_allclose(one.values, xai.attribute(made(), photo, "saliency").values, rtol=1e-5)
    words = nn.Sequential(nn.Embedding(100, 8), nn.Flatten(), nn.Linear(24, 2))
    ids = torch.tensor([[5, 9, 30], [1, 2, 3]])
    for one, text in zip(xai.attribute(words, ids, target=1), ids, strict=True):
        np.testing.assert_allclose(one.values, xai.attribute(words, text, target=1).values, rtol=1e-4, atol=1e-7)
    twins, pair = nn.Bilinear(3, 3, 2), (torch.rand(4, 3), torch.rand(4, 3))
    for i, one in enumerate(xai.attribute(twins, pair, "saliency", target=1)):
        alone = xai.attribute(twins, (pair[0][i], pair[1][i]), "saliency", target=1)
        np.testing.assert_allclose(one.values, alone.values, rtol=1e-5)
    texts = ["good and bad", "bad", "good"]
    told = xai.attribute(lambda some: [[0.0, float("good" in one)] for one in some], texts, target=[1, 1, 0])
    assert [one.text.text for one in told] == texts


def test_a_tensor_of_targets_has_one_for_each_and_a_pair_is_for_all():
    net = made()
    told = xai.attribute(net, PICTURES[:2], "saliency", target=torch.tensor([3, 1]))
    assert [one.target for one in told] == [3, 1]
    assert [one.target for one in xai.attribute(net, PICTURES[:2], "saliency", target=(3, 1))] == [(3, 1), (3, 1)]
    assert xai.attribute(net, PICTURES[0], "saliency", target=[3, 1]).target == (3, 1)


def test_of_several_each_step_has_the_results_so_far():
    steps = list(xai.attribute_iter(made(), PICTURES[:3], "occlusion", sliding_window_shapes=(4, 4), strides=(2, 2)))
    counts = [len(step) for step in steps]
    assert counts == sorted(counts)
    assert set(counts) == {1, 2, 3}
    assert all(one.fraction == 1 for step in steps for one in step[:-1])
    finished = xai.attribute(made(), PICTURES[:3], "occlusion", sliding_window_shapes=(4, 4), strides=(2, 2))
    for one, other in zip(steps[-1], finished, strict=True):
        np.testing.assert_allclose(one.values, other.values, rtol=1e-5, atol=1e-8)
    assert len(steps[0]) == 1  # which later steps have not changed


def test_weights_that_change_between_two_inputs_are_seen():
    net = made()
    steps = xai.attribute_iter(net, PICTURES, "saliency", target=1)
    next(steps), next(steps)
    with torch.no_grad():
        net.head.weight.mul_(2)
    with pytest.raises(RuntimeError, match="weights changed"):
        list(steps)


def test_an_input_that_is_neither_one_nor_a_batch_is_refused_as_one():
    with pytest.raises(xai.models.ModelError, match=r"for an input of shape \[1, 2, 3, 2, 2\]") as caught:
        xai.attribute(nn.Sequential(nn.Conv2d(3, 4, 3), nn.Flatten(), nn.Linear(400, 2)), torch.zeros(2, 3, 2, 2))
    assert "for an input of shape [1, 3, 2, 2]" in str(caught.value.__cause__)
