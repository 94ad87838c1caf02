"""What all results about populations have in common."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xai_widgets.computed import Computed, Tabular
from xai_widgets.results import PAINTERS, writer_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from PIL.Image import Image

POPULATION_WRITERS: dict[str, Callable[[PopulationResult, Path], None]] = {}
"""How to save such results, by suffix; filled by `xai_widgets.export`."""


@dataclass(frozen=True, kw_only=True)
class PopulationResult(Computed, Tabular):
    """Base of what is found out about a model and a table of rows.

    Attributes
    ----------
    label : str
        What was asked about, in words: a class whose probability it is, the value of a regression, or a metric.
    rows : int
        Of the data, that went into it so far.
    method, params, seed, fraction, forwards, backwards, seconds, model_hash, notes, provenance
        How it was computed, as of every result: :class:`~xai_widgets.computed.Computed`.
    """

    label: str
    rows: int = 0

    def save(self, path: str | Path) -> None:
        """Write to `path`, whole or not at all; the suffix chooses the format.

        ``.html``, a page of its own; ``.png``, ``.svg``, ``.csv``; ``.xai.json`` for ``xai.load``.

        Raises
        ------
        ValueError
            For a suffix that no format has, naming those there are.
        OSError
            Where nothing can be written; what was there before is left as it was.
        """
        path = Path(path)
        writer_of(path, POPULATION_WRITERS)(self, path)

    def plot(self) -> Image:
        """Return a static picture, for scripts."""
        image: Image = PAINTERS["population"](self)
        return image

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.method} of {self.label!r}, {self.fraction:.0%} done, {self.seconds:.2f} s)"

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        if "population" not in PAINTERS:
            return {"text/plain": repr(self)}
        return {"text/plain": PAINTERS["population_text"](self), "image/png": PAINTERS["population_png"](self)}
