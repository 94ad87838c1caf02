"""Models of several inputs: one result, with a part for each."""

import numpy as np
import pytest
import torch
from models.test_untouched import assert_same, state
from torch import nn

import xai_widgets as xai


class Twins(nn.Module):
    """Siamese: how alike are two pictures?"""

    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.body = nn.Sequential(nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten(), nn.Linear(64, 8))
        self.double()

    def forward(self, left, right):
        return (self.body(left) * self.body(right)).sum(1)


class Joined(nn.Module):
    """The same, of one picture that holds both."""

    def __init__(self, inner):
        super().__init__()
        self.inner = inner

    def forward(self, both):
        return self.inner(both[:, :1], both[:, 1:])


LEFT, RIGHT = torch.rand(2, 1, 6, 6, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
EXACT = {"saliency": {}, "integrated_gradients": {"tolerance": 0.0, "n_steps": 17}, "guided_backprop": {},
         "deep_lift": {}, "lrp": {"composite": "epsilon"}}  # fmt: skip


@pytest.mark.parametrize("method", EXACT)
@pytest.mark.parametrize("named", [False, True])
def test_each_part_is_as_if_both_were_one_input(method, named):
    net = Twins().train()
    before = state(net)
    x = {"right": RIGHT, "left": LEFT} if named else (LEFT, RIGHT)
    ours = xai.attribute(net, x, method, **EXACT[method])
    theirs = xai.attribute(Joined(net), torch.cat([LEFT, RIGHT]), method, **EXACT[method])
    assert_same(state(net), before)
    names = ("left", "right") if named else ("0", "1")
    assert set(ours.parts) == set(names)
    assert ours.values.shape == (72,)
    for name, expected in zip(names, theirs.values, strict=True):
        assert ours.parts[name].shape == (1, 6, 6)
        np.testing.assert_allclose(ours.parts[name][0], expected, rtol=1e-5, atol=1e-9)
        assert expected.any()
    np.testing.assert_allclose(ours.prediction.scores, theirs.prediction.scores, rtol=1e-6)
    if ours.gap is not None:
        assert ours.gap == pytest.approx(theirs.gap, abs=1e-6)


def linear(a, b, *, mask, scale):
    return scale * ((a * mask).sum((1, 2)) + 3 * b.sum(1))


class Linear(nn.Module):
    def forward(self, a, b, *, mask, scale):
        assert len(a) == len(b) == len(mask)
        assert mask.dtype == torch.bool
        return linear(a, b, mask=mask, scale=scale)


A, B, MASK = torch.rand(2, 3), torch.rand(4), torch.tensor([[True, False, True], [True, True, False]])
METHODS = ["input_x_gradient", "integrated_gradients", "feature_ablation", "occlusion", "kernel_shap", "exact_shapley"]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("model", [Linear(), linear])
def test_whole_numbers_masks_and_settings_stay_and_every_method_is_exact_on_a_linear_model(model, method):
    x = {"a": A, "scale": 2.0, "mask": MASK, "b": B.numpy()}
    result = xai.attribute(model, x, method)
    assert list(result.parts) == ["a", "b"]
    exact = {"a": 2 * A * MASK, "b": 6 * B}
    grouped = method in METHODS[2:3] + METHODS[4:]
    if grouped:  # rows of a matrix are groups, as for one input
        exact["a"] = exact["a"].sum(1, keepdim=True).expand(2, 3)
    for name, values in exact.items():
        np.testing.assert_allclose(result.parts[name], values, atol=1e-5)


def test_groups_and_baselines_may_be_told_for_each_input():
    x = {"a": A, "b": B, "mask": MASK, "scale": 1.0}
    masks = {"a": torch.tensor([[0, 0, 1], [0, 0, 1]]), "b": torch.tensor([0, 0, 0, 0])}
    result = xai.attribute(Linear(), x, "exact_shapley", feature_mask=masks, baselines={"a": "zero", "b": B + 1})
    left = (A * MASK)[:, :2].sum()
    np.testing.assert_allclose(result.parts["a"][:, :2], left.expand(2, 2), rtol=1e-5)
    np.testing.assert_allclose(result.parts["b"], np.full(4, -12), rtol=1e-5)
    whole = xai.attribute(Linear(), x, "integrated_gradients", baselines="mean")
    np.testing.assert_allclose(whole.parts["b"], 3 * (B - B.mean()), atol=1e-5)
    with pytest.raises(ValueError, match="no baseline for the input 'b'"):
        xai.attribute(Linear(), x, "integrated_gradients", baselines={"a": 0})


def test_one_explained_input_beside_fixed_ones_keeps_its_shape():
    class Gated(nn.Module):
        def __init__(self):
            super().__init__()
            torch.manual_seed(0)
            self.conv = nn.Conv2d(3, 4, 3, padding=1)

        def forward(self, pixel_values, level):
            return (self.conv(pixel_values).relu().mean((2, 3)) * level[:, None])[:, :2]

    picture = torch.rand(3, 8, 8)
    x = {"pixel_values": picture, "level": torch.tensor(2)}
    for method in ("saliency", "grad_cam", "occlusion"):
        result = xai.attribute(Gated(), x, method, target=1)
        assert result.heat.shape == (8, 8)
        assert list(result.parts) == ["pixel_values"]
    net = Gated().eval()
    alone = xai.attribute(lambda p: net(p, torch.tensor([2])), picture, "saliency", target=1)
    result = xai.attribute(net, x, "saliency", target=1)
    np.testing.assert_allclose(result.values, alone.values, rtol=1e-5)


def test_one_of_them_may_be_a_single_number():
    x = {"a": torch.tensor([1.0, -2.0]), "scale": torch.tensor(3.0)}
    for method in ("saliency", "integrated_gradients", "exact_shapley", "kernel_shap", "lime", "feature_ablation"):
        result = xai.attribute(lambda a, scale: a * scale[:, None], x, method, target=1)
        assert {name: part.shape for name, part in result.parts.items()} == {"a": (2,), "scale": ()}, method
    shares = xai.attribute(lambda a, scale: a * scale[:, None], x, "exact_shapley", target=1).parts
    assert [float(shares["a"][1]), float(shares["scale"])] == pytest.approx([-3, -3])


@pytest.mark.parametrize("name", ["why.npz", "why.xai.json"])
def test_parts_survive_a_file(tmp_path, name):
    result = xai.attribute(Twins(), (LEFT, RIGHT), "saliency")
    result.save(tmp_path / name)
    back = xai.load(tmp_path / name)
    for key, values in result.parts.items():
        np.testing.assert_array_equal(back.parts[key], values)


def test_a_file_whose_parts_do_not_fit_is_refused(tmp_path):
    result = xai.attribute(Twins(), (LEFT, RIGHT), "saliency")
    path = tmp_path / "why.xai.json"
    result.save(path)
    text = path.read_text()
    assert text.count("[1,6,6]") == 2
    path.write_text(text.replace("[1,6,6]", "[1,6,7]"))
    with pytest.raises(ValueError, match="field layout is missing or wrong"):
        xai.load(path)


def test_wrong_parts_are_named():
    with pytest.raises(ValueError, match="input 'right': the input holds 1 NaN"):
        xai.attribute(Twins(), {"left": LEFT, "right": torch.full((1, 6, 6), float("nan"))[:, :1, :1]})
    with pytest.raises(RuntimeError, match=r"left of shape \[1, 1, 6, 6\] and right of shape \[1, 1, 2, 2\]"):
        xai.attribute(Twins(), {"left": LEFT, "right": RIGHT[:, :2, :2]})


def test_a_list_of_several_inputs():
    both = xai.attribute(Twins(), [(LEFT, RIGHT), (RIGHT, RIGHT)], "saliency")
    np.testing.assert_array_equal(both[0].values, xai.attribute(Twins(), (LEFT, RIGHT), "saliency").values)
    np.testing.assert_array_equal(both[1].parts["0"], both[1].parts["1"])


def test_each_of_several_inputs_gets_noise_of_its_own_range():
    class Cubes(nn.Module):
        def forward(self, small, large):
            return small.pow(3).sum((1, 2, 3))[:, None] + 0 * large.sum(1, keepdim=True)

    small, large = LEFT, 1000 * torch.rand(5, dtype=torch.float64)
    sigma = 0.15 * (small.max() - small.min())
    found = xai.attribute(Cubes(), (small, large), "smooth_grad", n_samples=400, tolerance=0.0).parts["0"]
    # The mean of the gradient 3 x^2 over noisy x.
    np.testing.assert_allclose(found, 3 * (small.square() + sigma**2), rtol=0.1, atol=0.05)
    spread = xai.attribute(Cubes(), (small, large), "var_grad", n_samples=2000, tolerance=0.0).parts["0"]
    np.testing.assert_allclose(spread, 36 * small.square() * sigma**2 + 18 * sigma**4, rtol=0.2, atol=0.01)
