"""Convolutional networks drawn at random, in all the ways that such networks are written."""

from __future__ import annotations

import torch
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional


class Residual(nn.Module):
    def __init__(self, width: int, *, in_place: bool) -> None:
        super().__init__()
        self.first, self.second = nn.Conv2d(width, width, 3, padding=1), nn.Conv2d(width, width, 3, padding=1)
        self.norm, self.in_place = calibrated(width), in_place

    def forward(self, x):
        out = self.norm(self.second(functional.relu(self.first(x))))
        if self.in_place:
            out += x
            return out.relu_()
        return functional.relu(x + out)


class Down(nn.Module):
    """A residual block whose shortcut is a convolution with a step."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.path = nn.Sequential(nn.Conv2d(width, width, 3, 2, 1), nn.SiLU(), nn.Conv2d(width, width, 3, padding=1))
        self.short = nn.Conv2d(width, width, 1, 2)

    def forward(self, x):
        return self.path(x) + 0.5 * self.short(x)


class Branches(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.a, self.b = nn.Conv2d(width, width // 2, 1), nn.Conv2d(width, width // 2, 5, padding=2)

    def forward(self, x):
        return torch.cat([self.a(x), functional.max_pool2d(self.b(x), 3, 1, 1)], 1)


class SqueezeExcite(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.down, self.up = nn.Conv2d(width, 2, 1), nn.Conv2d(2, width, 1)

    def forward(self, x):
        return x * self.up(self.down(x.mean((2, 3), keepdim=True)).relu()).sigmoid()


class Shuffle(nn.Module):
    """Half of the channels go through a depthwise convolution, then the halves are mixed."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.depthwise = nn.Conv2d(width // 2, width // 2, 3, padding=1, groups=width // 2)

    def forward(self, x):
        a, b = x.chunk(2, dim=1)
        x = torch.cat([a, self.depthwise(b)], 1)
        n, c, h, w = x.shape
        return x.view(n, 2, c // 2, h, w).transpose(1, 2).reshape(n, c, h, w)


class ChannelsLast(nn.Module):
    """As in ConvNeXt: layer norm and linear layers over the channels of each pixel."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(width, width, 7, padding=3, groups=width)
        self.norm, self.wide, self.back = nn.LayerNorm(width), nn.Linear(width, 8), nn.Linear(8, width)
        self.scale = nn.Parameter(torch.randn(width))

    def forward(self, x):
        y = self.norm(self.conv(x).permute(0, 2, 3, 1))
        return x + (self.scale * self.back(functional.gelu(self.wide(y)))).permute(0, 3, 1, 2)


class Positions(nn.Module):
    """Adds a map that is the same for every input."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.map = nn.Parameter(torch.randn(1, width, 64, 64))

    def forward(self, x):
        return x + self.map[:, :, : x.shape[2], : x.shape[3]]


class Padded(nn.Module):
    def __init__(self, width: int, mode: str, in_front: int, behind: int) -> None:
        super().__init__()
        self.conv, self.mode, self.pads = nn.Conv2d(width, width, 3), mode, (in_front, behind, behind, in_front)

    def forward(self, x):
        return self.conv(functional.pad(x, self.pads, self.mode))


def calibrated(width: int) -> nn.Module:
    norm = nn.BatchNorm2d(width)
    norm.running_mean.normal_()
    norm.running_var.uniform_(0.5, 2)
    return norm


WIDTH = 4
MODES = ["zeros", "reflect", "replicate", "circular"]
small = st.integers(1, 2)
PARTS = st.one_of(
    st.builds(
        lambda k, s, d, p, g, mode: nn.Conv2d(WIDTH, WIDTH, k, s, p, d, g, padding_mode=mode),
        st.integers(1, 4),
        small,
        small,
        st.integers(0, 2),
        st.sampled_from([1, 2, 4]),
        st.sampled_from(MODES),
    ),
    st.builds(lambda k, d: nn.Conv2d(WIDTH, WIDTH, k, padding="same", dilation=d), st.integers(1, 4), small),
    st.builds(
        lambda k, s, ceil: nn.MaxPool2d(k, s, (k - 1) // 2, ceil_mode=ceil), st.integers(2, 3), small, st.booleans()
    ),
    st.builds(
        lambda k, s, ceil, counts: nn.AvgPool2d(k, s, (k - 1) // 2, ceil_mode=ceil, count_include_pad=counts),
        st.integers(2, 3),
        small,
        st.booleans(),
        st.booleans(),
    ),
    st.sampled_from([nn.ReLU(), nn.ReLU(inplace=True), nn.Hardswish(), nn.GELU(), nn.SiLU(inplace=True), nn.ReLU6()]),
    st.sampled_from([nn.Sigmoid(), nn.PReLU(), nn.LeakyReLU(0.1, inplace=True), nn.Dropout(), nn.Identity()]),
    st.builds(lambda: calibrated(WIDTH)),
    st.builds(Residual, st.just(WIDTH), in_place=st.booleans()),
    st.sampled_from([Down, Branches, SqueezeExcite, Shuffle, ChannelsLast, Positions]).map(lambda one: one(WIDTH)),
    st.builds(Padded, st.just(WIDTH), st.sampled_from(["constant", *MODES[1:]]), st.integers(0, 2), st.integers(1, 2)),
)
HEADS = st.sampled_from(["mean", "flatten", "pool"])


class Net(nn.Module):
    def __init__(self, parts: list[nn.Module], head: str, shape: tuple[int, int]) -> None:
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(3, WIDTH, 3, padding=1), *parts)
        self.head = head
        with torch.no_grad():
            self.last = nn.Linear(self.pooled(torch.zeros(1, 3, *shape)).shape[1], 5)
        self.double().eval()

    def pooled(self, x):
        x = self.body(x)
        if self.head == "mean":
            return x.mean((2, 3))
        if self.head == "pool":
            return functional.adaptive_avg_pool2d(x, 2).flatten(1)
        return x.reshape(x.shape[0], -1)

    def forward(self, x):
        return self.last(self.pooled(x))
