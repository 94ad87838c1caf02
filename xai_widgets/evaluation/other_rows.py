"""Whether an answer about a population holds for other rows, and whether it was asked of rows that there are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from xai_widgets.evaluation.base import Reading, missing, register_gauge
from xai_widgets.evaluation.population import POPULATION_GAUGES, StudyGauge
from xai_widgets.method import parameter
from xai_widgets.population import PartialDependence, PermutationImportance, Study, Surrogate
from xai_widgets.population.grids import known
from xai_widgets.population.study import NORMAL
from xai_widgets.populations import Curve, Effects, Importances

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from numpy.typing import NDArray

    from xai_widgets.evaluation.population import StudySubject

    Values = NDArray[np.float64]

FEWEST = 40
"""Rows of which neighbours can be told from strangers."""
COMPARED = 1000
"""Rows whose distances are held at once, on either side."""
RARE = 0.05
"""Share of real rows that lie farther out than this is about."""
TWO = 2


@register_gauge(POPULATION_GAUGES)
@dataclass(frozen=True, kw_only=True)
class LocalEffects(StudyGauge):
    r"""How far partial dependence and accumulated local effects lie apart: :math:`\|p - a\| / (\|p\| + \|a\|)`.

    Over the rows of the data, each curve less its mean. 0 for the same curve, 1 for nothing in common: a column that
    has an effect of its own shows it in both; where columns go together, partial dependence asks about rows that do
    not occur.

    References
    ----------
    Apley, Zhu: Visualizing the Effects of Predictor Variables. JRSS B 82 (2020).
    """

    name: ClassVar[str] = "local_effects"
    title: ClassVar[str] = "Against local effects"
    sentence: ClassVar[str] = "How far partial dependence lies from accumulated local effects, as a share of both."
    paper: ClassVar[str] = "Apley, Zhu, JRSS B 82 (2020)"
    better: ClassVar[str] = "lower"
    of: ClassVar[tuple[type[Study], ...]] = (PartialDependence,)

    most: float = parameter(0.25, "Passed up to this distance.", low=0.0, high=1.0)

    def why_not(self, subject: StudySubject) -> str | None:
        """There are none of categories, nor of two columns."""
        return None if subject.accumulated is not None else "There are local effects of one ordered column only."

    def run(self, subject: StudySubject, seed: int = 0) -> Iterator[Reading | None]:
        """Yield the one exact reading."""
        assert isinstance(subject.result, Effects)
        assert subject.accumulated is not None
        every = [one for found in (subject.result, subject.accumulated) for one in found.effects]
        curves = [one for one in every if isinstance(one, Curve)]
        values = known(subject.population.table, subject.population.place(curves[0].name))
        for one in curves:
            values = values[(values >= one.places[0]) & (values <= one.places[-1])]
        apart, along = (np.interp(values, one.places, one.mean) for one in curves)
        apart, along = apart - apart.mean(), along - along.mean()
        size = float(np.linalg.norm(apart) + np.linalg.norm(along))
        if not size:
            yield missing("Both curves are flat.")
            return
        value = float(np.linalg.norm(apart - along)) / size
        words = "about the same" if value <= self.most else "not the same: the local one asks about rows that there are"
        yield Reading(value, passed=value <= self.most, sentence=f"The two curves say {words}.")


@register_gauge(POPULATION_GAUGES)
@dataclass(frozen=True, kw_only=True)
class Extrapolation(StudyGauge):
    r"""Share of the rows that were made up which lie farther from the data than 95 of 100 real rows.

    A row's distance is that to its nearest neighbour among real rows that are not its own origin; each column weighs
    the same in it: squared differences over their mean, of categories whether they differ, over the same. About 0.05
    where the column goes with no other: then rows that are made up are as good as real ones. Of importance, the share
    of the column that has most; of curves and maps, that of all their points. What a model says of rows beyond all data
    is its own invention. Passed up to 0.1, as far as the rows can tell.

    References
    ----------
    Hooker, Mentch, Zhou: Unrestricted permutation forces extrapolation. Statistics and Computing 31 (2021).
    """

    name: ClassVar[str] = "extrapolation"
    title: ClassVar[str] = "Rows beyond the data"
    sentence: ClassVar[str] = "Which share of the rows that were made up lies farther out than 95 of 100 real rows."
    paper: ClassVar[str] = "Hooker et al., Statistics and Computing 31 (2021)"
    better: ClassVar[str] = "lower"
    of: ClassVar[tuple[type[Study], ...]] = (PermutationImportance, PartialDependence)

    most: float = parameter(0.1, "Passed up to this share.", low=0.0, high=1.0)

    def why_not(self, subject: StudySubject) -> str | None:
        """Few rows have no neighbourhood."""
        return f"It needs {FEWEST} rows at least." if len(subject.population.rows) < FEWEST else None

    def run(self, subject: StudySubject, seed: int = 0) -> Iterator[Reading | None]:
        """Yield after each column, or point, and a reading at the end."""
        table = subject.population.table
        data, others = (table.data[numbers] for numbers in subject.halves(seed, COMPARED))
        away = [_apart(data[:, i], others[:, i], choices=len(one.choices) > 0) for i, one in enumerate(table.columns)]
        whole = np.zeros((len(data), len(others)))
        for i in range(len(away)):
            whole += away[i](data[:, i])
            yield None
        limit = float(np.quantile(whole.min(1), 1 - RARE)) * (1 + 1e-9) + 1e-9

        def beyond(columns: tuple[int, ...], values: tuple[Values, ...]) -> float:
            made = whole.copy()
            for i, one in zip(columns, values, strict=True):
                made += away[i](one) - away[i](data[:, i])
            return float((made.min(1) > limit).mean())

        shares: list[tuple[float, str]] = []
        if isinstance(subject.result, Importances):
            draw = np.random.default_rng(seed)
            for i, name in enumerate(table.names):
                shares.append((beyond((i,), (draw.permutation(data[:, i]),)), name))
                yield None
            value, name = max(shares)
            sentence = f"{value:.0%} of the rows with {name} shuffled lie there, of real rows {RARE:.0%}."
        else:
            assert isinstance(subject.result, Effects)
            [one] = subject.result.effects
            names, grids = ((one.name,), (one.places,)) if isinstance(one, Curve) else (one.names, one.places)
            columns = tuple(subject.population.place(name) for name in names)
            points = np.stack([axis.ravel() for axis in np.meshgrid(*grids)], 1)
            for point in points:
                shares.append((beyond(columns, tuple(np.full(len(data), v) for v in point)), ""))
                yield None
            value = float(np.mean([share for share, _ in shares]))
            sentence = f"{value:.0%} of the rows that were asked about lie there, of real rows {RARE:.0%}."
        error = NORMAL * float(np.sqrt(max(value * (1 - value), RARE * (1 - RARE)) / len(data)))
        yield Reading(value, error=error, passed=value - error <= self.most, sentence=sentence)


def _apart(own: Values, others: Values, *, choices: bool) -> _Apart:
    """Return what measures how far values of a column lie from those of other rows, 1 on average."""
    found = _differ(own, others) if choices else _squares(own, others)
    mean = float(np.nanmean(found)) if np.isfinite(found).any() else 1.0
    return _Apart(others, mean or 1.0, choices)


@dataclass(frozen=True, eq=False)
class _Apart:
    others: Values
    mean: float
    choices: bool

    def __call__(self, values: Values) -> Values:
        found = (_differ if self.choices else _squares)(values, self.others) / self.mean
        unknown = np.isnan(values)[:, None], np.isnan(self.others)[None]
        # What is missing in one row alone lies as far as rows do on average.
        return np.where(unknown[0] & unknown[1], 0.0, np.where(unknown[0] | unknown[1], 1.0, found))


def _squares(values: Values, others: Values) -> Values:
    return (values[:, None] - others[None]) ** 2


def _differ(values: Values, others: Values) -> Values:
    found: Values = (values[:, None] != others[None]).astype(float)
    return found


@register_gauge(POPULATION_GAUGES)
@dataclass(frozen=True, kw_only=True)
class Halves(StudyGauge):
    r"""Spread of the answers of two halves of the rows about their mean, as a share of its size.

    :math:`\sqrt 2 \, \|a - b\| / \|a + b\|`, of the same question with another seed to each half, 2,000 rows at most:
    0 for the same answer, about 1 for nothing but chance. Of importances; of curves and maps less their mean; of trees,
    what they say of the rows of both, less its mean, of classes one number each.

    References
    ----------
    Kalousis, Prados, Hilario: Stability of feature selection algorithms. KAIS 12 (2007). Breiman: Heuristics of
    instability and stabilization in model selection. Annals of Statistics 24 (1996).
    """

    name: ClassVar[str] = "halves"
    title: ClassVar[str] = "Spread between halves"
    sentence: ClassVar[str] = "How far the answers of two halves of the rows lie apart, as a share of their size."
    paper: ClassVar[str] = "Kalousis et al., KAIS 12 (2007)"
    high: ClassVar[float | None] = None
    better: ClassVar[str] = "lower"

    most: float = parameter(0.5, "Passed up to this spread.", low=0.0, high=10.0)

    def why_not(self, subject: StudySubject) -> str | None:
        """Refuse a few rows, whose halves say little."""
        return f"It needs {FEWEST} rows at least." if len(subject.population.rows) < FEWEST else None

    def run(self, subject: StudySubject, seed: int = 0) -> Iterator[Reading | None]:
        """Yield after each batch, and a reading at the end."""
        halves, found = subject.halves(seed), []
        for i, numbers in enumerate(halves):
            found.append((yield from _answer(subject, numbers, np.concatenate(halves), seed + i)))
        one, other = found
        size = float(np.linalg.norm(one + other))
        if not size:
            yield missing("The answers are zero everywhere.")
            return
        value = float(np.sqrt(TWO) * np.linalg.norm(one - other)) / size
        sentence = f"Answers of two sets of {len(halves[0]):,} rows lie {value:.0%} of their size from their mean."
        yield Reading(value, passed=value <= self.most, sentence=sentence)


def _answer(
    subject: StudySubject, numbers: NDArray[np.int64], every: NDArray[np.int64], seed: int
) -> Generator[None, None, Values]:
    """Answer the question again from some rows alone, as numbers that can be compared."""
    study, part = subject.study, subject.part(numbers)
    if isinstance(study, Surrogate):
        tree = yield from study.grown(subject.population, numbers)
        said, right = yield from study.asked(subject.population, tree, every)
        if not part.valued:
            said = (said[:, None] == np.unique(right)[None]).astype(float)
        found: Values = (said - said.mean(0)).ravel()
        return found
    last = None
    for result in study.run(part, seed):
        last = result or last
        yield None
    if isinstance(last, Importances):
        return last.values
    assert isinstance(last, Effects)
    [one] = last.effects
    away: Values = (one.mean - one.mean.mean()).ravel()
    return away


def gauges_of(subject: StudySubject) -> list[StudyGauge]:
    """Return what means something for an answer."""
    return [cls() for cls in POPULATION_GAUGES.values() if isinstance(subject.study, cls.of)]
