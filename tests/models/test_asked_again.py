"""Who asks for what a layer puts out again and again is served by the faster copy: nobody sees it but by the clock."""

import copy

import numpy as np
import pytest
import torch
from attribution.nets import image
from torch import nn

import xai_widgets as xai
from xai_widgets.models import Target, TorchModel, passed

OFTEN = 3


class Net(nn.Module):
    """Its first convolution is in a module of its own, whose BatchNorm lies outside."""

    def __init__(self):
        super().__init__()
        self.first, self.first_norm = nn.Sequential(nn.Conv2d(3, 8, 3, padding=1)), nn.BatchNorm2d(8)
        self.block = nn.Sequential(nn.Conv2d(8, 8, 3, padding=1, bias=False), nn.BatchNorm2d(8), nn.ReLU(inplace=True))
        self.alone, self.head = nn.Conv2d(8, 6, 3, padding=1), nn.Linear(6, 4)

    def forward(self, x):
        h = self.first_norm(self.first(x)).relu_()
        h = self.block(h) + h
        return self.head(self.alone(h).relu_().mean((2, 3)))


def trained(dtype=torch.float64):
    """Return a network whose BatchNorms do something."""
    net = Net().to(dtype)
    with torch.no_grad():
        net(torch.randn(16, 3, 8, 8, dtype=dtype))
        for one in (net.first_norm, net.block[1]):
            one.weight.uniform_(0.5, 2)
            one.bias.uniform_(-1, 1)
    return net.eval()


@pytest.fixture(autouse=True)
def _soon(monkeypatch):
    monkeypatch.setattr(passed, "OFTEN", OFTEN)
    monkeypatch.setattr(passed, "BATCH_SECONDS", 0.0)


def asked(adapter, x, layer, times=OFTEN):
    if adapter.random is None:
        adapter.predict(x[0])  # by which it is known that nothing is drawn at random
    for _ in range(times):
        adapter.fresh().tap(x, Target(1), layer)


def runs_of(module):
    seen = []
    module.register_forward_hook(lambda *_: seen.append(1))
    return seen


def merged(adapter):
    return len(adapter._copying.copy.merged) if adapter._copying.copy else 0


@pytest.mark.parametrize("layer", ["first.0", "first", "first_norm", "block.0", "block.1", "block", "alone", "head"])
def test_every_layer_is_what_it_is_in_the_model(layer):
    net, x = trained(), image()[None]
    adapter = TorchModel(net)
    wanted = adapter.tap(x, Target(1), layer)
    asked(adapter, x, "block")
    for _ in range(3):
        run = adapter.fresh()
        torch.testing.assert_close(run.tap(x, Target(1), layer), wanted, rtol=1e-9, atol=1e-12)
        assert merged(adapter) == 2
        assert run.backwards == 1
    hidden = {"first.0", "block.0"} | ({"first"} & {layer})
    assert adapter._copying.copy.hidden == hidden


def test_it_is_made_once_it_has_been_asked_for_often(monkeypatch):
    net, x = trained(), image()
    adapter = TorchModel(net)
    asked(adapter, x[None], "block")
    assert not adapter._copying.tried
    asked(adapter, x[None], "block", 1)
    assert merged(adapter) == 2
    # From then on the model itself runs no more, neither for the next prediction, which knows what will be asked.
    monkeypatch.setattr(TorchModel, "_call", lambda *_: pytest.fail("the model itself was run"))
    asked(adapter, x[None], "block")
    other = x + 0.1
    got = adapter.predict(other)
    run = adapter.fresh()
    map_ = run.tap(other[None], Target(1), "block")
    assert run.forwards == run.backwards == 1
    monkeypatch.undo()
    twin = TorchModel(net)
    np.testing.assert_allclose(got.scores, twin.predict(other).scores, rtol=1e-6)
    torch.testing.assert_close(map_, twin.tap(other[None], Target(1), "block"), rtol=1e-9, atol=1e-12)


