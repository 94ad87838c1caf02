"""How far answers about a population can be trusted: closed forms, scikit-learn, and models made to fail."""

from __future__ import annotations

import numpy as np
import pytest
from population.models import linear, mlp, rows
from sklearn.inspection import permutation_importance
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.metrics import accuracy_score, r2_score
from sklearn.neighbors import NearestNeighbors
from sklearn.tree import DecisionTreeClassifier

from xai_widgets.api import population_of
from xai_widgets.evaluation.other_rows import gauges_of
from xai_widgets.evaluation.population import StudySubject
from xai_widgets.evaluation.runs import gauge
from xai_widgets.population import create_study, run_study


def answered(study, model, x, y=None, *, beside=None, seed=0, **params):
    """Answer a question about a population; `beside` names the method of the curve beside it."""
    population = population_of(model, x, y, target=None, features=None, labels=None, seed=seed)
    made = create_study(study, params)
    *_, found = (one for one in run_study(made, population, seed=seed) if one is not None)
    curve = None
    if beside is not None:
        *_, curve = (one for one in run_study(create_study(beside, params), population, seed=seed) if one is not None)
    return StudySubject(population, made, found, curve)


def measured(subject, *names, seed=0):
    """Measure an answer, and return the evaluation."""
    chosen = [one for one in gauges_of(subject) if not names or one.name in names]
    about = {"label": "it", "method": subject.study.name, "params": {}}
    *_, found = (one for one in gauge(subject, chosen, about, model=None, spent=dict, seed=seed) if one is not None)
    assert found.fraction == 1
    return found


def test_the_score_is_scikit_learns_beside_the_commonest_class_and_the_mean():
    x = rows(400, 3)
    y = (x[:, 0] + 0.5 * rows(400, 1, seed=3)[:, 0] > -0.4).astype(int)
    model = LogisticRegression().fit(x, y)
    one = measured(answered("permutation_importance", model, x, y), "model_score")["model_score"]
    assert one.value == pytest.approx(accuracy_score(y, model.predict(x)))
    assert one.passed
    assert f"the commonest class for all is for {max(y.mean(), 1 - y.mean()):.0%}" in one.sentence
    assert one.error == pytest.approx(1.96 * np.sqrt(one.value * (1 - one.value) / 399))
    values = x @ [1.0, 0.0, 2.0] + rows(400, 1, seed=4)[:, 0]
    fitted = LinearRegression().fit(x, values)
    one = measured(answered("permutation_importance", fitted, x, values), "model_score")["model_score"]
    assert one.value == pytest.approx(r2_score(values, fitted.predict(x)))
    assert (one.passed, one.low, one.high) == (True, None, None)  # it may lie below nothing


def test_importance_of_a_model_that_guesses_is_no_better_than_random():
    x = rows(400, 6)
    y = np.random.default_rng(1).integers(0, 2, 400)
    found = measured(answered("permutation_importance", mlp(6).double(), x, y))
    assert not found["model_score"].passed
    assert not found["shuffled_answers"].passed
    assert (found.verdict, found.believable) == ("no better than random", False)


def test_shuffled_answers_pass_by_chance_one_time_in_twenty():
    x, model = rows(150, 4), mlp(4).double()
    passed = 0
    for seed in range(60):
        y = np.random.default_rng(100 + seed).integers(0, 2, 150)
        subject = answered("permutation_importance", model, x, y, n_repeats=1, seed=seed)
        passed += bool(measured(subject, "shuffled_answers", seed=seed)["shuffled_answers"].passed)
    assert passed <= 9  # of 60 at 1 in 20: more have a chance of 1 in 1,000


def test_the_largest_importance_is_scikit_learns_up_to_the_draw_and_names_its_column():
    x = rows(2000, 3)
    y = (x[:, 1] > 0).astype(int)
    model = LogisticRegression().fit(x, y)
    found = measured(answered("permutation_importance", model, x, y), "shuffled_answers")["shuffled_answers"]
    theirs = permutation_importance(model, x, y, n_repeats=20, random_state=0)
    assert found.value == pytest.approx(theirs.importances_mean.max(), abs=0.03)
    assert found.passed
    assert found.sentence.startswith("x1 matters most") or "1 of 3 columns" in found.sentence
    assert "1 of 3 columns matter more" in found.sentence
    assert len(found.random) == 19
    assert found.reference == pytest.approx(np.mean(found.random))


