"""Layouts beside those of the libraries themselves, and what is said of them."""

from __future__ import annotations

import numpy as np
import openTSNE
import pytest
import torch
from sklearn.decomposition import PCA

import xai_widgets as xai
from xai_widgets.embeddings import manifolds, projections
from xai_widgets.embeddings.neighbours import Points, kept


def blobs(n=120, features=10, groups=4, seed=0):
    draw = np.random.default_rng(seed)
    group = np.arange(n) % groups
    matrix = 6 * draw.normal(size=(groups, features))[group] + draw.normal(size=(n, features))
    return xai.WordVectors([f"w{i}" for i in range(n)], matrix), group


def test_pca_is_that_of_scikit_learn():
    vectors, _ = blobs()
    [layout] = vectors.project("pca", metric="euclidean")
    theirs = PCA(2).fit_transform(vectors.matrix.astype(np.float64))
    assert np.abs(layout.positions) == pytest.approx(np.abs(theirs), abs=1e-4)
    [cosine] = vectors.project("pca")
    unit = vectors.matrix / np.linalg.norm(vectors.matrix, axis=1, keepdims=True)
    assert np.abs(cosine.positions) == pytest.approx(np.abs(PCA(2).fit_transform(unit)), abs=1e-4)


@pytest.mark.parametrize("method", ["pca", "tsne"])
def test_few_words_of_many_features_take_a_matrix_of_words_by_words(method, monkeypatch):
    matrix = np.random.default_rng(0).normal(size=(12, 10_922))
    vectors = xai.WordVectors([f"w{i}" for i in range(12)], matrix)
    sizes, eigh = [], torch.linalg.eigh
    monkeypatch.setattr(torch.linalg, "eigh", lambda a: sizes.append(a.shape) or eigh(a))
    *_, layout = vectors.project(method, metric="euclidean")
    assert sizes == [(12, 12)]
    assert np.isfinite(layout.positions).all()
    if method == "pca":
        theirs = PCA(2).fit_transform(vectors.matrix.astype(np.float64))
        assert np.abs(layout.positions) == pytest.approx(np.abs(theirs), rel=1e-4, abs=1e-4)


def test_both_ways_to_pca_give_the_same_layout_with_the_same_signs():
    draw = np.random.default_rng(0)
    matrix = draw.normal(size=(8, 8)) * [9, 5, 1, 1, 1, 1, 1, 1]
    words = [f"w{i}" for i in range(8)]
    [few] = xai.WordVectors(words, matrix).project("pca", metric="euclidean", k=2)
    [many] = xai.WordVectors(words, np.pad(matrix, ((0, 0), (0, 9)))).project("pca", metric="euclidean", k=2)
    assert many.positions == pytest.approx(few.positions, abs=1e-4)
    line = np.outer(np.arange(8), np.ones(20))
    [flat] = xai.WordVectors(words, line).project("pca", metric="euclidean", k=2)
    assert flat.positions[:, 1] == pytest.approx(np.zeros(8), abs=1e-5)
    assert np.ptp(flat.positions[:, 0]) == pytest.approx(7 * 20**0.5)


@pytest.mark.parametrize("shape", [(150, 120), (120, 150)])
@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_pca_of_many_words_of_many_features_needs_no_large_decomposition(shape, metric, monkeypatch):
    draw = np.random.default_rng(0)
    matrix = draw.normal(size=(shape[0], 6)) * [9, 7, 3, 2, 2, 2] @ draw.normal(size=(6, shape[1])) + 5
    vectors = xai.WordVectors([f"w{i}" for i in range(shape[0])], matrix + draw.normal(size=shape))
    [exact] = vectors.project("pca", metric=metric)
    sizes, eigh = [], torch.linalg.eigh
    monkeypatch.setattr(torch.linalg, "eigh", lambda a: sizes.append(len(a)) or eigh(a))
    monkeypatch.setattr(manifolds, "FEW", 50)
    [near] = vectors.project("pca", metric=metric)
    assert len(sizes) > 1
    assert max(sizes) < 100
    assert near.positions == pytest.approx(exact.positions, abs=1e-4 * float(np.abs(exact.positions).max()))


def test_pca_of_one_feature_lies_on_a_line():
    vectors = xai.WordVectors(list("abcde"), np.array([[1.0], [2], [4], [8], [16]]))
    [layout] = vectors.project("pca", metric="euclidean", k=2)
    assert not layout.positions[:, 1].any()
    assert layout.recall == 1


