"""What the layer picker is told: the tree of the model's modules, and which of them a map can be made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

from xai_widgets.attribution.spatial import as_map, is_map
from xai_widgets.models.keras_models import is_keras
from xai_widgets.wire import Message

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from torch import nn

    from xai_widgets.inputs import Inputs
    from xai_widgets.jobs import Outcome, Slot
    from xai_widgets.models import Model
    from xai_widgets.widgets.session import Session

MOST = 2000
"""Modules told at once. Of larger models the lower levels are told when their container is opened."""

NO_MAP, ARRANGED, AS_IT_IS = 0, 1, 2
"""What a layer puts out: nothing to draw, patches that can be arranged as a map, or channels of a map."""

Shape = tuple[int, ...]


def ask(slot: Slot, session: Session, under: str, post: Callable[[Message], None]) -> None:
    """Tell what is inside one of the model's modules, once a pass has shown what comes out of its layers."""
    module, answers = session.model.module, list[Message]()

    def look() -> Iterator[list[Any]]:
        session.ready()
        yield outline(module, under, survey(session.model.fresh(), session.inputs))

    def say(found: list[Any]) -> None:
        answers.append(tree_message(under, found))
        post(answers[-1])

    def ended(_outcome: Outcome, _error: BaseException | None) -> None:
        # Where the model fails for this input the explanation says so; what is inside it is known all the same.
        if not answers:
            say(outline(module, under))

    slot.submit(look, publish=say, ended=ended)


def outline(module: nn.Module, under: str = "", facts: Mapping[str, tuple[Shape, int]] | None = None) -> list[Any]:
    """Describe the modules inside one of the model's modules, each before those inside it.

    Parameters
    ----------
    module : Module
    under : str
        The name of one of its submodules; all of `module` when empty.
    facts : mapping, optional
        Shape and use of what layers put out; without it both are unknown.

    Returns
    -------
    list of [depth, name, type, count, shape, use]
        Its name inside its parent, and how many modules inside it are left out here. Shape and use are None where they
        are not known; the shape is None and the use 0 of what puts out no tensor.
    """
    start = f"{under}." if under else ""
    modules = [(name, type(one).__name__) for name, one in module.named_modules() if name and name.startswith(start)]
    inside = [(name[len(start) :], kind) for name, kind in modules]
    deepest = _deepest([name.count(".") for name, _ in inside])
    told = [(name, kind) for name, kind in inside if name.count(".") <= deepest][:MOST]
    left_out: dict[str, int] = {}
    for name, _ in inside:
        if name.count(".") > deepest:
            holder = ".".join(name.split(".")[: deepest + 1])
            left_out[holder] = left_out.get(holder, 0) + 1
    base = start.count(".")
    return [
        [base + name.count("."), name.rpartition(".")[2], kind, left_out.get(name, 0), *_facts(facts, start + name)]
        for name, kind in told
    ]


def _deepest(depths: list[int]) -> int:
    """Return the level down to which all modules can be told."""
    deepest = max(depths, default=0)
    while deepest and sum(depth <= deepest for depth in depths) > MOST:
        deepest -= 1
    return deepest


def _facts(facts: Mapping[str, tuple[Shape, int]] | None, name: str) -> list[Any]:
    if facts is None:
        return [None, None]
    shape, use = facts.get(name, (None, NO_MAP))
    return [None if shape is None else list(shape), use]


def survey(model: Model, inputs: Inputs) -> dict[str, tuple[Shape, int]]:
    """Pass one input through the model, and tell of each layer the shape of what it puts out and its use for a map."""

    def find() -> dict[str, tuple[Shape, int]]:
        last = is_keras(model.module)
        return {name: (shape[1:], _use(shape, inputs, last=last)) for name, shape in model.shapes(inputs.x).items()}

    return model.remember("layer shapes", find)


def _use(shape: Shape, inputs: Inputs, *, last: bool) -> int:
    if shape[:1] == (1,) and is_map(shape[1:], inputs.grid, last=last):
        return AS_IT_IS
    return NO_MAP if as_map(torch.empty(shape, device="meta"), inputs.grid, last=last) is None else ARRANGED


def tree_message(under: str, entries: list[Any]) -> Message:
    """Tell what is inside a module."""
    return Message("layers", under=under, entries=entries)
