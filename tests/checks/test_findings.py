"""Each finding has a model that brings it about, and a twin that does not."""

from __future__ import annotations

import copy

import pytest
import torch
from checks.nets import Honest, Keeping, Net, Straight, drop, half_cut, no_drop, picture, within, written_over
from torch import nn

import xai_widgets as xai
from xai_widgets.method import REGISTRY


def found(model, name, x=None, **options):
    """What the check says under a name, the worst of it first; None for nothing."""
    result = xai.check(model, picture() if x is None else x, **options)
    return next((one for one in result.findings if one.name == name), None)


def with_norm(norm):
    net = Net(norm=norm)
    net.norm.eval()
    return net


class Failing(nn.Module):
    """Works three times."""

    left = 3

    def forward(self, x):
        self.left -= 1
        if self.left < 0:
            msg = "enough"
            raise RuntimeError(msg)
        return x


class Counting(nn.Module):
    """Says something else each time."""

    def __init__(self):
        super().__init__()
        self.register_buffer("count", torch.zeros(()))

    def forward(self, x):
        self.count += 1
        return x * (1 + 0.1 * self.count)


def partly_training(module):
    net = Net(features=module)
    net.extra.train()
    return net


def centred(x):
    return x - x.mean(0, keepdim=True) / 2


def one_row(x):
    return x if len(x) == 1 else x[:, :0]


def root(x):
    return (x.flatten(1).sum(1, keepdim=True) * 0).sqrt()[..., None, None] + x


def with_weight(value):
    net = Net()
    with torch.no_grad():
        net.head.bias[1] = value
    return net


def certain(scores):
    return (40 * scores).softmax(1)


def on_two_devices():
    net = Net()
    net.spare = nn.Linear(2, 2, device="meta")
    return net


CASES = {
    "training mode": (
        "mode",
        "warning",
        lambda: Net(norm=nn.BatchNorm2d(8)).train(),
        lambda: Net(norm=nn.BatchNorm2d(8)),
    ),
    "training mode without effect": ("mode", "note", lambda: Net().train(), Net),
    "Monte Carlo dropout": (
        "mode",
        "warning",
        lambda: partly_training(nn.Dropout(0.5)),
        lambda: Net(features=nn.Dropout(0.5)),
    ),
    "dropout in evaluation": ("repeats", "warning", lambda: Net(drop), lambda: Net(no_drop)),
    "state between passes": ("repeats", "warning", lambda: Net(features=Counting()), Net),
    "live batch statistics": (
        "batch_dependence",
        "warning",
        lambda: with_norm(nn.BatchNorm2d(8, track_running_stats=False)),
        lambda: with_norm(nn.BatchNorm2d(8)),
    ),
    "an operation across the batch": ("batch_dependence", "warning", lambda: Net(centred), Net),
    "one row alone": ("batch_dependence", "warning", lambda: Net(one_row), Net),
    "detached": ("gradient", "error", lambda: Net(torch.Tensor.detach), Net),
    "rounded": ("gradient", "error", lambda: Net(torch.round), Net),
    "no gradient asked for": ("gradient", "error", lambda: Net(torch.no_grad()(lambda x: x * 1)), Net),
    "dead": ("gradient", "error", lambda: Net(lambda x: x.clamp(min=1e3)), lambda: Net(lambda x: x.clamp(min=1e-6))),
    "nearly dead": (
        "gradient",
        "warning",
        lambda: Net(lambda x: x[:, :, :2, :2]),
        lambda: Net(lambda x: x[:, :, :, :15]),
    ),
    "not a number": ("gradient", "error", lambda: Net(root), Net),
    "a lying backward pass": ("slope", "warning", lambda: Net(Straight.apply), lambda: Net(Honest.apply)),
    "half detached": ("slope", "warning", lambda: Net(half_cut), Net),
    "cut": ("cut", "note", lambda: Net(half_cut), Net),
    "probabilities": ("output", "note", lambda: Net(end=lambda s: s.softmax(1)), Net),
    "logarithms": ("output", "note", lambda: Net(end=lambda s: s.log_softmax(1)), Net),
    "saturated": ("output", "warning", lambda: Net(end=certain), lambda: Net(end=lambda s: 40 * s)),
    "in place": ("in_place", "note", lambda: Net(within), lambda: Net(lambda x: x.mul(2))),
    "written over": ("gradient", "error", lambda: Net(written_over), lambda: Net(within)),
    "fails later": ("runs", "error", lambda: Net(features=Failing()), Net),
    "custom function": ("custom_function", "note", lambda: Net(Honest.apply), lambda: Net(lambda x: 2 * x)),
    "a weight that is no number": ("weights", "error", lambda: with_weight(torch.nan), lambda: with_weight(1.0)),
    "it returns NaN": ("runs", "error", lambda: Net(lambda x: (x - 1e3).log()), Net),
    "it raises": ("runs", "error", lambda: Net(lambda x: x @ torch.zeros(3, 3)), Net),
    "infinite scores": ("runs", "error", lambda: with_weight(torch.inf), Net),
    "half precision": ("precision", "note", lambda: Net().bfloat16(), Net),
    "several devices": ("devices", "warning", on_two_devices, Net),
}


