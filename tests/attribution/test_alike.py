"""Coalitions that show the same input are one: their scores are those of asking about each."""

from __future__ import annotations

import pytest
import torch

from xai_widgets.attribution.alike import MOST, Worths


@pytest.mark.parametrize("seed", range(5))
def test_scores_are_those_of_asking_about_each_and_no_input_is_asked_about_twice(seed: int) -> None:
    draw = torch.Generator().manual_seed(seed)
    bases = torch.randint(0, 3, (6, 5), generator=draw).double()
    x = torch.randint(0, 3, (5,), generator=draw).double()
    x[4] = bases[2, 4] = torch.nan  # missing in both is the same
    index = torch.tensor([0, 1, 1, 2, 3])
    known = Worths.of(x, bases, index, 4)
    assert known is not None
    asked: list[bytes] = []

    def ask(coalitions: torch.Tensor, beside: torch.Tensor) -> torch.Tensor:
        shown = torch.where(coalitions[:, index], x, bases[beside])
        asked.extend(bytes([int(base)]) + one.numpy().tobytes() for base, one in zip(beside, shown, strict=True))
        return score(shown)

    def score(shown: torch.Tensor) -> torch.Tensor:
        return (shown.nan_to_num(7.0) * torch.arange(1.0, 6.0)).sum(-1).sin().double()

    for _ in range(4):
        coalitions = torch.rand(9, 4, generator=draw) < 0.5
        wanted = torch.where(coalitions[:, None, index], x, bases)
        torch.testing.assert_close(known.mean(coalitions, ask), score(wanted).mean(1))
    assert len(set(asked)) == len(asked)


def test_nothing_is_remembered_where_all_differ_or_too_much_would_be() -> None:
    x, index = torch.zeros(40), torch.arange(40)
    assert Worths.of(x, torch.ones(3, 40), index, 40) is None
    most = MOST.bit_length() - 1
    few, many = torch.zeros(1, 40), torch.zeros(1, 40)
    few[0, :most], many[0, : most + 1] = 1, 1
    assert Worths.of(x, few, index, 40) is not None
    assert Worths.of(x, many, index, 40) is None
