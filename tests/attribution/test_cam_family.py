"""Each class activation map against its formula, its axioms and pytorch-grad-cam."""

from __future__ import annotations

import importlib.util
import sys
import types

import captum.attr
import numpy as np
import pytest
import torch
from attribution.games import Constant
from attribution.nets import TinyViT, convnet, image, mlp, row
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

import xai_widgets as xai

WEIGHED = ("grad_cam", "hires_cam", "layer_cam", "grad_cam_plus_plus", "xgrad_cam", "eigen_cam")
SCORED = ("score_cam", "ablation_cam")
PEERS = {
    "grad_cam": "GradCAM",
    "hires_cam": "HiResCAM",
    "layer_cam": "LayerCAM",
    "grad_cam_plus_plus": "GradCAMPlusPlus",
    "xgrad_cam": "XGradCAM",
    "score_cam": "ScoreCAM",
    "ablation_cam": "AblationCAM",
}


def flattened(seed: int = 3, stride: int = 2) -> nn.Module:
    """A network with a dense layer over its flattened map, where cells have gradients of their own."""
    torch.manual_seed(seed)
    return nn.Sequential(
        nn.Conv2d(3, 6, 3, stride=stride, padding=1),
        nn.ReLU(),
        nn.Conv2d(6, 8, 3, stride=stride, padding=1),
        nn.Softplus(),
        nn.Flatten(),
        nn.Linear(8 * (16 // stride**2) ** 2, 12),
        nn.Tanh(),
        nn.Linear(12, 4),
    ).double()


def tap(model: nn.Module, layer: str, x: torch.Tensor, target: int) -> tuple[np.ndarray, np.ndarray]:
    seen = {}
    handle = model.get_submodule(layer).register_forward_hook(lambda _m, _a, out: seen.update(out=out))
    score = model(x[None].requires_grad_())[0, target]
    handle.remove()
    gradient = torch.autograd.grad(score, seen["out"])[0]
    return seen["out"][0].detach().numpy(), gradient[0].numpy()


def enlarge(cam: np.ndarray, *, relu: bool = True) -> np.ndarray:
    cam = np.maximum(cam, 0) if relu else cam
    large = nn.functional.interpolate(torch.tensor(cam)[None, None], size=(16, 16), mode="bilinear")
    return large[0].numpy()


def by_hand(name: str, a: np.ndarray, g: np.ndarray) -> np.ndarray:
    if name == "grad_cam":
        return np.einsum("k,kij->ij", g.mean((1, 2)), a)
    if name == "hires_cam":
        return (a * g).sum(0)
    if name == "layer_cam":
        return (a * np.maximum(g, 0)).sum(0)
    if name == "grad_cam_plus_plus":
        alpha = g**2 / (2 * g**2 + a.sum((1, 2), keepdims=True) * g**3)
        return np.einsum("k,kij->ij", (alpha * np.maximum(g, 0)).sum((1, 2)), a)
    if name == "xgrad_cam":
        return np.einsum("k,kij->ij", (a * g).sum((1, 2)) / a.sum((1, 2)), a)
    u = np.linalg.svd(a.reshape(len(a), -1))[0][:, 0]
    cam = np.einsum("k,kij->ij", u, a)
    return cam * np.sign(cam.sum())


@pytest.mark.parametrize("relu", [True, False])
@pytest.mark.parametrize("name", WEIGHED)
def test_it_is_its_formula(name: str, *, relu: bool) -> None:
    model, x = flattened(), image()
    ours = xai.attribute(model, x, name, target=0, layer="3", relu=relu)
    expected = enlarge(by_hand(name, *tap(model, "3", x, 0)), relu=relu)
    np.testing.assert_allclose(ours.values, expected, rtol=1e-5, atol=1e-9)
    assert ours.values.any()
    assert ours.error is None
    assert ours.forwards == 1


def masked_scores(model: nn.Module, x: torch.Tensor, a: np.ndarray, target: int) -> np.ndarray:
    scores = []
    for one in a:
        mask = torch.tensor(enlarge(one, relu=False))
        mask = (mask - mask.min()) / (mask.max() - mask.min())
        scores.append(float(model((x * mask)[None])[0, target].detach()))
    return np.array(scores)


def test_score_cam_is_its_formula() -> None:
    model, x = flattened(), image()
    a, _ = tap(model, "3", x, 2)
    weights = np.exp(masked_scores(model, x, a, 2))
    expected = enlarge(np.einsum("k,kij->ij", weights / weights.sum(), a))
    ours = xai.attribute(model, x, "score_cam", target=2, layer="3")
    np.testing.assert_allclose(ours.values, expected, rtol=1e-5, atol=1e-9)
    assert ours.forwards == 1 + 8


@pytest.mark.parametrize("shared", [False, True], ids=["own", "shared"])
def test_ablation_cam_is_brute_force(*, shared: bool) -> None:
    model, x = flattened(), image()
    if shared:  # one module that runs twice: its last output is what is meant
        model[1] = model[3]
    layer = "1" if shared else "3"
    tail = model[4:]
    with torch.no_grad():
        a = model[:4](x[None])
        losses = []
        for k in range(8):
            changed = a.clone()
            changed[:, k] = 0
            losses.append(float((tail(a) - tail(changed))[0, 1]))
    expected = enlarge(np.einsum("k,kij->ij", np.array(losses), a[0].numpy()))
    steps = list(xai.attribute_iter(model, x, "ablation_cam", target=1, layer=layer))
    np.testing.assert_allclose(steps[-1].values, expected, rtol=1e-5, atol=1e-9)
    assert steps[-1].fraction == 1
    assert steps[-1].error is None


def test_ablation_cam_of_tokens() -> None:
    """The gradient's guess is exact where the score is linear in a channel; here it is only near."""
    model, x = TinyViT(), image()
    steps = list(xai.attribute_iter(model, x, "ablation_cam", target=1, relu=False))
    assert steps[-1].values.shape == (1, 16, 16)
    layer = steps[-1].notes[-1].removeprefix("Layer: ").removesuffix(".")
    with torch.no_grad():
        losses, seen = [], {}
        for k in [None, *range(16)]:

            def without(_m: nn.Module, _a: object, out: torch.Tensor, k: int | None = k) -> torch.Tensor:
                out = out.clone()
                if k is None:
                    seen["out"] = out
                else:
                    out[..., k] = 0
                return out

            handle = model.get_submodule(layer).register_forward_hook(without)
            losses.append(float(model(x[None])[0, 1]))
            handle.remove()
    weights = losses[0] - np.array(losses[1:])
    cam = np.einsum("k,tk->t", weights, seen["out"][0, 1:].numpy()).reshape(4, 4)
    np.testing.assert_allclose(steps[-1].values, enlarge(cam, relu=False), rtol=1e-5, atol=1e-9)


def test_channels_come_one_by_one_and_the_important_ones_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xai_widgets.models.pace.Pace.learn", lambda *_: None)
    for name in SCORED:
        steps = list(xai.attribute_iter(convnet(), image(), name, target=1))
        fractions = [one.fraction for one in steps]
        assert fractions == sorted(fractions)
        assert len(steps) >= 9
        whole = xai.attribute(convnet(), image(), name, target=1).values
        np.testing.assert_allclose(steps[-1].values, whole, rtol=1e-5, atol=1e-9)
    # The head is linear in the layer, so the gradient's guess is right from the start.
    np.testing.assert_allclose(steps[0].values, steps[-1].values, rtol=1e-5, atol=1e-9)


@settings(max_examples=15)
@given(seed=st.integers(0, 10_000), target=st.integers(0, 4))
def test_after_pooling_and_a_linear_head_several_are_one(seed: int, target: int) -> None:
    model, x = convnet(seed), image(seed=seed)
    maps = {
        name: xai.attribute(model, x, name, target=target, relu=False).values
        for name in ("grad_cam", "hires_cam", "xgrad_cam", "ablation_cam", "cam")
    }
    a, _ = tap(model, "5", x, target)
    np.testing.assert_allclose(maps["hires_cam"], maps["grad_cam"], rtol=1e-4, atol=1e-7)
    np.testing.assert_allclose(maps["xgrad_cam"], maps["grad_cam"], rtol=1e-4, atol=1e-7)
    np.testing.assert_allclose(maps["cam"], 64 * maps["grad_cam"], rtol=1e-4, atol=1e-6)  # the mean over 8 × 8 cells
    weights = model[8].weight[target].detach().numpy()
    cam = np.einsum("k,kij->ij", weights, a)
    np.testing.assert_allclose(maps["cam"], enlarge(cam, relu=False), rtol=1e-4, atol=1e-7)
    score = float(model(x[None])[0, target].detach())
    assert cam.mean() + float(model[8].bias[target].detach()) == pytest.approx(score)


@settings(max_examples=15)
@given(seed=st.integers(0, 10_000))
def test_xgrad_cam_conserves_the_linear_part_of_the_score(seed: int) -> None:
    model, x = flattened(seed), image(seed=seed)
    a, g = tap(model, "3", x, 0)
    assert by_hand("xgrad_cam", a, g).sum() == pytest.approx((a * g).sum())
    ours = xai.attribute(model, x, "xgrad_cam", target=0, layer="3", relu=False)
    # Scaling 4 × 4 up to 16 × 16 keeps sums but for the border, which the formula's test covers.
    np.testing.assert_allclose(ours.values, enlarge(by_hand("xgrad_cam", a, g), relu=False), rtol=1e-4, atol=1e-8)


def test_cam_takes_pairs_functional_pooling_and_small_convolutions() -> None:
    class Functional(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            torch.manual_seed(0)
            self.body = nn.Sequential(nn.Conv2d(3, 6, 3), nn.ReLU())
            self.head = nn.Conv2d(6, 4, 1)
            self.double()

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.head(self.body(x).mean((2, 3), keepdim=True)).flatten(1)

    model, x = Functional(), image()
    a, b, both = (xai.attribute(model, x, "cam", target=t, relu=False).values for t in (0, 1, (0, 1)))
    np.testing.assert_allclose(a - b, both, rtol=1e-4, atol=1e-7)
    hires = xai.attribute(model, x, "hires_cam", target=0, relu=False).values
    np.testing.assert_allclose(a, 14 * 14 * hires, rtol=1e-4, atol=1e-7)


def test_cam_is_refused_where_the_head_is_another() -> None:
    for model in (flattened(), TinyViT()):
        with pytest.raises(xai.ModelError, match="cam needs global average pooling and one linear layer after"):
            xai.attribute(model, image(), "cam")
    with pytest.raises(xai.ModelError, match="after '2'"):
        xai.attribute(convnet(), image(), "cam", layer="2")


@pytest.mark.parametrize("name", ["cam", *WEIGHED, *SCORED, "guided_grad_cam"])
def test_what_has_no_map_is_refused_by_name(name: str) -> None:
    with pytest.raises(ValueError, match=f"{name} does not fit here. It needs a picture"):
        xai.attribute(mlp(), row(), name)
    with pytest.raises(xai.ModelError):
        xai.attribute(Constant(), image(), name)


def test_guided_grad_cam_is_guided_backpropagation_where_grad_cam_is() -> None:
    model, x = flattened(), image()
    guided = xai.attribute(model, x, "guided_backprop", target=0).values
    where = xai.attribute(model, x, "grad_cam", target=0, layer="3").values
    result = xai.attribute(model, x, "guided_grad_cam", target=0, layer="3")
    near = {"rtol": 1e-6, "atol": 1e-6 * float(np.abs(result.values).max())}
    np.testing.assert_allclose(result.values, guided * where, **near)
    assert result.values.any()
    theirs = captum.attr.GuidedGradCam(model, model[3]).attribute(x[None], target=0, interpolate_mode="bilinear")[0]
    np.testing.assert_allclose(result.values, theirs.detach().numpy(), **near)
    assert "Layer: 3." in result.notes


@pytest.mark.parametrize("name", ["cam", *WEIGHED, *SCORED, "guided_grad_cam"])
def test_the_model_is_left_as_it_was(name: str) -> None:
    model, x = convnet().train(), image()
    before = {k: v.clone() for k, v in model.state_dict().items()}
    xai.attribute(model, x, name)
    assert all(torch.equal(v, before[k]) for k, v in model.state_dict().items())
    assert all(m.training and not m._forward_hooks for m in model.modules())


class _StandIn(types.ModuleType):
    """What pytorch-grad-cam imports for other things than these maps."""

    __path__ = ()

    def __getattr__(self, name: str) -> type:
        if name.startswith("__"):
            raise AttributeError(name)
        return type(name, (), {"__init__": lambda *_, **__: None})


@pytest.fixture
def peers(monkeypatch: pytest.MonkeyPatch) -> types.ModuleType:
    if importlib.util.find_spec("pytorch_grad_cam") is None:
        pytest.skip("pip install --no-deps grad-cam==1.5.5 to compare with it")
    unused = {
        "torchvision": ["transforms"],
        "scipy": ["ndimage", "sparse", "sparse.linalg"],
        "sklearn": ["decomposition"],
        "ttach": [],
        "matplotlib": ["pyplot"],
    }
    for package, parts in unused.items():
        if package not in sys.modules and importlib.util.find_spec(package) is None:
            for name in (package, *(f"{package}.{part}" for part in parts)):
                monkeypatch.setitem(sys.modules, name, _StandIn(name))
    pytest.importorskip("cv2")
    return pytest.importorskip("pytorch_grad_cam")


@pytest.mark.parametrize("name", PEERS)
def test_it_agrees_with_pytorch_grad_cam(name: str, peers: types.ModuleType) -> None:
    """Up to its scaling of each map to 0..1 before it is enlarged.

    It enlarges Score-CAM's masks from corner to corner, so they are compared where nothing is enlarged; and adds 1e-6
    to Grad-CAM++'s denominator, which large gradients do not notice.
    """
    model, x = flattened(stride=1 if name == "score_cam" else 2), image()
    model[3] = nn.ReLU()  # after other activations, it ablates to -1e7 instead of 0
    if name == "grad_cam_plus_plus":
        with torch.no_grad():
            model[7].weight.mul_(1e5)
    target = int(model(x[None])[0].argmax())  # a positive score: Ablation-CAM divides by it there, and not here
    score = float(model(x[None])[0, target].detach())
    targets = [lambda output: output[target]]
    theirs = getattr(peers, PEERS[name])(model=model, target_layers=[model[3]])
    activation, gradient = tap(model, "3", x, target)
    cam = theirs.get_cam_image(x[None], model[3], targets, activation[None], gradient[None], eigen_smooth=False)[0]
    his = enlarge(np.float64(cam), relu=False) * (score if name == "ablation_cam" else 1)
    ours = xai.attribute(model, x, name, target=target, layer="3", relu=False)
    assert score > 0
    assert np.abs(his).max() > 0
    np.testing.assert_allclose(ours.values, his, rtol=1e-6, atol=1e-6 * np.abs(his).max())


def test_eigen_cam_agrees_with_pytorch_grad_cam_where_its_centring_does_nothing(peers: types.ModuleType) -> None:
    """It subtracts each channel's mean first; of means that are zero both are the first component, of either sign."""
    model, x = flattened(), image()
    model[3] = nn.InstanceNorm2d(8)
    target = 1
    activation, gradient = tap(model, "3", x, target)
    theirs = peers.EigenCAM(model=model, target_layers=[model[3]])
    his = theirs.get_cam_image(x[None], model[3], [], activation[None], gradient[None], eigen_smooth=False)[0]
    his = enlarge(np.float64(his), relu=False)
    ours = xai.attribute(model, x, "eigen_cam", target=target, layer="3", relu=False).values
    sign = np.sign((ours * his).sum())
    assert np.abs(his).max() > 0
    np.testing.assert_allclose(ours, sign * his, rtol=1e-6, atol=1e-6 * np.abs(his).max())
