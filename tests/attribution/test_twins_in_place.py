"""Activations and gates written by hand into their own input: what they get is what their twins get."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from attribution.nets import row
from torch import nn

import xai_widgets as xai


class Net(nn.Module):
    def __init__(self, act):
        super().__init__()
        torch.manual_seed(0)
        self.act, self.one, self.two = act, nn.Linear(6, 6).double(), nn.Linear(6, 3).double()

    def forward(self, x):
        return self.two(self.act(self.one(x)))


def silu(x):
    gate = x.sigmoid()
    x *= gate
    return x


def hardswish(x):
    gate = x + 3
    gate.clamp_(0, 6)
    x *= gate
    x /= 6
    return x


def hardswish_chained(x):
    return x.mul_((x + 3).clamp_(0, 6)).div_(6)


def shifted_after(x):
    gate = x.sigmoid()
    x += 3
    x *= gate
    return x


def shifted_before(x):
    x += 3
    gate = x.sigmoid()
    x -= 3
    x *= gate
    return x


def named_anew(x):
    x = x + 3
    gate = x.sigmoid()
    x = x * 2  # what the gate is made of is not named any more
    return x * gate


def by_halves(x):
    gate = x.sigmoid()
    x[:, :3] *= gate[:, :3]
    x[:, 3:] *= gate[:, 3:]
    return x


def twice_over(x):
    for _ in range(2):
        gate = x.sigmoid()
        x.mul_(gate)
    return x


def filled(x):
    gate = x.sigmoid()
    x[:, 0] = 0.0
    x *= gate
    return x


def of_one_sum(x, change):
    moved = x + 3
    changed = change(moved)
    return changed * moved.sigmoid()


TWINS = {
    "silu": (silu, lambda x: x * x.sigmoid()),
    "silu, torch's": (silu, nn.functional.silu),
    "hardswish": (hardswish, nn.functional.hardswish),
    "hardswish chained": (hardswish_chained, nn.functional.hardswish),
    "shifted after": (shifted_after, lambda x: (x + 3) * x.sigmoid()),
    "shifted before": (shifted_before, lambda x: of_one_sum(x, lambda moved: moved - 3)),
    "named anew": (named_anew, lambda x: of_one_sum(x, lambda moved: moved * 2)),
    "by halves": (by_halves, lambda x: torch.cat([one * one.sigmoid() for one in x.split(3, 1)], 1)),
    "twice over": (twice_over, lambda x: nn.functional.silu(nn.functional.silu(x))),
    "filled": (filled, lambda x: torch.cat([torch.zeros_like(x[:, :1]), x[:, 1:]], 1) * x.sigmoid()),
}
METHODS = {"lrp": {"composite": "epsilon"}, "attention_lrp": {}, "deep_lift": {"baselines": 0.3}}


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", TWINS)
def test_written_in_place_by_hand_it_gets_what_its_twin_gets(name, method):
    x, (inside, apart) = row(), TWINS[name]
    with torch.no_grad():
        torch.testing.assert_close(Net(inside)(x[None]), Net(apart)(x[None]))
    got, wanted = (xai.attribute(Net(one), x, method, target=1, **METHODS[method]).values for one in (inside, apart))
    assert np.abs(wanted).max() > 1e-3
    np.testing.assert_allclose(got, wanted, rtol=1e-5, atol=1e-9)
