"""What is checked: a model and one input, with what the looks at it share."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from xai_widgets.attribution.runs import asked_of
from xai_widgets.method import REGISTRY
from xai_widgets.models import Target, resolve_target

if TYPE_CHECKING:
    from torch import nn

    from xai_widgets.inputs import Inputs
    from xai_widgets.models import Model
    from xai_widgets.models.rules import Watch
    from xai_widgets.results import Prediction

MOST_PLACES = 6
LONGEST = 500
"""Letters of a sentence that is not ours."""


@dataclass
class Subject:
    """A model, an input, and what is known so far.

    Attributes
    ----------
    model : Model
        The adapter, which runs the user's module and leaves nothing behind.
    inputs : Inputs
    asked : object
        The target as the user said it.
    """

    model: Model
    inputs: Inputs
    asked: Any = None
    prediction: Prediction | None = None
    target: Target = field(default_factory=lambda: Target(0))
    scores: Tensor | None = None
    gradient: Tensor | None = None
    """Of the target's score, of the input's shape; None where there is none."""
    watch: Watch | None = None
    """What was noticed of the operations on the way."""
    broken: bool = False
    """Whether the model cannot be run at all, which ends the check."""

    runs: list[Model] = field(default_factory=list)
    """Every run of the model so far, for what they cost."""

    def __post_init__(self) -> None:
        self.model = self.another()

    def another(self) -> Model:
        """Return the model for a run of its own, by its own operations."""
        self.runs.append(self.model.fresh().plain())
        return self.runs[-1]

    @property
    def given(self) -> nn.Module:
        """The user's own module, to be looked at but never run."""
        return self.model.given

    @property
    def x(self) -> Tensor:
        """The input as a batch of one."""
        return self.inputs.x[None]

    @property
    def rounding(self) -> float:
        """Relative difference of scores that is none."""
        return self.model.rounding

    def predict(self) -> None:
        """Run the model once, and settle what is explained."""
        self.prediction = self.model.predict(self.inputs.x)
        self.target = resolve_target(self.asked, self.prediction)
        self.model = asked_of(self.model, self.inputs, self.target)
        self.scores = self.model.scores(self.x)[0]


def using(*needs: str) -> tuple[str, ...]:
    """Name the methods that use any of these; every method for none."""
    return tuple(name for name, cls in REGISTRY.items() if not needs or cls.uses & set(needs))


def finite(value: Any) -> bool:
    """Tell whether all is numbers; what cannot tell, such as a sparse tensor or one within torch.func, is taken so."""
    try:
        return not isinstance(value, Tensor) or value.is_meta or bool(torch.isfinite(value).all())
    except RuntimeError:
        return True


def first_line(error: BaseException | str) -> str:
    """Return what an error says, without what torch adds on further lines."""
    line = next((line.strip() for line in str(error).splitlines() if line.strip()), "no reason given")
    return line if len(line) <= LONGEST else f"{line[:LONGEST]}…"


def listed(places: Any) -> tuple[str, ...]:
    """Return the first few places, and how many more there are."""
    found = list(dict.fromkeys(places))
    more = len(found) - MOST_PLACES
    return (*found[:MOST_PLACES], f"{more} more") if more > 0 else tuple(found)
