"""Which way leads to a goal: gradients at a text, for each token and for each word, and at any numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from xai_widgets.models.precision import widened

if TYPE_CHECKING:
    from torch import Tensor

    from xai_widgets.counterfactual.goals import Goal
    from xai_widgets.counterfactual.problem import TextProblem
    from xai_widgets.models import TorchModel
    from xai_widgets.results import Prediction
    from xai_widgets.text import Span


@dataclass(eq=False)
class Slopes:
    """The gradient of what should grow, for each token's vector.

    Attributes
    ----------
    gradient, vectors : Tensor, shape (tokens, features)
    places : list of int or None
        In which of the spans each token lies.
    """

    gradient: Tensor
    vectors: Tensor
    places: list[int | None]

    def weights(self, count: int) -> list[float]:
        """Estimate how much each span contributes, by size: gradient times vector, summed."""
        shares = (self.gradient * self.vectors).sum(1).tolist()
        sums = [0.0] * count
        for place, share in zip(self.places, shares, strict=True):
            if place is not None:
                sums[place] += share
        return [abs(one) for one in sums]


def slopes_of(problem: TextProblem, spans: list[Span]) -> Slopes | None:
    """Compute the gradient at the original in one pass; None where there is none."""
    subject, goal = problem.subject, problem.goal
    if subject.embedded is None or subject.inputs is None or subject.inputs.text is None:
        return None
    x = subject.inputs.x
    target, sign = goal.slope(subject.prediction)
    _, gradient = subject.embedded.gradients(x[None], target)
    return Slopes(sign * gradient[0], x, subject.inputs.text.places(spans))


@dataclass(frozen=True)
class _Margin:
    """How far beyond the goal, in place of a class's score."""

    goal: Goal

    def of(self, scores: Tensor) -> Tensor:
        """Return the margin of each row."""
        return self.goal.margins(scores)


def ways_up(model: TorchModel, goal: Goal, prediction: Prediction, x: Tensor) -> tuple[Tensor, Tensor]:
    """Compute how far beyond the goal inputs `x` (n, features…) are, shape (n,), and the slopes that lead there."""
    if goal.within is None:
        return model.gradients(x, _Margin(goal))  # type: ignore[arg-type]
    # A probability's own slope is lost near 0 and 1, that of the score behind it is not.
    target, _ = goal.slope(prediction)
    _, slopes = model.gradients(x, target)
    scores = widened(model.scores(x))
    upwards = (goal.values(scores) < goal.within[0]).to(slopes)
    return goal.margins(scores), (2 * upwards - 1).reshape(-1, *[1] * (x.ndim - 1)) * slopes
