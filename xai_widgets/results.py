"""What comes out: frozen results that need numpy alone, so that they travel without torch."""

from __future__ import annotations

import math
from dataclasses import KW_ONLY, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from xai_widgets.agreement import SEEN, on_common_grid, rank_correlation
from xai_widgets.computed import Computed, Tabular

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray
    from PIL.Image import Image

    from xai_widgets.placement import Placement
    from xai_widgets.text import Text


@dataclass(frozen=True)
class Unit:
    """One unit of a layer, as a target: what it puts out is explained in place of a class's score.

    Attributes
    ----------
    layer : str
        Name of the layer, as ``model.named_modules()`` lists it.
    index : int or tuple of int
        Where in the layer's activation, without batch axis: a channel, or channel, row and column; of tokens, token
        and channel. What is left open is averaged: a channel of a map alone means its mean.

    Raises
    ------
    TypeError, ValueError
        For an index that is no whole number from 0, or a layer that is no name.
    """

    layer: str
    index: int | tuple[int, ...]

    def __post_init__(self) -> None:
        layer: Any = self.layer
        if not isinstance(layer, str):
            msg = f"A unit's layer is given by its name, got {type(layer).__name__}."
            raise TypeError(msg)
        given = self.index if isinstance(self.index, (tuple, list)) else (self.index,)
        index = tuple(map(_natural, given))
        if not index:
            msg = "A unit's index must have one number at least, got none."
            raise ValueError(msg)
        object.__setattr__(self, "index", index if len(index) > 1 else index[0])

    @property
    def path(self) -> tuple[int, ...]:
        """The index as a tuple."""
        return self.index if isinstance(self.index, tuple) else (self.index,)

    @property
    def label(self) -> str:
        """The unit in words."""
        return f"{self.layer} unit {', '.join(map(str, self.path))}"


def _natural(one: Any) -> int:
    if isinstance(one, (bool, np.bool_)) or not hasattr(one, "__index__"):
        msg = f"A unit's index must be a whole number or several of them, got {one!r}."
        raise TypeError(msg)
    if (number := int(one.__index__())) < 0:
        msg = f"A unit's index counts from 0, got {number}."
        raise ValueError(msg)
    return number


TargetIndex = int | tuple[int, int] | Unit
"""A class, a pair for "why the first rather than the second", or a unit of a layer."""

IMAGE_NDIM = 3

WRITERS: dict[str, Callable[[Any, Path], None]] = {}
"""How to save a result, by suffix; filled by `xai_widgets.export`, which may import what this file may not."""

PAINTERS: dict[str, Callable[..., Any]] = {}
"""How to paint and describe a result; filled by `xai_widgets.export`."""


OF_LINES = (".csv", ".svg")
"""Formats of texts and rows alone."""

Writes = TypeVar("Writes")


def writer_of(path: Path, writers: Mapping[str, Writes], *, but: tuple[str, ...] = ()) -> Writes:
    """Return what writes a file of this name.

    Raises
    ------
    ValueError
        For a suffix that no format has, naming those there are; those in `but` are not for this result.
    """
    suffix = next((one for one in writers if path.name.lower().endswith(one)), None)
    if suffix is None:
        msg = f"cannot tell the format of {path.name!r}: the name must end in {', '.join(sorted({*writers} - {*but}))}."
        raise ValueError(msg)
    return writers[suffix]


@dataclass(frozen=True)
class Prediction:
    """What the model says of one input.

    Attributes
    ----------
    probabilities : ndarray, float32, shape (classes,)
        Each in 0..1 for a classifier; the plain outputs for a regression (``task == "value"``).
    scores : ndarray, float32, shape (outputs,)
        What the model put out, before any softmax or sigmoid.
    task : str
        ``"classes"``, ``"binary"`` (two classes from one logit) or ``"value"``.
    labels : sequence of str or None
        Names of the classes, where known.
    """

    probabilities: NDArray[np.float32]
    scores: NDArray[np.float32]
    task: str
    labels: Sequence[str] | None = None

    def label(self, index: int) -> str:
        """Name one class, or one output of a regression, by its label or else its number."""
        if self.labels is not None:
            return self.labels[index]
        return f"{'output' if self.task == 'value' else 'class'} {index}"

    def top(self, n: int = 5) -> list[tuple[str, float]]:
        """Return the `n` most likely classes with their probabilities, most likely first."""
        order = np.argsort(-self.probabilities, kind="stable")[:n]
        return [(self.label(int(i)), float(self.probabilities[i])) for i in order]

    def __repr__(self) -> str:
        return "Prediction(" + ", ".join(f"{name} {p:.3g}" for name, p in self.top()) + ")"


