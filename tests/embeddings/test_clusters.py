"""Whether groups of words lie together: the score, its interval, and what chance gives."""

from __future__ import annotations

import math

import numpy as np
import pytest
from sklearn.metrics import silhouette_samples, silhouette_score

import xai_widgets as xai

SIZES = (7, 5, 4)
NAMES = [f"{group}{i}" for group, size in zip("abc", SIZES, strict=True) for i in range(size)]
GROUPS = {group: [name for name in NAMES if name[0] == group] for group in "abc"}
OWN = [name[0] for name in NAMES]


def made(apart=1.0, seed=0):
    draw = np.random.default_rng(seed)
    middles = apart * draw.normal(size=(3, 5))
    return xai.WordVectors(NAMES, middles[["abc".index(one) for one in OWN]] + draw.normal(size=(16, 5)))


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_the_score_is_scikit_learns_and_its_interval_the_jackknife(metric):
    vectors = made()
    found = vectors.separation(GROUPS, metric=metric)
    matrix = vectors.matrix.astype(np.float64)
    each = silhouette_samples(matrix, OWN, metric=metric)
    assert found.score == pytest.approx(each.mean(), abs=1e-6)
    assert {name: (score, count) for name, score, count in found.groups} == {
        one: (pytest.approx(each[[i for i, own in enumerate(OWN) if own == one]].mean(), abs=1e-6), size)
        for one, size in zip("abc", SIZES, strict=True)
    }
    keep = [[j for j in range(16) if j != i] for i in range(16)]
    without = [silhouette_score(matrix[k], [OWN[j] for j in k], metric=metric) for k in keep]
    spread = 1.959964 * math.sqrt(15 * np.var(without))
    assert found.interval == pytest.approx((found.score - spread, found.score + spread), abs=1e-6)
    assert [word for word, *_ in found.astray] == [NAMES[i] for i in np.argsort(each)[: len(found.astray)]]
    assert len(found.astray) == min(6, (each < 0).sum())
    for word, own, other in found.astray:
        row = vectors.place(word)
        far = {group: np.mean([1 - vectors.similarity(word, one) for one in names]) for group, names in GROUPS.items()}
        if metric == "euclidean":
            steps = np.linalg.norm(matrix[row] - matrix, axis=1)
            far = {group: steps[[vectors.place(one) for one in names]].mean() for group, names in GROUPS.items()}
        assert other == min((group for group in far if group != own), key=far.get)


def test_labels_that_mean_nothing_lie_within_chance_and_groups_apart_beyond():
    within = [(one := made(0.0, seed).separation(GROUPS)).chance[0] <= one.score <= one.chance[1] for seed in range(40)]
    assert sum(within) >= 35
    far = made(6.0).separation(GROUPS)
    assert far.together
    assert far.interval[0] > far.chance[1]
    assert far.interval[1] <= 1
    assert far == made(6.0).separation(GROUPS)


def test_points_of_one_place_have_no_score_to_speak_of_and_what_is_unknown_is_left_out():
    same = xai.WordVectors(["a", "b", "c", "d"], np.ones((4, 3)))
    assert same.separation({"x": ["a", "b"], "y": ["c", "d"]}, metric="euclidean").score == 0
    assert not same.separation({"x": ["a", "b"], "y": ["c", "d"]}, metric="euclidean").together
    found = made().separation({**GROUPS, "d": ["A0", "none"], "e": ["nor"]})
    assert (found.n, found.missing) == (16, 3)
    nothing = made().separation({"a": ["a1", "a2"], "b": ["b1"]})
    assert math.isnan(nothing.score)
    assert (nothing.interval, nothing.n, nothing.missing, nothing.together) == (None, 0, 3, False)


@pytest.mark.parametrize(
    ("groups", "error", "message"),
    [
        ([("a", ["x"])], TypeError, "a dict from the name of each group to its words, got list"),
        ({"a": "word", "b": ["x"]}, TypeError, "a dict from"),
        ({"a": ["x", "y"]}, ValueError, "at least 2, of 1,000 words at most, got 1 of 2 words"),
        ({"a": ["x"], "b": ["y", "x"]}, ValueError, "'x' is in two groups"),
        ({"a": map(str, range(999)), "b": ["x", "y"]}, ValueError, "got 2 of 1,001 words"),
    ],
)
def test_what_is_no_grouping_is_refused(groups, error, message):
    with pytest.raises(error, match=message):
        made().separation(groups)
