"""What each method promises of its values, whatever the network: one table, held on random networks."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

import xai_widgets as xai
from xai_widgets.method import REGISTRY

COMPLETE, LINEAR, DUMMY, SYMMETRIC, INVARIANT, EXACT = AXIOMS = (
    "complete",  # the values sum to what the score exceeds that of the baseline by
    "linear",  # of a sum of scores they are the sum
    "dummy",  # what the score does not depend on gets nothing
    "symmetric",  # what plays the same part gets the same
    "invariant",  # of the same function written otherwise they are the same
    "exact",  # of a linear model they are weight times difference from the baseline
)
SLOPE = "slope"  # of a linear model they are its weights
ALL = set(AXIOMS)

OWNS: dict[str, set[str]] = {
    "saliency": {LINEAR, DUMMY, SYMMETRIC, INVARIANT, SLOPE},
    "input_x_gradient": ALL - {COMPLETE},
    "smooth_grad": {LINEAR, DUMMY, INVARIANT, SLOPE},  # noise is not symmetric
    "var_grad": {DUMMY, INVARIANT},
    "guided_backprop": {DUMMY, SYMMETRIC, SLOPE},
    "deconvolution": {DUMMY, SYMMETRIC, SLOPE},
    "integrated_gradients": ALL,
    "expected_gradients": ALL - {COMPLETE},  # on average over draws alone
    "conductance": {COMPLETE, LINEAR},  # of units, which another network does not have
    "deep_lift": ALL - {INVARIANT},  # its rules depend on the operations
    "deep_shap": ALL - {INVARIANT},
    "lrp": {LINEAR, DUMMY, SYMMETRIC, EXACT},  # biases take their share
    "attention_lrp": {LINEAR, DUMMY, SYMMETRIC, EXACT},
    "attention_rollout": set(),  # it asks for no score: its values sum to 1, see test_rollout.py
    "occlusion": ALL - {COMPLETE},
    "feature_ablation": ALL - {COMPLETE},
    "exact_shapley": ALL,
    "kernel_shap": ALL,
    "shapley_sampling": ALL - {SYMMETRIC},  # on average over orders alone
    "lime": {LINEAR, INVARIANT, EXACT},  # symmetric on average over draws alone
    "rise": {LINEAR, INVARIANT},
    "cam": {LINEAR},
    "grad_cam": {LINEAR},
    "hires_cam": {LINEAR},
    "xgrad_cam": {LINEAR},
    "ablation_cam": {LINEAR},
    # Weighed by what is not linear in the gradient or the score, or by neither.
    "layer_cam": set(),
    "grad_cam_plus_plus": set(),
    "eigen_cam": set(),
    "score_cam": set(),
    "guided_grad_cam": {DUMMY},
}
LACKS = [
    ("saliency", COMPLETE),
    ("input_x_gradient", COMPLETE),
    ("guided_backprop", LINEAR),
    ("guided_backprop", INVARIANT),
    ("deconvolution", LINEAR),
    ("var_grad", LINEAR),
    ("smooth_grad", SYMMETRIC),
    ("occlusion", COMPLETE),
    ("lime", COMPLETE),
    ("lime", SYMMETRIC),
    ("layer_cam", LINEAR),
    ("score_cam", LINEAR),
    ("rise", DUMMY),
]
"""What is known not to hold, so that these tests can be seen to fail."""

PARAMS = {
    "saliency": {"absolute": False},
    "lrp": {"composite": "epsilon", "epsilon": 1e-12},
    "attention_lrp": {"gamma": 0.0, "epsilon": 1e-12},
    "occlusion": {"sliding_window_shapes": 1, "strides": 1},
    "kernel_shap": {"n_samples": 1000},  # all coalitions
    "lime": {"n_samples": 1000, "ridge": 0.0},
    "integrated_gradients": {"n_steps": 4097},
    "conductance": {"n_steps": 4097, "layer": "1"},
    "expected_gradients": {"n_samples": 30},
    "rise": {"n_samples": 30},
    "smooth_grad": {"n_samples": 30},
    "var_grad": {"n_samples": 30},
    "shapley_sampling": {"n_samples": 20},
}
PICTURES = {name for name, one in REGISTRY.items() if one.family == "Class activation maps"} | {"rise"}
SUM = torch.tensor([[1.0, 0.0], [0.0, 1.0], [2.0, -3.0]], dtype=torch.float64)
"""The third score is made of the first two."""
IDLE = 5
SEEDS = range(3)


class Otherwise(nn.Module):
    """A rectifier, written otherwise."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + torch.relu(-x)


def head(inputs: int) -> nn.Linear:
    made = nn.Linear(inputs, 3)
    own = nn.Linear(inputs, 2)
    with torch.no_grad():
        made.weight.copy_(SUM.float() @ own.weight)
        made.bias.copy_(SUM.float() @ own.bias)
    return made


