"""The base of what is found out about whole populations, and how such a method is run."""

from __future__ import annotations

import dataclasses
from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from xai_widgets.budget import Budget
from xai_widgets.method import Parametrised, build, enter
from xai_widgets.models import WeightsChangedError
from xai_widgets.provenance import provenance

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xai_widgets.population.subject import Population
    from xai_widgets.populations import PopulationResult

STUDIES: dict[str, type[Study]] = {}

FIRST, BLOCK = 256, 4096
"""Rows that are taken through all columns before the next ones, at first and later on: few enough to stay in the
processor's cache."""

NORMAL = 1.96
"""Standard errors to each side, for 95 of 100 cases."""


@dataclass(frozen=True, kw_only=True)
class Study(Parametrised):
    """Base of every method that looks at a whole population."""

    def why_not(self, population: Population) -> str | None:
        """One sentence on why it does not fit this model or data; None when it fits."""
        return None

    @abstractmethod
    def run(self, population: Population, seed: int = 0) -> Iterator[PopulationResult | None]:
        """Yield ever-better results, and None after a batch that is not worth showing yet."""


def blocks(count: int) -> Iterator[slice]:
    """Divide rows into blocks, small at first so that there is soon something to see."""
    start, size = 0, FIRST
    while start < count:
        yield slice(start, min(count, start + size))
        start, size = start + size, min(BLOCK, 2 * size)


def register_study(cls: type[Study]) -> type[Study]:
    """Add a class to the registry, under its `name`."""
    return enter(STUDIES, cls)


def create_study(name: str | Study, params: dict[str, Any]) -> Study:
    """Build the registered method of this name.

    Raises
    ------
    ValueError, TypeError
        For what is not known, naming the nearest.
    """
    if not isinstance(name, Study):
        return build(STUDIES, name, params)
    if params:
        msg = f"Give the parameters to {type(name).__name__}(...), not beside it: {', '.join(params)}."
        raise TypeError(msg)
    return name


def run_study(
    study: Study,
    population: Population,
    *,
    seed: int = 0,
    time_budget: float | None = None,
) -> Iterator[PopulationResult | None]:
    """Run a method, and add to each result what it took.

    Yields
    ------
    PopulationResult or None
        None after a batch that brought nothing to show yet: a place to stop, as every yield is.

    Raises
    ------
    WeightsChangedError
        When the model was trained since the first step: a mean over two models tells of neither.
    """
    population = dataclasses.replace(population, model=population.model.fresh().plain())
    model = population.model
    weights, budget, digest = model.weights, Budget(time_budget), ""
    params = {one.name: getattr(study, one.name) for one in dataclasses.fields(study)}
    for result in study.run(population, seed):
        if result is None:
            with budget.standing():
                yield None
            continue
        if model.weights != weights:
            raise WeightsChangedError(result.fraction, budget.seconds)
        digest = digest or model.hash
        stops = budget.ends(result.fraction)
        ended = (budget.note(result.fraction),) if stops else ()
        told = dataclasses.replace(
            result,
            method=study.name,
            params=params,
            seed=seed,
            forwards=model.forwards,
            seconds=budget.seconds,
            model_hash=digest,
            notes=(*result.notes, *model.notes, *ended),
            provenance=provenance(),
        )
        with budget.standing():
            yield told
        if stops:
            return
