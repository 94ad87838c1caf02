"""The fingerprint of a model's weights is exact, and quick to have."""

import numpy as np
import pytest
import torch

from xai_widgets.models.fingerprint import _sums, _sums_of, _words


@pytest.mark.parametrize("count", [0, 1, 1023, 1024, 1025, 3 * 2**18 + 5])
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.bfloat16, torch.int8, torch.bool])
def test_the_hash_holds_the_sum_and_the_sum_weighted_by_position(count: int, dtype: torch.dtype) -> None:
    values = torch.randn(count, generator=torch.Generator().manual_seed(0)).mul(9).to(dtype)
    words = np.frombuffer(values.contiguous().view(torch.uint8).numpy().tobytes(), f"i{values.element_size()}")
    words = (words.view(np.uint8) if values.element_size() == 1 else words).astype(np.int64)
    weighted = (words * np.arange(1, count + 1)).sum()
    want = int(words.sum()) % 2**64, int(weighted) % 2**64
    assert _sums(_words(values)) == want
    assert _sums_of([torch.arange(5), _words(values), torch.arange(-2, 2)]) == [(10, 40), want, (2**64 - 2, 0)]
