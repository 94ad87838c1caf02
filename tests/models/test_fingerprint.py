"""The fingerprint of a model's weights is exact, and quick to have."""

import numpy as np
import pytest
import torch

from xai_widgets.models.fingerprint import _sums, _sums_of, _words


def sums(words: np.ndarray) -> tuple[int, int]:
    words = words.astype(np.int64)
    return int(words.sum()) % 2**64, int((words * np.arange(1, len(words) + 1)).sum()) % 2**64


def wide(words: np.ndarray) -> np.ndarray:
    """Return the same memory as words of 64 bits, and what is left over one by one."""
    full = len(words) // (each := 8 // words.itemsize) * each
    return np.concatenate([words[:full].view(np.int64), words[full:].astype(np.int64)])


@pytest.mark.parametrize("count", [0, 1, 8191, 8192, 8193, 3 * 2**18 + 5])
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.bfloat16, torch.int8, torch.bool])
def test_the_hash_holds_the_sum_and_the_sum_weighted_by_position(count: int, dtype: torch.dtype) -> None:
    values = torch.randn(count + 1, generator=torch.Generator().manual_seed(0)).mul(9).to(dtype)[1:]
    words = np.frombuffer(values.clone().view(torch.uint8).numpy().tobytes(), f"i{values.element_size()}")
    words = words.view(np.uint8) if values.element_size() == 1 else words
    # The memory begins anywhere, such as within a word of 64 bits.
    assert _sums(_words(values)) == _sums(_words(values.clone())) == sums(wide(words))
    assert _sums_of([torch.arange(5), _words(values), torch.arange(-2, 2)]) == [(10, 40), sums(words), (2**64 - 2, 0)]
