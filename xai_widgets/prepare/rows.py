"""A model as a function of a table's rows, in the data's own types."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import torch
from torch import Tensor, nn

from xai_widgets.inputs.base import Inputs, References
from xai_widgets.inputs.table import Table
from xai_widgets.models.callables import PlainFunction, as_scores
from xai_widgets.models.feeds import feed_alone
from xai_widgets.models.left_out import LeftOut
from xai_widgets.models.pace import Pace
from xai_widgets.models.precision import widest
from xai_widgets.prepare.one_hots import OneHots
from xai_widgets.prepare.pieces import Pieces
from xai_widgets.prepare.separable import separable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from xai_widgets.models import TorchModel
    from xai_widgets.results import Prediction

Encode = Callable[[Tensor], Tensor]
MATRIX = 2

FIRST = 64
"""Rows of the first batch: one alone takes as long."""

ROWS = 2**16
"""Rows of one batch for an estimator or a function: what it does once a call takes as long as some thousand rows."""

FAILED = 256
"""Rows that are looked for one by one among those for which a model fails; then whole batches are left out."""

COMPARED, OF_FUNCTIONS = 100, 25
"""Rows of the background that stand in for what is hidden, each in turn: values add up to the mean over them. Fewer for
functions and estimators, which may take as long for one row as a network for a hundred."""


class TableRows:
    """Feed of a model of rows: numbers (n, columns), by way of `encode`; for functions, frames or arrays of `table`."""

    of_rows: ClassVar[bool] = True
    """Whether a batch takes about as long with one more."""

    def __init__(self, table: Table, encode: Encode | None = None) -> None:
        self._table, self._encode = table, encode
        self._pieces: Any = self  # until it is asked

    def __call__(self, module: nn.Module, rows: Tensor) -> Any:
        """Return the model's output."""
        if self._encode is not None:
            rows = self._encode(rows)
        if not isinstance(module, PlainFunction):
            return module(rows)
        given = self._table.give(rows.detach().cpu().double().numpy())
        if self._table.framed:
            function: Any = module.function
            return as_scores(function(given), rows)
        return module(torch.as_tensor(given, device=rows.device))

    def describe(self, rows: Tensor) -> str:
        """Say what was fed."""
        gone = ~rows.isfinite().all(0)
        empty = [repr(name) for name, one in zip(self._table.names, gone.tolist(), strict=False) if one]
        if len(rows) == 1 and not empty:
            cells = self._table.cells(rows[0].detach().cpu().double().numpy()).items()
            return "the row " + ", ".join([f"{name} {cell}" for name, cell in cells][:8])
        told = f"{len(rows)} rows of {len(self._table.columns)} columns"
        what = f"missing or infinite values in {', '.join(empty[:8])}"
        return f"{told} ({what}: fill them, or leave such rows out)" if empty else told

    def keeping(self, module: nn.Module, rows: Tensor) -> KnownRows | None:
        """Return the feed of copies of some rows (n, columns), where those need not be encoded as a whole."""
        if self._pieces is self:
            self._pieces = None if self._encode is not None else Pieces.of(module, self._table)
        return None if self._pieces is None else KnownRows(self._table, self._pieces, rows)


class KnownRows(TableRows):
    """Feed of copies of known rows, which differ in some columns: numbers (n, columns + 1), the last tells of which."""

    def __init__(self, table: Table, pieces: Pieces, rows: Tensor) -> None:
        super().__init__(table)
        self._parts, self._rows = pieces, rows.cpu().double().numpy()
        self._known: Any = None

    def __call__(self, module: nn.Module, rows: Tensor) -> Any:
        """Return the model's output."""
        if self._known is None:
            self._known = self._parts.first(self._rows)
        given = rows.detach().cpu().double().numpy()
        which = given[:, -1].astype(int)
        made = self._parts.again(self._known[which], self._rows[which], given[:, :-1])
        return as_scores(self._parts.rest.function(made), rows)


