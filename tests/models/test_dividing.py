"""Inputs of unlike lengths go in passes of their own where that costs less than passing all as long as the longest."""

from __future__ import annotations

from itertools import combinations, pairwise

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from xai_widgets.models.dividing import Calls, divided

EACH = 1e-4
"""Seconds a character, in the functions below."""


def cost(passes: list[list[int]], lengths: list[int], price: float) -> float:
    return sum(price + len(one) * max(lengths[i] for i in one) for one in passes)


@given(lengths=st.lists(st.integers(0, 12), min_size=1, max_size=8), price=st.sampled_from([0.5, 3, 10, 40, 1e9]))
def test_no_other_division_costs_less(lengths: list[int], price: float) -> None:
    found = divided(lengths, price)
    assert sorted(i for one in found for i in one) == list(range(len(lengths)))
    order = sorted(range(len(lengths)), key=lengths.__getitem__)
    cuts = [(0, *cut, len(order)) for n in range(len(order)) for cut in combinations(range(1, len(order)), n)]
    every = [[order[a:b] for a, b in pairwise(cut)] for cut in cuts]
    assert cost(found, lengths, price) == pytest.approx(min(cost(one, lengths, price) for one in every))


class Padding:
    """A function that pads texts to the longest, with a clock of its own: so long a call besides."""

    def __init__(self, fixed: float) -> None:
        self.fixed, self.worked, self.calls = fixed, 0.0, 0

    def __call__(self, texts: list[str]) -> list[list[float]]:
        self.calls += 1
        self.worked += self.fixed + EACH * len(texts) * max(map(len, texts))
        return [[float(len(one)), 1.0] for one in texts]

    def clock(self) -> tuple[float, float]:
        return self.worked, self.worked


def told(function: Padding) -> Calls:
    calls = Calls(function.clock)
    for count in (1, 2, 4, 8):
        calls(function, ["a" * count] * count, torch.zeros(count, 1))
    function.calls, function.worked = 0, 0.0
    return calls


TEXTS = ["a" * length for length in (3, 90, 5, 88, 4, 91, 86, 3)]


def test_texts_of_unlike_lengths_are_given_apart_and_scores_come_in_their_order() -> None:
    function = Padding(fixed=0.002)
    scores = told(function)(function, TEXTS, torch.zeros(len(TEXTS), 1))
    assert scores[:, 0].tolist() == [len(one) for one in TEXTS]
    assert function.calls == 2
    assert function.worked == pytest.approx(2 * 0.002 + EACH * (4 * 91 + 4 * 5))


def test_a_function_that_takes_long_to_call_is_called_once() -> None:
    function = Padding(fixed=0.5)
    calls = told(function)
    assert calls(function, TEXTS, torch.zeros(len(TEXTS), 1))[:, 0].tolist() == [len(one) for one in TEXTS]
    assert function.calls == 1


def test_nothing_is_divided_before_it_is_known_what_a_call_takes() -> None:
    function = Padding(fixed=0.002)
    Calls(function.clock)(function, TEXTS, torch.zeros(len(TEXTS), 1))
    assert function.calls == 1


def test_the_wrong_number_of_scores_is_left_to_the_caller() -> None:
    function = Padding(fixed=0.002)
    calls = told(function)
    assert len(calls(lambda texts: function(texts)[1:], TEXTS, torch.zeros(len(TEXTS), 1))) == len(TEXTS) - 2
