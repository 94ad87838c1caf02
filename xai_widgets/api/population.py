"""What a model does with a whole population of rows."""

from __future__ import annotations

import collections
from typing import TYPE_CHECKING, Any

import torch

from xai_widgets.api.modes import in_usual_mode
from xai_widgets.budget import check_time_budget
from xai_widgets.models import resolve_target
from xai_widgets.models.precision import widest
from xai_widgets.population import Population, Study, create_study, run_study, truths
from xai_widgets.prepare import adapt, table_model

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from xai_widgets.populations import Contributions, Effects, Importances, PopulationResult, SurrogateTree

TRIED = 1000
"""Rows by which the class is chosen that is asked about."""


def permutation_importance(model: Any, data: Any, y: Any, **options: Any) -> Importances:
    """Tell how much worse a model's answers become when a column is shuffled.

    Parameters
    ----------
    model, data, y, **options
        As of :func:`population_iter`, and:

        n_repeats : int
            How often each column is shuffled.
        metric : str or callable
            ``"accuracy"`` or ``"log_loss"`` of a classifier, ``"r2"``, ``"squared_error"`` or ``"absolute_error"`` of a
            regression; or a function of answers ``[n, outputs]`` and `y` ``[n]``, both tensors, that returns one number
            a row, larger for better.
        columns : sequence of str or int, optional
            Which to look at; by default all.

    Returns
    -------
    Importances
        The fall of the mean metric, with an interval for endless rows of the same kind. With the same `seed` the values
        are those of ``sklearn.inspection.permutation_importance(random_state=seed)``.
    """
    found: Importances = _last(population_iter("permutation_importance", model, data, y, **options))
    return found


def partial_dependence(model: Any, data: Any, columns: Sequence[Any] | None = None, **options: Any) -> Effects:
    """Tell what a model answers on average when all rows have some value in a column, or in two of them.

    Parameters
    ----------
    model, data, **options
        As of :func:`population_iter`, and:

        grid_resolution : int
            How many values of a column; all where it has no more.
        ice : int
            How many rows to keep as lines of their own (individual conditional expectation).
    columns : sequence of str or int or of pairs of them, optional
        Which to look at: each makes a curve, each pair a map. By default all, one by one.

    Returns
    -------
    Effects
        ``result["age"]`` is a `Curve` with `grid`, `mean`, `interval` and `lines`; ``result["age", "hours"]`` is a
        `Surface`.
    """
    found: Effects = _last(population_iter("partial_dependence", model, data, columns=columns, **options))
    return found


def accumulated_local_effects(model: Any, data: Any, columns: Sequence[Any] | None = None, **options: Any) -> Effects:
    """Tell how a model's answer changes along a column, for rows that have about that value.

    Parameters
    ----------
    model, data, **options
        As of :func:`population_iter`, and ``intervals``, into how many of as many rows to divide a column.
    columns : sequence of str or int, optional
        Of numbers, dates or two values; by default all these.

    Returns
    -------
    Effects
        Curves with mean 0 over the data.
    """
    found: Effects = _last(population_iter("accumulated_local_effects", model, data, columns=columns, **options))
    return found


def surrogate_tree(model: Any, data: Any, *, depth: int = 3, **options: Any) -> SurrogateTree:
    """Fit a decision tree to what a model answers; needs scikit-learn.

    Parameters
    ----------
    model, data, **options
        As of :func:`population_iter`.
    depth : int
        How many questions to ask at most, 1..12.

    Returns
    -------
    SurrogateTree
        With its fidelity on held-out rows, ``rules()`` as text and one row a leaf in ``to_dataframe()``.
    """
    found: SurrogateTree = _last(population_iter("surrogate_tree", model, data, depth=depth, **options))
    return found


def sensitivity(model: Any, data: Any, *, scheme: str = "sobol", **options: Any) -> Importances:
    """Tell how much of the answer's spread each column makes when all vary independently.

    Parameters
    ----------
    model, data, **options
        As of :func:`population_iter`, and:

        n_samples : int
            Base rows; each is passed once more for every column.
        marginals : {"data", "range"}
            Draw values as often as the data have them, or evenly from the least to the largest.
    scheme : {"sobol", "morris"}
        Shares of variance (total, with ``measures["first_order"]``), or mean sizes of elementary effects (with ``mu``
        and ``sigma``).

    Returns
    -------
    Importances
    """
    found: Importances = _last(population_iter("sensitivity", model, data, scheme=scheme, **options))
    return found


