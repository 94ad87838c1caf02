"""Curves of one row: what the model says when one cell alone is another."""

import numpy as np
import pandas as pd

from xai_widgets.population import grid_of, ice
from xai_widgets.prepare import adapt, row_subject

FRAME = pd.DataFrame(
    {
        "age": [20, 30, 41, 55, 77],
        "share": [0.125, 0.5, 0.75, 0.3, 1.0],
        "job": ["clerk", "boss", "cook", "boss", "cook"],
        "day": pd.to_datetime(["2020-01-01", "2020-02-01", "2020-03-01", "2020-04-01", "2020-05-01"]),
    }
)
CALLS = []


def score(frame):
    assert frame["age"].dtype.kind == "i"
    CALLS.append(len(frame))
    return frame["age"] / 100 + frame["share"] * (frame["job"] == "boss") + frame["day"].dt.day_of_year / 1000


def subject(row=1):
    return row_subject(adapt(lambda frame: np.asarray(score(frame), float)[:, None]), FRAME.iloc[row], FRAME)


def last(steps):
    *_, found = steps
    return found


def test_each_point_is_what_the_model_says_of_that_very_row():
    one = subject()
    grids = [grid_of(one.table, i, [one.row[i]]) for i in range(4)]
    found = last(ice(one, one.row[None], grids))
    for i, (grid, values) in enumerate(zip(found.grids, found.values, strict=True)):
        rows = np.repeat(one.row[None], len(grid), 0)
        rows[:, i] = grid
        np.testing.assert_allclose(values[0, :, 0], score(one.table.give(rows)), rtol=1e-12)
        assert one.row[i] in grid


def test_all_columns_of_several_rows_go_through_together():
    one = subject()
    rows = one.table.data[:3]
    grids = [grid_of(one.table, i) for i in range(4)]
    batch = last(ice(one, rows, grids))
    CALLS.clear()
    alone = [last(ice(one, rows[k : k + 1], grids)) for k in range(3)]
    for i in range(4):
        assert batch.values[i].shape == (3, len(grids[i]), 1)
        np.testing.assert_allclose(batch.values[i], np.concatenate([a.values[i] for a in alone]))
    # Once batches have found their size, the columns of a row share one.
    CALLS.clear()
    last(ice(one, rows[:1], grids))
    assert [sum(map(len, grids))] == CALLS


def test_a_grid_has_the_datas_own_values():
    one = subject()
    ages, shares, jobs, _ = (grid_of(one.table, i, [33.0]) for i in range(4))
    assert (ages == ages.round()).all()
    assert {20.0, 33.0, 41.0, 77.0} <= set(ages)
    assert (shares == shares.round(3)).all()
    assert jobs.tolist() == [0, 1, 2]
    assert (np.diff(ages) > 0).all()
    assert len(grid_of(one.table, 1, [np.nan])) <= 34


def test_a_constant_column_has_one_point():
    one = row_subject(adapt(lambda x: x), [5.0, 1.0], np.array([[5.0, 1.0], [5.0, 2.0], [5.0, 3.0]]))
    assert grid_of(one.table, 0).tolist() == [5.0]
