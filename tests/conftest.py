"""What all tests share."""

from __future__ import annotations

import pytest
import torch

# The machine's cores are for the test processes: threads inside each would only get in each other's way.
torch.set_num_threads(1)


@pytest.fixture(autouse=True)
def _seeded() -> None:
    torch.manual_seed(0)