def test_a_tree_that_follows_the_model_is_told_from_one_that_says_one_thing():
    x = rows(600, 3)
    y = (x[:, 0] > 0.3).astype(int)
    model = DecisionTreeClassifier(max_depth=1).fit(x, y)
    subject = answered("surrogate_tree", model, x, depth=1)
    found = measured(subject, "tree_fidelity", "halves")
    assert found["tree_fidelity"].passed
    # Each half puts the one threshold where its own rows lie.
    assert found["tree_fidelity"].value > 0.98
    assert found["halves"].passed
    one, other = subject.halves(0)
    said = model.predict(x).astype(int)
    folds = []
    for fit, test in ((one, other), (other, one)):
        tree = DecisionTreeClassifier(max_depth=1, random_state=0).fit(x[fit].astype(np.float32), said[fit])
        folds.append(tree.predict(x[test].astype(np.float32)) == said[test])
    assert found["tree_fidelity"].value == pytest.approx(np.mean(folds))
    parity = answered("surrogate_tree", lambda a: np.stack([p := (np.prod(np.sign(a), 1) > 0) * 1.0, 1 - p], 1), x)
    found = measured(parity, "tree_fidelity", "halves")
    assert not found["tree_fidelity"].passed
    assert not found["halves"].passed
    assert found.verdict == "no better than random"


def test_a_tree_of_a_regression_is_measured_by_r2():
    x = rows(500, 2)
    subject = answered("surrogate_tree", lambda a: a[:, 0] ** 3, x, depth=4)
    found = measured(subject, "tree_fidelity")["tree_fidelity"]
    assert found.passed
    assert 0.7 < found.value < 1


def test_local_effects_and_partial_dependence_agree_where_columns_are_free_and_not_where_they_go_together():
    model = linear([2.0, 0.0])
    free = answered("partial_dependence", model, rows(400, 2), beside="accumulated_local_effects", columns=[0])
    assert measured(free, "local_effects")["local_effects"].value == pytest.approx(0, abs=1e-3)
    x = rows(400, 1)
    tied = np.hstack([x, x + 0.05 * rows(400, 1, seed=2)])
    # Only off the diagonal, where no row lies, does the second column matter.
    steep = answered(
        "partial_dependence",
        lambda a: a[:, 0] - 5 * (a[:, 0] - a[:, 1]) ** 2,
        tied,
        beside="accumulated_local_effects",
        columns=[0],
    )
    one = measured(steep, "local_effects")["local_effects"]
    assert one.value > 0.5
    assert not one.passed
    assert "asks about rows that there are" in one.sentence


def test_the_distance_of_two_curves_is_its_formula():
    x = rows(300, 2)
    subject = answered("partial_dependence", mlp(2).double(), x, beside="accumulated_local_effects", columns=[0])
    both = subject.result.effects[0], subject.accumulated.effects[0]
    inside = x[:, 0][(x[:, 0] >= max(c.places[0] for c in both)) & (x[:, 0] <= min(c.places[-1] for c in both))]
    p, a = (np.interp(inside, c.places, c.mean) for c in both)
    p, a = p - p.mean(), a - a.mean()
    expected = np.linalg.norm(p - a) / (np.linalg.norm(p) + np.linalg.norm(a))
    assert measured(subject, "local_effects")["local_effects"].value == pytest.approx(expected)


def test_rows_are_beyond_the_data_where_columns_go_together_and_not_where_they_are_free():
    free = rows(2000, 3)
    y = (free[:, 0] > 0).astype(int)
    model = mlp(3).double()
    one = measured(answered("permutation_importance", model, free, y), "extrapolation")["extrapolation"]
    assert one.passed
    assert one.value < 0.1
    tied = free.copy()
    tied[:, 1] = tied[:, 0] + 0.01 * tied[:, 1]
    one = measured(answered("permutation_importance", model, tied, y), "extrapolation")["extrapolation"]
    assert not one.passed
    assert one.value > 0.5


