"""Relevance by convolutions that are laid out once: the same as of those that are not."""

from __future__ import annotations

import copy
import weakref

import pytest
import torch
from torch import nn

from xai_widgets.attribution import LayerwiseRelevance
from xai_widgets.inputs import read_inputs
from xai_widgets.models import Target, TorchModel
from xai_widgets.models.convolving import Kernels
from xai_widgets.models.kernels import Convolution
from xai_widgets.models.rules.mode import carry


def network() -> nn.Module:
    """Strides, groups, dilations, single cells, a BatchNorm with and without a bias before it."""
    torch.manual_seed(0)
    net = nn.Sequential(
        *(nn.Conv2d(3, 8, 5, 2, 2, bias=False), nn.BatchNorm2d(8), nn.ReLU()),
        *(nn.Conv2d(8, 8, 3, padding=1, groups=4), nn.BatchNorm2d(8), nn.ReLU()),
        *(nn.Conv2d(8, 12, 1, 2), nn.ReLU(), nn.Conv2d(12, 12, 3, padding=2, dilation=2), nn.Tanh()),
        *(nn.Conv2d(12, 6, 1), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(6, 4)),
    )
    net.train()(torch.randn(8, 3, 21, 21))
    return net.eval()


def relevance(adapter: TorchModel, x: torch.Tensor, composite: str) -> torch.Tensor:
    inputs = read_inputs(x, device=adapter.device, dtype=adapter.dtype)
    (found,) = LayerwiseRelevance(composite=composite).run(adapter, inputs, Target(1))
    return found.values.double()


@pytest.mark.parametrize("composite", ["epsilon_plus", "epsilon_plus_flat", "alpha1_beta0", "deep_taylor"])
def test_single_precision_is_near_double_precision(composite: str) -> None:
    net, x = network(), torch.rand(3, 21, 21)
    true = relevance(TorchModel(copy.deepcopy(net).double()), x.double(), composite)
    adapter = TorchModel(net)
    for _ in range(3):  # kept the second time, the third time used
        torch.testing.assert_close(
            relevance(adapter, x, composite), true, rtol=1e-4, atol=1e-4 * float(true.abs().max())
        )
    kept = adapter.remember("convolutions of lrp", dict)
    assert isinstance(kept, Kernels)
    assert all(one.is_packed for _, _, one in kept._found.values())


def test_who_asks_but_once_leaves_no_laid_out_weights() -> None:
    adapter = TorchModel(network())
    relevance(adapter, torch.rand(3, 21, 21), "epsilon_plus")
    assert not adapter.remember("convolutions of lrp", dict)._found


def test_what_is_kept_has_a_bound() -> None:
    """One a purpose and weight, however often it is asked; nothing of weights that each pass makes anew."""
    for change, most in ((lambda net: net, 2 * 5), (weighed, 0)):
        adapter = TorchModel(change(network()))
        for times in range(12):
            composite = ("epsilon_plus", "epsilon_gamma_box", "alpha2_beta1", "gamma")[times % 4]
            relevance(adapter, torch.rand(3, 21, 21), composite)
        kept = adapter.remember("convolutions of lrp", dict)
        assert isinstance(kept, Kernels)
        assert len(kept._found) <= most
        assert len(kept._asked) <= most


def weighed(net: nn.Module) -> nn.Module:
    """Make every convolution's weight anew in each pass."""
    for one in net.modules():
        if type(one) is nn.Conv2d:
            nn.utils.parametrizations.weight_norm(one)
    return net


def test_weights_written_into_unnoticed_are_taken_up() -> None:
    net, x = network(), torch.rand(3, 21, 21)
    adapter = TorchModel(net)
    for _ in range(2):
        relevance(adapter, x, "epsilon_plus")
    kept = len(adapter.remember("convolutions of lrp", dict)._found)
    for one in (net[3].weight, net[8].bias):
        one.data.mul_(-3)
    net[4].running_var.data.mul_(2)
    new = relevance(TorchModel(copy.deepcopy(net)), x, "epsilon_plus")
    again = adapter.fresh()
    for _ in range(3):
        torch.testing.assert_close(relevance(again, x, "epsilon_plus"), new, rtol=1e-6, atol=0)
    assert len(adapter.remember("convolutions of lrp", dict)._found) == kept


def test_wide_weights_are_laid_out_only_for_who_asks_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """For one pass, they would lie beside the weights that they are made of."""
    asked: list[torch.Size] = []
    pack = Convolution._pack
    monkeypatch.setattr(Convolution, "_pack", lambda self, like: asked.append(self.weight.shape) or pack(self, like))
    torch.manual_seed(0)
    narrow, wide = nn.Conv2d(3, 16, 3), nn.Conv2d(16, 64, 3, 3)
    adapter = TorchModel(nn.Sequential(narrow, nn.ReLU(), wide, nn.ReLU(), nn.Flatten()).eval())
    x = torch.rand(3, 8, 8)
    first = relevance(adapter, x, "epsilon_plus")
    assert asked.count(narrow.weight.shape) == 2  # forward, and for what speaks for the output
    assert wide.weight.shape not in asked
    torch.testing.assert_close(relevance(adapter, x, "epsilon_plus"), first, rtol=1e-5, atol=1e-7)
    assert asked.count(wide.weight.shape) == 2


def test_what_a_rule_holds_goes_on_the_way_back() -> None:
    """The scores keep the graph, so it would all be held to the end."""
    held = torch.ones(3)
    gone = weakref.ref(held)
    x = torch.ones(3, requires_grad=True)
    made = carry(lambda: torch.ones(3), lambda came, held=held: (came * held,), x)
    del held
    assert gone() is not None
    made.sum().backward()
    assert gone() is None
    assert made.grad_fn is not None
