"""Layouts of words in two dimensions, which stream as they converge, each with what it keeps of the neighbourhoods."""

from __future__ import annotations

from dataclasses import dataclass, fields
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np

from xai_widgets.embeddings import manifolds
from xai_widgets.embeddings.neighbours import Points, check_count, check_metric, kept

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from xai_widgets.embeddings.words import Words

MOST = 50_000
"""Words that can be laid out."""

FEWEST = 4
MOST_NEIGHBOURS = 100
PROJECTIONS: dict[str, type[manifolds.Projection]] = {
    one.name: one for one in (manifolds.PCA, manifolds.TSNE, manifolds.UMAP)
}


@dataclass(frozen=True, eq=False)
class Layout:
    """Where words lie in a projection, and what it keeps.

    Attributes
    ----------
    rows : int array, shape (n,)
        Which of the vectors these are.
    positions : float32 array, shape (n, 2)
    kept : uint8 array, shape (n,)
        How many of each word's `k` nearest words among these, by all features, are among its `k` nearest here.
    k : int
    method, metric : str
    done, total : int
        Steps of the projection.
    notes : tuple of str
    """

    rows: NDArray[np.int64]
    positions: NDArray[np.float32]
    kept: NDArray[np.uint8]
    k: int
    method: str
    metric: str
    done: int
    total: int
    notes: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """What it is of, in words."""
        return f"{len(self.rows):,} words by {self.metric}"

    @property
    def preserved(self) -> NDArray[np.float64]:
        """Share of each word's neighbours that survive the projection, 0..1: the recall of its k nearest."""
        return self.kept / self.k

    @property
    def recall(self) -> float:
        """Mean of `preserved`."""
        return float(self.preserved.mean())

    @property
    def chance(self) -> float:
        """What places drawn at random would keep on average."""
        return self.k / (len(self.rows) - 1)


def missing(method: str) -> str | None:
    """Say how to get the library that a projection needs; None where it is there."""
    module = PROJECTIONS[method].module
    if module is None or find_spec(module) is not None:
        return None
    return f'{PROJECTIONS[method].title} needs {module}: run `pip install "xai_widgets[embeddings]"`.'


def chosen(method: str, params: dict[str, Any]) -> manifolds.Projection:
    """Return a projection with its parameters.

    Raises
    ------
    ValueError, ImportError
    """
    if method not in PROJECTIONS:
        msg = f"expected a projection, one of {', '.join(PROJECTIONS)}, got {method!r}."
        raise ValueError(msg)
    known = [one.name for one in fields(PROJECTIONS[method])]
    wrong = [name for name in params if name not in known]
    if wrong:
        msg = f"{method} has no parameter {wrong[0]!r}" + (f"; it has {', '.join(known)}." if known else ".")
        raise ValueError(msg)
    absent = missing(method)
    if absent is not None:
        raise ImportError(absent)
    return PROJECTIONS[method](**params)


def rows_of(vectors: Words, words: int | Sequence[str] | None) -> NDArray[np.int64]:
    """Return which vectors are meant.

    Raises
    ------
    ValueError
        For fewer than four and more than 50,000.
    """
    if words is None or isinstance(words, int):
        rows: NDArray[np.int64] = np.arange(min(len(vectors), len(vectors) if words is None else words))
    else:
        rows = np.array(list(dict.fromkeys(vectors.place(word) for word in words)), dtype=np.int64)
    if not FEWEST <= len(rows) <= MOST:
        msg = f"expected {FEWEST} to {MOST:,} words to lay out, got {len(rows):,}; `words=` says which."
        raise ValueError(msg)
    return rows


def project(
    vectors: Words,
    method: str,
    *,
    words: int | Sequence[str] | None,
    metric: str,
    k: int,
    seed: int,
    params: dict[str, Any],
) -> Iterator[Layout]:
    """Yield ever-better layouts; refuses wrong input at once."""
    projection = chosen(method, params)
    rows = rows_of(vectors, words)
    k = min(check_count(k, len(rows) - 1), MOST_NEIGHBOURS)
    points = Points(vectors.matrix, vectors.norms, check_metric(metric)).only(rows)
    return (one for one in layouts(points, rows, projection, k, seed) if isinstance(one, Layout))


def layouts(
    points: Points, rows: NDArray[np.int64], projection: manifolds.Projection, k: int, seed: int
) -> Iterator[Layout | float]:
    """Yield layouts; before, while the neighbours are sought, of which share of the words they are known."""
    near, far = np.zeros((0, 0), np.int64), np.zeros((0, 0))
    reach = min(len(rows) - 1, max(k + 1, projection.reach(len(rows))))
    for found, near, far in points.graph(reach):  # noqa: B007  the last is of all
        yield found / len(rows)
    true, notes = near[:, :k], _ties(far, k)
    for positions, done, total in projection.run(points, near, far, seed):
        survived = kept(true, positions)
        yield Layout(rows, positions, survived, k, projection.name, points.metric, done, total, notes)


def _ties(far: NDArray[np.float64], k: int) -> tuple[str, ...]:
    """Say so where it is chance which words are the nearest."""
    if far.shape[1] <= k:
        return ()
    tied = int((np.abs(far[:, k] - far[:, k - 1]) <= 1e-9 * (1 + far[:, k])).sum())
    if not tied:
        return ()
    return (f"For {tied:,} of {len(far):,} words the next word is as near as the last counted: which count is chance.",)