def test_the_share_beyond_is_scikit_learns_nearest_neighbour_of_columns_that_weigh_the_same():
    x = rows(300, 3) * [1.0, 10.0, 0.1]
    x[:, 1] += 9 * x[:, 0]
    subject = answered("partial_dependence", mlp(3).double(), x, columns=[0])
    inner, outer = (x[numbers] for numbers in subject.halves(0, 1000))
    scale = np.sqrt([np.mean((inner[:, i, None] - outer[None, :, i]) ** 2) for i in range(3)])
    tree = NearestNeighbors(n_neighbors=1).fit(outer / scale)
    limit = np.quantile(tree.kneighbors(inner / scale)[0], 0.95, method="linear")
    shares = []
    for value in subject.result.effects[0].places:
        made = inner.copy()
        made[:, 0] = value
        shares.append((tree.kneighbors(made / scale)[0] > limit).mean())
    found = measured(subject, "extrapolation")["extrapolation"]
    assert found.value == pytest.approx(np.mean(shares), abs=2e-3)  # quantiles of squares, and squares of quantiles


@pytest.mark.parametrize(
    ("study", "params"),
    [
        ("permutation_importance", {}),
        ("partial_dependence", {"columns": [0]}),
        ("partial_dependence", {"columns": [(0, 1)]}),
        ("global_importance", {"n_rows": 30}),
        ("sensitivity", {"n_samples": 256}),
        ("surrogate_tree", {}),
    ],
)
def test_halves_agree_on_what_is_there_and_every_measure_streams(study, params):
    x = rows(800, 3)
    y = (x @ [2.0, 1.0, 0.0] > 0).astype(int)
    model = LogisticRegression().fit(x, y)
    subject = answered(study, model, x, y, **params)
    steps = list(
        gauge(subject, gauges_of(subject), {"label": "", "method": "", "params": {}}, model=None, spent=dict, seed=0)
    )
    assert steps.count(None) > len(gauges_of(subject)), "it may be stopped between"
    shares = [one.fraction for one in steps if one is not None]
    assert shares == sorted(shares)
    assert shares[-1] == 1
    halves = steps[-1]["halves"]
    assert halves.passed is (study != "surrogate_tree" or halves.value <= 0.5)
    assert halves.value < 0.8
    assert steps[-1].believable


def test_halves_are_the_spread_of_two_seeds():
    x = rows(200, 3)
    y = (x[:, 0] > 0).astype(int)
    subject = answered("permutation_importance", mlp(3).double(), x, y)
    found = []
    for i, numbers in enumerate(subject.halves(0)):
        again = answered("permutation_importance", mlp(3).double(), x[numbers], y[numbers], seed=i)
        found.append(again.result.values)
    pair = np.array(found)
    expected = np.sqrt(((pair - pair.mean(0)) ** 2).sum()) / np.linalg.norm(pair.mean(0))
    assert measured(subject, "halves")["halves"].value == pytest.approx(expected, rel=1e-6)


def test_what_cannot_be_had_is_said():
    found = measured(answered("partial_dependence", mlp(3).double(), rows(30, 3), columns=[(0, 1)]))
    said = {one.name: one.sentence for one in found.measures}
    assert said["model_score"] == "It needs what is right for each row: give y."
    assert said["extrapolation"] == said["halves"] == "It needs 40 rows at least."
    assert said["local_effects"] == "There are local effects of one ordered column only."
    assert all(np.isnan(one.value) and one.passed is None for one in found.measures)
    flat = answered(
        "partial_dependence", linear([0.0, 0.0]), rows(60, 2), columns=[0], beside="accumulated_local_effects"
    )
    said = {one.name: one.sentence for one in measured(flat).measures}
    assert said["local_effects"] == "Both curves are flat."
    assert said["halves"] == "The answers are zero everywhere."
