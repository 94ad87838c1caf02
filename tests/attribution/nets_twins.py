"""The same networks written in different ways: whatever is computed of one must be computed of its twins."""

from __future__ import annotations

import math

import torch
from torch import nn
from torch.nn import functional as F  # noqa: N812


class Parts(nn.Module):
    """The layers that every twin of the picture classifier is made of."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(11)
        self.one = nn.Conv2d(3, 6, 3, padding=1)
        self.norm = nn.BatchNorm2d(6)
        self.two = nn.Conv2d(6, 6, 3, padding=1)
        self.three = nn.Conv2d(12, 8, 3, padding=1)
        self.head = nn.Linear(8 * 4, 4)
        self.relu = nn.ReLU()
        self.relus = nn.ModuleList(nn.ReLU() for _ in range(3))
        self.written = nn.ReLU(inplace=True)
        self.pool, self.last, self.flat = nn.MaxPool2d(2), nn.AdaptiveAvgPool2d(2), nn.Flatten()
        with torch.no_grad():
            for one in (self.norm.running_mean, self.norm.bias, self.norm.weight):
                one.add_(0.3 * torch.randn(6))
            self.norm.running_var.mul_(1 + torch.rand(6))
        self.double().eval()


class Modules(Parts):
    def forward(self, x):
        a = self.relus[0](self.norm(self.one(x)))
        b = self.relus[1](torch.add(self.two(a), a))
        y = self.relus[2](self.three(torch.cat([self.pool(a), self.pool(b)], 1)))
        return self.head(self.flat(self.last(y)))


class Functions(Parts):
    def forward(self, x):
        n = self.norm
        a = F.relu(F.batch_norm(self.one(x), n.running_mean, n.running_var, n.weight, n.bias, eps=n.eps))
        b = torch.relu(self.two(a) + a)
        y = self.three(torch.concat((F.max_pool2d(a, 2), torch.max_pool2d(b, 2)), dim=1)).relu()
        return F.linear(F.adaptive_avg_pool2d(y, 2).reshape(len(y), -1), self.head.weight, self.head.bias)


class InPlace(Parts):
    def forward(self, x):
        a = self.written(self.norm(self.one(x)))
        b = self.two(a)
        b += a
        b.relu_()
        y = self.three(torch.cat([self.pool(a), self.pool(b)], 1))
        F.relu(y, inplace=True)
        return self.head(self.last(y).flatten(1))


class Reused(Parts):
    def forward(self, x):
        a = self.relu(self.norm(self.one(x)))
        b = self.relu(self.two(a).add(a))
        y = self.relu(self.three(torch.cat([self.pool(a), self.pool(b)], 1)))
        y = torch.nn.functional.avg_pool2d(y, y.shape[-1] // 2)
        return torch.addmm(self.head.bias, y.view(y.shape[0], -1), self.head.weight.t())


class Made(Parts):
    """Makes its activations inside forward, clamps for ReLU and fills a buffer instead of concatenating."""

    def forward(self, x):
        a = nn.ReLU()(self.norm(self.one(x)))
        b = (self.two(a) + a).clamp(min=0)
        both = a.new_zeros(len(a), 12, a.shape[2] // 2, a.shape[3] // 2)
        both[:, :6] = self.pool(a)
        both[:, 6:] = self.pool(b)
        y = torch.clamp_min_(self.three(both), 0)
        return self.head(torch.flatten(self.last(y), 1))


PICTURES = {"modules": Modules, "functions": Functions, "in_place": InPlace, "reused": Reused, "made": Made}


class Encoder(nn.Module):
    """One block of a transformer over the columns of a picture."""

    def __init__(self, activation="gelu"):
        super().__init__()
        torch.manual_seed(12)
        self.embed = nn.Linear(12, 8)
        self.first, self.second = nn.LayerNorm(8), nn.LayerNorm(8)
        self.attention = nn.MultiheadAttention(8, 2, batch_first=True)
        self.up, self.down, self.head = nn.Linear(8, 16), nn.Linear(16, 8), nn.Linear(8, 4)
        self.activation = activation
        with torch.no_grad():
            for norm in (self.first, self.second):
                norm.weight.add_(0.2 * torch.randn(8))
                norm.bias.add_(0.2 * torch.randn(8))
            self.attention.in_proj_bias.add_(0.2 * torch.randn(24))
        self.double().eval()

    def forward(self, x):
        x = self.embed(x.flatten(1, 2).transpose(1, 2))
        x = x + self.attend(self.first(x))
        x = x + self.down(getattr(F, self.activation)(self.up(self.second(x))))
        return self.head(x.mean(1))

    def attend(self, x):
        return self.attention(x, x, x, need_weights=False)[0]

    def qkv(self, x):
        q, k, v = F.linear(x, self.attention.in_proj_weight, self.attention.in_proj_bias).chunk(3, -1)
        return (t.unflatten(-1, (2, 4)).transpose(1, 2) for t in (q, k, v))


class Weighted(Encoder):
    def attend(self, x):
        return self.attention(x, x, x, need_weights=True)[0]


class Fused(Encoder):
    def attend(self, x):
        y = F.scaled_dot_product_attention(*self.qkv(x))
        return self.attention.out_proj(y.transpose(1, 2).flatten(2))


class ByHand(Encoder):
    def attend(self, x):
        q, k, v = self.qkv(x)
        weights = torch.softmax(q @ k.transpose(-2, -1) / math.sqrt(4), -1)
        return self.attention.out_proj((weights @ v).transpose(1, 2).reshape(x.shape))


class BatchSecond(Encoder):
    """Keeps the batch on the second axis, where rules that cut a batch in two by its first go wrong."""

    def __init__(self, activation="gelu"):
        super().__init__(activation)
        self.attention.batch_first = False

    def attend(self, x):
        x = x.transpose(0, 1)
        return super().attend(x).transpose(0, 1)


class ByParts(Encoder):
    """Writes LayerNorm and the activation by hand too."""

    def forward(self, x):
        x = self.embed(x.flatten(1, 2).transpose(1, 2))
        x = x + self.attend(self.norm(self.first, x))
        h = self.up(self.norm(self.second, x))
        h = {"gelu": nn.GELU, "silu": nn.SiLU, "relu": nn.ReLU}[self.activation]()(h)
        return self.head((x + self.down(h)).mean(1))

    @staticmethod
    def norm(layer, x):
        centred = x - x.mean(-1, keepdim=True)
        return centred * (centred.square().mean(-1, keepdim=True) + layer.eps).rsqrt() * layer.weight + layer.bias


ENCODERS = {"module": Encoder, "weights": Weighted, "sdpa": Fused, "by_hand": ByHand, "batch_second": BatchSecond}


def picture(size=8, seed=13):
    return torch.rand(3, size, size, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def columns(seed=14):
    return torch.randn(3, 4, 5, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))
