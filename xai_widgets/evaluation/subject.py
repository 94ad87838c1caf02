"""What is evaluated: an explanation, with the model and the input that it is of."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import torch
from torch import Tensor

from xai_widgets.attribution.runs import answered, asked_of
from xai_widgets.evaluation.parts import Parts
from xai_widgets.models.outputs import probabilities_of
from xai_widgets.results import Unit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from xai_widgets.inputs import Inputs
    from xai_widgets.method import Method
    from xai_widgets.models import Model, Target
    from xai_widgets.results import Attribution, Prediction

T = TypeVar("T")

TINY = 1e-12
STAND_INS = ("mask", "pad")
"""What takes the place of a hidden token, where the model has them; else the mean of all."""


@dataclass(frozen=True, eq=False)
class Subject:
    """An explanation, and what it explains.

    Attributes
    ----------
    model : Model
        Whose score the target is.
    inputs : Inputs
    target : Target
    prediction : Prediction
    attribution : Attribution
    parts : Parts
        Of the input, with what the map says of each.
    background : Tensor or None
        Rows (n, columns) whose cells take the place of hidden ones, for a row of a table.
    mask : ndarray, bool, or None
        Where the explanation should point: of the shape of the map, of the picture or of the photo.
    method : Method or None
        That made the map, for what explains again; None to build it from the result's parameters.
    """

    model: Model
    inputs: Inputs
    target: Target
    prediction: Prediction
    attribution: Attribution
    parts: Parts
    background: Tensor | None = None
    mask: NDArray[np.bool_] | None = None
    method: Method | None = None
    runs: list[Model] = field(default_factory=list)

    @classmethod
    def of(
        cls,
        model: Model,
        inputs: Inputs,
        target: Target,
        prediction: Prediction,
        attribution: Attribution,
        *,
        background: Tensor | None = None,
        mask: Any = None,
        method: Method | None = None,
    ) -> Subject:
        """Put an explanation beside what it explains.

        Raises
        ------
        ValueError
            For a map or a mask that is not of this input.
        """
        parts = Parts.of(inputs, attribution.values)
        marked = None if mask is None else mask_of(mask, inputs, attribution.values.shape)
        return cls(
            asked_of(model, inputs, target), inputs, target, prediction, attribution, parts, background, marked, method
        )

    def fresh(self) -> Subject:
        """Return it with a model for one run."""
        found = replace(self, runs=[])
        return replace(found, model=found.another())

    def another(self, model: Model | None = None) -> Model:
        """Return a model for a run of its own, which counts for what all cost: this one, or another."""
        given = self.model if model is None else model
        once = given.fresh()
        self.runs.append(once)
        return once

    def batches(self, count: int, work: Callable[[slice], T]) -> Iterator[tuple[slice, T]]:
        """Run ``work(rows)`` over `count` rows, as many at a time as a pass of two says that the model can take."""
        self.mixes()
        return self.model.batches(count, work)

    def mixes(self) -> bool:
        """Tell whether the rows of a batch must go through one by one."""
        return self.model.mixes(torch.stack([self.inputs.x] * 2))

    def nothing(self, kind: Any = None, usual: str = "zero", seed: int = 0) -> Tensor:
        """Return what takes the place of hidden parts, shape (bases, *x.shape); the mean over bases counts.

        Where no `kind` of baseline was asked for: the background's rows, but for those for which the model fails; what
        stands for a token; `usual` of a picture.
        """
        inputs = self.inputs
        if kind is None and self.background is not None:
            rows = self.background.to(inputs.x)
            return self.model.remember("rows with an answer", lambda: answered(self.model, rows))
        if kind is None and inputs.vectors is not None:
            kind = next((one for one in STAND_INS if one in inputs.vectors), "mean")
        automatic = usual if inputs.kind == "image" else "zero"
        return inputs.baseline(automatic if kind is None else kind, seed)[None]

    def answers(self, hidden: Tensor, bases: Tensor) -> Tensor:
        """Return what the model says with parts hidden: `hidden` (n, count), bool; float64 (n,) on the CPU.

        The target's probability; of a model without any, its score.
        """
        return self.readout(self._passed(hidden, bases)).reshape(len(bases), -1).mean(0)

    def scores(self, hidden: Tensor, bases: Tensor) -> Tensor:
        """Return the target's score likewise."""
        return self.target.of(self._passed(hidden, bases)).cpu().double().reshape(len(bases), -1).mean(0)

    def _passed(self, hidden: Tensor, bases: Tensor) -> Tensor:
        where = self.parts.chosen(hidden)
        return self.model.scores(torch.cat([torch.where(where, base, self.inputs.x) for base in bases]))

    @property
    def valued(self) -> bool:
        """Whether the model has no probabilities."""
        return isinstance(self.target.index, Unit) or self.prediction.task == "value"

    def readout(self, scores: Tensor) -> Tensor:
        """Pick what is followed from scores (n, outputs), float64 (n,) on the CPU."""
        index = self.target.index
        if self.valued or isinstance(index, Unit):
            return self.target.of(scores).cpu().double()
        chances = probabilities_of(scores, self.model.task or "logits").cpu()
        if isinstance(index, tuple):
            first, second = (chances[:, i] for i in index)
            return first / (first + second).clamp(min=TINY)
        return chances[:, index]


def mask_of(given: Any, inputs: Inputs, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Read where an explanation should point.

    Parameters
    ----------
    given : ndarray or Tensor
    inputs : Inputs
    shape : tuple of int
        Of the map; of a picture it does not matter.

    Raises
    ------
    ValueError
        For a mask that is not of this input, and for one that marks everything or nothing.
    """
    mask = np.asarray(given.detach().cpu() if isinstance(given, Tensor) else given)
    shapes = [shape]
    if inputs.kind == "image":
        photo = inputs.photo_size
        shapes = [inputs.grid, *([(photo[1], photo[0])] if photo is not None else [])]
    if mask.shape not in shapes or mask.dtype.kind not in "biuf":
        expected = " or ".join(map(str, dict.fromkeys(shapes)))
        given = f"{mask.shape} of {mask.dtype}"
        msg = f"mask must have the shape {expected}, True where the explanation should point, got {given}."
        raise ValueError(msg)
    marked: NDArray[np.bool_] = mask > 0
    if marked.all() or not marked.any():
        how = "everything" if marked.all() else "nothing"
        msg = f"mask marks {how}: it must be True, or more than 0, where the explanation should point, and there alone."
        raise ValueError(msg)
    return marked
