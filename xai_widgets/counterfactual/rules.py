"""Rules between columns, such as ``"years_employed <= age - 14"``: read without running them as code."""

from __future__ import annotations

import ast
import operator
import re
import sys
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from xai_widgets.counterfactual.ordered import Level, UnknownLevelError
from xai_widgets.inputs.columns import EXACT, own_values

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from numpy.typing import NDArray

    from xai_widgets.inputs.columns import Column
    from xai_widgets.inputs.table import Table

    Term = tuple[Any, Any]

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
KINDS = {"b": "a truth value", "i": "a number", "f": "a number", "M": "a date", "m": "a time between dates"}
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
    tree : ast.expr
        Its names are those of the columns.
    """

    text: str
    tree: ast.expr = field(repr=False, compare=False)

    @cached_property
    def columns(self) -> frozenset[str]:
        """Those it speaks of."""
        return frozenset(one.id for one in ast.walk(self.tree) if isinstance(one, ast.Name))

    @property
    def parts(self) -> list[Rule]:
        """The rules that it joins by "and"."""
        if not (isinstance(self.tree, ast.BoolOp) and isinstance(self.tree.op, ast.And)):
            return [self]
        return [part for one in self.tree.values for part in Rule(self.text, one).parts]

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
        condition = isinstance(tree, (ast.Compare, ast.BoolOp, ast.UnaryOp, ast.Name))
        if len(text) > LONGEST or not condition or not _known(tree):
            msg = f"The rule {text[:80]!r} is no comparison of columns. {HELP}"
            raise ValueError(msg)
        for one in ast.walk(tree):
            if isinstance(one, ast.Name):
                one.id = names.get(one.id, one.id)
        return cls(text, tree)

    def holds(self, table: Table, values: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Tell of each row (n, columns) of a table whether the rule holds.

        Comparing a missing value neither holds nor fails (Kleene's logic). Categories that have an order are compared
        by it.

        Raises
        ------
        ValueError
            For what cannot be computed or compared.
        """
        switches = {one.name for one in table.columns if one.choices and {*one.choices} <= {False, True}}
        for node in _conditions(self.tree):
            if not isinstance(node, ast.Compare) and getattr(node, "id", None) not in switches:
                what = ast.unparse(node)
                msg = (
                    f"Constraints: the rule {self.text!r} takes {what!r} for true or false: compare it with something."
                )
                raise ValueError(msg)
        columns = {
            one.name: (_computable(one, values[:, i]), np.isnan(values[:, i]))
            for i, one in enumerate(table.columns)
            if one.name in self.columns
        }
        try:
            with np.errstate(all="ignore"):
                truth = self._truth(self.tree, columns)
        except OverflowError:
            msg = f"Constraints: the rule {self.text!r} has a number that is too large."
            raise ValueError(msg) from None
        return np.broadcast_to(truth == 1, (len(values),))

    def _truth(self, node: ast.expr, columns: Mapping[str, Term]) -> NDArray[np.float64]:
        """Return 1 where a condition holds, 0 where it fails, and a half where that is not known."""
        value, missing = self._value(node, columns)
        return np.where(missing, 0.5, np.asarray(value, bool))

    def _value(self, node: ast.expr, columns: Mapping[str, Term]) -> Term:
        """Return a term's values, and where they are missing."""
        if isinstance(node, ast.Constant):
            if isinstance(node.value, (int, float)) and abs(node.value) > sys.float_info.max:
                raise OverflowError
            return node.value, False
        if isinstance(node, ast.Name):
            return columns[node.id]
        if isinstance(node, ast.BinOp):
            (a, a_missing), (b, b_missing) = self._value(node.left, columns), self._value(node.right, columns)
            return self._applied(node.op, a, b), a_missing | b_missing
        if isinstance(node, ast.UnaryOp):
            value, missing = self._value(node.operand, columns)
            if isinstance(node.op, ast.Not):
                return ~np.asarray(value, bool), missing
            return self._applied(ast.Sub(), 0, value), missing
        if isinstance(node, ast.BoolOp):
            truths = [self._truth(one, columns) for one in node.values]
        else:
            assert isinstance(node, ast.Compare)
            terms = [self._value(one, columns) for one in (node.left, *node.comparators)]
            truths = [
                np.where(a_missing | b_missing, 0.5, self._applied(op, a, b))
                for op, (a, a_missing), (b, b_missing) in zip(node.ops, terms, terms[1:], strict=False)
            ]
        join = np.maximum if isinstance(getattr(node, "op", None), ast.Or) else np.minimum
        truth = join.reduce(np.broadcast_arrays(*truths))
        return truth == 1, truth == 0.5  # noqa: PLR2004

    def _applied(self, op: ast.operator | ast.cmpop, a: Any, b: Any) -> Any:
        try:
            if isinstance(op, ast.cmpop):
                return COMPARISONS[type(op)](_beside(a, b), _beside(b, a))
            if not (isinstance(op, ast.Div) and np.ndim(b) == 0 and b == 0):
                return ARITHMETIC[type(op)](a, b)
            msg = f"Constraints: the rule {self.text!r} divides by zero."
        except UnknownLevelError as error:
            msg = f"Constraints: the rule {self.text!r} compares with {error.text!r}, which is none of {error.levels}."
        except (TypeError, ValueError):
            msg = f"Constraints: the rule {self.text!r} computes with what are no numbers: {_kind(a)} and {_kind(b)}."
            if isinstance(op, ast.cmpop):
                msg = (
                    f"Constraints: the rule {self.text!r} compares what cannot be compared: {_kind(a)} and {_kind(b)}."
                )
        raise ValueError(msg)

    def possible(self, bounds: Mapping[str, tuple[float, float]], missing: Collection[str]) -> bool:
        """Tell whether it can hold for any values within bounds, some missing; True where that is not seen at once."""
        return _possible(self.tree, bounds, missing)


