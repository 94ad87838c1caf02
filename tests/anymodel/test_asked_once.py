"""What a pass tells of a model of tokens is not asked again in every call, and is where anything has changed."""

import gc
import weakref

import numpy as np
import pytest
import torch
from torch import nn

import xai_widgets as xai

IDS = torch.tensor([3, 1, 4, 1, 5])
PASSES = []
"""Of all nets, since it is a copy that is passed through."""


class Tagger(nn.Module):
    """Scores of each token, or of the whole text."""

    def __init__(self):
        super().__init__()
        self.first, self.second = nn.Embedding(99, 4), nn.Embedding(99, 4)
        self.out = nn.Linear(4, 9)
        self.use, self.whole = "first", False
        self.double()

    def forward(self, ids):
        PASSES.append(len(ids))
        vectors = getattr(self, self.use)(ids)
        return self.out((vectors.mean(1) if self.whole else vectors).tanh())


@pytest.fixture
def net():
    torch.manual_seed(0)
    return Tagger().eval()


def values(net, **more):
    PASSES.clear()
    found = xai.attribute(net, IDS, "input_x_gradient", target=2, **more)
    return found.values, len(PASSES), found.notes


def fresh(net):
    other = Tagger().eval()
    other.load_state_dict(net.state_dict())
    other.use, other.whole = net.use, net.whole
    return values(other)


def test_a_second_call_passes_the_tokens_less_often_and_says_the_same(net):
    first, second = values(net), values(net)
    assert second[1] < first[1]
    assert np.array_equal(first[0], second[0])
    assert first[2] == second[2] != ()
    assert np.array_equal(values(net, labels=[f"{i}" for i in range(9)])[0], first[0])


def another_layer(net):
    net.use = "second"


def another_shape(net):
    net.whole = True


def another_module(net):
    net.first = nn.Sequential(nn.Embedding(99, 4, dtype=torch.float64), nn.Tanh())


def other_weights(net):
    net.first.weight.data[5] += 1  # a row that is seen neither by torch nor by our sample of the weights


@pytest.mark.parametrize("change", [another_layer, another_shape, other_weights])
def test_whatever_has_changed_is_asked_anew(net, change):
    before = values(net)[0]
    change(net)
    after, wanted = values(net), fresh(net)
    assert not np.allclose(before, after[0], rtol=1e-3)
    assert np.array_equal(after[0], wanted[0])
    assert after[2] == wanted[2]


def test_another_layer_in_its_place_is_found(net):
    before = values(net)[0]
    another_module(net)
    after = values(net)[0]
    vectors = net.first[0](IDS).detach().requires_grad_()
    (gradient,) = torch.autograd.grad(net.out(vectors.tanh().tanh())[-1, 2], vectors)
    assert after == pytest.approx((gradient * vectors).sum(-1).detach().numpy())
    assert not np.allclose(before, after, rtol=1e-3)


def test_the_mean_is_of_the_vectors_as_they_are(net):
    asked = {"baselines": "mean", "n_steps": 17}
    xai.attribute(net, IDS, "integrated_gradients", target=2, **asked)
    net.first.weight.data[8] += 50
    found = xai.attribute(net, IDS, "integrated_gradients", target=2, **asked)
    mean = net.first.weight.mean(0).detach().expand(5, 4)
    given = xai.attribute(net, IDS, "integrated_gradients", target=2, baselines=mean, n_steps=17)
    assert found.values == pytest.approx(given.values, rel=1e-6)


def test_nothing_keeps_the_model_alive():
    net = Tagger()
    values(net)
    gone = weakref.ref(net)
    del net
    gc.collect()
    assert gone() is None
