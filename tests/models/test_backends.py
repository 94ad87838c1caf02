"""Multiplying by wide weights by the faster library: the same function, and the same way back."""

import pytest
import torch
from torch import nn
from torch.overrides import TorchFunctionMode

from xai_widgets.models import TorchModel, backends
from xai_widgets.models.backends import MUCH, WIDE, linear, multiplied
from xai_widgets.models.targets import Target

INPUTS, OUTPUTS = 600, 500


@pytest.fixture
def counted(monkeypatch):
    """Let oneDNN be the faster one, whatever this machine is, and count what it is given."""
    seen = []

    def count(*given, run=backends.by_onednn):
        seen.append(given[0].shape)
        return run(*given)

    monkeypatch.setattr(backends, "is_faster", lambda: True)
    monkeypatch.setattr(backends, "by_onednn", count)
    return seen


class Written(nn.Module):
    """A linear layer, written in one way or the other."""

    def __init__(self, how):
        super().__init__()
        torch.manual_seed(0)
        self.how, self.weight = how, nn.Parameter(torch.randn(OUTPUTS, INPUTS) / INPUTS**0.5)
        self.bias = nn.Parameter(torch.randn(OUTPUTS))

    def forward(self, x):
        if self.how == "linear":
            return nn.functional.linear(x, self.weight, bias=self.bias).relu_()
        if self.how == "without bias":
            return nn.functional.linear(x, self.weight)
        return torch.addmm(self.bias, x.flatten(0, -2), self.weight.t()).unflatten(0, x.shape[:-1])


@pytest.mark.parametrize("how", ["linear", "without bias", "addmm"])
@pytest.mark.parametrize("shape", [(3, INPUTS), (2, 4, INPUTS)], ids=str)
def test_scores_and_gradients_are_the_same(how, shape, counted):
    model = Written(how).requires_grad_(requires_grad=False)
    # A slice, which torch itself multiplies row by row.
    x = torch.randn(shape[0], 7, *shape[1:], generator=torch.Generator().manual_seed(1))[:, 2].requires_grad_()
    came = torch.randn(*shape[:-1], OUTPUTS, generator=torch.Generator().manual_seed(2))
    wanted = model(x)
    with multiplied(model):
        found = model(x)
    torch.testing.assert_close(found, wanted)
    assert counted == [(x.numel() // INPUTS, INPUTS)]
    back = [torch.autograd.grad(one, x, came)[0] for one in (found, wanted)]
    torch.testing.assert_close(*back)
    assert len(counted) == 2


def test_a_gradient_can_be_taken_of_the_gradient(counted):
    model = Written("without bias").requires_grad_(requires_grad=False)
    x = torch.randn(2, INPUTS, generator=torch.Generator().manual_seed(1), requires_grad=True)

    def slopes():
        (once,) = torch.autograd.grad(model(x).pow(3).sum(), x, create_graph=True)
        return torch.autograd.grad(once.square().sum(), x)[0]

    wanted = slopes()
    with multiplied(model):
        found = slopes()
    torch.testing.assert_close(found, wanted, rtol=0, atol=1e-5 * float(wanted.abs().max()))
    assert len(counted) > 2


def test_attention_of_torch_multiplies_so_too(counted):
    torch.manual_seed(0)
    layer = nn.TransformerEncoderLayer(512, 4, 512, batch_first=True).eval().requires_grad_(requires_grad=False)
    x = torch.randn(2, 5, 512)
    wanted = layer(x)
    with multiplied(layer):
        found = layer(x)
    torch.testing.assert_close(found, wanted, atol=1e-5, rtol=1e-4)
    assert len(counted) == 4  # what attends, what it puts out, and two layers behind


class Watching(TorchFunctionMode):
    def __torch_function__(self, func, types, args=(), kwargs=None):
        return func(*args, **(kwargs or {}))


def test_what_others_see_or_cast_is_left_to_torch(counted):
    model = Written("linear").requires_grad_(requires_grad=False)
    x = torch.randn(2, INPUTS)
    with multiplied(model), torch.autocast("cpu", dtype=torch.bfloat16):
        assert model(x).dtype == torch.bfloat16
    with multiplied(model):
        vectors = torch.vmap(model)(x.repeat(3, 1, 1))
        model.double()(x.double())
        model.float().requires_grad_()(x).sum().backward()  # weights are wanted, which has its own way back
    assert model.weight.grad is not None
    with Watching(), multiplied(model):
        model(x)
    assert counted == []
    torch.testing.assert_close(vectors[1], model(x))
    narrow = nn.Linear(64, WIDE // 64 - 1)
    with multiplied(narrow), torch.no_grad():
        narrow(torch.randn(2, 64))
    assert counted == []


@pytest.mark.parametrize(("rows", "many"), [(MUCH // 64**2, True), (MUCH // 64**2 - 1, False)])
def test_narrow_weights_count_with_many_rows(rows, many, counted):
    model = nn.Sequential(nn.Linear(64, 64), nn.Linear(64, 2)).eval()
    x = torch.randn(rows, 64)
    with multiplied(model, rows), torch.no_grad():
        model(x)
    assert counted == [(rows, 64)] * many
    counted.clear()
    torch.testing.assert_close(TorchModel(model).scores(x), model(x).detach())
    assert ((rows, 64) in counted) is many


def test_an_adapter_multiplies_so_and_its_rules_see_every_operation(counted):
    model = nn.Sequential(Written("linear"), nn.Linear(OUTPUTS, 3)).eval()
    adapter, x = TorchModel(model), torch.randn(2, INPUTS)
    torch.testing.assert_close(adapter.scores(x), model(x).detach())
    assert counted
    given = x.clone().requires_grad_()
    model(given)[:, 1].sum().backward()
    torch.testing.assert_close(adapter.gradients(x, Target(1))[1], given.grad)
    seen = len(counted)
    with Watching():
        adapter.scores(x)
    assert len(counted) == seen


def test_a_library_that_is_not_clearly_faster_is_left_alone(monkeypatch):
    for took, faster in (((1.0, 2.0), True), ((1.0, 1.01), False), ((2.0, 1.0), False)):
        backends.is_faster.cache_clear()
        times = iter(took)
        monkeypatch.setattr(backends, "repeat", lambda *_, times=times, **__: [9.0, next(times)])
        assert backends.is_faster() is faster
    backends.is_faster.cache_clear()


def test_torch_is_left_alone_where_it_is_faster(counted, monkeypatch):
    monkeypatch.setattr(backends, "is_faster", lambda: False)
    x, weight = torch.randn(3, INPUTS), torch.randn(OUTPUTS, INPUTS)
    assert torch.equal(linear(x, weight), nn.functional.linear(x, weight))
    assert counted == []


def test_what_it_does_not_take_is_said_or_done_by_torch(counted):
    model = Written("addmm").requires_grad_(requires_grad=False)
    with multiplied(model):
        assert model(torch.randn(0, INPUTS, requires_grad=True)).shape == (0, OUTPUTS)
        with pytest.raises(RuntimeError, match="cannot be multiplied"):
            model(torch.randn(2, INPUTS + 1))
        model.bias = nn.Parameter(torch.randn(2, OUTPUTS), requires_grad=False)
        x = torch.randn(2, INPUTS)
        torch.testing.assert_close(model(x), x @ model.weight.t() + model.bias, rtol=1e-4, atol=1e-4)
    assert len(counted) == 2
