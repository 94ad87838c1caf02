"""What a few passes forward show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from xai_widgets.checks.subject import finite, first_line, listed, using
from xai_widgets.findings import Finding
from xai_widgets.models import ModelError
from xai_widgets.models.errors import is_out_of_memory
from xai_widgets.models.mixing import difference
from xai_widgets.models.precision import widened
from xai_widgets.models.taps import listening

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xai_widgets.checks.subject import Subject

LIVE = "Give the normalisation running statistics (track_running_stats=True)."
SURE = 0.999
"""A probability beyond which its own gradient is mostly rounding."""


def runs(subject: Subject) -> Iterator[Finding]:
    """Run the model, and see whether it returns scores that are numbers."""
    first: list[str] = []
    modules = dict(subject.model.module.named_modules())

    def notice(name: str, given: tuple[Any, ...], output: Any) -> None:
        """Note the first layers whose output is no number although what they were given is."""
        if isinstance(output, Tensor) and not finite(output) and all(map(finite, given)):
            first.append(f"{name} ({type(modules[name]).__name__})")

    with listening(subject.model.module, notice):
        try:
            subject.predict()
        except ModelError as error:
            subject.broken = True
            found = first_line(error)
        else:
            found = ""
    if found:
        advice = "Mend this first: nothing else could be looked at."
        where = tuple(first[:1])
        yield Finding("runs", "error", found, advice, using(), "impossible", where)
    elif not bool(torch.isfinite(subject.scores).all()):  # type: ignore[arg-type]
        sentence = "Some of the model's scores are infinite: differences and gradients of them are no numbers."
        yield Finding("runs", "error", sentence, "", using(), "unsound", tuple(first[:1]))
    else:
        count = subject.scores.numel()  # type: ignore[union-attr]
        yield Finding("runs", "ok", f"The model takes the input and returns {count} finite score{'s' * (count != 1)}.")


def repeats(subject: Subject) -> Iterator[Finding]:
    """Run it again, and see whether it says the same."""
    assert subject.scores is not None
    other = subject.another()
    other.seed += 1
    found = difference(subject.scores, other.scores(subject.x)[0])
    if not found:
        yield Finding("repeats", "ok", "Two passes give the same scores.")
    elif subject.model.random:
        sentence = (
            f"The model draws random numbers in evaluation mode too: scores differ by {found:.1%} from pass to "
            "pass. Each explanation is of one draw."
        )
        advice = "Switch the draws off for explaining, or average over several seeds."
        places = listed(subject.watch.drawn) if subject.watch else ()
        yield Finding("repeats", "warning", sentence, advice, using(), "unsound", places)
    elif found <= subject.rounding:
        sentence = f"Two passes differ by rounding alone ({found:.1g} of the score)."
        yield Finding("repeats", "ok", sentence)
    else:
        sentence = (
            f"Scores differ by {found:.1%} from pass to pass though no random numbers are drawn: the model keeps "
            "something between passes, or does not always add in the same order."
        )
        yield Finding("repeats", "warning", sentence, "Let forward() change no state.", using(), "unsound")


def rows(subject: Subject) -> Iterator[Finding]:
    """Run it beside another input, and see whether a row knows of the others."""
    name = "batch_dependence"
    try:
        found = subject.model.mixing(subject.inputs.x)
    except Exception as error:
        if is_out_of_memory(error):
            return  # methods go on with one at a time then
        raise
    if found is None:
        yield Finding(name, "ok", "The scores of an input do not depend on the others of its batch.")
        return
    slower = "Each is passed alone, so that maps are right, but come slower."
    if found.error:
        sentence = f"The model takes one input, but not several at a time. {slower} {first_line(found.error)}"
        yield Finding(name, "warning", sentence, "Let forward() work for any number of rows.", using("batches"))
        return
    live = listed(
        f"{place} ({type(one).__name__})"
        for place, one in subject.model.module.named_modules()
        if isinstance(one, torch.nn.modules.batchnorm._BatchNorm) and one.running_mean is None  # noqa: SLF001
    )
    sentence = (
        f"The scores of an input depend on which others are in its batch: beside others they differ by "
        f"{found.difference:.1%}. {slower}"
    )
    advice = LIVE if live else "Let no operation of forward() reach across the first axis."
    yield Finding(name, "warning", sentence, advice, using("batches"), where=live)


def outputs(subject: Subject) -> Iterator[Finding]:
    """Look at what the scores are: raw scores explain better than probabilities."""
    assert subject.scores is not None
    assert subject.prediction is not None
    task, scores = subject.model.task, widened(subject.scores)
    top = float(subject.prediction.probabilities.max()) if subject.prediction.task != "value" else 0.0
    advice = "Return the scores before the last softmax or sigmoid."
    if task in {"probabilities", "probability"} and top > SURE:
        sentence = (
            f"The model returns probabilities, and is sure ({top:.6g}). The gradient of such a probability vanishes: "
            "what is left is mostly rounding."
        )
        yield Finding("output", "warning", sentence, advice, using("gradients"), "unsound")
    elif task in {"probabilities", "probability"}:
        sentence = "The model returns probabilities: a map also shows what speaks against the other classes."
        yield Finding("output", "note", sentence, advice)
    elif len(scores) > 1 and bool((scores <= 0).all()) and abs(float(scores.logsumexp(0))) < 1e-3:  # noqa: PLR2004
        sentence = "The model returns logarithms of probabilities: a map also shows what speaks against other classes."
        yield Finding("output", "note", sentence, advice)
    elif top > SURE:
        sentence = (
            f"The model is sure ({top:.6g}). Explained is the score before the softmax, which does not saturate as the "
            "probability does."
        )
        yield Finding("output", "ok", sentence)
    else:
        yield Finding("output", "ok", "The scores are raw ones, not probabilities: nothing is saturated.")
