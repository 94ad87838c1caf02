"""Good rows made smaller: changes that need not be are undone, numbers go back as far as they may."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from numpy.typing import NDArray

    from xai_widgets.counterfactual.bound import Bound

    Values = NDArray[np.float64]
    Rows = Generator[None, None, Values]
    """Yields after each batch, and returns the rows."""

    Judge = Callable[[Values], Generator[None, None, NDArray[np.bool_]]]
    """Finds out which rows keep to the constraints and reach the goal; yields after each batch."""

FEW = 4
"""Of up to so many changes, all sets that could be kept are tried in one go."""

POINTS, FINER = 7, 4
"""So many places on a number's way back are tried in one go, and how often between the two that matter."""


def polished(bound: Bound, judge: Judge, values: Values) -> Rows:
    """Make good rows (n, columns) smaller, all side by side, until no single change of theirs can be undone."""
    values = yield from _undone(bound, judge, values)
    values = yield from _moved_back(bound, judge, values)
    return (yield from _undone(bound, judge, values))


def _undone(bound: Bound, judge: Judge, values: Values) -> Rows:
    """Undo changes; where it can be done in several ways, each becomes a row of its own."""
    values = values.copy()
    wide = np.flatnonzero(bound.changed(values).sum(1) > FEW)
    while len(wide):
        # By themselves first; then, of those that may go, the dearest and the next and so on together.
        at, columns = np.nonzero(bound.changed(values[wide]))
        alone = np.arange(values.shape[1]) == columns[:, None]
        may = yield from judge(np.where(alone, bound.row, values[wide[at]]))
        dear = (bound.far(values[wide], bound.row) * bound.weights)[at, columns]
        order = np.lexsort((-dear, at))
        order = order[may[order]]
        together = alone[order]
        for k in range(1, len(order)):
            together[k] |= together[k - 1] & (at[order[k]] == at[order[k - 1]])
        owners = wide[at[order]]
        tries = np.where(together, bound.row, values[owners])
        good = yield from judge(tries)
        values[owners[good]] = tries[good]  # of each the last, which has the most undone
        wide = np.unique(owners)
        wide = wide[bound.changed(values[wide]).sum(1) > FEW]
    return (yield from _least(bound, judge, values))


def _least(bound: Bound, judge: Judge, values: Values) -> Rows:
    """Find all sets of a few changes that are enough, and of which none can be undone."""
    changed = bound.changed(values)
    few = np.flatnonzero(changed.sum(1) <= FEW)
    columns = [np.flatnonzero(changed[k]) for k in few]
    # A set is a number, by its bits.
    parts = [(k, own, some) for k, own in enumerate(columns) for some in range(1, 2 ** len(own) - 1)]
    keep = np.zeros((len(parts), changed.shape[1]), bool)
    for made, (_, own, some) in zip(keep, parts, strict=True):
        made[own] = some >> np.arange(len(own)) & 1
    tries = np.where(keep, values[few[[k for k, _, _ in parts]]] if parts else values[:0], bound.row)
    good = yield from judge(tries)
    enough = {k: {2 ** len(own) - 1: values[few[k]]} for k, own in enumerate(columns)}
    for (k, _, some), one, fine in zip(parts, tries, good, strict=True):
        if fine:
            enough[k][some] = one
    found = [one for own in enough.values() for a, one in own.items() if not any(a & b == b != a for b in own)]
    return np.unique([*np.delete(values, few, 0), *found], axis=0)


def _moved_back(bound: Bound, judge: Judge, values: Values) -> Rows:
    """Move numbers towards the row's own: of each row one after the other, of all rows side by side."""
    values = values.copy()
    numbers = np.array([not one.choices for one in bound.table.columns])
    moved = bound.changed(values) & numbers
    for turn in range(int(moved.sum(1).max(initial=0))):
        owners = np.flatnonzero(moved.sum(1) > turn)
        columns = np.array([np.flatnonzero(moved[k])[turn] for k in owners])
        near = bound.row[columns]
        for _ in range(FINER):
            far = values[owners, columns]
            places = near[:, None] + (far - near)[:, None] * np.arange(1, POINTS + 1) / (POINTS + 1)
            tries = values[owners].repeat(POINTS, 0).reshape(len(owners), POINTS, -1)
            at = np.arange(len(owners))
            tries[at, :, columns] = places
            fitted = bound.fitted(tries.reshape(-1, len(bound.row))).reshape(tries.shape)
            places = fitted[at, :, columns]
            new = (places != far[:, None]) & (places != near[:, None]) & (places != bound.row[columns][:, None])
            if not new.any():
                break
            good = np.zeros(new.shape, bool)
            good[new] = yield from judge(fitted[new])
            first = np.where(good.any(1), good.argmax(1), POINTS)
            for k, place in enumerate(first):
                bad = np.flatnonzero(new[k, :place])
                near[k] = places[k, bad[-1]] if len(bad) else near[k]
                if place < POINTS:
                    values[owners[k]] = fitted[k, place]
    return values
