"""A model whose rows know of each other is explained as it is for one input: as its twin that takes rows one by one."""

import copy

import numpy as np
import pytest
import torch
from attribution.nets import convnet, image, mlp, row
from torch import nn

import xai_widgets as xai
from xai_widgets.method import REGISTRY
from xai_widgets.models import TorchModel, as_module
from xai_widgets.models.mixing import ALONE

FEW = {"n_samples": 16, "n_steps": 9, "n_segments": 6, "tolerance": 0.0}


class Mixing(nn.Module):
    """Does something across the batch to the first layer's output, before `rest` goes on."""

    def __init__(self, first, mix, rest):
        super().__init__()
        self.first, self.mix, self.rest = first, mix, rest

    def forward(self, x):
        return self.rest(self.mix(self.first(x)))


class OneByOne(nn.Module):
    def __init__(self, inner):
        super().__init__()
        self.inner = inner

    def forward(self, x):
        return torch.cat([self.inner(one) for one in x.split(1)])


class Batchwise(nn.Module):
    """Normalises each channel by the batch, as a BatchNorm without running statistics."""

    def forward(self, x):
        return nn.functional.batch_norm(x, None, None, training=True)


class Centred(nn.Module):
    def forward(self, x):
        return x - x.mean(0, keepdim=True) / 2


class AcrossRows(nn.Module):
    """Every row attends to all."""

    def forward(self, x):
        flat = x.flatten(1)
        return x + ((flat @ flat.T / 4).softmax(-1) @ flat).reshape(x.shape)


class OneOnly(nn.Module):
    """Cannot take two."""

    def forward(self, x):
        return x.reshape(1, *x.shape[1:])


class BySize(nn.Module):
    def forward(self, x):
        return x / len(x)


MIXES = {"statistics": Batchwise, "mean": Centred, "attention": AcrossRows, "one only": OneOnly, "size": BySize}

BY_PARTS = {("one only", "occlusion"), ("size", "occlusion")}
"""Of these a pass of one is written down, and its parts go in batches that the model itself never sees."""


def pair(mix):
    layers = list(convnet())
    net = Mixing(layers[0], MIXES[mix](), nn.Sequential(*layers[1:])).eval()
    return net, OneByOne(net)


def values(model, x, method, **params):
    known = {one.name for one in REGISTRY[method].parameters()}
    options = {key: value for key, value in {**FEW, **params}.items() if key in known}
    return xai.attribute(model, x, method, target=1, **options)


def same(found, wanted):
    size = np.abs(wanted.values).max()
    assert size > 0
    np.testing.assert_allclose(found.values, wanted.values, rtol=1e-5, atol=1e-5 * size)


@pytest.mark.parametrize("method", sorted(name for name, one in REGISTRY.items() if "batches" in one.uses))
@pytest.mark.parametrize("mix", ["mean", "attention"])
def test_every_method_that_passes_batches(mix, method):
    net, twin = pair(mix)
    if "map" in REGISTRY[method].uses or method == "conductance":
        # The twin's layers run once a row, so that none has an activation of all.
        found, wanted = values(net, image(), method, layer="first"), one_at_a_time(net, method, layer="first")
    else:
        found, wanted = values(net, image(), method), values(twin, image(), method)
    same(found, wanted)
    assert found.notes.count(ALONE) == 1


def one_at_a_time(net, method, **params):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("xai_widgets.models.pace.Pace.learn", lambda *_: None)
        return values(net, image(), method, **params)


@pytest.mark.parametrize("mix", sorted(MIXES))
@pytest.mark.parametrize("method", ["integrated_gradients", "occlusion"])
def test_whatever_mixes_them(mix, method):
    net, twin = pair(mix)
    found, wanted = values(net, image(), method), values(twin, image(), method)
    same(found, wanted)
    assert (ALONE in found.notes) == ((mix, method) not in BY_PARTS)


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.bfloat16])
def test_rows_that_are_apart_are_not_held_for_mixed(dtype):
    for net, x in ((convnet(), image()), (mlp(), row())):
        assert ALONE not in values(net.to(dtype), x.to(dtype), "expected_gradients").notes


