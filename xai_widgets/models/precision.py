"""How precisely a device can compute."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from torch import Tensor

NARROW = {"mps"}
"""Kinds of devices that have no float64."""


def widest(device: torch.device) -> torch.dtype:
    """Return the most precise type of numbers that a device has."""
    return torch.float32 if device.type in NARROW else torch.float64


def widened(x: Tensor) -> Tensor:
    """Return a tensor as precisely as its device can hold it."""
    return x.to(widest(x.device))