@pytest.mark.parametrize(("name", "severity", "ill", "well"), CASES.values(), ids=CASES)
def test_a_finding_comes_with_its_cause_and_not_without(name, severity, ill, well):
    ailing, healthy = found(ill(), name), found(well(), name)
    assert ailing is not None
    assert ailing.severity == severity, ailing
    assert healthy is None or healthy.severity == "ok", healthy


def inside(function):
    """Where the only line of a function is, as findings tell it."""
    return f"nets.py line {function.__code__.co_firstlineno + 1} ({function.__name__})"


def test_places_are_those_where_it_happens():
    assert found(Net(drop), "repeats").where == (inside(drop),)
    assert found(Net(norm=nn.ReLU(inplace=True)), "in_place").where == ("norm (ReLU)",)
    assert found(partly_training(nn.Dropout(0.5)), "mode").where == ("extra",)
    assert found(with_norm(nn.BatchNorm2d(8, track_running_stats=False)), "batch_dependence").where == (
        "norm (BatchNorm2d)",
    )
    assert found(with_weight(torch.nan), "weights").where == ("head.bias",)
    assert found(with_weight(torch.nan), "runs").where == ("head (Linear)",)
    assert found(Net(half_cut), "cut").where == (inside(half_cut),)
    assert found(Net(written_over), "gradient").where == (inside(written_over),)
    assert found(Net(drop), "repeats").methods == tuple(REGISTRY)


def watched(x):
    watched.kept = x.detach()
    return 2 * x


@pytest.mark.parametrize("spoil", [Honest.apply, Keeping.apply, watched])
def test_what_is_cut_off_and_kept_aside_is_not_told_of(spoil):
    assert found(Net(spoil), "gradient").severity == "ok"
    assert found(Net(spoil), "cut") is None


def test_numbers_in_the_sentences_are_those_of_the_model():
    # The windows of the 2 x 2 outputs that count reach 3 x 3 of the 16 x 16 places.
    assert "96.5%" in found(Net(lambda x: x[:, :, :2, :2]), "gradient").sentence
    assert "0.04 times" in found(Net(Straight.apply), "slope").sentence


def test_whole_numbers_are_a_finding_and_other_wrong_inputs_an_error():
    result = xai.check(Net(), torch.randint(0, 9, (7,)))
    assert result.findings[0].name == "integer_input"
    assert {one.soundness for one in result.methods.values()} == {"impossible"}
    with pytest.raises(TypeError, match="Module"):
        xai.check(Net, picture())
    with pytest.raises(ValueError, match="label"):
        xai.check(Net(), picture(), target="dog", labels=list("abcd"))
    with pytest.raises(ValueError, match="4 classes"):
        xai.check(Net(), picture(), labels=["a", "b", "c"])


def test_tokens_are_no_whole_numbers_but_what_the_model_makes_of_them():
    torch.manual_seed(0)
    net = nn.Sequential(nn.Embedding(9, 6), nn.Flatten(), nn.Linear(42, 3)).eval()
    result = xai.check(net, torch.arange(7))
    assert result.ok, result
    assert "saliency" in result.by_soundness("sound")


def test_a_unit_and_a_function_of_the_output_can_be_what_is_looked_at():
    net = Net()
    with torch.no_grad():
        net.conv.bias[:4] = -100  # these channels are shut
    shut, open_ = (found(net, "gradient", target=xai.Unit("act", i)) for i in (0, 6))
    assert shut.severity == "error"
    assert open_.severity == "ok"
    assert found(net, "gradient", target=lambda scores: scores.sum(1)).severity == "ok"
    with pytest.raises(ValueError, match="nothing_like_it"):
        xai.check(net, picture(), target=xai.Unit("nothing_like_it", 0))


def test_an_input_that_tells_nothing_apart_is_named():
    assert found(Net(), "input", torch.zeros(3, 16, 16)).severity == "warning"
    assert found(Net(), "input") is None


def test_frozen_weights_are_fine():
    net = Net()
    assert found(net, "weights") is None
    assert found(net.requires_grad_(requires_grad=False), "weights").severity == "ok"


def test_a_model_that_cannot_be_copied_is_checked_in_place():
    class Stubborn(Net):
        def __deepcopy__(self, memo):
            msg = "no copies"
            raise TypeError(msg)

    net = Stubborn().train()
    before = copy.copy(net.state_dict())
    result = xai.check(net, picture())
    assert next(one for one in result.findings if one.name == "copy").severity == "note"
    assert net.training
    assert all(torch.equal(before[name], value) for name, value in net.state_dict().items())
    assert [one.name for one in result.findings if one.severity in {"warning", "error"}] == []
