"""A small classifier of pictures, whose passes a test can watch, hold up or spoil."""

from __future__ import annotations

import torch
from torch import nn

import xai_widgets as xai

LABELS = ["cat", "dog", "cow"]
METHODS = [info.name for info in xai.methods() if info.name not in {"cam", "attention_rollout"}]
"""All but those that need another head, or attention; their own tests show that they say so."""
CAMS = [info.name for info in xai.methods() if info.family == "Class activation maps"]
SLOW = {
    "smooth_grad": {"n_samples": 1000, "tolerance": 0.0},
    "integrated_gradients": {"n_steps": 4097, "tolerance": 0.0},
}
"""Parameters with which a method takes many batches."""


def picture(height=12, width=12):
    return torch.rand(3, height, width, generator=torch.Generator().manual_seed(1))


class Net(nn.Module):
    """Calls `before(x)` ahead of each pass, outside the copy that is made of the module."""

    def __init__(self, before=None):
        super().__init__()
        with torch.random.fork_rng():
            torch.manual_seed(0)
            self.net = nn.Sequential(
                nn.Conv2d(3, 6, 3, padding=1),
                nn.BatchNorm2d(6),
                nn.ReLU(inplace=True),
                nn.AdaptiveAvgPool2d(4),
                nn.Dropout(0.5),
                nn.Flatten(),
                nn.Linear(96, 3),
            )
        self.before = before

    def forward(self, x):
        if self.before is not None:
            self.before(x)
        return self.net(x)


class After:
    """Do something in every pass once so many inputs have been seen; copies of it stay one and the same."""

    def __init__(self, inputs, act):
        self.inputs, self.act, self.seen = inputs, act, 0

    def __deepcopy__(self, memo):
        return self

    def __call__(self, x):
        self.seen += len(x)
        if self.seen > self.inputs:
            self.act(x)


def fail(_x):
    msg = "the sky fell"
    raise RuntimeError(msg)
