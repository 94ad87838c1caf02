"""What all results about populations have in common."""

from __future__ import annotations

import importlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xai_widgets.results import PAINTERS, writer_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from PIL.Image import Image

POPULATION_WRITERS: dict[str, Callable[[PopulationResult, Path], None]] = {}
"""How to save such results, by suffix; filled by `xai_widgets.export`."""


@dataclass(frozen=True, kw_only=True)
class PopulationResult:
    """Base of what is found out about a model and a table of rows.

    Attributes
    ----------
    label : str
        What was asked about, in words: a class whose probability it is, the value of a regression, or a metric.
    rows : int
        Of the data, that went into it so far.
    method, params, seed : str, dict, int
        Enough to compute it again from the same model and data.
    fraction : float
        Share of the planned work that is done, 0..1.
    forwards : int
        Rows passed through the model.
    seconds : float
        Time spent computing.
    model_hash : str
        Fingerprint of the weights.
    notes : tuple of str
        What the reader should know.
    provenance : dict of str to str
        Versions of the libraries that computed it, and ``"time"``, UTC.
    """

    label: str
    rows: int = 0
    method: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)
    seed: int = 0
    fraction: float = 1.0
    forwards: int = 0
    seconds: float = 0.0
    model_hash: str = ""
    notes: tuple[str, ...] = ()
    provenance: Mapping[str, str] = field(default_factory=dict)

    def records(self) -> list[dict[str, Any]]:
        """Return it as rows of a table, plain data."""
        raise NotImplementedError

    def frame(self) -> Any:
        """Return it as a pandas frame.

        Raises
        ------
        ImportError
            Where pandas is not installed.
        """
        return importlib.import_module("pandas").DataFrame(self.records())

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
