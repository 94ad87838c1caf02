"""A decision tree in place of a model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from xai_widgets.populations.base import PopulationResult


@dataclass(frozen=True)
class Node:
    """One node of a tree.

    Attributes
    ----------
    condition : str
        By which it is reached from the node above, in words; empty for the root.
    depth : int
    answer : str
        What the tree says here: a class, or a value.
    rows : int
        Of those that it was fitted to.
    purity : float
        Share of them to which the model gives that class, 0..1; for values, their standard deviation.
    leaf : bool
    """

    condition: str
    depth: int
    answer: str
    rows: int
    purity: float
    leaf: bool


@dataclass(frozen=True, kw_only=True, repr=False)
class SurrogateTree(PopulationResult):
    """A tree that was fitted to what the model answers, and how far it does.

    Attributes
    ----------
    nodes : tuple of Node
        Each before those below it.
    fidelity : float
        On rows that the tree was not fitted to: the share where it says what the model says; for values, R².
    guess : float
        The same for always saying one thing: a tree that is no better has found nothing.
    held_out : int
        Rows behind the fidelity.
    measure : str
        What the fidelity is.
    """

    nodes: tuple[Node, ...]
    fidelity: float
    guess: float
    held_out: int
    measure: str

    @property
    def unit(self) -> str:
        """The fidelity in words."""
        ends = f"on {self.held_out} held-out rows (always the same answer: {self.guess:.1%})"
        return f"fidelity: {self.measure} {self.fidelity:.1%} {ends}"

    def rules(self) -> str:
        """Return the tree as indented text."""
        lines = [self.unit]
        for one in self.nodes:
            said = f" → {one.answer} ({one.rows} rows)" if one.leaf else ""
            lines.append("  " * max(0, one.depth - 1) + (one.condition or "all rows") + said)
        return "\n".join(lines)

    def records(self) -> list[dict[str, Any]]:
        """Return one row a leaf, with the conditions that lead to it."""
        found, path = [], [""] * (1 + max(one.depth for one in self.nodes))
        for one in self.nodes:
            path[one.depth] = one.condition
            if one.leaf:
                rule = " and ".join(path[1 : one.depth + 1])
                found.append({"rule": rule, "answer": one.answer, "rows": one.rows, "purity": one.purity})
        return found
