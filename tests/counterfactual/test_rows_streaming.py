"""Searches among rows stream: what they have comes early, gets no worse, and costs few calls of the model a step."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from counterfactual.test_rows import net

import xai_widgets as xai

SEARCHES = ["gradient", "nearest", "random", "genetic", "growing_spheres"]
BATCHES = 2
"""Of the model a step, at most."""

SIZES = []
"""Of the calls: a search works on a copy of the model."""


class Counted(torch.nn.Module):
    """A model that notes how many rows each call has."""

    def __init__(self, seed):
        super().__init__()
        self.net = net(seed).double()

    def forward(self, x):
        SIZES.append(len(x))
        return self.net(x)


def streamed(method, seed, n=4, **params):
    """Run a search, and return its steps with the sizes of the calls that each made."""
    model, data = Counted(seed), np.random.default_rng(seed).normal(size=(200, 6))
    run = xai.counterfactuals_iter(model, data[0], background=data, method=method, seed=seed, n=n, **params)
    steps = []
    while True:
        SIZES.clear()
        try:
            step = next(run)
        except StopIteration:
            return steps
        steps.append((step, SIZES.copy()))


@pytest.mark.parametrize("method", SEARCHES)
def test_what_is_found_comes_before_the_end_and_the_least_effort_never_rises(method):
    fell = 0
    for seed in (0, 1, 4):
        steps = [step for step, _ in streamed(method, seed)]
        shown = [step for step in steps if step.candidates]
        assert shown[0].fraction < 1, "nothing is shown before the end"
        assert shown[-1].fraction == 1
        assert any(not step.candidates for step in steps), "it is told that a search runs before it has anything"
        efforts = [min(one.effort for one in step.candidates) for step in shown]
        assert efforts == sorted(efforts, reverse=True)
        fell += efforts[-1] < efforts[0]
        assert all(one.valid for step in shown for one in step.candidates)
    # The nearest real rows, and the inmost shell, are the best from the beginning.
    assert fell or method in {"nearest", "growing_spheres"}


@pytest.mark.parametrize("n", [1, 8])
@pytest.mark.parametrize("method", SEARCHES)
def test_a_step_makes_few_calls_however_many_are_searched_for(method, n):
    calls = [sizes for _, sizes in streamed(method, 1, n)]
    assert any(len(sizes) for sizes in calls)
    # A batch, or two; and each that is shown anew is asked about alone, as it is.
    assert max(sum(size > 1 for size in sizes) for sizes in calls) <= BATCHES
    assert max(sizes.count(1) for sizes in calls) <= n + 1
    assert sum(sizes.count(1) for sizes in calls) < sum(map(sum, calls)) / 10


def test_all_restarts_walk_in_one_batch():
    def calls(starts):
        return [size for _, sizes in streamed("gradient", 1, starts=starts, steps=1) for size in sizes]

    few, many = calls(4), calls(64)
    # Every start has its slope in one call.
    assert 4 in few
    assert 64 in many
    assert len(many) <= len(few) + 8, "more starts would make more calls"
