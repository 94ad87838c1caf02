"""Layer-wise relevance propagation against zennit, closed forms and conservation."""

from __future__ import annotations

import sys
import types

import numpy as np
import pytest
import torch
from attribution.nets import TinyViT, convnet, image, mlp, row
from attribution.nets_twins import Modules, picture
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

import xai_widgets as xai
from xai_widgets.inputs import Inputs
from xai_widgets.models import Target, TorchModel
from xai_widgets.models.rules import COMPOSITES
from xai_widgets.models.rules.layer import Layer
from xai_widgets.models.rules.shares import ANYWHERE, RULES, Options


@pytest.fixture(scope="module")
def zennit():
    """The library, whose table of torchvision's models wants torchvision only to name four classes."""
    if "torchvision" not in sys.modules:
        for name in ("torchvision", "torchvision.models", "torchvision.models.resnet", "torchvision.models.vgg"):
            stub = types.ModuleType(name)
            stub.__path__ = []
            sys.modules[name] = stub
        sys.modules["torchvision.models.resnet"].Bottleneck = type("Bottleneck", (nn.Module,), {})
        sys.modules["torchvision.models.resnet"].BasicBlock = type("BasicBlock", (nn.Module,), {})
    try:
        return pytest.importorskip("zennit.composites", exc_type=ImportError)
    finally:
        for name in [one for one in sys.modules if one.split(".")[0] == "torchvision"]:
            if not getattr(sys.modules[name], "__file__", None):
                del sys.modules[name]


def shaken(model, seed=7):
    """Give BatchNorms something to do, and every layer a bias."""
    torch.manual_seed(seed)
    with torch.no_grad():
        for one in model.modules():
            if isinstance(one, (nn.BatchNorm1d, nn.BatchNorm2d)):
                one.eps = 1e-12  # zennit leaves a merged BatchNorm its eps, which scales by 1 / sqrt(1 + eps)
                one.running_mean.normal_()
                one.running_var.uniform_(0.5, 2)
                one.weight.normal_(1, 0.3)
                one.bias.normal_(0, 0.3)
    return model


def deep(pool, *, bias=True, signed=False):
    torch.manual_seed(8)
    act = nn.Tanh if signed else nn.ReLU
    return nn.Sequential(
        nn.Conv2d(3, 6, 3, padding=1, bias=bias),
        act(),
        nn.Conv2d(6, 8, 3, stride=2, groups=2, bias=bias),
        act(),
        pool,
        nn.Conv2d(8, 8, 2, bias=bias),
        act(),
        nn.Flatten(),
        nn.Linear(32, 12, bias=bias),
        act(),
        nn.Dropout(),
        nn.Linear(12, 4, bias=bias),
    ).double().eval()  # fmt: skip


def explain(model, x, composite, target=1, **params):
    """Like `xai.attribute`, for an input whose black and white are known, in full precision."""
    inputs = Inputs(x, "image", black=torch.zeros(3, 1, 1).to(x), white=torch.ones(3, 1, 1).to(x))
    method = xai.attribution.LayerwiseRelevance(composite=composite, **params)
    (estimate,) = method.run(TorchModel(model), inputs, Target(target))
    return estimate


def by_zennit(model, x, composite, target=1):
    from zennit.attribution import Gradient  # noqa: PLC0415

    def start(output):
        return output * torch.eye(output.shape[1]).to(output)[[target]]

    with Gradient(model, composite, attr_output=start) as attributor:
        _, relevance = attributor(x[None].clone().requires_grad_(), start)
    return relevance[0].detach()


NAMES = {
    "epsilon_plus": "EpsilonPlus",
    "epsilon_plus_flat": "EpsilonPlusFlat",
    "epsilon_gamma_box": "EpsilonGammaBox",
    "epsilon_alpha2_beta1": "EpsilonAlpha2Beta1",
    "epsilon_alpha2_beta1_flat": "EpsilonAlpha2Beta1Flat",
}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("signed", [False, True], ids=["relu", "tanh"])
@pytest.mark.parametrize("pool", [nn.MaxPool2d(2), nn.AvgPool2d(2), nn.Identity()], ids=["max", "average", "none"])
def test_composites_agree_with_zennit(zennit, name, signed, pool):
    x = image(13) if not isinstance(pool, nn.Identity) else image(8)
    model = deep(pool, signed=signed)
    kwargs = {"low": torch.zeros(1, 3, 1, 1).double(), "high": torch.ones(1, 3, 1, 1).double()} if "box" in name else {}
    theirs = by_zennit(model, x, getattr(zennit, NAMES[name])(**kwargs))
    agree(explain(model, x, name), theirs)