def test_a_score_that_nearly_cancels_is_not_held_for_mixed():
    net = nn.Linear(64, 1, bias=False)
    x = torch.linspace(-1, 1, 64)
    with torch.no_grad():
        net.weight.copy_(1e3 * x.flip(0).abs() * x.sign())
        net.weight.sub_(net.weight @ x / (x @ x) * x)
    assert TorchModel(net).mixing(x) is None


def test_a_function_that_rounds_as_networks_do_is_given_batches():
    net, given = nn.Sequential(nn.Linear(3, 50), nn.GELU(), nn.Linear(50, 2)), []

    def function(rows):
        given.append(len(rows))
        # Texts in a batch are padded to the longest, which rounds their scores in another way.
        padded = torch.from_numpy(rows).float() * (1 + 1e-6 * (len(rows) > 1))
        return net(padded).detach().double().numpy()

    found = xai.attribute(function, [1.0, -2.0, 0.5], "exact_shapley", target=0)
    assert ALONE not in found.notes
    assert max(given[4:]) > 1  # the first ones find out what it is
    assert xai.check(function, [1.0, -2.0, 0.5], target=0).ok


class Noisy(nn.Module):
    def forward(self, x):
        return x + 0.1 * torch.randn_like(x)


def test_random_numbers_are_not_taken_for_mixing_nor_hide_it():
    apart = nn.Sequential(Noisy(), mlp())
    assert TorchModel(apart).mixing(row()) is None
    assert TorchModel(nn.Sequential(Noisy(), Centred(), mlp())).mixing(row()).difference > 0.01


class Drifting(nn.Module):
    def __init__(self):
        super().__init__()
        self.count = 0

    def forward(self, x):
        self.count += 1
        return x * (1 + 0.1 * self.count)


def test_a_model_that_says_something_else_each_time_is_not_held_for_mixed():
    assert TorchModel(nn.Sequential(Drifting(), mlp())).mixing(row()) is None


def picky(rows):
    """Refuses what are no shares of one."""
    assert bool((rows.sum(-1) - 1).abs().max() < 1e-6)
    return rows.square()


def picky_and_mixing(rows):
    return picky(rows) / len(rows)


def test_an_input_that_only_others_of_its_kind_can_stand_beside():
    shares = torch.tensor([0.1, 0.2, 0.3, 0.4])
    assert TorchModel(as_module(picky, shares)).mixing(shares) is None
    assert TorchModel(as_module(picky_and_mixing, shares)).mixing(shares).difference == pytest.approx(0.5)


class Counted(nn.Module):
    """Counts the inputs that pass, in copies too."""

    def __init__(self, net, seen):
        super().__init__()
        self.net, self.seen = net, seen

    def __deepcopy__(self, memo):
        return Counted(copy.deepcopy(self.net, memo), self.seen)

    def forward(self, x):
        self.seen.append(len(x))
        return self.net(x)


def test_it_costs_one_pass_of_two_for_each_state_of_the_weights():
    net = Counted(mlp(), seen := [])
    model, x = TorchModel(net), row()
    model.predict(x)
    before = sum(seen)
    for _ in range(3):
        assert not model.fresh().mixes(x.expand(4, -1))
    assert sum(seen) - before == 2
    with torch.no_grad():
        next(net.parameters()).mul_(2)
    model.predict(x)
    before = sum(seen)
    assert not model.fresh().mixes(x.expand(4, -1))
    assert sum(seen) - before == 2


def test_what_is_found_out_is_not_counted_as_work():
    net = mlp()
    found = [values(net, row(), "integrated_gradients").forwards for _ in range(2)]
    assert found == [9, 9]
