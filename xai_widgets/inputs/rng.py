"""Leave the user's random numbers as they were."""

from __future__ import annotations

import random
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np
import torch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@contextmanager
def kept_rng() -> Iterator[Callable[[], bool]]:
    """Restore the global generators of Python, numpy and torch (CPU) on the way out.

    A `preprocess` may draw from any of them, and looking at a picture must not change what a training
    loop in the next cell draws.

    Yields
    ------
    drawn : callable
        Whether any of them has been drawn from since.
    """
    python, legacy, cpu = random.getstate(), np.random.get_state(), torch.get_rng_state()  # noqa: NPY002

    def drawn() -> bool:
        now = np.random.get_state()  # noqa: NPY002
        same = random.getstate() == python and all(map(np.array_equal, now, legacy))
        return not (same and torch.equal(torch.get_rng_state(), cpu))

    try:
        yield drawn
    finally:
        random.setstate(python)
        np.random.set_state(legacy)  # noqa: NPY002
        torch.set_rng_state(cpu)
