"""The base of every measure: a frozen dataclass that yields ever-better readings, with a registry of its own."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from xai_widgets.attribution.runs import parameters_of
from xai_widgets.evaluations import Curve, Measure
from xai_widgets.method import Parametrised, build, enter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from xai_widgets.evaluation.subject import Subject

G = TypeVar("G", bound=Parametrised)

METRICS: dict[str, type[Metric]] = {}

ORDER = (
    *("deletion", "insertion", "completeness", "sparseness", "complexity", "pointing_game", "relevance_mass"),
    *("road", "infidelity", "seed_spread", "max_sensitivity", "randomisation"),
)
"""In which they are taken, cheap and telling ones first; those of other people come last."""


LEVEL = "The map has the same value everywhere, which puts nothing in an order."
ONE_PART = "The input has one part only: no other map could be better or worse."


@dataclass(frozen=True)
class Reading:
    """What a metric knows so far.

    Attributes
    ----------
    value : float
    done, total : int
        Units of work finished and planned.
    error, reference, passed, sentence, curves, random
        As of :class:`~xai_widgets.evaluations.Measure`; `passed` is None until all is done.
    high : float or None
        Upper end of the range, where it depends on the input.
    ranged : bool
        Whether the measure's range holds: a score may go beyond what it is with everything shown, and below nothing.
    """

    value: float
    done: int = 1
    total: int = 1
    error: float | None = None
    reference: float | None = None
    passed: bool | None = None
    sentence: str = ""
    curves: tuple[Curve, ...] = ()
    random: tuple[float, ...] = ()
    high: float | None = None
    ranged: bool = True


def missing(why: str) -> Reading:
    """Return the reading of what cannot be had here, with the reason in a sentence."""
    return Reading(float("nan"), sentence=why)


def beside(*values: float) -> list[str]:
    """Write numbers for one sentence: in hundredths, or up to two more decimals where only those tell them apart."""
    decimals = next(
        n for n in (2, 3, 4) if len({round(one, n) for one in values}) == len({round(one, 4) for one in values})
    )
    return [f"{round(one, decimals) + 0.0:.{decimals}f}".replace("-", "−") for one in values]


def hundredths(value: float) -> str:
    """Write a number for a sentence, never as −0.00, with the minus that figures elsewhere have."""
    return beside(value)[0]


def figures(value: float) -> str:
    """Write three figures of a number likewise."""
    return f"{value:.3g}".replace("-", "−")


@dataclass(frozen=True, kw_only=True)
class Gauge(Parametrised):
    """Base of everything that is measured, of whatever subject; its `sentence` is its definition."""

    paper: ClassVar[str]
    low: ClassVar[float | None] = 0.0
    high: ClassVar[float | None] = 1.0
    better: ClassVar[str] = "higher"

    def why_not(self, subject: Any) -> str | None:
        """One sentence on why it cannot be had here; None when it can."""
        return None

    @abstractmethod
    def run(self, subject: Any, seed: int = 0) -> Iterator[Reading | None]:
        """Yield ever-better readings, at most one batch apart, and None after a batch that is not worth showing."""

    def measure(self, reading: Reading) -> Measure:
        """Dress a reading as a result."""
        return Measure(
            name=self.name,
            title=self.title,
            value=reading.value,
            error=reading.error,
            low=self.low if reading.ranged else None,
            high=(self.high if reading.high is None else reading.high) if reading.ranged else None,
            better=self.better,
            passed=reading.passed,
            reference=reading.reference,
            sentence=reading.sentence,
            definition=self.sentence,
            paper=self.paper,
            curves=reading.curves,
            random=reading.random,
            params=parameters_of(self),
        )


@dataclass(frozen=True, kw_only=True)
class Metric(Gauge):
    """Base of everything that is measured of the explanation of one input."""

    masked: ClassVar[bool] = False
    """Whether somebody must say where the map should point."""

    def why_not(self, subject: Subject) -> str | None:
        """One sentence on why it cannot be had here; None when it can."""
        return None

    @abstractmethod
    def run(self, subject: Subject, seed: int = 0) -> Iterator[Reading | None]:
        """Yield ever-better readings."""


def register_gauge(registry: dict[str, Any]) -> Callable[[type[G]], type[G]]:
    """Return what adds a class to a registry, under its `name`."""
    return partial(enter, registry)


def register_metric(cls: type[Metric]) -> type[Metric]:
    """Add a class to the registry, under its `name`."""
    return enter(METRICS, cls)


def create_metrics(given: Sequence[str | Metric] | None, *, masked: bool = False) -> list[Metric]:
    """Build metrics by their names, in the order given; by default all, cheap and telling ones first.

    Parameters
    ----------
    given : sequence of str or Metric, or None
    masked : bool
        Whether it is known where the explanation should point, which some need.

    Raises
    ------
    ValueError, TypeError
        For what is not known, naming the nearest, and for the same metric twice.
    """
    if isinstance(given, (str, Metric)):
        given = [given]
    if given is None:
        every = sorted(METRICS.values(), key=lambda cls: ORDER.index(cls.name) if cls.name in ORDER else len(ORDER))
        return [cls() for cls in every if masked or not cls.masked]
    chosen: list[Any] = [one if isinstance(one, Metric) else build(METRICS, one, {}, "measure") for one in given]
    names = [one.name for one in chosen]
    if not names or len(set(names)) < len(names):
        msg = f"metrics must be different names or metrics, one at least, got {', '.join(names) or 'none'}."
        raise ValueError(msg)
    return chosen
