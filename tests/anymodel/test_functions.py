"""Custom autograd functions: their own way back where they have one, and what they compute where that fails."""

from __future__ import annotations

import threading

import numpy as np
import pytest
import torch
from anymodel.test_strange_models import Around, same
from attribution.nets import convnet, image, mlp, row
from torch import nn
from torch.autograd import Function

import xai_widgets as xai


class Reversible(Function):
    """A block that keeps nothing in training, and goes back in training alone, as Reformer's do."""

    @staticmethod
    def forward(ctx, x, block, training):
        ctx.block, ctx.training = block, training
        with torch.no_grad():
            y = x + block(x)
        ctx.save_for_backward(y.detach())
        return y

    @staticmethod
    def backward(ctx, _came):
        assert ctx.training, "in training alone"
        raise NotImplementedError


class Apart(Function):
    """The same, with its context set up apart."""

    @staticmethod
    def forward(x, block, _training):
        return x + block(x)

    @staticmethod
    def setup_context(ctx, inputs, output):  # noqa: ARG004  by name
        ctx.training = inputs[-1]

    backward = Reversible.backward


class Nested(Function):
    """One within which another runs."""

    @staticmethod
    def forward(_ctx, x, block, training):
        return Reversible.apply(x, block, training)

    backward = Reversible.backward


class Rounded(Function):
    """A straight-through estimator: the gradient that its author wants is not the true one."""

    @staticmethod
    def forward(_ctx, x):
        return x.round()

    @staticmethod
    def backward(_ctx, came):
        return came


class Reversed(nn.Module):
    def __init__(self, function: type[Function] = Reversible) -> None:
        super().__init__()
        self.net, self.function = convnet(), function

    def forward(self, x):
        return self.net[2:](self.function.apply(self.net[:2](x), self.net[2], self.training))


def plainly(net, x):
    y = net[:2](x)
    return net[2:](y + net[2](y))


@pytest.mark.parametrize("function", [Reversible, Apart, Nested])
def test_a_way_back_that_refuses_evaluation_is_replaced_by_that_of_what_is_computed(function) -> None:
    model, twin, x = Reversed(function), Around(convnet(), plainly), image()
    before = torch.get_rng_state()
    same(model, twin, x, x)
    assert xai.check(model, x).methods["saliency"].soundness == "sound"
    assert torch.equal(torch.get_rng_state(), before)
    assert "apply" not in vars(function)


def test_an_intended_gradient_stays() -> None:
    x, net = 3 * row(), mlp()
    wanted = xai.attribute(net, x.round(), "saliency", target=1, absolute=False).values
    got = xai.attribute(Around(net, lambda net, x: net(Rounded.apply(x))), x, "saliency", target=1, absolute=False)
    np.testing.assert_allclose(got.values, wanted)


def test_a_way_back_that_fails_for_what_is_written_elsewhere_says_so() -> None:
    class Elsewhere(Function):
        @staticmethod
        def forward(_ctx, x):
            return torch.from_numpy(np.tanh(x.detach().numpy()))

    model = Around(mlp(), lambda net, x: net(Elsewhere.apply(x)))
    with pytest.raises(xai.ModelError, match=r"NotImplementedError on the way back.*Use a perturbation method"):
        xai.attribute(model, row(), "saliency")
    assert xai.attribute(model, row()).method == "exact_shapley"


def test_another_thread_keeps_the_functions_own_way() -> None:
    errors = []

    class Asked(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.net = convnet()

        def forward(self, x):
            if "apply" in vars(Reversible):
                thread = threading.Thread(target=train)
                thread.start()
                thread.join()
            return self.net[2:](Reversible.apply(self.net[:2](x), self.net[2], self.training))

    def train() -> None:
        x = torch.ones(1, 4, 3, 3, requires_grad=True)
        with pytest.raises(AssertionError, match="training alone"):
            Reversible.apply(x, nn.Identity(), False).sum().backward()
        errors.append(x.grad)

    assert xai.attribute(Asked(), image(), "saliency").values.any()
    assert errors
    assert "apply" not in vars(Reversible)
