"""Neighbours, distances, analogies and agreement, beside formulas and other libraries."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.spatial.distance import cdist
from scipy.stats import spearmanr
from sklearn.neighbors import NearestNeighbors

import xai_widgets as xai
from xai_widgets.embeddings import neighbours
from xai_widgets.embeddings.neighbours import Points, kept


def table(n=200, features=16, seed=0):
    draw = np.random.default_rng(seed)
    return xai.WordVectors([f"w{i}" for i in range(n)], draw.normal(size=(n, features)) * draw.uniform(0.1, 5, (n, 1)))


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_neighbours_are_those_of_scikit_learn(metric, monkeypatch):
    vectors = table()
    exact = vectors.matrix.astype(np.float64)
    monkeypatch.setattr(neighbours, "BLOCK", 7 * len(vectors))
    monkeypatch.setattr(neighbours, "CHUNK", 3 * 16 * 16)  # three rows of eight neighbours and eight to spare
    far, near = NearestNeighbors(n_neighbors=9, metric=metric).fit(exact).kneighbors(exact)
    *_, (done, rows, distances) = Points(vectors.matrix, vectors.norms, metric).graph(8)
    assert done == len(vectors)
    assert np.array_equal(rows, near[:, 1:])
    assert distances == pytest.approx(far[:, 1:], abs=1e-6)
    found = vectors.neighbours("w3", 8, metric=metric)
    assert [one.row for one in found] == near[3, 1:].tolist()
    assert [one.label for one in found] == [f"w{i}" for i in near[3, 1:]]


def test_wide_vectors_are_compared_a_few_at_a_time_so_that_a_reader_can_stop(monkeypatch):
    vectors = table(60, 500)
    monkeypatch.setattr(neighbours, "WORK", 10 * 60 * 500)
    points = Points(vectors.matrix, vectors.norms, "cosine")
    assert [done for done, *_ in points.graph(3)] == [10, 20, 30, 40, 50, 60]
    assert points.only(np.arange(60)).matrix is vectors.matrix


def test_distances_are_exact_where_float32_sees_none():
    # Two vectors a hair apart and far from zero: the difference of squares would be nothing but rounding.
    vectors = xai.WordVectors(["a", "b", "c"], np.array([[3000.0, 1], [3000.0, 1.25], [3000.0, 2.5]]))
    assert [(one.label, one.distance) for one in vectors.neighbours("a", metric="euclidean")] == [
        ("b", 0.25),
        ("c", 1.5),
    ]


def test_similarities_follow_their_formulas():
    vectors = xai.WordVectors(["a", "b", "zero"], np.array([[3.0, 0], [3, 4], [0, 0]]))
    assert vectors.similarity("a", "b") == pytest.approx(0.6)
    assert vectors.similarity("a", "b", metric="euclidean") == pytest.approx(1 / 5)
    assert vectors.similarity("a", "zero") == 0


def test_one_hot_words_are_all_equally_far():
    vectors = xai.WordVectors.one_hot(["a", "b", "c", "d"])
    assert {one.distance for one in vectors.neighbours("b")} == {1.0}
    assert [one.label for one in vectors.neighbours("b")] == ["a", "c", "d"]
    *_, layout = vectors.project("pca", k=1)
    assert "4 of 4 words the next word is as near" in layout.notes[0]


def test_an_analogy_is_3cosadd_with_the_inputs_left_out():
    vectors = table()
    unit = vectors.matrix.astype(np.float64) / np.linalg.norm(vectors.matrix.astype(np.float64), axis=1, keepdims=True)
    wanted = unit[5] - unit[1] + unit[9]
    cosines = unit @ wanted / np.linalg.norm(wanted)
    order = [i for i in np.argsort(-cosines) if i not in {1, 5, 9}][:4]
    found = vectors.analogy("w1", "w5", "w9", 4)
    assert [one.row for one in found] == order
    assert [one.cosine for one in found] == pytest.approx(cosines[order], abs=1e-6)
    # Alone the nearest would be one of the words that were given, as Linzen (2016) found.
    assert int(np.argmax(cosines)) in {5, 9}


def test_an_analogy_of_three_equal_words_asks_for_its_neighbours():
    vectors = table()
    assert [a.row for a in vectors.analogy("w1", "w1", "w1", 5)] == [n.row for n in vectors.neighbours("w1", 5)]
    assert xai.WordVectors.one_hot(["a", "b", "c"]).analogy("a", "b", "c") == []


@pytest.mark.parametrize("missing", [False, True])
def test_what_survives_is_counted_as_by_sets(missing, monkeypatch):
    if missing:
        monkeypatch.setitem(__import__("sys").modules, "scipy.spatial", None)
    draw = np.random.default_rng(1)
    x, y = draw.normal(size=(60, 5)), draw.normal(size=(60, 2)).astype(np.float32)
    true = np.argsort(cdist(x, x) + np.diag(np.full(60, np.inf)), axis=1)[:, :7]
    near = np.argsort(cdist(y, y) + np.diag(np.full(60, np.inf)), axis=1)[:, :7]
    assert kept(true, y).tolist() == [len(set(a) & set(b)) for a, b in zip(true, near, strict=True)]


def test_all_survives_where_nothing_is_projected_and_coinciding_points_find_others():
    flat = np.random.default_rng(2).normal(size=(40, 2)).astype(np.float32)
    true = np.argsort(cdist(flat, flat) + np.diag(np.full(40, np.inf)), axis=1)[:, :5]
    assert kept(true, flat).tolist() == [5] * 40
    # Every point of a heap has so many others at no distance that it may not find itself.
    assert kept(true, np.zeros((40, 2), np.float32)).max() <= 5


def test_agreement_is_spearmans_with_an_interval_and_what_was_left_out():
    vectors = table(40)
    draw = np.random.default_rng(3)
    pairs = [(f"w{i}", f"W{j}", float(score)) for i, j, score in draw.integers(0, 40, (50, 3))]
    found = vectors.agreement([*pairs, ("w1", "none", 3.0), ("nor", "none", 1.0)])
    near = [vectors.similarity(a, b.lower()) for a, b, _ in pairs]
    assert found.correlation == pytest.approx(spearmanr(near, [score for *_, score in pairs]).statistic, abs=1e-12)
    assert (found.n, found.missing, found.unknown) == (50, 2, ("none", "nor"))
    spread = 1.959964 * math.sqrt((1 + found.correlation**2 / 2) / 47)
    assert found.interval == pytest.approx(np.tanh([math.atanh(found.correlation) + s * spread for s in (-1, 1)]))
    assert all(0 <= rank <= 1 for one in found.apart for rank in one[2:])
    apart = [abs(a - b) for *_, a, b in found.apart]
    assert apart == sorted(apart, reverse=True)


def test_agreement_of_nothing_is_no_number():
    found = table(4).agreement([("x", "y", 1.0)])
    assert math.isnan(found.correlation)
    assert (found.n, found.missing, found.interval) == (0, 1, None)


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda v: v.neighbours("w1", 0), "at least 1, got k=0"),
        (lambda v: v.neighbours("w1", metric="dot"), "one of cosine, euclidean, got 'dot'"),
        (lambda v: v.neighbours("w1000"), "no vector of 'w1000'; there are w100"),
        (lambda v: xai.WordVectors(["a"], v.matrix), "got 1 words and"),
        (lambda v: xai.WordVectors(["a", "a"], v.matrix[:2]).index, "'a' is there more than once"),
        (lambda _: xai.WordVectors(["a", "b"], np.array([[1, 2], [np.nan, 1]])).norms, "the vector of 'b' has others"),
        (lambda v: xai.WordVectors(["a", "b"], v.matrix[:2], ["one"]), "got 1 for 2 words"),
    ],
)
def test_wrong_input_is_refused(ask, message):
    with pytest.raises((ValueError, KeyError), match=message):
        ask(table())