def hooks():
    """Return zennit's name for each of our rules: its w² counts the squared bias among the shares, the paper none."""
    from zennit import rules  # noqa: PLC0415

    return {
        "epsilon": rules.Epsilon,
        "gamma": rules.Gamma,
        "zplus": rules.ZPlus,
        "alpha_beta": lambda alpha=2.0: rules.AlphaBeta(alpha, alpha - 1),
        "flat": rules.Flat,
        "w_square": lambda: rules.WSquare(zero_params="bias"),
        "z_box": lambda: rules.ZBox(0.0, 1.0),
    }


def by_kind(zennit, dense, convolution, first=None):
    """Return a composite of zennit's that gives each kind of layer its rule."""
    from zennit.rules import Norm, Pass  # noqa: PLC0415
    from zennit.types import AvgPool, Convolution, Linear  # noqa: PLC0415

    layers = [(nn.ReLU, Pass()), (nn.Tanh, Pass()), (AvgPool, Norm()), (Convolution, convolution), (Linear, dense)]
    above = [] if first is None else [(Linear, first)]
    return zennit.SpecialFirstLayerMapComposite(layer_map=layers, first_map=above)


def agree(ours, theirs):
    torch.testing.assert_close(ours.values, theirs, rtol=1e-6, atol=1e-6 * float(theirs.abs().max()))


EVERYWHERE = {
    **{name: (name, {}, {}) for name in ANYWHERE},
    "gamma 2": ("gamma", {"gamma": 2.0}, {"gamma": 2.0}),
    **{f"alpha {one}": ("alpha_beta", {"alpha": one}, {"alpha": one}) for one in (1.0, 1.5, 3.0)},
}


@pytest.mark.parametrize("signed", [False, True], ids=["relu", "tanh"])
@pytest.mark.parametrize("pool", [nn.MaxPool2d(2), nn.AvgPool2d(2)], ids=["max", "average"])
@pytest.mark.parametrize("name", EVERYWHERE)
def test_each_rule_everywhere_agrees_with_zennit(zennit, name, pool, signed):
    rule, ours, theirs = EVERYWHERE[name]
    model, x, make = deep(pool, signed=signed), image(13), hooks()[rule]
    composite = by_kind(zennit, make(**theirs), make(**theirs))
    agree(explain(model, x, rule, **ours), by_zennit(model, x, composite))


FOLLOWING = {"alpha1_beta0": ("zplus", None), "alpha2_beta1": ("alpha_beta", None)}
ABOVE_INPUTS = {"deep_taylor": ("zplus", "w_square"), "z_box": ("zplus", "z_box")}


@pytest.mark.parametrize("name", FOLLOWING | ABOVE_INPUTS)
def test_rules_of_papers_agree_with_zennit(zennit, name):
    rule, first = (FOLLOWING | ABOVE_INPUTS)[name]
    make, model, x = hooks(), deep(nn.MaxPool2d(2)), image(13)
    composite = by_kind(zennit, make[rule](), make[rule](), first and make[first]())
    agree(explain(model, x, name, alpha=7.0), by_zennit(model, x, composite))


@pytest.mark.parametrize("first", [*ANYWHERE, "z_box"])
@pytest.mark.parametrize(
    ("dense", "convolution"), [("epsilon", "alpha_beta"), ("gamma", "w_square"), ("flat", "zplus")]
)
def test_each_kind_of_layer_has_the_rule_it_was_given(zennit, dense, convolution, first):
    make, model, x = hooks(), deep(nn.MaxPool2d(2)), image(13)
    composite = by_kind(zennit, *(make[one]() for one in (dense, convolution, first)))
    theirs = by_zennit(model, x, composite)
    agree(explain(model, x, "epsilon_plus_flat", dense=dense, convolution=convolution, first=first), theirs)
    alone = explain(model, x, f"{convolution}", first=first).values
    assert torch.equal(
        explain(model, x, "deep_taylor", dense=convolution, convolution=convolution, first=first).values, alone
    )


@pytest.mark.parametrize("first", [*ANYWHERE, "z_box"])
def test_a_dense_first_layer_has_the_first_rule(zennit, first):
    torch.manual_seed(3)
    model = nn.Sequential(nn.Flatten(), nn.Linear(75, 8), nn.ReLU(), nn.Linear(8, 3)).double()
    make, x = hooks(), image(5)
    composite = by_kind(zennit, make["gamma"](), make["gamma"](), make[first]())
    agree(explain(model, x, "gamma", first=first), by_zennit(model, x, composite))


