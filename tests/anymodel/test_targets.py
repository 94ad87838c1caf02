"""What is explained may be any number made of the model's output: a region of a picture that a generator paints."""

import numpy as np
import pytest
import torch
from captum.attr import Saliency
from models.test_untouched import assert_same, state
from torch import nn

import xai_widgets as xai


class Generator(nn.Module):
    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.body = nn.Sequential(
            nn.Linear(6, 32), nn.Unflatten(1, (8, 2, 2)), nn.ReLU(), nn.ConvTranspose2d(8, 8, 4, 4), nn.BatchNorm2d(8),
            nn.ReLU(), nn.ConvTranspose2d(8, 3, 4, 4), nn.Tanh(),
        ).double()  # fmt: skip

    def forward(self, code):
        return self.body(code)


CODE = torch.randn(6, dtype=torch.float64, generator=torch.Generator().manual_seed(3))


def corner(pictures):
    return pictures[..., 10:20, 10:20].mean((-3, -2, -1))


def test_a_region_of_a_generated_picture_by_the_latent_code():
    net = Generator()
    before = state(net)
    result = xai.attribute(net, CODE, "integrated_gradients", target=corner, tolerance=0.0001, n_steps=4097)
    assert result.label == "corner"
    net.eval()
    rise = float(corner(net(CODE[None])) - corner(net(torch.zeros(1, 6).double())))
    net.train()
    assert_same(state(net), before)
    np.testing.assert_allclose(result.values.sum(), rise, rtol=1e-3)
    ours = xai.attribute(net, CODE, "saliency", target=corner).values
    theirs = Saliency(lambda x: corner(net.eval()(x))).attribute(CODE[None])[0]
    np.testing.assert_allclose(ours, theirs.detach(), rtol=1e-5)


@pytest.mark.parametrize("method", ["exact_shapley", "deep_lift"])
def test_methods_that_sum_to_the_rise(method):
    result = xai.attribute(Generator(), CODE, method, target=lambda out: out[..., 10:20, 10:20].mean((-3, -2, -1)))
    net = Generator().eval()
    rise = float(corner(net(CODE[None])) - corner(net(torch.zeros(1, 6).double())))
    np.testing.assert_allclose(result.values.sum(), rise, rtol=1e-4)
    assert result.label == "the target"
    assert result.prediction.task == "value"


def test_the_target_sees_the_whole_output_of_several_inputs():
    both = nn.Bilinear(2, 2, 3, bias=False).double()
    a, b = torch.rand(2, 2, dtype=torch.float64)
    result = xai.attribute(both, (a, b), "input_x_gradient", target=lambda out: out.logsumexp(1))
    single = torch.autograd.functional.jacobian(lambda v: both(v[None], b[None]).logsumexp(1)[0], a)
    np.testing.assert_allclose(result.parts["0"], (a * single).detach(), rtol=1e-5)


@pytest.mark.parametrize(
    ("target", "match"),
    [(lambda out: out, r"got shape \[1, 3, 32, 32\]"), (lambda _: 3.0, "got float"), (lambda out: out.sum(), r"\[\]")],
)
def test_a_target_that_gives_no_number_for_each_input_is_refused(target, match):
    with pytest.raises(RuntimeError, match=match):
        xai.attribute(Generator(), CODE, target=target)


def test_without_a_target_the_error_says_what_to_do():
    with pytest.raises(RuntimeError, match=r"\[1, 3, 32, 32\].*target="):
        xai.attribute(Generator(), CODE)
