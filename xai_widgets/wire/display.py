"""How a map is shown: what can be said of it, in one table for both sides of the kernel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

SIGNS = ("both", "positive", "negative", "absolute")
LAYOUTS = ("single", "curtain", "beside", "disagreement")
SHARE = (0.0, 1.0)
RULES: dict[str, tuple[float, float] | tuple[bool, bool] | tuple[str, ...] | None] = {
    "opacity": SHARE,
    "mass": SHARE,
    "sign": SIGNS,
    "colormap": None,
    "scale": (0.0, 1e30),
    "layout": LAYOUTS,
    "curtain": SHARE,
    "smooth": (0.0, 32.0),
    "granularity": ("tokens", "words", "sentences", "pattern"),
    "pattern": None,
    "marks": ("shade", "underline"),
    "special": (False, True),
    "order": ("strength", "data", "name"),
}
"""Ranges of numbers, choices of texts, None for any short text. What is not said is left to the browser."""

LONGEST_NAME = 40
LONGEST_TEXT = 200


def check_display(display: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was said, checked.

    Raises
    ------
    ValueError
        For a name that does not exist or a value that is not allowed.
    """
    for name, value in display.items():
        if name not in RULES:
            msg = f"display has no {str(name)[:LONGEST_NAME]!r}; it has: {', '.join(RULES)}."
            raise ValueError(msg)
        if value is not None and not _allowed(RULES[name], value):
            msg = f"display: {name} must be {_expected(RULES[name])}, got {str(value)[:LONGEST_NAME]!r}."
            raise ValueError(msg)
    return dict(display)


def _allowed(rule: tuple[Any, ...] | None, value: Any) -> bool:
    if rule is None:
        return isinstance(value, str) and len(value) <= LONGEST_TEXT
    if isinstance(rule[0], bool):
        return isinstance(value, bool)
    if isinstance(rule[0], str):
        return value in rule
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return number and rule[0] <= value <= rule[1]  # which NaN is not, and whole numbers may be huge


def _expected(rule: tuple[Any, ...] | None) -> str:
    if rule is None:
        return "a short name"
    if isinstance(rule[0], bool):
        return "true or false"
    return f"one of {', '.join(rule)}" if isinstance(rule[0], str) else f"a number in {rule[0]:g}..{rule[1]:g}"
