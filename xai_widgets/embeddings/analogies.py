"""Analogies by adding and subtracting vectors."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from xai_widgets.embeddings.neighbours import check_count

if TYPE_CHECKING:
    from xai_widgets.embeddings.words import Words


class Analogy(NamedTuple):
    """A word that may complete an analogy, its cosine with the sum, and where it stands."""

    label: str
    cosine: float
    row: int


def analogy(vectors: Words, a: int, b: int, c: int, k: int) -> list[Analogy]:
    """Answer "a is to b as c is to …" for rows, by 3CosAdd: the given words are no answers."""
    given = np.unique([a, b, c])
    k = check_count(k, len(vectors) - len(given))
    one, two, three = (vectors.matrix[row].astype(np.float64) / vectors.norms[row] for row in (a, b, c))
    wanted = two - one + three
    length = np.linalg.norm(wanted)
    if not length or not k:
        return []
    cosines = (vectors.matrix @ (wanted / length).astype(np.float32)) / vectors.norms
    cosines[given] = -np.inf
    best = np.argpartition(-cosines, k - 1)[:k]
    best = best[np.lexsort((best, -cosines[best]))]
    return [Analogy(vectors.labels[i], float(cosines[i]), i) for i in best.tolist()]
