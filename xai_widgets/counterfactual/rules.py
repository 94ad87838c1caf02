"""Rules between columns, such as ``"years_employed <= age - 14"``: read without running them as code."""

from __future__ import annotations

import ast
import operator
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

ARITHMETIC: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
COMPARISONS: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
QUOTED = re.compile(r"`([^`]+)`")
LONGEST = 1000
"""Characters of a rule."""

HELP = (
    "Rules compare columns, numbers and texts: 'a <= b - 14', '`hours per week` < 60', 'job != \"clerk\" or age > 30'."
)


@dataclass(frozen=True)
class Rule:
    """A condition on the columns of a row.

    Attributes
    ----------
    text : str
        As it was written. Names that Python would not take stand between backquotes.
    columns : frozenset of str
        Those it speaks of.
    tree : ast.expr
    names : mapping of str to str
        Columns by what stands for them in the tree, where they need that.
    """

    text: str
    columns: frozenset[str]
    tree: ast.expr = field(repr=False, compare=False)
    names: Mapping[str, str] = field(repr=False, compare=False)

    @classmethod
    def read(cls, text: Any) -> Rule:
        """Read a rule.

        Raises
        ------
        TypeError, ValueError
            For what is no rule.
        """
        if not isinstance(text, str):
            msg = f"A rule must be a text, got {type(text).__name__}. {HELP}"
            raise TypeError(msg)
        names: dict[str, str] = {}

        def stand_in(match: re.Match[str]) -> str:
            names[f"_column_{len(names)}"] = match.group(1)
            return f"_column_{len(names) - 1}"

        try:
            tree = ast.parse(QUOTED.sub(stand_in, text[:LONGEST].strip()), mode="eval").body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            msg = f"The rule {text[:80]!r} cannot be read. {HELP}"
            raise ValueError(msg) from None
        if len(text) > LONGEST or not isinstance(tree, (ast.Compare, ast.BoolOp, ast.UnaryOp)) or not _known(tree):
            msg = f"The rule {text[:80]!r} is no comparison of columns. {HELP}"
            raise ValueError(msg)
        used = {names.get(one.id, one.id) for one in ast.walk(tree) if isinstance(one, ast.Name)}
        return cls(text, frozenset(used), tree, names)

    def holds(self, columns: Mapping[str, NDArray[Any]], count: int) -> NDArray[np.bool_]:
        """Tell of each row whether the rule holds; where a value is missing, it does not.

        Parameters
        ----------
        columns : mapping of str to ndarray
            The values of each column, in the data's own types.
        count : int
            Of rows.
        """
        with np.errstate(all="ignore"):
            found = self._value(self.tree, columns)
        return np.broadcast_to(np.asarray(found, dtype=bool), (count,))

    def _value(self, node: ast.expr, columns: Mapping[str, NDArray[Any]]) -> Any:
        if isinstance(node, ast.Constant):
            return node.value
        if isinstance(node, ast.Name):
            return columns[self.names.get(node.id, node.id)]
        if isinstance(node, ast.BinOp):
            return ARITHMETIC[type(node.op)](self._value(node.left, columns), self._value(node.right, columns))
        if isinstance(node, ast.UnaryOp):
            value = self._value(node.operand, columns)
            return np.logical_not(value) if isinstance(node.op, ast.Not) else -value
        if isinstance(node, ast.BoolOp):
            join = np.logical_and if isinstance(node.op, ast.And) else np.logical_or
            return join.reduce(np.broadcast_arrays(*[self._value(one, columns) for one in node.values]))
        assert isinstance(node, ast.Compare)
        terms = [self._value(one, columns) for one in (node.left, *node.comparators)]
        pairs = (
            COMPARISONS[type(op)](_beside(a, b), _beside(b, a))
            for op, a, b in zip(node.ops, terms, terms[1:], strict=False)
        )
        return np.logical_and.reduce(np.broadcast_arrays(*pairs))

    def possible(self, bounds: Mapping[str, tuple[float, float]]) -> bool:
        """Tell whether it can hold for any values within bounds; True where that is not seen at once."""
        return _possible(self.tree, {key: bounds.get(name) for key, name in self._keys()})

    def _keys(self) -> list[tuple[str, str]]:
        used = [one.id for one in ast.walk(self.tree) if isinstance(one, ast.Name)]
        return [(key, self.names.get(key, key)) for key in used]


def _beside(one: Any, other: Any) -> Any:
    """Read a text beside dates as a date."""
    return np.datetime64(one, "us") if isinstance(one, str) and getattr(other, "dtype", 0) == "M8[us]" else one


def _known(node: ast.AST) -> bool:
    """Tell whether all parts of a rule are of the few kinds that rules have."""
    if isinstance(node, (ast.Constant, ast.Name)):
        return isinstance(node, ast.Name) or isinstance(node.value, (int, float, str))
    if isinstance(node, ast.BinOp):
        return type(node.op) in ARITHMETIC and _known(node.left) and _known(node.right)
    if isinstance(node, ast.UnaryOp):
        return isinstance(node.op, (ast.Not, ast.USub)) and _known(node.operand)
    if isinstance(node, ast.BoolOp):
        return all(map(_known, node.values))
    if isinstance(node, ast.Compare):
        return all(type(op) in COMPARISONS for op in node.ops) and all(map(_known, (node.left, *node.comparators)))
    return False


def _possible(node: ast.expr, bounds: Mapping[str, tuple[float, float] | None]) -> bool:
    if isinstance(node, ast.BoolOp):
        found = [_possible(one, bounds) for one in node.values]
        return all(found) if isinstance(node.op, ast.And) else any(found)
    if not isinstance(node, ast.Compare):
        return True
    terms = [_interval(one, bounds) for one in (node.left, *node.comparators)]
    for op, a, b in zip(node.ops, terms, terms[1:], strict=False):
        if a is None or b is None:
            continue
        low = isinstance(op, (ast.Lt, ast.LtE, ast.Eq)) and (a[0] > b[1] or (isinstance(op, ast.Lt) and a[0] == b[1]))
        high = isinstance(op, (ast.Gt, ast.GtE, ast.Eq)) and (a[1] < b[0] or (isinstance(op, ast.Gt) and a[1] == b[0]))
        if low or high:
            return False
    return True


def _interval(node: ast.expr, bounds: Mapping[str, tuple[float, float] | None]) -> tuple[float, float] | None:
    """Bound a term by those of its columns; None where that is not known."""
    if isinstance(node, ast.Constant):
        return (float(node.value), float(node.value)) if isinstance(node.value, (int, float)) else None
    if isinstance(node, ast.Name):
        return bounds[node.id]
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        inner = _interval(node.operand, bounds)
        return None if inner is None else (-inner[1], -inner[0])
    if not isinstance(node, ast.BinOp) or isinstance(node.op, ast.Div):
        return None
    a, b = _interval(node.left, bounds), _interval(node.right, bounds)
    if a is None or b is None:
        return None
    ends = [ARITHMETIC[type(node.op)](x, y) for x in a for y in b]
    return min(ends), max(ends)
