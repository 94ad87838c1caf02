"""Whoever watches a model's operations sees its own, never those of the explanation copy."""

import pytest
import torch
from torch import nn
from torch.overrides import TorchFunctionMode

from xai_widgets.models import Target, TorchModel


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.conv, self.bn, self.head = nn.Conv2d(3, 8, 3, padding=1), nn.BatchNorm2d(8), nn.Linear(8, 4)
        nn.init.uniform_(self.bn.running_mean, -1, 1)
        self.double().eval()

    def forward(self, x):
        return self.head(self.bn(self.conv(x)).relu().mean((2, 3)))


def silence(module):
    """Put out a channel, as ablation does."""

    def hook(_module, _args, output):
        output = output.clone()
        output[:, 2] = 0
        return output

    return module.register_forward_hook(hook)


def without_channel(net, x):
    h = net.bn(net.conv(x))
    h[:, 2] = 0
    return net.head(h.relu().mean((2, 3)))


@pytest.mark.parametrize("switched", [True, False])
def test_hooks_put_on_the_model_between_passes_always_count(switched):
    net, x = Net(), torch.rand(6, 3, 8, 8, dtype=torch.float64)
    adapter = TorchModel(net)
    run = adapter.fresh()
    for _ in range(3 if switched else 1):
        run.scores(x)
    assert (run._fast is not None) == switched
    for _ in range(3):
        handle = silence(run.module.bn)
        assert torch.allclose(run.scores(x), without_channel(net, x), rtol=1e-12)
        score, _ = run.gradients(x, Target(1))
        assert torch.allclose(score, without_channel(net, x)[:, 1], rtol=1e-12)
        handle.remove()
        assert torch.allclose(run.scores(x), net(x), rtol=1e-12)
    later = adapter.fresh()
    for _ in range(3):
        assert torch.allclose(later.scores(x), net(x), rtol=1e-12)
    assert len(later._fast.merged) == 1


def test_hooks_of_the_user_stay_in_force_and_are_no_obstacle():
    net, x = Net(), torch.rand(6, 3, 8, 8, dtype=torch.float64)
    silence(net.bn)
    run = TorchModel(net).fresh()
    found = [run.scores(x) for _ in range(3)]
    assert all(torch.allclose(one, net(x), rtol=1e-12) for one in found)


class Names(TorchFunctionMode):
    def __init__(self):
        super().__init__()
        self.names = []

    def __torch_function__(self, func, types, args=(), kwargs=None):
        self.names.append(func.__name__)
        return func(*args, **(kwargs or {}))


def test_who_watches_operations_sees_the_models_own():
    net, x = Net(), torch.rand(6, 3, 8, 8, dtype=torch.float64)
    run = TorchModel(net).fresh()
    run.scores(x)
    run.scores(x)
    assert len(run._fast.merged) == 1
    with Names() as mode:
        run.scores(x)
    assert "batch_norm" in mode.names
    with torch.device("cpu"):  # a mode too, but one that watches nothing
        assert run._fast_copy(x) is run._fast


def test_a_run_can_be_kept_from_switching():
    net, x = Net(), torch.rand(6, 3, 8, 8, dtype=torch.float64)
    adapter = TorchModel(net)
    run = adapter.fresh().plain()
    for _ in range(3):
        run.scores(x)
    assert run._fast is None
    assert run.forwards == 18
    other = adapter.fresh()
    other.scores(x)
    other.scores(x)
    assert other._fast is not None