def decoder():
    torch.manual_seed(21)
    grow = nn.ConvTranspose2d(3, 6, 3, stride=2, output_padding=1, dilation=2)
    return nn.Sequential(grow, nn.BatchNorm2d(6), nn.ReLU(), nn.Flatten(), nn.LazyLinear(4)).double().eval()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("make", [convnet, decoder])
def test_a_batchnorm_is_merged_as_zennits_canonizer_merges_it(zennit, make, name):
    from zennit.canonizers import SequentialMergeBatchNorm  # noqa: PLC0415

    x, model = image(), make()
    model(x[None])
    model = shaken(model)
    kwargs = {"low": torch.zeros(1, 3, 1, 1).double(), "high": torch.ones(1, 3, 1, 1).double()} if "box" in name else {}
    composite = getattr(zennit, NAMES[name])(canonizers=[SequentialMergeBatchNorm()], **kwargs)
    agree(explain(model, x, name), by_zennit(model, x, composite))


@pytest.mark.parametrize("rule", ["epsilon", "gamma", "zplus", "alpha_beta", "w_square"])
def test_a_batchnorm_is_merged_with_the_groups_of_a_transposed_convolution_and_with_addmm(rule):
    class ByHand(nn.Sequential):
        def forward(self, x):
            grow, norm, act, flat, dense, last = self
            with torch.no_grad():  # the same kernel without groups has zeros between them
                w = torch.zeros(4, 6, *grow.kernel_size).double()
                w[:2, :3], w[2:, 3:] = grow.weight[:2], grow.weight[2:]
            x = flat(act(norm(nn.functional.conv_transpose2d(x, w, grow.bias, 2))))
            return last(torch.addmm(dense.bias, x, dense.weight.T))

    torch.manual_seed(22)
    grow, x = nn.ConvTranspose2d(4, 6, 3, stride=2, groups=2), torch.rand(4, 5, 5).double()
    net = [grow, nn.BatchNorm2d(6), nn.ReLU(), nn.Flatten(), nn.Linear(726, 4), nn.BatchNorm1d(4)]
    model = shaken(nn.Sequential(*net).double().eval())
    agree(explain(model, x, rule), explain(ByHand(*model).double().eval(), x, rule).values)


@pytest.mark.parametrize("name", COMPOSITES)
@pytest.mark.parametrize("signed", [False, True], ids=["relu", "tanh"])
def test_without_biases_the_relevance_is_the_score(name, signed):
    model, x = deep(nn.MaxPool2d(2), bias=False, signed=signed), image(13)
    if signed and ("alpha_beta" in name or "alpha2_beta1" in name):
        pytest.skip("an output that nothing speaks for hands nothing down")
    for target in range(4):
        estimate = explain(model, x, name, target, epsilon=1e-12)
        score = float(model(x[None])[0, target])
        assert abs(estimate.gap) == pytest.approx(
            0, abs=0.02 * abs(score) if "alpha" in name or "taylor" in name else 1e-8
        )


@settings(max_examples=30)
@given(seed=st.integers(0, 10_000), rule=st.sampled_from(ANYWHERE))
def test_each_layer_hands_down_what_it_gets(seed, rule):
    """Inputs get in all what outputs had, where there is no bias and every output has inputs that speak for it."""
    torch.manual_seed(seed)
    x = torch.randn(1, 3, 6, 6, dtype=torch.float64)
    weight = torch.randn(4, 3, 3, 3, dtype=torch.float64)
    came = torch.randn(1, 4, 4, 4, dtype=torch.float64)
    layer = Layer(nn.functional.conv2d, types.SimpleNamespace(tensor=x), weight, None, "convolution", x)
    handed = RULES[rule](layer, came, Options(epsilon=1e-12, alpha=1 + seed % 3))
    assert float(handed.sum()) == pytest.approx(float(came.sum()), rel=1e-6, abs=1e-6)


def test_on_a_linear_model_epsilon_is_input_times_weight():
    torch.manual_seed(0)
    model, x = nn.Linear(6, 3, bias=False).double(), row()
    result = xai.attribute(model, x, "lrp", target=2, composite="epsilon")
    np.testing.assert_allclose(result.values, (model.weight[2] * x).detach().numpy(), rtol=1e-4)


def test_without_biases_epsilon_is_input_times_gradient_on_a_relu_network():
    """Ancona et al., arXiv:1711.06104, proposition 1."""
    model, x = deep(nn.MaxPool2d(2), bias=False), image(13)
    wanted = xai.attribute(model, x, "input_x_gradient", target=1).values
    got = explain(model, x, "epsilon", epsilon=1e-12).values
    np.testing.assert_allclose(got, wanted, rtol=1e-4, atol=1e-6 * np.abs(wanted).max())


