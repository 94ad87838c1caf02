"""What would have to change for another answer: frozen results that need numpy alone."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from xai_widgets.computed import Computed, Tabular
from xai_widgets.results import PAINTERS, writer_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from xai_widgets.results import Prediction
    from xai_widgets.text import Span

EditKind = Literal["delete", "replace", "insert"]

TEXT_COLUMNS = ("text", "edits", "changes", "prediction", "probability", "delta", "similarity", "fluency", "valid")
ROW_COLUMNS = ("changes", "prediction", "probability", "delta", "effort", "nearest", "density", "valid")
PICTURE_COLUMNS = (
    *("regions", "changes", "area", "distance", "prediction", "before", "probability", "delta", "survives", "valid"),
)
"""Of frames."""

CHANGE_WRITERS: dict[str, Callable[[Counterfactuals, Path], None]] = {}
"""How to save counterfactuals, by suffix; filled by `xai_widgets.export`."""


@dataclass(frozen=True, order=True)
class Edit:
    """One change of a text.

    Attributes
    ----------
    start, stop : int
        Where it is in the original text, in characters; equal for an insertion, which stands before that character.
    kind : {"delete", "replace", "insert"}
    old, new : str
        What was there and what is there now; empty where there is nothing.
    """

    start: int
    stop: int
    kind: EditKind
    old: str
    new: str

    @property
    def span(self) -> Span:
        """First character in the original text and the one after the last."""
        return self.start, self.stop

    def __str__(self) -> str:
        if self.kind == "replace":
            return f"{self.old!r} → {self.new!r}"
        return f"− {self.old!r}" if self.kind == "delete" else f"+ {self.new!r}"


@dataclass(frozen=True)
class Candidate:
    """One input that is answered otherwise.

    Attributes
    ----------
    text : str
        As a whole. The model was asked about this very text.
    edits : tuple of Edit
        What makes it of the original, in the order of the text. None can be undone without losing the answer.
    prediction : Prediction
        What the model says of it.
    delta : float
        Change of the probability (or value) that :attr:`Counterfactuals.index` names.
    similarity : float
        Share of the original's words that stay, 0..1: one minus the words changed by the words of the longer text.
    fluency : float or None
        Mean log-likelihood of a token under the language model, minus that of the original text, in nats: above 0 reads
        easier than the original. None without a language model.
    valid : bool
        Whether it reaches what was asked for; all that are returned do.
    """

    text: str
    edits: tuple[Edit, ...]
    prediction: Prediction
    delta: float
    similarity: float
    fluency: float | None = None
    valid: bool = True

    def record(self, index: int) -> dict[str, Any]:
        """Return it as a row of a table."""
        return {
            "text": self.text,
            "edits": "; ".join(map(str, self.edits)),
            "changes": len(self.edits),
            "prediction": self.prediction.top(1)[0][0],
            "probability": float(self.prediction.probabilities[index]),
            "delta": self.delta,
            "similarity": self.similarity,
            "fluency": self.fluency,
            "valid": self.valid,
        }

    def diff(self, original: str) -> list[tuple[str, str]]:
        """Divide it into what is kept, taken out and put in.

        Returns
        -------
        list of (str, str)
            ``"keep"``, ``"delete"`` or ``"insert"``, and the words. Without the deletions it spells the original's
            words with the changes, spaces aside; without the insertions it is the original.
        """
        parts: list[tuple[str, str]] = []
        at = 0
        for edit in self.edits:
            parts += [("keep", original[at : edit.start]), ("delete", edit.old), ("insert", edit.new)]
            at = max(at, edit.stop)
        return [(kind, words) for kind, words in [*parts, ("keep", original[at:])] if words]


@dataclass(frozen=True)
class CellChange:
    """One changed cell of a row, in the data's own types.

    Attributes
    ----------
    column : str
    old, new : object
    """

    column: str
    old: Any
    new: Any

    def __str__(self) -> str:
        return f"{self.column}: {self.old!r} → {self.new!r}"


@dataclass(frozen=True)
class RowCandidate:
    """One row that is answered otherwise.

    Attributes
    ----------
    values : dict of str to object
        By column, in the data's own types. The model was asked about this very row, and it keeps to all constraints.
    changes : tuple of CellChange
        None of them can be undone without losing the answer or breaking a constraint.
    prediction : Prediction
    delta : float
        As of `Candidate`.
    effort : float
        Of all changes: each in typical deviations of its column (a change of category is one), by the column's weight.
    nearest : float or None
        Mean distance per column to the nearest real row with that answer: numbers in ranges of the data, categories 0
        or 1 (Gower 1971). Small ones are plausible. None where no real row has it.
    density : float or None
        How closely real rows with that answer lie around this one, beside how closely they lie around its neighbours,
        0..1: near 0 it lies apart from all data of its kind. None where fewer than eleven real rows have the answer.
    valid : bool
    """

    values: Mapping[str, Any]
    changes: tuple[CellChange, ...]
    prediction: Prediction
    delta: float
    effort: float
    nearest: float | None = None
    density: float | None = None
    valid: bool = True

    @property
    def edits(self) -> tuple[CellChange, ...]:
        """The changes, by the name that they have for texts."""
        return self.changes

    def record(self, index: int) -> dict[str, Any]:
        """Return it as a row of a table."""
        return {
            **{change.column: change.new for change in self.changes},
            "changes": len(self.changes),
            "prediction": self.prediction.top(1)[0][0],
            "probability": float(self.prediction.probabilities[index]),
            "delta": self.delta,
            "effort": self.effort,
            "nearest": self.nearest,
            "density": self.density,
            "valid": self.valid,
        }


@dataclass(frozen=True)
class Counterfactuals(Computed, Tabular):
    """The fewest changes found that give another answer, several ways.

    Attributes
    ----------
    original : str, dict or ndarray
        The text as it was given, the row by columns, or the picture as the model sees it, uint8 (height, width, 3).
    prediction : Prediction
        What the model says of it.
    index : int
        The class, or output, whose change :attr:`Candidate.delta` tells: the one asked for, else the one predicted.
    label : str
        What was asked for, in words.
    candidates : tuple of Candidate, RowCandidate or PictureCandidate
        The best first; empty where none was found: `notes` says among what.
    fewest : bool
        Whether no smaller set of edits, or of regions, does it among all those that were proposed, each of which was
        tried.
    method, params, seed, fraction, forwards, backwards, seconds, model_hash, notes, provenance
        How they were searched for, as of every result: :class:`~xai_widgets.computed.Computed`.
    """

    original: Any
    prediction: Prediction
    index: int
    label: str
    candidates: tuple[Any, ...] = ()
    fewest: bool = False

    def __len__(self) -> int:
        """Return how many were found."""
        return len(self.candidates)

    def __bool__(self) -> bool:
        return True  # "none found" is an answer too

    @property
    def is_picture(self) -> bool:
        """Whether a picture was changed."""
        return hasattr(self.original, "shape")

    def records(self) -> list[dict[str, Any]]:
        """Return one row a candidate, the best first, plain data by the names of their columns."""
        return [one.record(self.index) for one in self.candidates]

    def columns(self) -> list[str]:
        """Return the names of the columns; of a row's cells those that any candidate changes."""
        if self.is_picture:
            return [*PICTURE_COLUMNS]
        if isinstance(self.original, str):
            return [*TEXT_COLUMNS]
        changed = {name for row in self.records() for name in row}
        return [*(name for name in self.original if name in changed), *ROW_COLUMNS]

    def save(self, path: str | Path) -> None:
        """Write to `path`, whole or not at all; the suffix chooses the format.

        ``.html``, a page of its own; ``.csv``; ``.png`` of changed pictures; ``.xai.json`` for ``xai.load``.

        Raises
        ------
        ValueError
            For a suffix that no format has, naming those there are.
        """
        path = Path(path)
        writer_of(path, CHANGE_WRITERS, but=() if self.is_picture else (".png",))(self, path)

    def __repr__(self) -> str:
        found = f"{len(self.candidates)} found" if self.candidates else "none found"
        return f"Counterfactuals(to {self.label!r}: {found}, {self.fraction:.0%} done, {self.seconds:.2f} s)"

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        if "changes_text" not in PAINTERS:
            return {"text/plain": repr(self)}
        told = {"text/plain": PAINTERS["changes_text"](self)}
        # Where there is HTML, a page would not show the picture.
        more = {"image/png": "changes_png"} if self.is_picture else {"text/html": "changes_html"}
        return {**told, **{kind: PAINTERS[name](self) for kind, name in more.items()}}


@dataclass(frozen=True)
class Option:
    """What one change of one word does.

    Attributes
    ----------
    edit : Edit
    text : str
        The whole text with it.
    probability : float
        Of the class asked about (the value, for a regression).
    delta : float
        The same minus that of the original text.
    """

    edit: Edit
    text: str
    probability: float
    delta: float


@dataclass(frozen=True)
class Options:
    """What changes of words do to one class, so far.

    Attributes
    ----------
    original : str
    index : int
        The class.
    label : str
        The class in words.
    probability : float
        Of the original text.
    options : tuple of Option
        Of a word's menu: those that move the prediction most first. Of each word's effect: in the order of the text.
    fraction : float
        Share of the work that is done, 0..1.
    forwards : int
        Texts passed through the model.
    """

    original: str
    index: int
    label: str
    probability: float
    options: tuple[Option, ...] = ()
    fraction: float = 1.0
    forwards: int = 0