@dataclass(frozen=True, eq=False)
class RowSubject:
    """A row, the table it belongs to, and the model as a function of such rows.

    Attributes
    ----------
    table : Table
    row : ndarray, float64, shape (columns,)
    model : TorchModel
        Eats numbers (n, columns), as `Table` has them.
    prediction : Prediction
        What it says of the row.
    smooth : bool
        Whether it has gradients.
    inner : TorchModel
        The same as a function of the numbers that encode the rows.
    encoder : callable or None
        From numbers (n, columns) to those that `inner` eats, where they are others; as learned, where that can be.
    exact : callable or None
        The same by the user's own encoder.
    eaten : Tensor or None
        What that made of the row alone.
    failed : LeftOut
        Rows for which the model failed.
    read : callable or None
        Reads one row as the background has them, where that is not `Table.row` of `table`.
    """

    table: Table
    row: NDArray[np.float64]
    model: TorchModel
    prediction: Prediction
    smooth: bool
    inner: TorchModel
    encoder: Encode | None = None
    exact: Encode | None = None
    eaten: Tensor | None = None
    failed: LeftOut = field(default_factory=lambda: LeftOut(hopeless=math.inf, most=FAILED))
    read: Callable[[Any], NDArray[np.float64]] | None = None

    @property
    def direct(self) -> bool:
        """Whether it has gradients with respect to the row's own numbers."""
        return self.smooth and self.encoder is None

    def encode(self, values: NDArray[np.float64]) -> Tensor:
        """Return what `inner` eats for numbers (n, columns)."""
        rows = self.tensor(values)
        return rows if self.encoder is None else self.encoder(rows)

    def alone(self, values: NDArray[np.float64]) -> Tensor:
        """Return what `inner` eats for numbers (n, columns), by the user's own encoder, as if each row were alone."""
        rows = self.tensor(values)
        if self.exact is None:
            return rows
        # A frame is dear, so they share one. That they may is seen by the row itself, which was alone before.
        found = self.exact(torch.cat([self.tensor(self.row[None]), rows]))
        if self.eaten is not None and torch.equal(found[0], self.eaten):
            return found[1:]
        return torch.cat([self.exact(one[None]) for one in rows])

    @property
    def inputs(self) -> Inputs:
        """The row as what is explained: one value a column, each within what the data has."""
        table, ends = self.table, ("low", "high")
        low, high = (self.tensor(np.array([getattr(one, end) for one in table.columns])) for end in ends)
        return Inputs(self.tensor(self.row), "tensor", low, high, names=table.names, cells=table.plain_cells(self.row))

    def scores(self, values: NDArray[np.float64]) -> Tensor:
        """Return the scores (n, outputs) of rows (n, columns); NaN for those for which the model fails."""
        return self.tried(lambda rows: self.model.scores(self.tensor(rows)), values)

    def tried(self, ask: Callable[..., Tensor], values: NDArray[np.float64], *beside: NDArray[Any]) -> Tensor:
        """Do the same by another way to ask, which is given more about each row `beside`."""
        known, shape = self.failed.error, (len(self.prediction.scores),)
        found = self.failed.tried(ask, values, *beside, shape=shape).to(self.model.device)
        if known is None and self.failed.error is not None:
            self.model._notes.append(f"Rows for which the model fails were left out. {self.failed.error}")  # noqa: SLF001
        return found

    def fresh(self) -> RowSubject:
        """Return the same with no row failed, and a model that counts and notes for itself."""
        model = self.model.fresh().plain()
        inner = model if self.encoder is None else model.fed(feed_alone, model.task).plain()
        return dataclasses.replace(self, model=model, inner=inner, failed=LeftOut(hopeless=math.inf, most=FAILED))

    def references(self, seed: int) -> References:
        """Draw rows to compare with: without missing and infinite values where there are any such."""
        data = self.table.data
        whole = data[np.isfinite(data).all(1)]
        data = whole if len(whole) else data
        most = COMPARED if self.smooth else OF_FUNCTIONS
        chosen = torch.randperm(len(data), generator=torch.Generator().manual_seed(seed))[:most]
        return References(self.tensor(data[np.sort(chosen.numpy())]), len(data))

    def rows(self, frame: Any) -> Tensor:
        """Read rows of a frame as the background has them (n, columns).

        Raises
        ------
        ValueError
            As of `Table.row`.
        """
        read = self.read or self.table.row
        return self.tensor(np.stack([read(one) for one in frame.to_dict("records")]))

    def tensor(self, values: NDArray[np.float64]) -> Tensor:
        """Return numbers (n, columns) on the model's device."""
        dtype = self.model.dtype if self.direct else widest(self.model.device)
        return torch.as_tensor(values).to(self.model.device, dtype)


def row_subject(
    model: TorchModel, x: Any, background: Any, features: Sequence[str] | None = None, encode: Any = None
) -> RowSubject:
    """Make a model a function of rows.

    Parameters
    ----------
    model : TorchModel
        Of a torch module, which eats the numbers; of an estimator or a function, which eat what `background` is.
    x : object
        The row, as of `Table.row`.
    background : DataFrame or array
        Rows of the data, by which columns, their types and their ranges are known.
    features : sequence of str, optional
        Names of the columns.
    encode : callable, transformer or mapping, optional
        From rows as `background` has them to the numbers (n, …) that a torch module eats; or from the names of
        categories to the one-hot columns of `background` that stand for them, as of `OneHots`.

    Raises
    ------
    ValueError, TypeError
        For what does not fit together, and for texts that a torch module cannot eat.
    """
    hots = isinstance(encode, Mapping)
    table, fed, smooth = table_model(model, background, features, encoded=not hots and encode is not None)
    if hots:
        return _one_hot_subject(model, x, OneHots(table, encode), smooth=smooth)
    row = table.row(x)
    if encode is None:
        subject = RowSubject(table, row, fed, None, smooth, fed)  # type: ignore[arg-type]
        return dataclasses.replace(subject, prediction=fed.predict(subject.tensor(row[None])[0]))
    if not smooth:
        msg = "encode= goes with a torch module; an estimator or a function is given the rows as they are."
        raise TypeError(msg)
    exact = _encoder(table, model, getattr(encode, "transform", encode))
    return _encoded_subject(model, table, row, separable(table, exact) or exact, exact)


