"""Good rows made smaller: every smallest set of changes is found, and numbers go back to where the answer turns."""

import collections
import itertools

import numpy as np
import pytest

from xai_widgets.counterfactual import Constraints, RowProblem, resolve_goal
from xai_widgets.counterfactual.polishing import FEW, polished
from xai_widgets.prepare import adapt, row_subject

EDGES = np.array([0.3, 0.55, 0.1, 0.7, 0.2, 0.9])
"""From which value on a column counts."""


def problem_of(enough, columns):
    """A model that says yes where one of some sets of columns lies beyond its edges."""

    def yes(rows):
        beyond = np.asarray(rows) >= EDGES[:columns]
        found = np.any([beyond[:, list(one)].all(1) for one in enough], 0)
        return np.stack([~found, found], 1).astype(float)

    data = np.random.default_rng(0).random((50, columns))
    subject = row_subject(adapt(yes), np.zeros(columns), data)
    return RowProblem(
        subject,
        resolve_goal(1, None, subject.prediction, subject.model.task),
        Constraints(ranges={str(i): (0, 1) for i in range(columns)}).bind(subject.table, subject.row),
    )


def run(problem, rows):
    found = []

    def keep():
        found.append((yield from polished(problem.bound, problem.judged, rows)))

    collections.deque(keep(), maxlen=0)
    return found[0]


@pytest.mark.parametrize("enough", [[{0, 1}, {2}], [{0}, {1}, {2}], [{0, 1, 2, 3}], [{0, 1}, {1, 2}, {0, 2, 3}]])
def test_all_smallest_sets_of_a_few_changes_are_found_at_their_edges(enough):
    columns = FEW
    found = run(problem_of(enough, columns), np.ones((1, columns)))
    sets = {frozenset(np.flatnonzero(row).tolist()) for row in found}
    assert sets == {frozenset(one) for one in enough}
    for row in found:
        assert row[row > 0] == pytest.approx(EDGES[:columns][row > 0], abs=1e-3)
        assert (row[row > 0] >= EDGES[:columns][row > 0]).all()


@pytest.mark.parametrize("enough", [[{5}], [{0, 1, 2, 3, 4}], [{0, 4}, {1, 2, 3, 5}]])
def test_of_many_changes_none_is_left_that_can_be_undone(enough):
    problem = problem_of(enough, 6)
    for row in run(problem, np.ones((1, 6))):
        kept = set(np.flatnonzero(row).tolist())
        assert any(kept == one for one in enough)
        smaller = itertools.chain.from_iterable(itertools.combinations(kept, size) for size in range(len(kept)))
        assert not any(one <= set(some) for some in smaller for one in enough)


def test_rows_are_made_smaller_side_by_side_and_none_is_lost():
    rows = np.eye(4)[[0, 1, 2, 3]] + np.eye(4)[[1, 2, 3, 0]]
    found = run(problem_of([{0}, {2}], 4), rows)
    assert {tuple(np.flatnonzero(row)) for row in found} == {(0,), (2,)}
