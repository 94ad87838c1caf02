"""Methods that need more than scores and gradients are tried: whether their needs are met, the model alone can show."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from xai_widgets.attribution.cam_base import LAYER
from xai_widgets.attribution.rollout import AGNOSTIC
from xai_widgets.checks.subject import first_line, listed
from xai_widgets.findings import Finding
from xai_widgets.method import REGISTRY
from xai_widgets.models import ModelError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from xai_widgets.checks.subject import Subject
    from xai_widgets.findings import Verdict

NEEDS = {"rules", "map", "attention"}
PATIENCE = 3
"""Steps without anything to show that a trial goes along with."""


def tried(known: Mapping[str, Verdict]) -> list[str]:
    """Name the methods that are worth a trial: none that are known to be impossible."""
    return [
        name
        for name, cls in REGISTRY.items()
        if (cls.uses & NEEDS or cls.inner) and known[name].soundness != "impossible"
    ]


def trial(subject: Subject, name: str) -> Iterator[Finding]:
    """Run a method up to its first estimate; what went wrong or is doubtful becomes a finding, nothing else does."""
    cls = REGISTRY[name]
    model = subject.another()
    model.paces = model.paces.anew()  # small batches, and none that depend on what was tried before
    steps = cls().run(model, subject.inputs, subject.target)
    missing = (one for one, need in (("rule", "rules"), ("map", "map"), ("attention", "attention")) if need in cls.uses)
    kind = f"no_{next(missing, 'layer')}"
    try:
        for _ in range(PATIENCE):
            estimate = next(steps)
            if estimate.ready:
                break
    except Exception as error:  # noqa: BLE001  whatever goes wrong, it is this method's and not the check's
        places = listed([error.where] if isinstance(error, ModelError) and error.where else [])
        # The same cause is one finding, whichever methods meet it.
        first, _, rest = first_line(error).partition(" ")
        sentence = f"It {rest}" if first in REGISTRY else f"{first} {rest}"
        yield Finding(kind, "note", sentence, "", (name,), "impossible", places)
        return
    finally:
        steps.close()  # type: ignore[attr-defined]
    doubts = [note for note in estimate.notes if not note.startswith((LAYER, AGNOSTIC))]
    if not bool(torch.isfinite(estimate.values).all()):
        yield Finding("no_number", "note", "Some of its values are no numbers.", "", (name,), "unsound")
    elif not cls.uses & {"map", "batches"} and not bool(estimate.values.any()):
        yield Finding("empty", "note", "Its values are all zero for this input.", "", (name,), "unsound")
    elif doubts:
        yield Finding("doubtful", "note", " ".join(doubts), "", (name,), "unsound")
