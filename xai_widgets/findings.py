"""What the model check comes to: plain, frozen data that travels without torch."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

Severity = Literal["ok", "note", "warning", "error"]
Soundness = Literal["sound", "unsound", "impossible"]

SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note", "ok")
"""The worst first."""
SIGNS = {"ok": "✓", "note": "i", "warning": "!", "error": "✗"}
WIDTH, FEW = 100, 4


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at, and what was found.

    Attributes
    ----------
    name : str
        What was looked at, such as ``"batch_dependence"``.
    severity : {"ok", "note", "warning", "error"}
        ``"note"``: good to know. ``"warning"``: explanations may mislead. ``"error"``: some cannot be computed at all.
    sentence : str
        What was found.
    advice : str
        What to do about it; empty where nothing need be done.
    methods : tuple of str
        The methods that it touches.
    effect : {"sound", "unsound", "impossible"}
        What it makes of those.
    where : tuple of str
        Places in the model: names of modules, or ``"net.py line 12 (forward)"``.
    """

    name: str
    severity: Severity
    sentence: str
    advice: str = ""
    methods: tuple[str, ...] = ()
    effect: Soundness = "sound"
    where: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {
            "name": self.name,
            "severity": self.severity,
            "sentence": self.sentence,
            "advice": self.advice,
            "methods": list(self.methods),
            "effect": self.effect,
            "where": list(self.where),
        }

    def __str__(self) -> str:
        # What touches every method, or all of a kind, says so itself.
        about = f"{', '.join(self.methods)}: " if 0 < len(self.methods) <= FEW else ""
        lines = textwrap.wrap(about + self.sentence, WIDTH)
        if self.where:
            lines += textwrap.wrap(f"Where: {', '.join(self.where)}", WIDTH)
        if self.advice:
            lines += textwrap.wrap(f"→ {self.advice}", WIDTH)
        return f" {SIGNS[self.severity]} " + "\n   ".join(lines)


@dataclass(frozen=True)
class Verdict:
    """Whether a method may be trusted on a model.

    Attributes
    ----------
    method : str
        Its name.
    soundness : {"sound", "unsound", "impossible"}
        ``"unsound"``: it gives values, but they do not mean what the method says they mean.
    reason : str
        One sentence.
    """

    method: str
    soundness: Soundness
    reason: str


@dataclass(frozen=True)
class Check:
    """Whether a model is fit for explaining.

    Attributes
    ----------
    findings : tuple of Finding
        What was looked at, the worst first.
    methods : dict of str to Verdict
        For every method, whether it is sound for this model, and why; what is not decided yet is left out.
    fraction : float
        Share of the looks that were taken, 0..1.
    forwards, backwards : int
        Inputs passed through the model.
    seconds : float
        Time spent.
    """

    findings: tuple[Finding, ...] = ()
    methods: Mapping[str, Verdict] = field(default_factory=dict)
    fraction: float = 1.0
    forwards: int = 0
    backwards: int = 0
    seconds: float = 0.0

    @property
    def ok(self) -> bool:
        """Whether there are neither warnings nor errors."""
        return self.severity in {"ok", "note"}

    @property
    def severity(self) -> Severity:
        """The worst of the findings'."""
        found = {one.severity for one in self.findings}
        return next((one for one in SEVERITIES if one in found), "ok")

    def by_soundness(self, soundness: Soundness) -> tuple[str, ...]:
        """Name the methods of one kind, such as ``"sound"``."""
        return tuple(name for name, one in self.methods.items() if one.soundness == soundness)

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data, ready for JSON."""
        return {
            "severity": self.severity,
            "findings": [one.to_dict() for one in self.findings],
            "methods": {name: {"soundness": v.soundness, "reason": v.reason} for name, v in self.methods.items()},
            "fraction": self.fraction,
            "forwards": self.forwards,
            "backwards": self.backwards,
            "seconds": self.seconds,
        }

    def __repr__(self) -> str:
        title = {
            "ok": "This model is fit for explaining.",
            "note": "This model is fit for explaining; there is something to know.",
            "warning": "Explanations of this model may mislead.",
            "error": "Some explanations of this model cannot be computed, or mean nothing.",
        }[self.severity]
        lines = [title, *(str(one) for one in self.findings)]
        # Methods that share a reason are said together.
        groups: dict[tuple[str, str], list[str]] = {}
        for one in self.methods.values():
            groups.setdefault((one.soundness, "" if one.soundness == "sound" else one.reason), []).append(one.method)
        for (soundness, reason), names in sorted(groups.items(), key=lambda group: group[0][0] != "sound"):
            why = f" ({reason})" if reason else ""
            text = f"{soundness.capitalize()}: {', '.join(names)}{why}"
            lines.append("\n   ".join(textwrap.wrap(text, WIDTH)))
        return "\n".join(lines)


def worst_first(findings: list[Finding]) -> tuple[Finding, ...]:
    """Sort findings by severity; those of one severity keep their order."""
    return tuple(sorted(findings, key=lambda one: SEVERITIES.index(one.severity)))
