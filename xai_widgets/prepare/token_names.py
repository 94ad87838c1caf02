"""What the outputs of a language model are called: texts of tokens, spelt when they are asked for."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, overload

if TYPE_CHECKING:
    from collections.abc import Callable


class TokenNames(Sequence[str]):
    """What a language model's outputs are called, in their order.

    A result names a handful of them, and to spell the tens of thousands there are takes longer than many an
    explanation. It is equal to the tuple of its names, and pickled as that.

    Parameters
    ----------
    decode : callable
        Texts of several lists of tokens.
    known : int
        So many tokens does the tokenizer know; an output that needs others is called by nothing.
    count : int
        Outputs of the model.
    tokens : callable, optional
        From an output to its tokens; by default each stands for the token of its number.
    """

    def __init__(
        self,
        decode: Callable[[list[list[int]]], Any],
        known: int,
        count: int,
        tokens: Callable[[int], list[int]] | None = None,
    ) -> None:
        self._decode, self._known, self._count = decode, known, count
        self._tokens = tokens or (lambda output: [output])
        self._every: tuple[str, ...] | None = None
        self._turn = threading.Lock()

    def __len__(self) -> int:
        """Return how many outputs there are."""
        return self._count

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[str, ...]: ...
    def __getitem__(self, index: int | slice) -> str | tuple[str, ...]:
        if isinstance(index, slice):
            return self._spelt(range(self._count)[index])
        return self._spelt([range(self._count)[index]])[0]

    def __iter__(self) -> Any:
        with self._turn:
            if self._every is None:
                self._every = self._spelt(range(self._count))
        return iter(self._every)

    def __eq__(self, other: object) -> bool:
        return tuple(self) == tuple(other) if isinstance(other, (tuple, TokenNames)) else NotImplemented

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        return f"<names of {self._count:,} tokens>"

    def __reduce__(self) -> tuple[type, tuple[tuple[str, ...]]]:
        return tuple, (tuple(self),)

    def _spelt(self, numbers: Sequence[int]) -> tuple[str, ...]:
        if self._every is not None:
            return tuple(self._every[i] for i in numbers)
        rows = {i: row for i in numbers if max(row := self._tokens(i)) < self._known}
        names = dict(zip(rows, map(str, self._decode([*rows.values()])), strict=True)) if rows else {}
        return tuple(names.get(i, "") for i in numbers)


def names_by(tokenizer: Any, count: int, tokens: Callable[[int], list[int]] | None = None) -> TokenNames | None:
    """Return what that many outputs of a language model are called; None where the tokenizer does not tell."""
    decode = getattr(tokenizer, "batch_decode", None) or getattr(tokenizer, "decode_batch", None)
    return None if decode is None else TokenNames(decode, size_of(tokenizer), count, tokens)


def size_of(tokenizer: Any) -> int:
    """Return how many tokens a tokenizer knows."""
    size = getattr(tokenizer, "get_vocab_size", None)
    return int(size()) if callable(size) else len(tokenizer)
