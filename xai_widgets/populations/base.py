"""What all results about populations have in common."""

from __future__ import annotations

import importlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from xai_widgets.results import PAINTERS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from PIL.Image import Image


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
