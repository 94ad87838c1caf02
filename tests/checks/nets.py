"""Models with one thing wrong with them each, and their healthy twins."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional


def picture(side=16):
    return torch.rand(3, side, side, generator=torch.Generator().manual_seed(1))


class Net(nn.Module):
    """A small healthy classifier; `spoil` does something to the features, and `end` to the scores."""

    def __init__(self, spoil=None, end=None, norm=None, features=None):
        super().__init__()
        with torch.random.fork_rng():
            torch.manual_seed(0)
            self.conv = nn.Conv2d(3, 8, 3, padding=1)
            self.norm = norm or nn.Identity()
            self.act = nn.ReLU()
            self.extra = features or nn.Identity()
            self.head = nn.Linear(8, 4)
        self.spoil, self.end = spoil or same, end or same
        self.eval()

    def forward(self, x):
        features = self.extra(self.spoil(self.act(self.norm(self.conv(x)))))
        return self.end(self.head(features.mean((2, 3))))


def same(x):
    return x


class Straight(torch.autograd.Function):
    """Doubles, and lies about it."""

    @staticmethod
    def forward(_ctx, x):
        return 2 * x

    @staticmethod
    def backward(_ctx, gradient):
        return 50 * gradient


class Honest(torch.autograd.Function):
    """Doubles, and says so."""

    @staticmethod
    def forward(_ctx, x):
        return 2 * x

    @staticmethod
    def backward(_ctx, gradient):
        return 2 * gradient


def drop(x):
    return functional.dropout(x, 0.5, training=True)


def no_drop(x):
    return functional.dropout(x, 0.5, training=False)


class Keeping(Honest):
    """The same, which keeps a detached copy for its way back."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x.detach())
        return 2 * x


def half_cut(x):
    return 0.2 * x + 5 * x.detach()


def within(x):
    return (x + 1).mul_(2)


def written_over(x):
    return x.mul_(2)


class Block(nn.Module):
    """Two convolutions and a way around them."""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.a = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn_a = nn.BatchNorm2d(outputs)
        self.b = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn_b = nn.BatchNorm2d(outputs)
        self.relu = nn.ReLU(inplace=True)
        self.around = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        y = self.bn_b(self.b(self.relu(self.bn_a(self.a(x)))))
        y += self.around(x)
        return self.relu(y)


def resnet():
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(3, 16, 7, 2, 3, bias=False),
        nn.BatchNorm2d(16),
        nn.ReLU(inplace=True),
        nn.MaxPool2d(3, 2, 1),
        Block(16, 16, 1),
        Block(16, 32, 2),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(32, 10),
    ).eval()
