"""What a row is compared with, in a sentence: how many rows of how many, and what it means that they were drawn."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from xai_widgets.models import ModelError
from xai_widgets.models.precision import widened

if TYPE_CHECKING:
    from xai_widgets.inputs import Inputs
    from xai_widgets.method import Method
    from xai_widgets.models import Model, Target

Z975 = 1.96
"""95 of 100 draws of a standard normal variable lie between this and its negative."""


def compared_with(method: Method, model: Model, inputs: Inputs, target: Target) -> tuple[str, ...]:
    """Say with how many rows of its table a row is compared; nothing where it is with none, or with others given.

    Values of such methods say what moves the score away from the mean over these rows. How far that is from the mean
    over all rows, the spread of their scores tells.
    """
    references = inputs.references
    if references is None or getattr(method, "baselines", None) is not references.rows:
        return ()
    count, of = len(references.rows), references.of
    if count == of:
        return (f"Compared with all {of:,} rows.",)
    try:
        scores = widened(target.of(model.scores(references.rows)))
    except ModelError:  # for some of them, which were left out
        return (f"Compared with {count} of {of:,} rows, drawn by chance.",)
    half = Z975 * float(scores.std()) * math.sqrt((1 - count / of) / count)
    mean = f"{float(scores.mean()):.3g}".replace("-", "−")
    said = (
        f"Compared with {count} of {of:,} rows, drawn by chance: their mean score is {mean}, "
        f"that of all is within ±{half:.2g} of it in 95 of 100 draws."
    )
    return (said,)
