"""What the gradient is worth, and which operations lie on its way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from xai_widgets.checks.subject import first_line, listed, using
from xai_widgets.findings import Finding
from xai_widgets.models import ModelError, why_no_gradient
from xai_widgets.models.precision import widened
from xai_widgets.models.rules import Watch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xai_widgets.checks.subject import Subject

DEAD = 0.9
"""Share of zeros beyond which a gradient shows next to nothing."""
SPARSE = 0.5
STEP = 1e-2
"""How far a step along the gradient should move the score, as a share of the largest score."""
SMALLEST = {torch.float64: 1e-7, torch.float32: 2e-4}
"""Steps that move the score less than this are lost in rounding."""
AGREES = (0.5, 1.5)


def gradient(subject: Subject) -> Iterator[Finding]:
    """Differentiate, and see whether there is a gradient and whether it is alive."""
    without = why_no_gradient(subject.model.module)
    if without is not None:
        yield Finding("gradient", "note", without, "Methods that hide parts of the input remain.")
        return
    watch = subject.watch = Watch(subject.model.module, subject.model.device)
    detached = ""
    try:
        _, found = subject.model.gradients(subject.x, subject.target, watch)
    except ModelError as error:
        detached = first_line(error)
    except Exception as error:  # noqa: BLE001  whatever a backward pass may raise
        detached = f"The backward pass raised {type(error).__name__}: {first_line(error)}"
    yield from _operations(watch, through=not detached)
    needy = using("gradients")
    if detached:
        # Autograd refuses what was written over only on the way back.
        written = "modified by an inplace operation" in detached
        sentence = f"There is no gradient of the score. {detached}"
        advice = (
            "Let the operation return a new tensor instead of writing into its input."
            if written
            else "Let no operation on the way detach or round, or use a method without gradients."
        )
        places = listed(watch.inside if written else {**watch.cut, **watch.unused})
        yield Finding("gradient", "error", sentence, advice, needy, "impossible", places)
        return
    subject.gradient = found[0]
    wrong = int((~torch.isfinite(found)).sum())
    zeros = float((found == 0).float().mean())
    advice = "Look for a clamp or step that is saturated, dead ReLUs, or an output that no longer reacts."
    if wrong:
        sentence = f"{wrong} of {found.numel()} values of the gradient are NaN or infinite."
        advice = "Look for a square root or logarithm of zero, or a division by it."
        yield Finding("gradient", "error", sentence, advice, needy, "unsound")
    elif zeros == 1:
        sentence = "The gradient is zero everywhere: no small change of the input moves the score."
        yield Finding("gradient", "error", sentence, advice, needy, "unsound", listed(watch.cut))
    elif zeros >= DEAD:
        sentence = f"{zeros:.1%} of the gradient is exactly zero: it sees next to nothing of the input."
        yield Finding("gradient", "warning", sentence, advice, needy, "unsound", listed(watch.cut))
    elif zeros >= SPARSE:
        yield Finding("gradient", "note", f"{zeros:.0%} of the gradient is exactly zero.", advice)
    else:
        yield Finding("gradient", "ok", "The gradient reaches the input and is finite.")


def _operations(watch: Watch, *, through: bool) -> Iterator[Finding]:
    if watch.inside and through:
        sentence = (
            f"Operations write into their own input ({_names(watch.inside)}). That is harmless here: the model gets a "
            "copy of the input, and no value that a method keeps is written over."
        )
        yield Finding("in_place", "note", sentence, where=listed(watch.inside))
    if watch.custom:
        sentence = (
            f"Custom autograd functions ({_names(watch.custom)}) say themselves what their gradient is, and have no "
            "rule for guided backpropagation, DeepLIFT and LRP."
        )
        yield Finding("custom_function", "note", sentence, where=listed(watch.custom))
    if watch.cut and through:
        sentence = (
            f"Something that depends on the input is cut off from the gradient ({_names(watch.cut)}). If the score "
            "depends on it, gradients do not see that."
        )
        yield Finding("cut", "note", sentence, where=listed(watch.cut))


def _names(noted: dict[str, str]) -> str:
    return ", ".join(dict.fromkeys(noted.values()))


def agrees(subject: Subject) -> Iterator[Finding]:
    """Take a small step along the gradient, and see whether the score moves as it says."""
    found, model = subject.gradient, subject.model
    smallest = None if subject.scores is None else SMALLEST.get(subject.scores.dtype)  # coarser ones under autocast
    if found is None or model.random or smallest is None or not bool(torch.isfinite(found).all()):
        return
    assert subject.scores is not None
    x, size = subject.inputs.x, float(subject.scores.abs().max())
    steep = float(widened(found).norm())
    if not steep or not size:
        return
    way = (widened(found) / steep).to(x)
    ratio = None
    share = STEP
    # Beyond a kink the slope is another one, so that a smaller step may agree where a larger one did not.
    while share >= smallest and not (ratio is not None and AGREES[0] <= ratio <= AGREES[1]):
        length = min(share * size / steep, 0.01 * float((x.max() - x.min()) / way.abs().max()))
        rise = 2 * length * steep
        if rise / size < smallest:
            break
        scores = [widened(subject.target.of(model.scores((x + sign * length * way)[None]))) for sign in (1, -1)]
        ratio = float(scores[0] - scores[1]) / rise
        share /= 8
    if ratio is None:
        return
    if AGREES[0] <= ratio <= AGREES[1]:
        yield Finding("slope", "ok", "A small step along the gradient moves the score as the gradient says.")
        return
    sentence = (
        f"The gradient is not the score's slope: a small step along it moves the score by {ratio:.2f} times what it "
        "says. A detached part, a straight-through estimator or a custom backward pass lies between."
    )
    advice = "Prefer methods without gradients, or let the whole way be differentiated."
    yield Finding("slope", "warning", sentence, advice, using("gradients"), "unsound")