@dataclass(frozen=True)
class Attribution(Computed, Tabular):
    """How much each input element moved the target's score, and how far to trust that.

    Attributes
    ----------
    values : ndarray, float32
        Of the shape of the tensor that the model ate, without batch axis (`x` itself for a tensor, what
        `preprocess` made of a photo), or of the layer when ``layer=`` was given. A method that does not
        tell channels apart has a channel axis of 1, which broadcasts. For several inputs, the values of all of
        them one after another, in one row: see `parts`. For tokens, one value each: the sum over its vector,
        or the norm where values are slopes and no shares, as of the gradient.
    target : int, (int, int) or Unit
        The class explained, a pair ``(a, b)`` for the difference of their scores, or a unit of a layer.
    label : str
        The target in words.
    prediction : Prediction
        What the model says of this input.
    error : float or None
        L2 distance of `values` to the true map as a share of the true map's norm, estimated so that it is below in 95
        of 100 cases. None where they are exact, and where no estimate exists yet: `fraction` is less than 1 then.
    gap : float or None
        Completeness gap in score units: sum of the values minus what they should sum to, 0 within rounding; None for
        methods without that axiom.
    photo : ndarray, uint8, shape (height, width, 3), or None
        A display copy of the picture explained, long side at most 1024.
    region : (x0, y0, x1, y1) or None
        Where the model's input pixels lie on `photo`, in its pixels.
    steps : (int, int)
        Units of work done and planned.
    edits : tuple of dict
        What was changed in the picture before it was explained, as in ``docs/protocol.md``; `photo` shows it changed.
    text : Text or None
        What was explained, where that is a text: `values` has one number a token. :meth:`contributions` sums them.
    placement : Placement or None
        Where the model's input pixels lie on the original photo, for :meth:`on_photo`.
    names : tuple of str or None
        Of the columns, for a row of a table that named them; they name the first axis of `values`.
    cells : tuple of (float, int, str, bool or None), or None
        What the row that was explained holds in each column, None where it is missing, dates as texts.
    layout : tuple of (str, tuple of int), or None
        Names and shapes of several inputs.
    method, params, seed, fraction, forwards, backwards, seconds, model_hash, notes, provenance
        How it was computed, as of every result: :class:`~xai_widgets.computed.Computed`.
    """

    values: NDArray[np.float32]
    target: TargetIndex
    label: str
    prediction: Prediction
    _: KW_ONLY
    error: float | None = None
    gap: float | None = None
    photo: NDArray[np.uint8] | None = field(default=None, repr=False)
    region: tuple[float, float, float, float] | None = None
    steps: tuple[int, int] = (1, 1)
    edits: tuple[Mapping[str, Any], ...] = ()
    placement: Placement | None = None
    text: Text | None = None
    names: tuple[str, ...] | None = None
    cells: tuple[Any, ...] | None = field(default=None, repr=False)
    layout: tuple[tuple[str, tuple[int, ...]], ...] | None = None

    @property
    def parts(self) -> dict[str, NDArray[np.float32]]:
        """The values of each of several inputs in its own shape, by its name or place; of a single one, under "0"."""
        if self.layout is None or len(self.layout) == 1:
            return {"0" if self.layout is None else self.layout[0][0]: self.values}
        ends = np.cumsum([math.prod(shape) for _, shape in self.layout])
        rows = np.split(self.values, ends[:-1])
        return {name: row.reshape(shape) for (name, shape), row in zip(self.layout, rows, strict=True)}

    @property
    def heat(self) -> NDArray[np.float32] | None:
        """The values as one map (height, width): channels summed, NaN where they are no number; None if no map."""
        values = self.values
        if not values.size or values.ndim not in {IMAGE_NDIM - 1, IMAGE_NDIM}:
            return None
        heat = values.sum(axis=0) if values.ndim == IMAGE_NDIM else values
        return np.where(np.isfinite(heat), heat, np.float32(np.nan))

    @property
    def in_lines(self) -> bool:
        """Whether it is of a text or of a row, whose picture is lines and letters."""
        return self.text is not None or (self.values.ndim == 1 and self.values.size > 0)

    @property
    def doubt(self) -> str | None:
        """The error in words; None where none is stated."""
        if self.error is None:
            return None
        return f"error ±{self.error:.1%}" if math.isfinite(self.error) else "error unbounded so far"

    @property
    def features(self) -> Sequence[str]:
        """Names of the columns of a row, by number where they have none."""
        return self.names or [f"feature {i}" for i in range(len(self.values))]

    def records(self) -> list[dict[str, Any]]:
        """Return one line a column of a row, with what it holds and contributes, or one a token of a text.

        Raises
        ------
        ValueError
            For values that are neither.
        """
        values = self.values.tolist()
        if self.text is not None:
            added = self.text.special or (False,) * len(values)
            tokens = zip(self.text.spans, added, values, strict=True)
            return [
                {"token": self.text.text[i:j], "start": i, "stop": j, "added": int(special), "value": value}
                for (i, j), special, value in tokens
            ]
        if self.values.ndim != 1:
            msg = f"only a text or a row is a table, not values of shape {self.values.shape}: save them as .npz."
            raise ValueError(msg)
        held: Any = [{}] * len(values) if self.cells is None else [{"value": one} for one in self.cells]
        lines = zip(self.features, held, values, strict=True)
        return [{"column": name, **cell, "contribution": value} for name, cell, value in lines]

    def contributions(self, granularity: str = "words") -> list[tuple[str, float]]:
        """Sum the values over pieces of the text.

        Parameters
        ----------
        granularity : str
            ``"tokens"``, ``"words"``, ``"sentences"``, or a regular expression whose matches are the pieces.

        Returns
        -------
        list of (str, float)
            In the order of the text; tokens that the tokenizer has added are left out.

        Raises
        ------
        ValueError
            Where no text was explained, or for a regular expression that is none.
        """
        if self.text is None:
            msg = "contributions needs a result for a text: xai.attribute(model, text, tokenizer=...)."
            raise ValueError(msg)
        return self.text.sums(self.values.tolist(), granularity)

    def on_photo(self, *, smooth: bool = True) -> NDArray[np.float32]:
        """Lay the map over the original photo, pixel for pixel.

        Parameters
        ----------
        smooth : bool
            Interpolate between the model's pixels (bilinear), or repeat the nearest.

        Returns
        -------
        ndarray, float32, shape (height, width) of the original photo
            NaN outside the part that the model sees.

        Raises
        ------
        ValueError
            Where the values are no map, or it is not known how they lie on a photo.
        """
        if self.placement is None or self.heat is None:
            msg = "on_photo needs a map of a photo, and a preprocess that resizes and crops it: see `notes`."
            raise ValueError(msg)
        return self.placement.lay(self.heat, smooth=smooth)

    def agreement(self, other: Attribution, *, sign: str = "both", smooth: float | None = 0.0) -> float:
        """Tell how far this and another explanation put the pixels in the same order.

        Parameters
        ----------
        other : Attribution
            Of the same input: by another method, of another class, of another model.
        sign : {"both", "positive", "negative", "absolute"}
            What to look at: the values as they are, what speaks for the class or against it alone (the rest counts as
            0), or the strength. Choose strength beside a method without signs, such as saliency.
        smooth : float or None
            Standard deviation, in cells of each map, of the mean under which it is read; None smooths maps of speckle
            as the live view does.

        Returns
        -------
        float
            Spearman's rank correlation of the maps (:attr:`heat`), or of `values` where these are no maps. 1 for the
            same order, 0 for no relation, -1 for the opposite order; NaN where one has a single value. Maps of
            different sizes are compared on the coarser of their grids.

        Raises
        ------
        ValueError
            Where the values are no maps and differ in shape, and for a `sign` that does not exist.
        """
        if sign not in SEEN:
            msg = f"agreement: sign must be one of {', '.join(map(repr, SEEN))}, got {sign!r}."
            raise ValueError(msg)
        a, b = self.heat, other.heat
        if a is not None and b is not None:
            read = PAINTERS["read"]
            return rank_correlation(*(SEEN[sign](one) for one in on_common_grid(read(a, smooth), read(b, smooth))))
        if self.values.shape != other.values.shape:
            msg = f"agreement needs two maps or values of one shape, got {self.values.shape} and {other.values.shape}."
            raise ValueError(msg)
        return rank_correlation(*(SEEN[sign](one.ravel()) for one in (self.values, other.values)))

    def save(self, path: str | Path) -> None:
        """Write to `path`, whole or not at all; the suffix chooses the format.

        Parameters
        ----------
        path : str or Path
            ``.html``, a page of its own, offline and without a kernel; ``.png``; ``.svg`` and ``.csv`` of a text or a
            row; ``.npz`` and ``.xai.json`` for ``xai.load``.

        Raises
        ------
        ValueError
            For a suffix that no format has, naming those there are, and for values that a format has no place for.
        OSError
            Where nothing can be written; what was there before is left as it was.
        """
        path = Path(path)
        writer_of(path, WRITERS, but=() if self.in_lines else OF_LINES)(self, path)

    def plot(self) -> Image:
        """Return a static picture, for scripts."""
        image: Image = PAINTERS["picture"](self)
        return image

    def __repr__(self) -> str:
        doubt = "" if self.error is None else f", {self.doubt}"
        return (
            f"Attribution({self.method} of {self.label!r}, values {tuple(self.values.shape)}"
            f", {self.fraction:.0%} done{doubt}, {self.seconds:.2f} s)"
        )

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        bundle: dict[str, Any] = {"text/plain": PAINTERS["text"](self) if "text" in PAINTERS else repr(self)}
        if "png" in PAINTERS and (self.heat is not None or self.in_lines):
            bundle["image/png"] = PAINTERS["png"](self)
        return bundle
