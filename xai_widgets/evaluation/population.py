"""How far what was found out about a population can be trusted: whether there is anything to find at all."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import torch

from xai_widgets.evaluation.base import Gauge, Reading, hundredths, missing, register_gauge
from xai_widgets.evaluations import RANKED, Z95, beats
from xai_widgets.population import PartialDependence, PermutationImportance, Study, Surrogate
from xai_widgets.population.metrics import metric_of
from xai_widgets.population.study import NORMAL
from xai_widgets.population.variants import dealing, varied

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from xai_widgets.population import Population
    from xai_widgets.populations import Effects, PopulationResult

    Values = NDArray[np.float64]

POPULATION_GAUGES: dict[str, type[StudyGauge]] = {}
"""In which they are taken, cheap and telling ones first."""

MOST = 2000
"""Rows, drawn by chance, that stand for all."""


@dataclass(frozen=True, eq=False)
class StudySubject:
    """What was found out about a population, beside what it is of.

    Attributes
    ----------
    population : Population
    study : Study
        That found it.
    result : PopulationResult
    accumulated : Effects or None
        Of partial dependence, the accumulated local effects of the same column.
    """

    population: Population
    study: Study
    result: PopulationResult
    accumulated: Effects | None = None

    def drawn(self, seed: int, most: int = MOST) -> NDArray[np.int64]:
        """Draw the numbers of some rows."""
        return self.population.shuffled(seed)[:most]

    def halves(self, seed: int, most: int = MOST) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Draw the numbers of two sets of as many rows, none of which is in both."""
        order = self.population.shuffled(seed)
        count = min(len(order) // 2, most)
        return order[:count], order[count : 2 * count]

    def part(self, numbers: NDArray[np.int64]) -> Population:
        """Keep some rows only; a grid of values stays that of all, so that what is found on it can be compared."""
        population = self.population
        table = population.table
        if not isinstance(self.study, PartialDependence):
            table = dataclasses.replace(table, data=table.data[numbers])
        truth = None if population.truth is None else population.truth[numbers]
        return dataclasses.replace(population, table=table, rows=population.taken(numbers), truth=truth)


@dataclass(frozen=True, kw_only=True)
class StudyGauge(Gauge):
    """Base of what is measured of an answer about a population."""

    of: ClassVar[tuple[type[Study], ...]] = (Study,)
    """Which methods' answers it is about."""


@register_gauge(POPULATION_GAUGES)
@dataclass(frozen=True, kw_only=True)
class ModelScore(StudyGauge):
    r"""How good the model is itself: its accuracy, or :math:`R^2`, beside one guess for all rows.

    The guess is the commonest class, or the mean. Passed where the model is better by more than 1.645 standard errors
    of the difference row by row. What a model does that has learnt nothing says nothing of the data.

    References
    ----------
    Molnar et al.: General Pitfalls of Model-Agnostic Interpretation Methods for Machine Learning Models.
    arXiv:2007.04131 (2020), bad model generalization.
    """

    name: ClassVar[str] = "model_score"
    title: ClassVar[str] = "The model's own score"
    sentence: ClassVar[str] = "How often the model is right, or how much of the spread of what is right it explains."
    paper: ClassVar[str] = "Molnar et al., arXiv:2007.04131 (2020)"

    def why_not(self, subject: StudySubject) -> str | None:
        """Without what is right there is no score."""
        return "It needs what is right for each row: give y." if subject.population.truth is None else None

    def run(self, subject: StudySubject, seed: int = 0) -> Iterator[Reading | None]:
        """Yield after each batch, and a reading at the end."""
        population, numbers = subject.population, subject.drawn(seed)
        assert population.truth is not None
        right, valued = population.truth[numbers].double().numpy(), population.valued
        said = np.empty(len(numbers))
        for part, scores in varied(population.model, population.taken(numbers), 1, lambda *_: None):
            said[part] = (population.answers(scores) if valued else population.decisions(scores)).cpu().numpy()
            yield None
        each, ahead, guess = scored(said, right, right, valued=valued)
        value, error = float(each.mean()), NORMAL * _standard(each)
        passed = float(ahead.mean()) > Z95 * _standard(ahead)
        sentence = (
            f"It explains {value:.0%} of the spread of what is right; the mean for all rows explains nothing."
            if valued
            else f"It is right for {value:.0%} of the rows; the commonest class for all is for {guess:.0%}."
        )
        yield Reading(value, error=error, passed=passed, sentence=sentence, ranged=not valued)


def scored(said: Values, right: Values, known: Values, *, valued: bool) -> tuple[Values, Values, float]:
    """Return row by row how good answers are, and by how much better than one guess from what is `known`.

    Returns
    -------
    each, ahead : ndarray
        Whose means are the accuracy, or :math:`R^2`, and what it has over the guess's.
    guess : float
        The guess's own.
    """
    if valued:
        squares = (right - known.mean()) ** 2
        each = (squares - (right - said) ** 2) / (squares.mean() or 1.0)
        return each, each, 0.0
    kinds, counts = np.unique(known, return_counts=True)
    guess = right == kinds[counts.argmax()]
    each = (said == right).astype(float)
    return each, each - guess, float(guess.mean())


def _standard(each: Values) -> float:
    return float(each.std(ddof=1) / np.sqrt(len(each))) if len(each) > 1 else float("inf")


@register_gauge(POPULATION_GAUGES)
@dataclass(frozen=True, kw_only=True)
class ShuffledAnswers(StudyGauge):
    """The largest importance, beside the largest that chance makes of as many columns.

    Chance is what is right, dealt out anew among the rows: then no column has anything to do with it. The largest of
    all columns is compared with the largest, so that many columns do not make one important (Westfall and Young 1993).
    The paper fits a model to each of the shuffled answers; here the model stays as it is, so that one that has learnt
    the given rows by heart is not found out by it: give rows that it has not seen.

    References
    ----------
    Altmann, Toloşi, Sander, Lengauer: Permutation importance: a corrected feature importance measure. Bioinformatics 26
    (2010).
    """

    name: ClassVar[str] = "shuffled_answers"
    title: ClassVar[str] = "Against shuffled answers"
    sentence: ClassVar[str] = "The largest importance, beside the largest there is when what is right is shuffled."
    paper: ClassVar[str] = "Altmann et al., Bioinformatics 26 (2010)"
    low: ClassVar[float | None] = None
    high: ClassVar[float | None] = None
    of: ClassVar[tuple[type[Study], ...]] = (PermutationImportance,)

    def run(self, subject: StudySubject, seed: int = 0) -> Iterator[Reading | None]:
        """Yield after each batch, and a reading at the end."""
        population, numbers, study = subject.population, subject.drawn(seed), subject.study
        assert isinstance(study, PermutationImportance)
        truth, draw = population.truth, np.random.default_rng(seed)
        assert truth is not None, "refused without"
        metric = metric_of(study.metric, truth, valued=population.valued)
        places, count = population.places(study.columns), len(numbers)
        rows, right = population.taken(numbers), truth[numbers]
        dealt = population.taken(draw.permutation(numbers))
        wanted = torch.stack([right, *(right[draw.permutation(count)] for _ in range(RANKED))])
        sums = np.zeros((len(wanted), 1 + len(places)))
        for part, scores in varied(population.model, rows, 1 + len(places), dealing(dealt, places)):
            where = np.arange(part.start, part.stop)
            for k, one in enumerate(wanted):
                found = metric(population, scores, one[where % count]).numpy()
                sums[k] += np.bincount(where // count, found, sums.shape[1])
            yield None
        falls = (sums[:, :1] - sums[:, 1:]) / count
        value, random = float(falls[0].max()), falls[1:].max(1)
        passed = beats(value, random, higher=True)
        above = int((falls[0] > random.max()).sum())
        name = population.table.names[places[int(falls[0].argmax())]]
        sentence = (
            f"{name} matters most, {hundredths(value)}: {above:,} of {len(places):,} columns matter more than any does "
            f"in {RANKED} shuffles."
        )
        mean = float(random.mean())
        yield Reading(value, reference=mean, passed=passed, sentence=sentence, random=tuple(random.tolist()))


@register_gauge(POPULATION_GAUGES)
@dataclass(frozen=True, kw_only=True)
class TreeFidelity(StudyGauge):
    r"""How often a tree says what the model says, of rows that it was not grown on; for values, :math:`R^2`.

    Two trees, each grown on a half of the rows and asked about the other. Passed where they are better by more than
    1.645 standard errors, row by row, than a tree of one leaf: the commonest answer, or the mean.

    References
    ----------
    Craven, Shavlik: Extracting Tree-Structured Representations of Trained Networks. NeurIPS (1995).
    """

    name: ClassVar[str] = "tree_fidelity"
    title: ClassVar[str] = "Fidelity on other rows"
    sentence: ClassVar[str] = "How often the tree says what the model says, of rows that it was not grown on."
    paper: ClassVar[str] = "Craven, Shavlik, NeurIPS (1995)"
    of: ClassVar[tuple[type[Study], ...]] = (Surrogate,)

    def run(self, subject: StudySubject, seed: int = 0) -> Iterator[Reading | None]:
        """Yield after each batch and each look for a split, and a reading at the end."""
        study, valued = subject.study, subject.population.valued
        assert isinstance(study, Surrogate)
        one, other = subject.halves(seed)
        found = []
        for grown, asked in ((one, other), (other, one)):
            tree = yield from study.grown(subject.population, grown)
            said, right = yield from study.asked(subject.population, tree, asked)
            found.append(scored(said, right, tree.answers, valued=valued))
        each, ahead = (np.concatenate([fold[i] for fold in found]) for i in range(2))
        if not ahead.any() and each.all():
            yield missing("The model says the same of all rows.")
            return
        value, guess = float(each.mean()), float(np.mean([fold[2] for fold in found]))
        passed = float(ahead.mean()) > Z95 * _standard(ahead)
        error = NORMAL * _standard(each)
        sentence = f"Trees of a half of the rows reach {value:.0%} on the other half, one answer for all {guess:.0%}."
        yield Reading(value, error=error, passed=passed, sentence=sentence, ranged=not valued)