def _computable(column: Column, values: NDArray[np.float64]) -> NDArray[Any]:
    """Return a column's values; numbers as floats, which neither wrap around nor refuse a zero."""
    own = own_values(column, values)
    if getattr(column.dtype, "ordered", False) and all(isinstance(one, str) for one in column.choices):
        levels = tuple(map(str, column.dtype.categories))
        return np.array([Level.of(one, levels) for one in own], object)
    numbers = all(isinstance(one, (int, float)) and abs(one) <= EXACT for one in column.choices)
    return own.astype(np.float64) if numbers and own.dtype.kind in "iO" else own


def _kind(term: Any) -> str:
    return f"the text {term!r}" if isinstance(term, str) else KINDS.get(np.asarray(term).dtype.kind, "a text")


def _readable(node: ast.AST, missing: Collection[str]) -> bool:
    """Tell whether a term may have a value where columns are missing; True for a condition in it."""
    if isinstance(node, ast.Name):
        return node.id not in missing
    return isinstance(node, (ast.BoolOp, ast.Compare)) or all(
        _readable(one, missing) for one in ast.iter_child_nodes(node)
    )


def _beside(one: Any, other: Any) -> Any:
    """Read a text beside dates as a date."""
    return np.datetime64(one, "us") if isinstance(one, str) and getattr(other, "dtype", 0) == "M8[us]" else one


def _conditions(node: ast.expr) -> Iterator[ast.expr]:
    """Yield the parts of a rule that are true or false, but for what joins and denies them."""
    if isinstance(node, ast.BoolOp):
        for one in node.values:
            yield from _conditions(one)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield from _conditions(node.operand)
    else:
        yield node


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


def _possible(
    node: ast.expr, bounds: Mapping[str, tuple[float, float]], missing: Collection[str], *, wanted: bool = True
) -> bool:
    """Tell whether a condition can come out as wanted."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return _possible(node.operand, bounds, missing, wanted=not wanted)
    if isinstance(node, ast.BoolOp):
        found = [_possible(one, bounds, missing, wanted=wanted) for one in node.values]
    elif isinstance(node, ast.Compare):
        terms = [node.left, *node.comparators]
        found = [
            _readable(a, missing)
            and _readable(b, missing)
            and not (wanted and _excluded(op, _interval(a, bounds), _interval(b, bounds)))
            for op, a, b in zip(node.ops, terms, terms[1:], strict=False)
        ]
    else:
        return _readable(node, missing)
    return all(found) if isinstance(getattr(node, "op", None), ast.Or) != wanted else any(found)


def _excluded(op: ast.cmpop, a: tuple[float, float] | None, b: tuple[float, float] | None) -> bool:
    if a is None or b is None:
        return False
    low = isinstance(op, (ast.Lt, ast.LtE, ast.Eq)) and (a[0] > b[1] or (isinstance(op, ast.Lt) and a[0] == b[1]))
    high = isinstance(op, (ast.Gt, ast.GtE, ast.Eq)) and (a[1] < b[0] or (isinstance(op, ast.Gt) and a[1] == b[0]))
    return low or high


def _interval(node: ast.expr, bounds: Mapping[str, tuple[float, float]]) -> tuple[float, float] | None:
    """Bound a term by those of its columns; None where that is not known."""
    if isinstance(node, ast.Constant):
        return (float(node.value), float(node.value)) if isinstance(node.value, (int, float)) else None
    if isinstance(node, ast.Name):
        return bounds.get(node.id)
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
