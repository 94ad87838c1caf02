"""Time that a run may take: seconds of computing, whatever its reader does meanwhile."""

from __future__ import annotations

import dataclasses
from functools import partial
from typing import ClassVar

import numpy as np
import pytest

from xai_widgets.api import population_of
from xai_widgets.budget import Budget
from xai_widgets.population import study
from xai_widgets.populations import PopulationResult


@dataclasses.dataclass(frozen=True, kw_only=True)
class Steps(study.Study):
    """Four steps of a second each, of which every other has something to show."""

    name = "steps"
    clock: ClassVar[list[float]] = [0.0]

    def run(self, population, seed=0):
        for step in range(4):
            self.clock[0] += 1
            yield PopulationResult(label="", fraction=(step + 1) / 4) if step % 2 else None


@pytest.mark.parametrize(("limit", "seconds"), [(None, [2, 4]), (4, [2, 4]), (1.5, [2])])
def test_the_readers_own_time_does_not_count(monkeypatch, limit, seconds):
    monkeypatch.setattr(study, "Budget", partial(Budget, clock=lambda: Steps.clock[0]))
    population = population_of(lambda rows: rows[:, :1], np.ones((4, 2), np.float32))
    found = []
    for result in study.run_study(Steps(), population, time_budget=limit):
        Steps.clock[0] += 1000
        found += [] if result is None else [result]
    assert [one.seconds for one in found] == seconds
    said = ["Stopped after 1.5 s: 50% of the work is done."] if limit == 1.5 else []
    assert [note for one in found for note in one.notes] == said


def test_a_long_budget_is_said_in_plain_digits():
    assert Budget(150.0).note(0.25) == "Stopped after 150 s: 25% of the work is done."