def _one_hot_subject(model: TorchModel, x: Any, hots: OneHots, *, smooth: bool) -> RowSubject:
    row = hots.row(x)
    if smooth:

        def encode(rows: Tensor) -> Tensor:
            return hots.encode(rows).to(model.device, model.dtype)

        subject = _encoded_subject(model, hots.table, row, encode, encode)
        return dataclasses.replace(subject, read=hots.row)
    fed = _fed(model, TableRows(hots.encoded, hots.encode), getattr(model.module, "task_told", None))
    subject = RowSubject(hots.table, row, fed, None, False, fed, read=hots.row)  # type: ignore[arg-type]  # noqa: FBT003
    return dataclasses.replace(subject, prediction=fed.predict(subject.tensor(row[None])[0]))


def _encoded_subject(
    model: TorchModel, table: Table, row: NDArray[np.float64], encoder: Encode, exact: Encode
) -> RowSubject:
    inner = model.fed(feed_alone).plain()
    eaten = exact(torch.as_tensor(row[None]).to(model.device, widest(model.device)))[0]
    prediction = inner.predict(eaten)
    fed = _fed(model, TableRows(table, encoder), inner.task)
    return RowSubject(table, row, fed, prediction, True, inner, encoder, exact, eaten)  # noqa: FBT003


def _encoder(table: Table, model: TorchModel, encode: Callable[[Any], Any]) -> Encode:
    def encoded(rows: Tensor) -> Tensor:
        found = encode(table.give(rows.detach().cpu().double().numpy()))
        found = found.toarray() if hasattr(found, "toarray") else found
        made = torch.as_tensor(found if isinstance(found, Tensor) else np.require(found, np.float64, "W"))
        if made.ndim < MATRIX or len(made) != len(rows):
            msg = f"encode must return one row of numbers a row: for {len(rows)} it returned shape {list(made.shape)}."
            raise ValueError(msg)
        return made.detach().to(model.device, model.dtype)

    return encoded


def table_model(
    model: TorchModel, background: Any, features: Sequence[str] | None = None, *, encoded: bool = False
) -> tuple[Table, TorchModel, bool]:
    """Read a table, and make a model a function of the numbers (n, columns) of its rows.

    Parameters and errors as of `row_subject`; `encoded` tells that a torch module will not eat them as they are.

    Returns
    -------
    table : Table
    model : TorchModel
    smooth : bool
        Whether it has gradients.
    """
    table = Table.of(background, features)
    smooth = not isinstance(model.module, PlainFunction)
    _check_fitted(getattr(model.module, "features", None), table)
    if smooth and not encoded:
        texts = [one.name for one in table.columns if one.choices not in {(), (0, 1), (0.0, 1.0)} or one.kind == "date"]
        if texts:
            msg = (
                f"A torch module eats numbers, and the column {texts[0]!r} holds none: give the encoded columns, or a "
                "function of a frame that encodes and calls the module; for gradients, encode=."
            )
            raise TypeError(msg)
    fed = _fed(model, TableRows(table), getattr(model.module, "task_told", None))
    if not smooth and fed.paces["forward"].limit == Pace.limit:  # which is less where memory ran out
        fed.paces["forward"].limit = ROWS
    return table, fed, smooth


def _check_fitted(features: Sequence[str] | None, table: Table) -> None:
    """Refuse a table that lacks a column that an estimator was fitted with, which would be missing in all rows."""
    if features is None or (not table.framed and len(features) == len(table.names)):
        return
    lacking = [one for one in features if one not in table.names]
    if not table.framed:
        msg = f"the model was fitted with {len(features)} columns, the background has {len(table.names)}."
        raise ValueError(msg)
    if lacking:
        has = ", ".join(map(repr, table.names[:8]))
        msg = f"the background lacks the column {lacking[0]!r} that the model was fitted with; it has {has}."
        raise ValueError(msg)


def _fed(model: TorchModel, feed: TableRows, task: str | None) -> TorchModel:
    fed = model.fed(feed, task).plain()
    pace = fed.paces["forward"]
    pace.size = min(FIRST, pace.limit)
    return fed