def test_steps_of_tsne_add_up_to_one_run(monkeypatch):
    vectors, group = blobs()
    # Few: rounding, as of attraction multiplied and divided by twelve, grows from step to step.
    monkeypatch.setattr(manifolds, "EXAGGERATED", 20)
    steps = list(vectors.project("tsne", perplexity=8, n_iter=30))
    assert [one.done for one in steps] == [10, 20, 30, 40, 50]
    monkeypatch.setattr(manifolds, "AT_ONCE", 1000)
    *_, once = vectors.project("tsne", perplexity=8, n_iter=30)
    assert steps[-1].positions == pytest.approx(once.positions, abs=1e-4)
    monkeypatch.undo()
    *_, once = vectors.project("tsne", perplexity=8)
    # Groups that are apart stay apart: nearly every neighbour is of the own group.
    gaps = np.linalg.norm(once.positions[:, None] - once.positions[None], axis=-1) + np.diag(np.full(120, np.inf))
    assert (group[gaps.argmin(1)] == group).mean() > 0.95


def test_tsne_keeps_as_much_as_opentsne_left_to_itself():
    vectors, _ = blobs(300, 30, 6)
    *_, ours = vectors.project("tsne", metric="euclidean", perplexity=20)
    theirs = np.asarray(
        openTSNE.TSNE(perplexity=20, random_state=0, neighbors="exact").fit(vectors.matrix.astype(float))
    )
    true = np.concatenate([[n.row for n in vectors.neighbours(w, metric="euclidean")] for w in vectors.labels])
    survived = kept(true.reshape(300, 10), theirs.astype(np.float32)).mean() / 10
    assert ours.recall == pytest.approx(survived, abs=0.03)


def test_a_layout_says_what_it_keeps_and_what_chance_would():
    vectors, _ = blobs()
    [layout] = vectors.project("pca", words=50, k=5)
    assert layout.positions.shape == (50, 2)
    assert layout.chance == 5 / 49
    assert layout.recall == pytest.approx(layout.kept.mean() / 5)
    [some] = vectors.project("pca", words=["w9", "w2", "w9", "w70", "w5"], k=50)
    assert some.rows.tolist() == [9, 2, 70, 5]
    assert (some.k, some.recall, some.chance) == (3, 1.0, 1.0)


@pytest.mark.slow  # Numba compiles UMAP anew in each process
def test_steps_of_umap_keep_as_much_as_umap_left_to_itself():
    from umap import umap_  # noqa: PLC0415

    vectors, _ = blobs(300, 30, 6)
    every = list(vectors.project("umap", n_epochs=100))
    assert (every[0].done, every[-1].done, every[-1].total) == (0, 100, 100)
    points = Points(vectors.matrix, vectors.norms, "cosine")
    *_, (_, near, far) = points.graph(14)
    own = np.arange(300)[:, None]
    draw = np.random.RandomState(0)
    knn = {"knn_indices": np.hstack([own, near]), "knn_dists": np.hstack([0.0 * own, far]).astype(np.float32)}
    graph = umap_.fuzzy_simplicial_set(vectors.matrix, 15, draw, "cosine", **knn)[0]
    a, b = umap_.find_ab_params(1.0, 0.1)
    how = (2, 1.0, a, b, 1.0, 5, 100, "pca", draw, "cosine", {}, False, {}, False)
    theirs, _ = umap_.simplicial_set_embedding(vectors.matrix, graph, *how)
    assert every[-1].recall == pytest.approx(kept(near[:, :10], theirs).mean() / 10, abs=0.03)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"method": "mds"}, "one of pca, tsne, umap, got 'mds'"),
        ({"method": "pca", "perplexity": 3}, "pca has no parameter 'perplexity'"),
        ({"method": "tsne", "perplexity": 300}, r"perplexity in 2..100, got 300"),
        ({"method": "umap", "min_dist": 2}, r"min_dist in 0..1, got 2"),
        ({"words": 3}, "4 to 50,000 words to lay out, got 3"),
        ({"k": 0}, "at least 1, got k=0"),
        ({"metric": "dot"}, "got 'dot'"),
    ],
)
def test_wrong_input_is_refused_before_anything_is_computed(options, message):
    with pytest.raises(ValueError, match=message):
        blobs()[0].project(**options)


def test_a_missing_library_names_the_extra(monkeypatch):
    monkeypatch.setattr(projections, "find_spec", lambda _: None)
    with pytest.raises(ImportError, match=r't-SNE needs openTSNE: run `pip install "xai_widgets\[embeddings\]"`'):
        blobs()[0].project("tsne")
    assert projections.missing("pca") is None
