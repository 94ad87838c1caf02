"""Growing spheres, where geometry says what they must find; and how closely data lie around what is found."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.neighbors import NearestNeighbors

import xai_widgets as xai
from xai_widgets.counterfactual import Constraints, RowProblem, resolve_goal
from xai_widgets.counterfactual.spheres import drawn, farthest
from xai_widgets.prepare import adapt, row_subject

WEIGHTS = np.array([3.0, 1.0, -2.0])


def linear(bias=-4.0):
    """Two classes, as far apart as the weighted sum says; typical deviations of the data are one."""
    layer = torch.nn.Linear(3, 2).double()
    with torch.no_grad():
        layer.weight[:] = torch.tensor(np.stack([0 * WEIGHTS, WEIGHTS]))
        layer.bias[:] = torch.tensor([0.0, bias])
    return layer


def cloud(count=400):
    data = np.random.default_rng(0).normal(size=(count, 3))
    return data / np.median(np.abs(data - np.median(data, 0)), 0)


def problem_of(model, row, data, constraints=None):
    subject = row_subject(adapt(model), row, data)
    bound = (constraints or Constraints()).bind(subject.table, subject.row)
    return RowProblem(subject, resolve_goal(1, None, subject.prediction, subject.model.task or "logits"), bound)


def test_rows_fill_a_shell_evenly():
    problem = problem_of(linear(), np.zeros(3), cloud())
    made = drawn(problem, 4000, (1.0, 3.0), np.random.default_rng(0))
    scales = np.array([one.scale for one in problem.subject.table.columns])
    radii = np.linalg.norm(made / scales, axis=1)
    assert radii.min() >= 1
    assert radii.max() <= 3
    # As many in each part as it has volume, and no way is preferred.
    assert np.mean(radii < 2) == pytest.approx((2**3 - 1) / (3**3 - 1), abs=0.02)
    assert np.abs((made / scales).mean(0)).max() < 0.12


def test_other_categories_are_paid_for_by_the_radius():
    frame = pd.DataFrame({"a": list("xyz") * 40, "b": list("uv") * 60, "n": np.linspace(-1, 1, 120)})

    def scores(rows):
        return np.stack([0 * rows["n"], rows["n"] - 0.5], 1)

    problem = problem_of(scores, frame.iloc[0], frame, Constraints(effort={"b": 2.0}))
    random = np.random.default_rng(0)
    near = drawn(problem, 500, (0.0, 0.9), random)
    assert (near[:, :2] == problem.bound.row[:2]).all()
    far = drawn(problem, 500, (1.9, 2.1), random)
    turned = far[:, :2] != problem.bound.row[:2]
    assert turned.any(0).all()
    assert not turned.all(1).any()  # 1 + 4 is beyond the square of 2.1
    assert {0, 1, 2} == set(far[:, 0])
    assert farthest(problem) == pytest.approx(np.hypot(np.hypot(1, 2), 2 / problem.subject.table.columns[2].scale))


def test_the_first_sphere_that_holds_another_answer_reaches_the_plane():
    data = cloud()
    problem = problem_of(linear(), np.zeros(3), data)
    scales = np.array([one.scale for one in problem.subject.table.columns])
    plane = 4 / np.linalg.norm(WEIGHTS * scales)
    random, model = np.random.default_rng(1), linear()

    def answered(radius):
        made = torch.tensor(drawn(problem, 4000, (0.0, radius), random))
        return bool((model(made)[:, 1] > 0).any())

    assert not answered(plane)
    assert answered(1.15 * plane)


def test_alone_each_change_goes_as_far_as_the_plane():
    keep = Constraints(max_changes=1)
    found = xai.counterfactuals(
        linear(), np.zeros(3), 1, n=6, background=cloud(), constraints=keep, method="growing_spheres"
    )
    assert found.candidates
    for one in found.candidates:
        (change,) = one.changes
        weight = WEIGHTS[int(change.column)]
        assert change.new * weight == pytest.approx(4, rel=0.02)
        assert change.new * weight > 4
    assert found.candidates[0].changes[0].column == "0"  # the steepest way


def test_a_near_answer_is_sought_in_smaller_spheres():
    found = xai.counterfactuals(linear(-0.01), np.zeros(3), 1, background=cloud(), method="growing_spheres")
    assert found.candidates[0].effort < 0.03


def test_density_is_that_of_the_data_around():
    data = np.concatenate([cloud(300) * 0.1, cloud(60) + 4])
    problem = problem_of(linear(), np.zeros(3), data)
    for _ in problem.look(0):
        pass
    real, spans = problem.real, data.max(0) - data.min(0)
    scaled = NearestNeighbors(metric="manhattan").fit(real / spans)
    for row in (real[3] + 1e-3, real.mean(0), real.max(0) + 3.0):
        far, near = scaled.kneighbors(row[None] / spans, 10)
        around = scaled.kneighbors(real[near[0]] / spans, 11)[0][:, 10]
        assert problem.density(row) == pytest.approx(min(1.0, around.mean() / far[0, -1]))
    assert problem.density(real.max(0) + 30.0) < 0.1
    assert problem.density(real.mean(0)) > 0.5


def test_nearest_is_the_mean_distance_per_column_to_the_closest_real_row_of_that_class():
    data = cloud()
    found = xai.counterfactuals(linear(), np.zeros(3), 1, background=data, method="random", samples=400)
    real, spans = data[data @ WEIGHTS > 4], data.max(0) - data.min(0)
    scaled = NearestNeighbors(n_neighbors=1, metric="manhattan").fit(real / spans)
    rows = np.array([list(one.values.values()) for one in found.candidates])
    far = scaled.kneighbors(rows / spans)[0][:, 0] / 3
    assert len(rows)
    assert [one.nearest for one in found.candidates] == pytest.approx(far.tolist())
    # A row of the other class may be nearer, and does not count.
    everybody = NearestNeighbors(n_neighbors=1, metric="manhattan").fit(data / spans)
    assert (everybody.kneighbors(rows / spans)[0][:, 0] / 3 < far).any()


def test_of_categories_nearest_counts_those_that_differ_and_of_numbers_their_part_of_the_range():
    frame = pd.DataFrame({"job": list("xyzx"), "n": [0.0, 10.0, 4.0, 2.0]})

    def scores(rows):
        return np.stack([0 * rows["n"], rows["n"] - 3], 1)

    problem = problem_of(scores, frame.iloc[0], frame)
    for _ in problem.look(0):
        pass
    # Of that class: (y, 10) and (z, 4); a range is 10.
    for row, away in ((("x", 3.5), (1 + 0.05) / 2), (("z", 5.0), 0.05), (("y", 4.0), 0.3), (("y", 10.0), 0)):
        values = problem.subject.table.row(dict(zip(frame.columns, row, strict=True)))
        assert problem.nearest(values[None])[0] == pytest.approx(away)
