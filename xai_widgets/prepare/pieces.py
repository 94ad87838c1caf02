"""A pipeline's encoder in pieces: of rows that differ from known ones in some columns, only those are encoded again."""

from __future__ import annotations

import importlib
import itertools
import sys
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

import numpy as np

from xai_widgets.inputs.table import Table
from xai_widgets.models.callables import Estimator

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    Values = NDArray[np.float64]

ONE_EACH = {
    "Binarizer",
    "MaxAbsScaler",
    "MinMaxScaler",
    "OrdinalEncoder",
    "PowerTransformer",
    "QuantileTransformer",
    "RobustScaler",
    "SimpleImputer",
    "StandardScaler",
}
"""Of scikit-learn's: each number that they put out is made of one column alone."""

FEW, MOST = 256, 4096
"""Values of a column by which it is seen whether it has few; those of which it is kept what they become."""

TRIED = 8
"""Rows by which it is seen that the pieces make up the whole."""


Part = tuple[slice, "NDArray[np.int64]", Any]
"""A place among the numbers that encode a row, some lines, and what stands there in them."""


@dataclass(frozen=True, eq=False)
class Block:
    """What one part of an encoder puts out, made of some columns.

    Attributes
    ----------
    columns : list of int
    place : slice
        Of its numbers among all that encode a row.
    encode : callable
        From rows (n, columns) to these numbers (n, some).
    owned : list of slice or None
        Those among them that each column becomes; None where they may be made of several columns.
    """

    columns: list[int]
    place: slice
    encode: Callable[[Values], Any]
    owned: list[slice] | None
    _seen: dict[int, tuple[Values, Any]] = field(default_factory=dict)
    """By the column, the values that were encoded so far, in rising order, and what became of each."""

    def again(self, rows: Values, differs: NDArray[np.bool_]) -> Iterator[Part]:
        """Encode what differs (n, columns) in rows (n, columns): each value once, of columns that have few."""
        many = np.zeros(len(rows), bool)
        for column, inside in zip(self.columns, self.owned or (), strict=self.owned is not None):
            lines = np.flatnonzero(differs[:, column])
            if not len(lines):
                continue
            found = self._values(column, inside, rows, lines)
            if found is None:
                many[lines] = True
                continue
            yield slice(self.place.start + inside.start, self.place.start + inside.stop), lines, found
        lines = np.flatnonzero(differs[:, self.columns].any(1) if self.owned is None else many)
        if len(lines):
            yield self.place, lines, self.encode(rows[lines])

    def _values(self, column: int, inside: slice, rows: Values, lines: NDArray[np.int64]) -> Any:
        """Return what one column becomes in some lines; None where it has hardly any value twice."""
        wanted = rows[lines, column]
        values, made = self._seen.get(column, (np.empty(0), None))
        known = _found(values, wanted)
        if not known.all():
            missing = np.flatnonzero(~known)
            few = missing[:FEW]
            if len(few) == FEW and 2 * len(np.unique(wanted[few])) > FEW:
                return None
            if len(values) > MOST:
                values, made, missing = values[:0], None, np.arange(len(wanted))
            new, first = np.unique(wanted[missing], return_index=True)
            more = self.encode(rows[lines[missing[first]]])[:, inside]
            if made is not None:
                stack = importlib.import_module("scipy.sparse").vstack if hasattr(more, "tocsr") else np.concatenate
                new, more = np.concatenate([values, new]), stack([made, more])
            order = np.argsort(new)
            values, made = self._seen[column] = new[order], more[order]
        return made[np.searchsorted(values, wanted)]


def _found(values: Values, wanted: Values) -> NDArray[np.bool_]:
    """Tell which numbers are among some in rising order, the missing one too."""
    if not len(values):
        return np.zeros(len(wanted), bool)
    near = values[np.minimum(np.searchsorted(values, wanted), len(values) - 1)]
    found: NDArray[np.bool_] = (near == wanted) | (np.isnan(near) & np.isnan(wanted))
    return found


