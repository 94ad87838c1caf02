"""Convolutions with weights that are laid out once: the same function, and the same way back."""

import copy

import pytest
import torch
from models.test_explanation_copy import explanation_copy
from torch import nn

from xai_widgets.models import TorchModel
from xai_widgets.models.backends import WIDE, linear
from xai_widgets.models.kernels import Convolution


def convolution(*, groups=1, kernel=3, stride=1, padding=1, dilation=1, bias=True):
    torch.manual_seed(0)
    return nn.Conv2d(4, 6 if groups == 1 else 8, kernel, stride, padding, dilation, groups, bias)


@pytest.mark.parametrize(
    "conv",
    [
        *(convolution(), convolution(groups=4), convolution(groups=2, bias=False), convolution(kernel=1, padding=0)),
        *(convolution(kernel=1, padding=0, stride=2), convolution(stride=2), convolution(kernel=5, dilation=2)),
        *(convolution(kernel=1, padding=2), convolution(kernel=2, padding=3), convolution(kernel=7, stride=3)),
        convolution(kernel=(1, 3), padding=(0, 2), stride=(2, 1)),
    ],
    ids=str,
)
@pytest.mark.parametrize("wide", [False, True])
def test_convolutions_with_weights_laid_out_once_are_the_same_and_so_is_the_way_back(conv, wide, monkeypatch):
    """The truth in double precision is further from single precision than from this."""
    if wide:  # beside the activations: used as they are
        monkeypatch.setattr(Convolution, "is_small", lambda *_, **__: False)
    x = torch.randn(3, 4, 11, 12, generator=torch.Generator().manual_seed(0))
    norm = nn.BatchNorm2d(conv.out_channels)
    norm.running_mean.uniform_(-1, 1)
    norm.running_var.uniform_(0.5, 2)
    net = nn.Sequential(conv, norm, nn.ELU(inplace=True), nn.Flatten()).eval()
    fast = explanation_copy(net, x[:1])
    assert fast.merged[0].layer is conv
    taken = [one.requires_grad_() for one in (x.clone(), x.clone(), x.double())]
    outs = [run(one) for run, one in zip((fast, net, copy.deepcopy(net).double()), taken, strict=True)]
    came = torch.randn(outs[0].shape, generator=torch.Generator().manual_seed(1))
    grads = [torch.autograd.grad(out, one, came.to(one))[0] for out, one in zip(outs, taken, strict=True)]
    for ours, plain, true in (outs, grads):
        slack = 1e-5 * float(true.detach().abs().max())
        assert float((ours - true).detach().abs().max()) <= 2 * float((plain - true).detach().abs().max()) + slack
    linear = fast.fixed[0].kernel.is_linear(x.contiguous(memory_format=torch.channels_last), conv.padding)
    assert linear is (conv.kernel_size == (1, 1) and conv.stride == (1, 1) and conv.padding == (0, 0))
    assert fast.fixed[0].kernel.is_packed is not (wide or linear)


def test_laid_out_weights_follow_the_models_and_leave_watched_and_cast_passes_alone():
    x = torch.rand(5, 3, 16, 16)
    net = nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten()).eval()
    model = TorchModel(net)
    run = model.fresh()
    run.scores(x)
    first = run.scores(x)
    assert run._fast.fixed[0].kernel.is_packed
    with torch.no_grad():
        net[0].weight.mul_(2)
    torch.testing.assert_close(run.scores(x), net(x).detach())
    assert not torch.allclose(run.scores(x), first)
    net[0].weight.data.mul_(2)  # whose version stays: the next run sees it
    torch.testing.assert_close(model.fresh().scores(x), net(x).detach())
    with torch.autocast("cpu", dtype=torch.bfloat16):
        kernel = run._fast.fixed[0].kernel
        assert not kernel.takes(x)
    assert kernel.takes(x)
    assert not kernel.takes(x[0])
    assert not kernel.takes(x.double())


def test_weights_are_laid_out_for_a_way_back_only_where_they_are_small_beside_the_activations():
    for width, side, small in ((8, 16, True), (64, 4, False)):
        conv, x = nn.Conv2d(width, width, 3, padding=1), torch.rand(1, width, side, side)
        net = nn.Sequential(conv, nn.BatchNorm2d(width), nn.Flatten()).eval()
        fast = explanation_copy(net, x)
        torch.autograd.grad(fast(x.requires_grad_()).sum(), x)
        (one,) = fast.merged
        assert one.kernel.is_packed is small
        assert (one.kernel._turned is not None) is small
        assert one.product is None  # of the merged weights there is the laid-out copy alone
        assert one.kernel.weight is conv.weight
        with torch.no_grad():
            for _ in range(5):
                assert one.kernel.is_packed is small  # one input's activations leave room for no more than that
                torch.testing.assert_close(fast(x), net(x))
            many = x.expand(12, -1, -1, -1)
            torch.testing.assert_close(fast(many), net(many))
        assert one.kernel.is_packed  # what would hold those of many has room for it


def test_laid_out_weights_take_no_more_than_a_pass_would_hold():
    conv, x = nn.Conv2d(32, 32, 3, padding=1), torch.rand(1, 32, 5, 5)
    net = nn.Sequential(conv, nn.ReLU(), nn.Conv2d(32, 32, 3, padding=1), nn.Flatten()).eval()
    fast, counts = explanation_copy(net, x), []
    with torch.no_grad():
        for size in (1, 1, 1, 4, 7, 8):
            fast(x.expand(size, -1, -1, -1))
            counts.append(sum(one.kernel.is_packed for one in fast.fixed))
    assert fast.room.held == 3 * x.numel()  # what goes in and what both layers put out
    assert counts == [0, 0, 0, 1, 1, 2]
    fast.refresh()
    assert fast.room.taken == 0


def test_weights_are_laid_out_for_inputs_of_the_size_to_come(monkeypatch):
    asked, reorder = [], torch._C._nn.mkldnn_reorder_conv2d_weight
    monkeypatch.setattr(torch._C._nn, "mkldnn_reorder_conv2d_weight", lambda *a: asked.append(a[-1]) or reorder(*a))
    conv = convolution(padding=2, dilation=2)
    for side, size in ((9, 9), (2, 5)):  # the second one is smaller than the neighbourhood, but for the padding
        x = torch.rand(9, 4, side, side)
        fast = explanation_copy(nn.Sequential(conv, nn.Flatten()), x[:1])
        torch.testing.assert_close(fast(x), conv(x).flatten(1))
        assert asked.pop()[1:] == [4, size, size]


@pytest.mark.parametrize("rows", [1, 2, 9, 65])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("wide", [False, True])
def test_linear_layers_of_few_rows_are_the_same_function(rows, dtype, wide):
    inputs, outputs = (1200, 900) if wide else (300, 70)
    layer, x = nn.Linear(inputs, outputs).to(dtype), torch.randn(rows, 2 * inputs, dtype=dtype)[:, ::2]
    assert (layer.weight.numel() >= WIDE) is wide
    for bias in (layer.bias.detach(), None):
        found = linear(x, layer.weight.detach(), bias)
        torch.testing.assert_close(found, nn.functional.linear(x, layer.weight.detach(), bias))
