"""What a widget draws and tells that is no result with a class of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xai_widgets.evaluations import Evaluation


@dataclass(frozen=True)
class Drawn:
    """A picture and its words, such as a map of words.

    Attributes
    ----------
    title : str
    png : bytes
    lines : tuple of str
        What it says.
    evaluation : Evaluation or None
        How far it can be trusted, where that was measured.
    """

    title: str
    png: bytes
    lines: tuple[str, ...]
    evaluation: Evaluation | None