def global_importance(model: Any, data: Any, **options: Any) -> Contributions:
    """Tell what each column contributes to the answers of many rows, by sampled Shapley values of each.

    Parameters
    ----------
    model, data, **options
        As of :func:`population_iter`, ``n_rows``, how many rows to explain, and ``n_samples``, pairs of walks a row.

    Returns
    -------
    Contributions
        Mean sizes as bars, ``local`` for single rows, ``points()`` for a beeswarm, as which ``plot()`` draws them.
    """
    found: Contributions = _last(population_iter("global_importance", model, data, **options))
    return found


@in_usual_mode
def population_iter(
    method: str | Study,
    model: Any,
    data: Any,
    y: Any = None,
    *,
    target: Any = None,
    features: Sequence[str] | None = None,
    labels: Sequence[str] | None = None,
    seed: int = 0,
    device: str | torch.device | None = None,
    time_budget: float | None = None,
    **params: Any,
) -> Iterator[PopulationResult]:
    """Look at a model and a table of rows step by step: what is known so far, after each block of rows.

    Stop reading whenever it is enough; nothing is left behind. Wrong input is refused at the call.

    Parameters
    ----------
    method : str or Study
        ``"permutation_importance"``, ``"partial_dependence"``, ``"accumulated_local_effects"``, ``"surrogate_tree"``,
        ``"sensitivity"`` or ``"global_importance"``; or an instance.
    model : torch.nn.Module, scikit-learn estimator or function
        As of :func:`attribute`; a module eats the numbers of the columns, an estimator or a function what `data` is.
    data : DataFrame or array (rows, columns)
        Numbers, categories, dates and booleans, with missing values where the model takes them.
    y : array or Series, optional
        What is right for each row, where the method needs it: values, class numbers or labels.
    target : int or str, optional
        The class whose probability is asked about; by default the second of two, else the likeliest on average.
    features : sequence of str, optional
        Names of an array's columns.
    labels, seed, device, time_budget
        As of :func:`attribute`.
    **params
        Parameters of the method.

    Yields
    ------
    PopulationResult

    Raises
    ------
    ValueError, TypeError
        For wrong input, saying what was expected and what came.
    ModelError
        When the model raises, returns NaN or something that is not scores.
    WeightsChangedError
        When the model is trained meanwhile.
    """
    study, seconds = create_study(method, params), check_time_budget(time_budget)
    read = {"target": target, "features": features, "labels": labels, "seed": seed, "device": device}
    population = population_of(model, data, y, **read)
    if (reason := study.why_not(population)) is not None:
        msg = f"{study.name} does not fit here. {reason}"
        raise ValueError(msg)
    steps = run_study(study, population, seed=seed, time_budget=seconds)
    return (one for one in steps if one is not None)


def population_of(
    model: Any,
    data: Any,
    y: Any = None,
    *,
    target: Any = None,
    features: Sequence[str] | None = None,
    labels: Sequence[str] | None = None,
    seed: int = 0,
    device: str | torch.device | None = None,
) -> Population:
    """Make a model and a table of rows ready for each other; all as of :func:`population_iter`."""
    table, fed, _ = table_model(adapt(model, labels=labels, device=device, seed=seed), data, features)
    smooth = fed.dtype if not hasattr(fed.module, "function") else widest(fed.device)
    rows = torch.as_tensor(table.data).to(fed.device, smooth)
    prediction = fed.predict(rows[0])
    truth = None if y is None else truths(y, prediction, len(rows))
    population = Population(table, fed, rows, prediction, 0, truth)
    if target is None and not population.valued:
        few = population.rows[:: max(1, len(rows) // TRIED)]
        two = len(prediction.probabilities) == 2  # noqa: PLR2004
        target = 1 if two else int(population.probabilities(fed.scores(few)).mean(0).argmax())
    index = resolve_target(target, prediction).index
    if not isinstance(index, int):
        msg = f"target must be one class, got {target!r}."
        raise TypeError(msg)
    return Population(table, fed, rows, prediction, index, truth)


def _last(steps: Iterator[Any]) -> Any:
    return collections.deque(steps, maxlen=1).pop()
