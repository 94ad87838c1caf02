"""How far layouts of words and their vectors can be trusted: numbers of scikit-learn and SciPy, places of chance."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from scipy.stats import skew, spearmanr
from sklearn.manifold import trustworthiness
from sklearn.neighbors import NearestNeighbors

import xai_widgets as xai
from xai_widgets.embeddings.neighbours import Points
from xai_widgets.embeddings.projections import Layout, chosen, layouts, rows_of
from xai_widgets.evaluation.embedding import EMBEDDING_GAUGES, LayoutSubject
from xai_widgets.evaluation.runs import gauge

GROUPS = np.repeat(np.eye(4, 12) * 6, 30, axis=0)


def vectors(n=120, features=12, seed=0, *, grouped=True):
    noise = np.random.default_rng(seed).normal(size=(n, features))
    return xai.WordVectors([f"w{i}" for i in range(n)], noise + (GROUPS[:n, :features] if grouped else 0))


def laid(known, method="pca", metric="euclidean", k=7, pairs=(), **params):
    points = Points(known.matrix, known.norms, metric).only(rows_of(known, None))
    projection = chosen(method, params)
    *_, layout = layouts(points, rows_of(known, None), projection, k, 0)
    return LayoutSubject(known, points, layout, projection, 0, pairs)


def measured(subject, *names):
    chosen_ones = [cls() for name, cls in EMBEDDING_GAUGES.items() if not names or name in names]
    about = {"label": "it", "method": "pca", "params": {}}
    *_, found = (one for one in gauge(subject, chosen_ones, about, model=None, spent=dict) if one is not None)
    return found


@pytest.mark.parametrize("metric", ["euclidean", "cosine"])
@pytest.mark.parametrize("method", ["pca", "tsne"])
def test_trustworthiness_and_continuity_are_scikit_learns(method, metric):
    known = vectors()
    subject = laid(known, method, metric)
    found = measured(subject, "trustworthiness", "continuity")
    plane, space = subject.layout.positions, known.matrix
    theirs = trustworthiness(space, plane, n_neighbors=7, metric=metric)
    assert found["trustworthiness"].value == pytest.approx(theirs, abs=1e-9)
    unit = space / np.linalg.norm(space, axis=1, keepdims=True) if metric == "cosine" else space
    assert found["continuity"].value == pytest.approx(trustworthiness(plane, unit, n_neighbors=7), abs=1e-9)
    assert found["trustworthiness"].passed
    assert found["continuity"].passed
    assert found["trustworthiness"].error is None, "all words were looked at"


def test_a_plane_that_keeps_all_has_all_and_places_dealt_at_random_are_grey():
    flat = xai.WordVectors([f"w{i}" for i in range(90)], np.random.default_rng(0).normal(size=(90, 2)))
    found = measured(laid(flat), "trustworthiness", "continuity")
    assert [one.value for one in found.measures] == [1, 1]
    subject = laid(vectors())
    dealt = subject.layout.positions[np.random.default_rng(8).permutation(120)]
    lost = dataclasses.replace(subject, layout=dataclasses.replace(subject.layout, positions=dealt))
    found = measured(lost, "trustworthiness", "continuity")
    assert (found.verdict, found.believable) == ("no better than random", False)
    assert found["trustworthiness"].value == pytest.approx(found["trustworthiness"].reference, abs=0.05)
    assert found["trustworthiness"].reference == pytest.approx(0.5, abs=0.05)


def test_of_many_words_some_stand_for_all_and_the_error_holds(monkeypatch):
    known = vectors(120, grouped=False)
    subject = laid(known)
    whole = measured(subject, "trustworthiness")["trustworthiness"].value
    monkeypatch.setattr("xai_widgets.evaluation.embedding_ranks.MOST", 40)
    monkeypatch.setattr("xai_widgets.evaluation.embedding_ranks.BLOCK", 1500)
    monkeypatch.setattr("xai_widgets.evaluation.embedding_ranks.AT_ONCE", 50)
    some = measured(subject, "trustworthiness")["trustworthiness"]
    assert some.error == pytest.approx(abs(some.value - whole), abs=3 * some.error)
    assert 0 < some.error < 0.1


def test_few_words_have_fewer_neighbours_than_half_of_them():
    found = measured(laid(vectors(5, 12), k=4))
    assert 0 <= found["trustworthiness"].value <= 1
    assert "The 2 nearest" in found["trustworthiness"].sentence


def test_hubness_is_scipys_skewness_and_names_the_hub():
    known = vectors(200, 60, grouped=False)
    found = measured(laid(known, k=5), "hubness")["hubness"]
    near = NearestNeighbors(n_neighbors=6).fit(known.matrix).kneighbors(return_distance=False)[:, :5]
    counts = np.bincount(near.ravel(), minlength=200)
    assert found.value == pytest.approx(skew(counts))
    assert found.sentence.startswith(f"w{counts.argmax()} is among the 5 nearest of {counts.max()} words")
    assert found.passed is None
    ring = np.exp(2j * np.pi * np.arange(12) / 12)
    even = xai.WordVectors([f"w{i}" for i in range(12)], np.stack([ring.real, ring.imag], 1))
    assert measured(laid(even, k=2), "hubness")["hubness"].value == 0


def test_agreement_with_people_is_scipys_and_beats_dealt_vectors_only_if_there_is_any():
    known = vectors()
    draw = np.random.default_rng(2)
    ends = draw.integers(0, 120, size=(60, 2))
    far = np.linalg.norm(known.matrix[ends[:, 0]] - known.matrix[ends[:, 1]], axis=1)
    people = [(f"w{a}", f"w{b}", float(-d)) for (a, b), d in zip(ends, far + draw.normal(size=60), strict=True)]
    one = measured(laid(known, pairs=people), "judgements")["judgements"]
    assert one.value == pytest.approx(spearmanr([score for *_, score in people], -far)[0])
    assert one.passed
    assert abs(one.reference) < 0.2
    chance = [(a, b, float(draw.normal())) for a, b, _ in people]
    assert not measured(laid(known, pairs=chance), "judgements")["judgements"].passed
    few = measured(laid(known, pairs=[("w1", "w2", 1.0), ("w1", "none", 2.0)]), "judgements")["judgements"]
    assert few.sentence == "Vectors and people have 1 pairs in common, too few to put in an order."
    none = measured(laid(known), "judgements")["judgements"]
    assert none.sentence == "It needs pairs=, word pairs that people have judged."


def test_seeds_agree_where_nothing_is_drawn_and_by_their_nearest_where_something_is():
    known = vectors()
    exact = measured(laid(known), "seed_agreement")["seed_agreement"]
    assert (exact.value, exact.passed) == (1, True)
    assert exact.sentence == "Two seeds give the same layout: the projection draws nothing."
    subject = laid(known, "tsne", n_iter=60)
    found = measured(subject, "seed_agreement")["seed_agreement"]
    *_, other = (
        one
        for one in layouts(subject.points, subject.layout.rows, subject.projection, 7, 7919)
        if isinstance(one, Layout)
    )
    both = subject.layout.positions, other.positions
    near = [NearestNeighbors(n_neighbors=7).fit(places).kneighbors(return_distance=False) for places in both]
    expected = np.mean([len({*a} & {*b}) / 7 for a, b in zip(*near, strict=True)])
    assert found.value == pytest.approx(expected, abs=0.01)
    assert found.reference == pytest.approx(7 / 119)
    unsteady = dataclasses.replace(
        subject,
        layout=dataclasses.replace(
            subject.layout, positions=np.random.default_rng(0).normal(size=(120, 2)).astype(np.float32)
        ),
    )
    assert measured(unsteady, "seed_agreement").verdict == "unstable between seeds"
