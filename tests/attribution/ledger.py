"""Relevance counted at every node of the graph: what arrives there, less what is handed on."""

from __future__ import annotations

from collections import defaultdict
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from torch import Tensor

from xai_widgets.models.rules import Relevance, attention

if TYPE_CHECKING:
    from collections.abc import Iterator

Tensors = tuple[Tensor | None, ...]
CONSTANTS = (
    *("shared", "Cat", "Where", "MaskedFill", "CopySlices", "CopyBackward", "Scatter", "IndexPut", "Stack"),
    *("ConstantPad", "Maximum", "Minimum"),
)
"""Beside what depends on the input there may be constants, which have their share."""
LAYERS = ("Relevance._ruled",)
SOFTMAX = ("softmax",)
"""Its expansion has a constant term."""


class Ledger:
    """What nodes keep, by the name of the rule or operation.

    Attributes
    ----------
    kept : dict of str to float
    flow : float
        The most that arrived at one node, without signs.
    """

    def __init__(self) -> None:
        self.kept: dict[str, float] = defaultdict(float)
        self.flow = 0.0

    def watch(self, scores: Tensor) -> None:
        """Count what comes back from the scores."""
        todo, seen = [scores.grad_fn], set()
        while todo:
            node: Any = todo.pop()
            if node is None or node in seen:
                continue
            seen.add(node)
            if not node.name().endswith("AccumulateGrad"):
                name = node.back.__qualname__.split(".<locals>")[0] if hasattr(node, "back") else node.name()
                below = [one for one, _ in node.next_functions]
                node.register_hook(partial(self._count, name, [one is not None for one in below]))
                todo += below

    def leaks(self, *, biases: bool = True) -> dict[str, float]:
        """Return what was kept by nodes that must not keep anything: layers may where they have biases."""
        free = CONSTANTS + SOFTMAX + LAYERS * biases
        return {name: one for name, one in self.kept.items() if not any(word in name for word in free)}

    def _count(self, name: str, goes_on: list[bool], handed: Tensors, came: Tensors) -> None:
        # What is handed to a constant stays there.
        on = tuple(one for one, goes in zip(handed, goes_on, strict=True) if goes)
        self.kept[name] += _total(came) - _total(on)
        self.flow = max(self.flow, sum(float(one.abs().sum()) for one in came if one is not None))


def _total(tensors: Tensors) -> float:
    sums = [one.sum() for one in tensors if one is not None]
    return float(sum(one.real + one.imag if one.is_complex() else one for one in sums))


@contextmanager
def counting() -> Iterator[Ledger]:
    """Count what relevance is kept where, in the runs inside; what is one call is run step by step for that."""
    ledger, head, may = Ledger(), Relevance.head, attention.may_run_again

    def counted(self: Relevance, scores: Tensor) -> Tensor:
        ledger.watch(scores)
        return head(self, scores)

    Relevance.head = counted  # type: ignore[method-assign]
    attention.may_run_again = lambda _: False
    try:
        yield ledger
    finally:
        Relevance.head, attention.may_run_again = head, may  # type: ignore[method-assign]