def test_a_residual_sum_and_a_batchnorm_of_its_own_share_in_proportion():
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.norm = shaken(nn.Sequential(nn.BatchNorm2d(3)))[0]

        def forward(self, x):
            return (x + 3 * x).sum((2, 3)) + self.norm(x).mean((2, 3))

    model, x = Net().double().eval(), picture()
    got = explain(model, x, "epsilon", target=1, epsilon=1e-12).values
    norm = model.norm
    scale = norm.weight / (norm.running_var + norm.eps).sqrt()
    assert float(got[0].abs().sum() + got[2].abs().sum()) == 0
    torch.testing.assert_close(got[1], (4 * x[1] + scale[1] * x[1] / 64).detach())


def test_pairs_and_single_logits_start_from_their_score():
    model, x = deep(nn.MaxPool2d(2), bias=False), image(13)
    one, two = (explain(model, x, "epsilon_plus", t).values for t in (1, 2))
    torch.testing.assert_close(explain(model, x, "epsilon_plus", (1, 2)).values, one - two)


class Doubled(nn.Module):
    def forward(self, x):
        return 2 * x


def test_what_does_not_fit_is_refused_in_words():
    make = xai.attribution.LayerwiseRelevance
    for chosen in ({"composite": "epsilon_gamma_box"}, {"composite": "z_box"}, {"first": "z_box"}):
        why = make(**chosen).why_not(TorchModel(mlp()), Inputs(row(), "tensor"))
        assert "The box rule needs a picture" in why
        assert "first='w_square'" in why
        assert make(**chosen | {"first": "w_square"}).why_not(TorchModel(mlp()), Inputs(row(), "tensor")) is None
    with pytest.raises(xai.ModelError, match=r"between black and white.*first='w_square'"):
        explain(nn.Sequential(Doubled(), deep(nn.Identity())), image(8), "epsilon_gamma_box")
    with pytest.raises(xai.ModelError, match="attention_lrp"):
        xai.attribute(TinyViT(), image(), "lrp")
    with pytest.raises(ValueError, match="composite must be one of 'epsilon'"):
        xai.attribute(Modules(), picture(), "lrp", composite="nonsense")
    for kind in ("dense", "convolution"):
        with pytest.raises(ValueError, match=rf"{kind} cannot be 'z_box'.*Give first='z_box'"):
            make(**{kind: "z_box"})


def test_above_a_layer_there_is_no_first_layer():
    model, x = deep(nn.MaxPool2d(2)), image(13)
    with pytest.raises(ValueError, match=r"no first layer above a layer. Leave out first= or layer="):
        xai.attribute(model, x, "lrp", layer="1", first="flat")
    got, wanted = (xai.attribute(model, x, "lrp", layer="1", composite=one).values for one in ("z_box", "zplus"))
    np.testing.assert_array_equal(got, wanted)


def test_the_box_of_pixels_laid_out_in_a_row_has_each_its_own_ends_or_none():
    """Which channel a value was of, a row does not tell."""
    torch.manual_seed(3)
    model, x = nn.Sequential(nn.Flatten(), nn.Linear(75, 2)).double(), image(5)
    black = torch.tensor([0.0, -0.5, 0.0]).reshape(3, 1, 1).to(x)
    inputs = Inputs(x, "image", black=black, white=torch.ones(3, 1, 1).to(x))
    method = xai.attribution.LayerwiseRelevance(composite="z_box")
    with pytest.raises(xai.ModelError, match="between black and white"):
        list(method.run(TorchModel(model), inputs, Target(0)))


@pytest.mark.parametrize("method", ["lrp", "attention_lrp"])
def test_shares_that_are_blown_up_are_told(method):
    net, x = nn.Linear(2, 1, bias=False).double(), torch.ones(2, dtype=torch.float64)
    options = ({"composite": "epsilon"} if method == "lrp" else {"gamma": 0.0}) | {"epsilon": 1e-12}
    notes = {}
    for last in (-999.0, -999.9):
        with torch.no_grad():
            net.weight.copy_(torch.tensor([[1000.0, last]], dtype=torch.float64))
        notes[last] = [one for one in xai.attribute(net, x, method, **options).notes if "times as large" in one]
    assert len(notes[-999.9]) == 1
    assert "19,999 times" in notes[-999.9][0]
    assert "1,999 times" in notes[-999.0][0]
    with torch.no_grad():
        net.weight.copy_(torch.tensor([[1000.0, -500.0]]))
    assert not any("times as large" in one for one in xai.attribute(net, x, method, **options).notes)