def test_passes_that_take_next_to_no_time_are_not_worth_it(monkeypatch):
    monkeypatch.setattr(passed, "BATCH_SECONDS", 1000.0)
    adapter = TorchModel(trained())
    asked(adapter, image()[None], "block", 2 * OFTEN)
    assert not adapter._copying.tried


def test_new_weights_are_taken_up():
    net, x = trained(), image()[None]
    adapter = TorchModel(net)
    asked(adapter, x, "block", 2 * OFTEN)
    for change in (lambda: net.block[0].weight.mul_(2), lambda: net.block[1].running_var.mul_(2)):
        with torch.no_grad():
            change()
        wanted = TorchModel(net).tap(x, Target(1), "block")
        torch.testing.assert_close(adapter.fresh().tap(x, Target(1), "block"), wanted, rtol=1e-9, atol=1e-12)
    net.block[0].weight.data.mul_(2)
    wanted = TorchModel(net).tap(x, Target(1), "block")
    torch.testing.assert_close(adapter.fresh().tap(x, Target(1), "block"), wanted, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("how", ["hook", "plain"])
def test_who_watches_sees_the_model_itself(how):
    net, x = trained(), image()[None]
    adapter = TorchModel(net)
    asked(adapter, x, "block", 2 * OFTEN)
    assert merged(adapter) == 2
    if how == "hook":
        seen = runs_of(adapter.module.first_norm)
        asked(adapter, x, "block", 2)
        assert len(seen) == 2
    else:
        calls = []
        run = adapter.fresh().plain()
        run._call = lambda given: (calls.append(1), TorchModel._call(run, given))[1]
        run.tap(x, Target(1), "block")
        assert calls


def test_the_model_is_left_as_it_was():
    net, x = trained().train(), image()[None]
    before = copy.deepcopy(net.state_dict())
    adapter = TorchModel(net)
    asked(adapter, x, "block", 2 * OFTEN)
    assert merged(adapter) == 2
    assert net.training
    assert all(torch.equal(one, before[name]) for name, one in net.state_dict().items())
    assert all(one.grad is None and one.requires_grad for one in net.parameters())
    assert not any(one._forward_hooks for one in net.modules())


def test_where_it_does_not_fit_the_model_itself_is_run(monkeypatch):
    net, x = trained(), image()[None]
    adapter = TorchModel(net)
    wanted = adapter.tap(x, Target(1), "block")
    asked(adapter, x, "block", 2 * OFTEN)

    def full(*_):
        raise torch.OutOfMemoryError

    monkeypatch.setattr(type(adapter._copying.copy), "__call__", full)
    torch.testing.assert_close(adapter.fresh().tap(x, Target(1), "block"), wanted, rtol=1e-9, atol=1e-12)
    assert (adapter._copying.tried, adapter._copying.copy) == (True, None)


def test_in_single_precision_it_is_as_near_to_the_truth_as_the_model():
    net, x = trained(torch.float32), image().float()[None]
    truth = TorchModel(copy.deepcopy(net).double()).tap(x.double(), Target(1), "block.1")
    adapter = TorchModel(net)
    asked(adapter, x, "block", 2 * OFTEN)
    assert merged(adapter) == 2
    model, fast = (run.tap(x, Target(1), "block.1") for run in (adapter.fresh().plain(), adapter.fresh()))
    for one, other, right in zip(model, fast, truth, strict=True):
        noise = 4 * torch.finfo(torch.float32).eps * float(right.norm())
        assert float((other - right).norm()) <= 1.5 * max(float((one - right).norm()), noise)


def test_a_list_of_pictures_takes_one_pass_each():
    """Which of the last layers has the map is known from the first one on."""
    pictures = [image() + 0.1 * k for k in range(4)]
    net = trained()
    found = xai.attribute(net, pictures, "grad_cam", target=1)
    assert [one.forwards for one in found[1:]] == [1, 1, 1]
    for one, picture in zip(found, pictures, strict=True):
        alone = xai.attribute(net, picture, "grad_cam", target=1)
        assert alone.notes == one.notes
        np.testing.assert_allclose(one.values, alone.values, rtol=1e-6)
