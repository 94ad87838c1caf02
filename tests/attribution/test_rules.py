"""Rules sit on operations: twins get the same numbers, and what has no rule is refused by name."""

from __future__ import annotations

import gc

import numpy as np
import pytest
import torch
from attribution.nets_twins import ENCODERS, PICTURES, ByParts, Encoder, Modules, columns, picture
from torch import nn

import xai_widgets as xai
from xai_widgets.models import ModelError
from xai_widgets.models.rules import COMPOSITES

ON_PICTURES = [
    ("guided_backprop", {}),
    ("deconvolution", {}),
    ("deep_lift", {"baselines": 0.3}),
    ("deep_shap", {"n_samples": 3, "tolerance": 0.0}),
    *(("lrp", {"composite": name}) for name in COMPOSITES if COMPOSITES[name].first != "z_box"),
]


@pytest.mark.parametrize("twin", [name for name in PICTURES if name != "modules"])
@pytest.mark.parametrize(
    ("method", "params"), ON_PICTURES, ids=lambda v: v if isinstance(v, str) else "_".join(map(str, v.values()))
)
def test_pictures_twins_agree(method, params, twin):
    x = picture()
    with torch.no_grad():
        torch.testing.assert_close(PICTURES[twin]()(x[None]), Modules()(x[None]))
    wanted = xai.attribute(Modules(), x, method, target=1, **params).values
    got = xai.attribute(PICTURES[twin](), x, method, target=1, **params).values
    assert np.abs(wanted).max() > 0
    np.testing.assert_allclose(got, wanted, rtol=1e-5, atol=1e-6 * np.abs(wanted).max())


BUT_THE_MODULE = [*(name for name in ENCODERS if name != "module"), "by_parts"]


@pytest.mark.parametrize("method", ["guided_backprop", "deconvolution"])
@pytest.mark.parametrize("twin", BUT_THE_MODULE)
def test_encoders_twins_with_rectifiers_agree(twin, method):
    x, model = columns(), (ByParts if twin == "by_parts" else ENCODERS[twin])("relu")
    wanted = xai.attribute(Encoder("relu"), x, method, target=1).values
    np.testing.assert_allclose(xai.attribute(model, x, method, target=1).values, wanted, rtol=1e-5, atol=1e-9)
    assert np.abs(wanted - xai.attribute(Encoder("relu"), x, "saliency", target=1).values).max() > 1e-3


@pytest.mark.parametrize("activation", ["gelu", "silu"])
@pytest.mark.parametrize("twin", BUT_THE_MODULE)
def test_encoders_twins_agree(twin, activation):
    x, base = columns(), columns(15)
    model = (ByParts if twin == "by_parts" else ENCODERS[twin])(activation)
    wanted = xai.attribute(Encoder(activation), x, "deep_lift", target=1, baselines=base)
    got = xai.attribute(model, x, "deep_lift", target=1, baselines=base)
    np.testing.assert_allclose(got.values, wanted.values, rtol=1e-5, atol=1e-7)
    assert abs(got.gap) < 1e-9
    assert not got.notes


class Odd(nn.Module):
    """Does something between two layers."""

    def __init__(self, act):
        super().__init__()
        torch.manual_seed(0)
        self.act, self.one, self.two = act, nn.Linear(6, 6).double(), nn.Linear(6, 2).double()

    def forward(self, x):
        return self.two(self.act(self.one(x)))


class Hidden(torch.autograd.Function):
    @staticmethod
    def forward(_ctx, x):
        return x.exp()

    @staticmethod
    def backward(_ctx, came):
        return came


REFUSED = {
    "angle": (lambda x: torch.fft.fft(x).angle(), "angle", ["lrp", "deep_lift"]),
    "cumprod": (lambda x: x.cumprod(1), "cumprod", ["lrp"]),
    "sorting": (lambda x: x.sort(1).values, "sort", ["lrp", "deep_lift"]),
    "softmax": (lambda x: x.softmax(1), "softmax", ["lrp"]),
    "matmul": (lambda x: (x[:, :, None] @ x[:, None])[:, 0], "matmul", ["lrp"]),
    "division": (lambda x: x / x.sum(), "div", ["lrp"]),
    "hidden": (Hidden.apply, "HiddenBackward", ["lrp", "deep_lift", "guided_backprop"]),
    "batch": (
        lambda x: nn.functional.batch_norm(x.view(-1, 2, 3), None, None, training=True).flatten(1),
        "batch_norm",
        ["lrp", "deep_lift"],
    ),
    "weights": (lambda x: nn.functional.linear(x, x[0].expand(6, 6)), "linear", ["lrp"]),
}


@pytest.mark.parametrize(("name", "method"), [(name, one) for name in REFUSED for one in REFUSED[name][2]])
def test_what_has_no_rule_is_refused_by_name_and_place(name, method):
    act, operation, _ = REFUSED[name]
    with pytest.raises(ModelError, match=rf"{method} has no rule for \S*{operation}.* called in \S+\.py line \d+"):
        xai.attribute(Odd(act), torch.randn(6).double() + 2, method, target=1)


def test_the_place_inside_torchs_own_modules_is_the_module():
    class Doubled(nn.Module):
        def __init__(self):
            super().__init__()
            self.net = nn.Bilinear(3, 3, 4)

        def forward(self, x):
            return self.net(x, x)

    words = r"no rule for torch\S*bilinear of two tensors that .*, called in test_rules.py line \d+ \(forward\)"
    with pytest.raises(ModelError, match=words):
        xai.attribute(Doubled(), torch.randn(3), "lrp")
    with pytest.raises(ModelError, match=r"no rule for .*softmax, called in Softmax\. If it makes the scores"):
        xai.attribute(nn.Sequential(nn.Linear(3, 2), nn.Softmax(1)), torch.randn(3), "lrp")


@pytest.mark.parametrize("method", ["guided_backprop", "deconvolution", "deep_lift", "deep_shap", "lrp"])
def test_the_model_stays_as_it_was_after_success_and_error(method):
    for model in (Modules(), Odd(lambda x: torch.fft.fft(x).angle())):
        model.train()
        before = {name: one.clone() for name, one in model.state_dict().items()}
        x = picture() if isinstance(model, Modules) else torch.randn(6).double()
        try:
            xai.attribute(model, x, method)
        except ModelError:
            assert isinstance(model, Odd)
        assert all(torch.equal(one, before[name]) for name, one in model.state_dict().items())
        assert all(one.training for one in model.modules())
        assert all(one.requires_grad and one.grad is None for one in model.parameters())
        assert not any(one._forward_hooks or one._backward_hooks for one in model.modules())
        assert nn.functional.relu(torch.tensor([-1.0])).item() == 0  # no mode is left behind
        assert not torch.overrides._get_current_function_mode_stack()


def tensors() -> int:
    gc.collect()
    return sum(issubclass(type(one), torch.Tensor) for one in gc.get_objects())


@pytest.mark.parametrize("method", ["guided_backprop", "deep_lift", "lrp", "attention_lrp"])
def test_nothing_of_a_pass_stays(method):
    """A ring of the graph and the rules goes by C++, where no garbage collector finds it."""
    layers = nn.Conv2d(3, 4, 3), nn.AvgPool2d(3), nn.ReLU(), nn.Flatten(), nn.Linear(16, 3)
    model, x = nn.Sequential(*layers).double().eval(), picture()
    if method.startswith("attention"):
        model, x = Encoder(), columns()
    counts = []
    for _ in range(4):
        xai.attribute(model, x, method, target=1)
        counts.append(tensors())
    assert counts[1] == counts[2] == counts[3]  # what is kept of a model is made at first
