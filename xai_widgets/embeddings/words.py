"""Words and their vectors as plain data: which word stands where."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


class UnknownWordError(KeyError):
    """There is no vector of a word."""

    def __str__(self) -> str:
        return str(self.args[0])


@dataclass(frozen=True, eq=False)
class Words:
    """Words and their vectors, on which every question of :class:`WordVectors` is built."""

    labels: Sequence[str] = field(repr=False)
    matrix: NDArray[np.float32] = field(repr=False)
    contexts: Sequence[str] = field(default=(), repr=False)

    def __post_init__(self) -> None:
        matrix = np.asanyarray(self.matrix)
        if matrix.dtype != np.float32:
            matrix = matrix.astype(np.float32)
        if matrix.ndim != 2 or not matrix.shape[1] or not 0 < len(self.labels) == len(matrix):  # noqa: PLR2004
            msg = f"expected one vector a word, [words, features], got {len(self.labels)} words and {matrix.shape}."
            raise ValueError(msg)
        if len(self.contexts) not in {0, len(matrix)}:
            msg = f"expected one context a word or none, got {len(self.contexts)} for {len(matrix)} words."
            raise ValueError(msg)
        matrix = matrix.view()
        matrix.flags.writeable = False
        object.__setattr__(self, "matrix", matrix)

    def __len__(self) -> int:
        """Return the number of words."""
        return len(self.labels)

    def __contains__(self, word: object) -> bool:
        """Tell whether there is a vector of a word."""
        return word in self.index

    def __getitem__(self, word: str) -> NDArray[np.float32]:
        """Return the vector of a word."""
        row: NDArray[np.float32] = self.matrix[self.place(word)]
        return row

    def __repr__(self) -> str:
        return f"{type(self).__name__}({len(self):,} words, {self.matrix.shape[1]} features)"

    @cached_property
    def index(self) -> dict[str, int]:
        """Where each word stands."""
        found = {word: i for i, word in enumerate(self.labels)}
        if len(found) < len(self.labels):
            twice = next(word for i, word in enumerate(self.labels) if found[word] != i)
            msg = f"expected words that differ, but {twice!r} is there more than once."
            raise ValueError(msg)
        return found

    @cached_property
    def norms(self) -> NDArray[np.float32]:
        """Lengths of the vectors; a vector of zeros is taken for one of length 1, so that its cosine is 0."""
        lengths = np.linalg.norm(self.matrix, axis=1)
        if not np.isfinite(lengths).all():
            row = int(np.flatnonzero(~np.isfinite(lengths))[0])
            msg = f"expected finite numbers, but the vector of {self.labels[row]!r} has others."
            raise ValueError(msg)
        found: NDArray[np.float32] = np.where(lengths > 0, lengths, np.float32(1))
        return found

    def find(self, word: str) -> int | None:
        """Return where a word stands, in lower case where only that is there; None for a word that is not."""
        return self.index.get(word, self.index.get(word.lower()))

    def place(self, word: str) -> int:
        """Return where a word stands.

        Raises
        ------
        UnknownWordError
            Naming words that begin alike.
        """
        found = self.find(word)
        if found is None:
            start = word[:4].lower()
            near = [one for one in self.labels[:50_000] if start and one.lower().startswith(start)][:4]
            msg = f"there is no vector of {word[:40]!r}" + (f"; there are {', '.join(near)}." if near else ".")
            raise UnknownWordError(msg)
        return found