class Left(nn.Module):
    """Sees the left half alone."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x * (torch.arange(x.shape[-1]) < x.shape[-1] // 2)


def network(name: str, seed: int, rectifier: type[nn.Module] = nn.ReLU) -> tuple[nn.Module, torch.Tensor]:
    """Make a network of the kind that a method takes, and an input of it."""
    torch.manual_seed(seed)
    if name in PICTURES:
        conv = [nn.Conv2d(3, 5, 3, padding=1), rectifier(), nn.Conv2d(5, 6, 3, padding=1), rectifier()]
        net = nn.Sequential(Left(), *conv, nn.AdaptiveAvgPool2d(1), nn.Flatten(), head(6))
        return net.double().eval(), torch.rand(3, 8, 8, dtype=torch.float64)
    net = nn.Sequential(nn.Linear(6, 12), rectifier(), nn.Linear(12, 8), rectifier(), head(8)).double().eval()
    x = torch.randn(6, dtype=torch.float64)
    with torch.no_grad():
        net[0].weight[:, IDLE] = 0
        # Units in pairs: what the one makes of the first feature, the other makes of the second.
        first, second = net[0].weight[::2], net[0].weight[1::2]
        second.copy_(first[:, [1, 0, 2, 3, 4, 5]])
        net[0].bias[1::2] = net[0].bias[::2]
        net[2].weight[:, 1::2] = net[2].weight[:, ::2]
        x[1] = x[0]
    return net, x


def starts(x: torch.Tensor) -> torch.Tensor:
    """Return baselines that do not tell the first two features apart."""
    made = torch.randn(10, *x.shape, dtype=torch.float64, generator=torch.Generator().manual_seed(9))
    made[:, 1] = made[:, 0]
    return made


def values(name: str, net: nn.Module, x: torch.Tensor, target: int = 2) -> np.ndarray:
    known = {one.name for one in REGISTRY[name].parameters()}
    options = dict(PARAMS.get(name, {}))
    options |= {key: value for key, value in {"tolerance": 0.0, "relu": False}.items() if key in known}
    if name in {"expected_gradients", "deep_shap"}:
        options["baselines"] = starts(x)
    return xai.attribute(net, x, name, target=target, **options).values.astype(float)


def far(found: object, wanted: object, size: np.ndarray) -> float:
    """Return the largest difference, as a share of the largest value."""
    return float(np.abs(np.asarray(found) - np.asarray(wanted)).max() / np.abs(size).max())


def broken(name: str, axiom: str, seed: int) -> float:
    """Return by how much a method misses an axiom, as a share of its values."""
    net, x = network(name, seed)
    if axiom in {EXACT, SLOPE}:
        return of_a_linear_model(name, axiom, x)
    found = values(name, net, x)
    if axiom == LINEAR:
        return far(2 * values(name, net, x, 0) - 3 * values(name, net, x, 1), found, found)
    if axiom == DUMMY:
        return far(found[..., 4:] if name in PICTURES else found[IDLE], 0, found)
    if axiom == SYMMETRIC:
        return far(found[0], found[1], found)
    if axiom == INVARIANT:
        return far(values(name, network(name, seed, Otherwise)[0], x), found, found)
    base = starts(x) if name == "deep_shap" else torch.zeros_like(x)[None]
    rise = float((net(x[None])[0, 2] - net(base)[:, 2].mean()).detach())
    return far(found.sum(), rise, found)


def of_a_linear_model(name: str, axiom: str, x: torch.Tensor) -> float:
    net = nn.Linear(len(x), 3, bias="lrp" not in name).double()
    weights = net.weight[2].detach().numpy()
    base = starts(x).numpy() if name in {"expected_gradients", "deep_shap"} else np.zeros((1, len(x)))
    wanted = weights if axiom == SLOPE else weights * (x.numpy() - base.mean(0))
    return far(values(name, net, x), wanted, wanted)


CLOSE = {"integrated_gradients": 1e-3, "conductance": 1e-3}
"""Of a sum over steps, where the gradient jumps in between."""


@pytest.mark.parametrize(("name", "axiom"), [(name, axiom) for name, owned in OWNS.items() for axiom in sorted(owned)])
def test_it_holds(name: str, axiom: str) -> None:
    assert max(broken(name, axiom, seed) for seed in SEEDS) < CLOSE.get(name, 1e-5)


@pytest.mark.parametrize(("name", "axiom"), LACKS)
def test_it_does_not_hold_for_every_method(name: str, axiom: str) -> None:
    assert max(broken(name, axiom, seed) for seed in SEEDS) > 1e-2


def test_every_method_is_in_the_table() -> None:
    assert set(OWNS) == set(REGISTRY)
