"""One picture that is answered otherwise: a frozen result that needs numpy alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    from xai_widgets.results import Prediction


@dataclass(frozen=True, eq=False)
class PictureCandidate:
    """One picture that is answered otherwise.

    Attributes
    ----------
    picture : ndarray, uint8, shape (height, width, 3)
        As the model sees it, in its own pixels. The model was asked about this very picture.
    mask : ndarray of bool, shape (height, width)
        What changed: the regions, else the pixels that changed at least half as much as the one that changed most.
    prediction : Prediction
        What the model says of it.
    delta : float
        Change of the probability (or value) that :attr:`Counterfactuals.index` names.
    distance : float
        Mean absolute change of a pixel, where black and white are 1 apart.
    survives : float
        In how many of three copies that look the same to people the answer stays the new one, 0..1: slightly blurred,
        with a little noise, and compressed as a JPEG file is.
    regions : tuple of int, or None
        Which regions were covered or taken over; None where it is made of something else. None of them can be left out.
    edit : dict or None
        What covers them, as the widget's edits are; None where no edit does it.
    code : tuple of float, or None
        What a decoder made the picture of.
    valid : bool
        Whether it reaches what was asked for; all that are returned do.
    """

    picture: NDArray[np.uint8]
    mask: NDArray[np.bool_]
    prediction: Prediction
    delta: float
    distance: float
    survives: float
    regions: tuple[int, ...] | None = None
    edit: Mapping[str, Any] | None = None
    code: tuple[float, ...] | None = None
    valid: bool = True

    @property
    def area(self) -> float:
        """Share of the picture that changed, 0..1."""
        return float(self.mask.mean())

    def record(self, index: int) -> dict[str, Any]:
        """Return it as a row of a table."""
        probability = float(self.prediction.probabilities[index])
        return {
            "regions": self.regions,
            "changes": None if self.regions is None else len(self.regions),
            "area": self.area,
            "distance": self.distance,
            "prediction": self.prediction.top(1)[0][0],
            "before": probability - self.delta,
            "probability": probability,
            "delta": self.delta,
            "survives": self.survives,
            "valid": self.valid,
        }
