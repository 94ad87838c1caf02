"""One picture to be changed: who judges its variants, all of them pictures of 8 bits a channel."""

from __future__ import annotations

import io
from abc import ABC, abstractmethod
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from PIL import Image

from xai_widgets.inputs import eaten
from xai_widgets.inputs.base import to_rgb
from xai_widgets.inputs.gaussian import blur
from xai_widgets.picture_changes import PictureCandidate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray
    from torch import Tensor
    from typing_extensions import Self

    from xai_widgets.counterfactual.goals import Goal
    from xai_widgets.inputs import Inputs
    from xai_widgets.models import TorchModel
    from xai_widgets.results import Prediction

LEVELS = 255
STRONG = 0.5
"""Share of the largest change of a channel from which on a pixel counts as changed."""

SIGMA, GRAIN, QUALITY = 1.0, 4 / LEVELS, 75
"""What a picture must survive to be more than noise made for this network: blur, noise, JPEG."""


@dataclass(frozen=True, eq=False)
class PictureSubject:
    """A model, a picture and what the one says of the other."""

    model: TorchModel
    inputs: Inputs
    prediction: Prediction


@dataclass(eq=False)
class PictureProblem(ABC):
    """A picture and a goal.

    Attributes
    ----------
    subject : PictureSubject
    goal : Goal
    seed : int
        Of the noise.
    """

    subject: PictureSubject
    goal: Goal
    seed: int = 0
    base: Tensor = field(init=False, repr=False)
    """The picture in 8 bits: channels, height, width, in 0..1."""
    _written: dict[Any, PictureCandidate] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        self.base = eight_bits(self.subject.inputs.pixels)

    @property
    def original(self) -> NDArray[np.uint8]:
        """What the model sees."""
        return to_rgb(self.base)

    @property
    def model(self) -> TorchModel:
        """The model that is asked."""
        return self.subject.model

    @property
    def notes(self) -> tuple[str, ...]:
        """What the reader should know."""
        return self.subject.inputs.notes

    @property
    def spent(self) -> tuple[int, int]:
        """Pictures passed forward and back."""
        return self.model.forwards, self.model.backwards

    def fresh(self) -> Self:
        """Return the same with nothing tried."""
        return replace(self, subject=replace(self.subject, model=self.model.fresh()), _written={})

    def margins(self, pictures: Tensor) -> NDArray[np.float64]:
        """Tell how far beyond the goal pictures (n, channels, height, width) in 0..1 are."""
        scores = self.model.scores(eaten(self.subject.inputs, pictures))
        return np.asarray(self.goal.margins(scores.cpu().double()), np.float64)

    @abstractmethod
    def candidate(self, state: Any) -> PictureCandidate:
        """Ask the model about what a search found, alone, and write down what it says."""

    def reached(self, margins: Any) -> Any:
        """Say of each margin whether the goal is reached."""
        return margins >= 0 if self.goal.within is not None else margins > 0

    def lookalikes(self, pictures: Tensor) -> Iterator[Tensor]:
        """Make copies of pictures (n, channels, height, width) that people see no difference in, in 8 bits."""
        yield eight_bits(blur(pictures, SIGMA))
        # On the CPU, so that every device draws the same.
        grain = torch.randn(pictures.shape[1:], generator=torch.Generator().manual_seed(self.seed)).to(pictures)
        yield eight_bits(pictures + GRAIN * grain)
        yield _as_jpeg(pictures)

    def survives(self, pictures: Tensor) -> NDArray[np.float64]:
        """Tell in what share of its copies each picture reaches the goal, shape (n,)."""
        kept = [self.reached(self.margins(copies)) for copies in self.lookalikes(pictures)]
        shares: NDArray[np.float64] = np.mean(kept, 0)
        return shares

    def write(self, key: Any, picture: Tensor, **more: Any) -> PictureCandidate:
        """Ask the model about the very picture (channels, height, width), alone, and write down what it says."""
        if key in self._written:
            return self._written[key]
        inputs = replace(self.subject.inputs, x=eaten(self.subject.inputs, picture))
        prediction, shown = self.model.predict(inputs.x), self.goal.shown
        change = (picture - self.base).abs()
        largest = change.amax(0)
        mask = np.asarray(((largest > 0) & (largest >= STRONG * largest.max())).cpu())
        margins = self.goal.margins(torch.as_tensor(prediction.scores)[None].double())
        found = PictureCandidate(
            picture=to_rgb(picture),
            mask=more.pop("mask", mask),
            prediction=prediction,
            delta=float(prediction.probabilities[shown]) - float(self.subject.prediction.probabilities[shown]),
            distance=float(change.mean()),
            survives=float(self.survives(picture[None])[0]),
            valid=bool(self.reached(margins)[0]),
            **more,
        )
        self._written[key] = found
        return found


def eight_bits(pictures: Tensor) -> Tensor:
    """Clip to 0..1 and round to 256 levels."""
    return (pictures.clamp(0, 1) * LEVELS).round() / LEVELS


def _as_jpeg(pictures: Tensor) -> Tensor:
    """Compress each channel by itself, whatever it stands for, and read it again."""
    planes = (pictures.clamp(0, 1) * LEVELS).round().byte().cpu().flatten(0, 1).numpy()
    read = []
    for plane in planes:
        file = io.BytesIO()
        Image.fromarray(plane).save(file, "JPEG", quality=QUALITY)
        read.append(np.asarray(Image.open(file)))
    return (torch.from_numpy(np.stack(read)).to(pictures) / LEVELS).reshape(pictures.shape)