@dataclass(frozen=True, eq=False)
class Pieces:
    """An encoder as blocks, and the estimator that eats what they make up.

    Attributes
    ----------
    blocks : tuple of Block
    whole : callable
        The encoder itself, from rows (n, columns).
    rest : Estimator
    row : ndarray, shape (1, columns)
        One of the data.
    """

    blocks: tuple[Block, ...]
    whole: Callable[[Values], Any]
    rest: Estimator
    row: Values

    @classmethod
    def of(cls, module: Any, table: Table) -> Pieces | None:
        """Take a pipeline apart that begins with an encoder; None where that cannot be, or would not be the same."""
        model: Any = getattr(module, "estimator", None)
        model = getattr(model, "best_estimator_", model)
        if type(module) is not Estimator or type(model) is not _known("pipeline", "Pipeline") or len(model) == 1:
            return None
        encoder = model[0]
        if type(encoder) is not _known("compose", "ColumnTransformer") or encoder.transformer_weights:
            return None
        try:
            whole = partial(_encoded, encoder, table, _names(encoder, table))
            found = cls(tuple(_blocks(encoder, table)), whole, Estimator(model[1:]), table.data[:1])
            return found if found._same(table.data[:: max(1, len(table.data) // TRIED)]) else None
        except Exception:  # noqa: BLE001  somebody's own encoder may do anything: the model is then taken as it is
            return None

    def _same(self, rows: Values) -> bool:
        """Tell whether rows put together of real ones are encoded in pieces as they are as a whole, beside others."""
        mixed = np.random.default_rng(0).permuted(rows, axis=0)
        found = self.again(self.first(rows), rows, mixed)
        wanted = self.whole(np.concatenate([mixed, rows]))[: len(rows)]
        if type(found) is not type(wanted) or found.dtype != wanted.dtype or found.shape != wanted.shape:
            return False
        return bool(np.array_equal(*(one.toarray() if hasattr(one, "toarray") else one for one in (found, wanted))))

    def first(self, rows: Values) -> Any:
        """Encode rows (n, columns), of which nothing is known: as copies of one that was encoded before."""
        row, made = self._one
        alike = np.zeros(len(rows), int)
        return self.again(made[alike], row[alike], rows)

    @cached_property
    def _one(self) -> tuple[Values, Any]:
        return self.row, self.whole(self.row)

    def again(self, known: Any, before: Values, rows: Values) -> Any:
        """Encode rows (n, columns), of which others are known that differ from them in some columns.

        Parameters
        ----------
        known : ndarray or sparse matrix, shape (n, numbers)
            What encodes these others. It is written into.
        before, rows : ndarray, shape (n, columns)
        """
        differs = before.view(np.int64) != rows.view(np.int64)  # a missing one is not equal to itself
        news = [part for block in self.blocks for part in block.again(rows, differs)]
        if hasattr(known, "tocsr"):
            return _sparse(known, news) if news else known
        for place, lines, new in news:
            known[lines, place] = new.toarray() if hasattr(new, "toarray") else new
        return known


def _sparse(known: Any, news: list[Part]) -> Any:
    """Put other numbers into some lines of a sparse matrix."""
    lines, columns, data = np.repeat(np.arange(known.shape[0]), np.diff(known.indptr)), known.indices, known.data
    kept, parts = np.ones(len(data), bool), []
    sparse = importlib.import_module("scipy.sparse")
    for place, which, new in news:
        one = sparse.coo_array(new.astype(float) if new.dtype.kind in "Ob" else new)
        touched = np.zeros(known.shape[0], bool)
        touched[which] = True
        kept &= ~(touched[lines] & (columns >= place.start) & (columns < place.stop))
        parts.append((which[one.row], one.col + place.start, one.data))
    r, c, d = (np.concatenate(each) for each in zip((lines[kept], columns[kept], data[kept]), *parts, strict=True))
    made = type(known)((d, (r, c)), shape=known.shape, dtype=known.dtype)
    made.sort_indices()
    return made


def _blocks(encoder: Any, table: Table) -> Iterator[Block]:
    names = _names(encoder, table)
    for name, one, given in encoder.transformers_:
        place = encoder.output_indices_.get(name, slice(0, 0))
        if (isinstance(one, str) and one == "drop") or place.stop == place.start:
            continue
        places = [names.index(str(column)) for column in _columns(given, encoder)]
        width = place.stop - place.start
        sizes = [width] if len(places) == 1 else _sizes(one, len(places))
        ends = np.cumsum([0, *(sizes or ())]).tolist()
        owned = [slice(*two) for two in itertools.pairwise(ends)] if ends[-1] == width else None
        yield Block(places, place, partial(_part, one, given, places, table), owned)


def _part(one: Any, given: Any, places: list[int], table: Table, rows: Values) -> Any:
    some = Table(tuple(table.columns[i] for i in places), table.data[:1, places], table.framed).give(rows[:, places])
    single = isinstance(given, (str, int, np.integer))  # such a column is given as a series
    made = one.transform((some.iloc[:, 0] if table.framed else some[:, 0]) if single else some)
    return made.to_numpy() if hasattr(made, "iloc") else made  # of columns that are passed on


def _encoded(encoder: Any, table: Table, names: list[str], rows: Values) -> Any:
    given = table.give(rows)
    return encoder.transform(given[names] if table.framed else given)


def _names(encoder: Any, table: Table) -> list[str]:
    """Return the names of the columns that an encoder was fitted with, as the table has them."""
    return [str(one) for one in encoder.feature_names_in_] if table.framed else list(table.names)


def _columns(given: Any, encoder: Any) -> list[Any]:
    """Return the names, or numbers, of the columns that a part of an encoder was told to take."""
    known = np.array(getattr(encoder, "feature_names_in_", np.arange(encoder.n_features_in_).astype(str)))
    if isinstance(given, str):
        return [given]
    if isinstance(given, (int, np.integer)):
        return [known[given]]
    named = np.asarray(given).dtype.kind in "OUT"
    return list(given) if named else list(known[given])


def _sizes(one: Any, columns: int) -> list[int] | None:
    """Return how many numbers each column becomes; None where they may be made of several columns."""
    if type(one) is _known("pipeline", "Pipeline"):
        for step in one[:-1]:
            if _sizes(step, columns) != [1] * columns:
                return None
        return _sizes(one[-1], columns)
    name = type(one).__name__
    if not type(one).__module__.startswith("sklearn.") or (name == "SimpleImputer" and one.add_indicator):
        return None
    if name in ONE_EACH or (name == "FunctionTransformer" and one.func is None):
        return [1] * columns
    if name != "OneHotEncoder":
        return None
    dropped = [None] * columns if one.drop_idx_ is None else one.drop_idx_
    rare = getattr(one, "infrequent_categories_", [None] * columns)
    return [
        len(kinds) - (gone is not None) - (0 if few is None else len(few) - 1)
        for kinds, gone, few in zip(one.categories_, dropped, rare, strict=True)
    ]


def _known(module: str, name: str) -> Any:
    """Return a class of scikit-learn's where that was imported: else nobody has an object of it."""
    return getattr(sys.modules.get(f"sklearn.{module}"), name, None)
