"""What stands in for libraries that cannot be had here does what they would do."""

from __future__ import annotations

import itertools

import pytest
import torch

from anymodel.zoo import build  # isort: skip  it says where they are
from natten.functional import natten2dav, natten2dqkrpb


def nearest(at: int, length: int, kernel: int, dilation: int) -> list[int]:
    """Whom a position sees, by the words of the paper: the nearest of those that are a multiple away."""
    others = range(at % dilation, length, dilation)
    return sorted(sorted(others, key=lambda other: abs(other - at))[:kernel])


@pytest.mark.parametrize(("kernel", "dilation"), [(3, 1), (3, 2), (5, 1)])
def test_neighbourhood_attention_is_what_a_loop_over_the_neighbours_finds(kernel: int, dilation: int) -> None:
    torch.manual_seed(0)
    heads, height, width, size = 2, 6, 9, 4
    query, key, value = torch.randn(3, 1, heads, height, width, size, dtype=torch.float64)
    rpb = torch.randn(heads, 2 * kernel - 1, 2 * kernel - 1, dtype=torch.float64)

    scores = natten2dqkrpb(query, key, rpb, kernel, dilation)
    mixed = natten2dav(scores, value, kernel, dilation)

    for head, i, j in itertools.product(range(heads), range(height), range(width)):
        rows, columns = nearest(i, height, kernel, dilation), nearest(j, width, kernel, dilation)
        near = list(itertools.product(rows, columns))
        bias = [rpb[head, (r - i) // dilation + kernel - 1, (c - j) // dilation + kernel - 1] for r, c in near]
        expected = [query[0, head, i, j] @ key[0, head, r, c] + b for (r, c), b in zip(near, bias, strict=True)]
        torch.testing.assert_close(scores[0, head, i, j], torch.stack(expected))
        weighed = sum(w * value[0, head, r, c] for (r, c), w in zip(near, expected, strict=True))
        torch.testing.assert_close(mixed[0, head, i, j], weighed)


def test_a_document_model_reads_its_picture_by_the_backbone() -> None:
    sample = build("sequence classification", "layoutlmv2")
    other = {**sample.x, "image": 255 - sample.x["image"]}
    assert (type(sample)(sample.model, other).logits - sample.logits).abs().max() > 1e-3
