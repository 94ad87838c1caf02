"""Rules that can hold alone, but not together."""

from __future__ import annotations

import ast
import itertools
import math
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from xai_widgets.counterfactual.bound import Bound
    from xai_widgets.counterfactual.rules import Rule

MOST = 400
"""Inequalities, and combinations of categories in hundreds, beyond which nothing is said."""

CLOSE = Fraction(1, 10**9)
"""What sums of numbers are off by for their rounding, as a share of the numbers' size: only more excludes."""


ONE, NONE = Fraction(1), Fraction(0)


@dataclass(frozen=True)
class Inequality:
    """Some columns times their factors sum to at most `most`, or to less."""

    factors: Mapping[str, Fraction]
    most: Fraction
    strict: bool = False
    size: Fraction = Fraction(0)
    """Of the numbers that `most` is the sum of."""


def refuse_contradictions(bound: Bound) -> None:
    """Refuse rules that can never hold.

    Raises
    ------
    ValueError
        Naming the rule, and the range that leaves nothing.
    """
    bounds = {}
    for i, column in enumerate(bound.table.columns):
        if not bound.fixed[i] and bound.low[i] > bound.high[i]:
            msg = f"Constraints: nothing is left for {column.name!r}: its range and its direction exclude each other."
            raise ValueError(msg)
        if not column.choices:
            own = float(bound.row[i])
            ends = (own, own) if bound.fixed[i] else (min(bound.low[i], own), max(bound.high[i], own))
            bounds[column.name] = ends
    missing = {bound.table.names[i] for i in np.flatnonzero(np.isnan(bound.row))}
    for rule in bound.rules:
        rule.holds(bound.table, bound.row[None])  # refuses what cannot be computed
        if not (rule.possible(bounds, missing) and _choosable(bound, [rule])):
            msg = f"Constraints: the rule {rule.text!r} can never hold within the other constraints."
            if (gone := sorted(rule.columns & missing)) and not rule.possible({}, missing):
                named = ", ".join(map(repr, gone))
                msg = f"Constraints: the rule {rule.text!r} can never hold: the row has no value in {named}."
            raise ValueError(msg)
    if excluded := _excluding(bound, bounds):
        told = " and ".join(repr(rule.text) for rule in excluded)
        msg = f"Constraints: the rules {told} exclude each other: no row keeps to both."
        raise ValueError(msg if len(excluded) == 2 else msg.replace("both", "all of them"))  # noqa: PLR2004


def _excluding(bound: Bound, ends: Mapping[str, tuple[float, float]]) -> tuple[Rule, ...]:
    """Return two rules that exclude each other within the ends of columns, or all if they do so together."""
    sets = [*itertools.combinations(bound.rules, 2), *([bound.rules] if len(bound.rules) > 2 else [])]  # noqa: PLR2004
    for rules in sets:
        said = [one for rule in rules for one in linear(rule)]
        if not _feasible([*said, *_within(ends, said)]) or not _choosable(bound, rules):
            return tuple(rules)
    return ()


def linear(rule: Rule) -> Iterator[Inequality]:
    """Yield the linear inequalities that must all hold for a rule; what is no such thing is left out."""
    for node in (part.tree for part in rule.parts):
        if not isinstance(node, ast.Compare):
            continue
        terms = [_terms(one) for one in (node.left, *node.comparators)]
        for op, a, b in zip(node.ops, terms, terms[1:], strict=False):
            if a is None or b is None:
                continue
            strict = isinstance(op, (ast.Lt, ast.Gt))
            if isinstance(op, (ast.Lt, ast.LtE, ast.Eq)):
                yield _less(a, b, strict=strict)
            if isinstance(op, (ast.Gt, ast.GtE, ast.Eq)):
                yield _less(b, a, strict=strict)


def _less(a: Mapping[str, Fraction], b: Mapping[str, Fraction], *, strict: bool) -> Inequality:
    both, size = _sum(a, b, -ONE), abs(a.get("", NONE)) + abs(b.get("", NONE))
    return Inequality({name: one for name, one in both.items() if name and one}, -both.get("", NONE), strict, size)


def _sum(a: Mapping[str, Fraction], b: Mapping[str, Fraction], times: Fraction) -> dict[str, Fraction]:
    return {name: a.get(name, NONE) + times * b.get(name, NONE) for name in {**a, **b}}


def _terms(node: ast.expr) -> dict[str, Fraction] | None:  # noqa: PLR0911  one a kind of node
    """Return the factor of each column in a term, and its constant as that of ""; None where it is not linear."""
    if isinstance(node, ast.Constant):
        value = node.value
        return {"": Fraction(value)} if isinstance(value, (int, float)) and math.isfinite(value) else None
    if isinstance(node, ast.Name):
        return {node.id: ONE}
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        inner = _terms(node.operand)
        return None if inner is None else _sum({}, inner, -ONE)
    if not isinstance(node, ast.BinOp):
        return None
    a, b = _terms(node.left), _terms(node.right)
    if a is None or b is None:
        return None
    if isinstance(node.op, (ast.Add, ast.Sub)):
        return _sum(a, b, ONE if isinstance(node.op, ast.Add) else -ONE)
    if isinstance(node.op, ast.Mult) and set(a) <= {""}:
        a, b = b, a
    if set(b) != {""} or (isinstance(node.op, ast.Div) and not b[""]):
        return None
    return _sum({}, a, b[""] if isinstance(node.op, ast.Mult) else 1 / b[""])


def _within(ends: Mapping[str, tuple[float, float]], said: Iterable[Inequality]) -> Iterator[Inequality]:
    for name in {name for one in said for name in one.factors}:
        for end, way in zip(ends.get(name, ()), (-ONE, ONE), strict=False):
            if math.isfinite(end):
                yield Inequality({name: way}, way * Fraction(end), size=abs(Fraction(end)))


def _feasible(given: Sequence[Inequality]) -> bool:
    """Eliminate one column after another (Fourier, Motzkin): what is left are inequalities of numbers.

    As fractions, since what is large and what is small would lose each other's digits.
    """
    left = [*given]
    while names := {name for one in left for name in one.factors}:
        name = min(names, key=lambda n: sum(n in one.factors for one in left))
        up = [one for one in left if one.factors.get(name, NONE) > 0]
        down = [one for one in left if one.factors.get(name, NONE) < 0]
        left = [one for one in left if name not in one.factors]
        for a, b in itertools.product(up, down):
            times = -a.factors[name] / b.factors[name]
            factors = _sum(a.factors, b.factors, times)
            kept = {key: one for key, one in factors.items() if one}
            left.append(Inequality(kept, a.most + times * b.most, a.strict or b.strict, a.size + times * b.size))
        if len(left) > MOST:
            return True
    return all(one.most > 0 if one.strict else one.most >= -CLOSE * one.size for one in left)


def _choosable(bound: Bound, rules: Sequence[Rule]) -> bool:
    """Tell whether some choice of categories keeps to what the rules ask of nothing else."""
    table = bound.table
    chosen = {one.name for one in table.columns if one.choices}
    parts = [part for rule in rules for part in rule.parts if part.columns and part.columns <= chosen]
    if not parts:
        return True
    places = [table.names.index(name) for name in sorted({name for part in parts for name in part.columns})]
    kinds = [[bound.row[i]] if bound.fixed[i] else range(len(table.columns[i].choices)) for i in places]
    count = math.prod(map(len, kinds))
    if count > 100 * MOST:
        return True
    rows = np.repeat(bound.row[None], count, axis=0)
    rows[:, places] = list(itertools.product(*kinds))
    return bool(np.logical_and.reduce([part.holds(table, rows) for part in parts]).any())
