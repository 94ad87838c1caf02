"""What would have to change for another answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

from xai_widgets.api.picture_changes import is_picture, picture_problem
from xai_widgets.api.sources import continued_subject, text_sources, text_subject
from xai_widgets.budget import check_time_budget
from xai_widgets.counterfactual import (
    SEARCHES,
    Constraints,
    RowProblem,
    Search,
    SearchRun,
    TextProblem,
    create_search,
    resolve_goal,
)
from xai_widgets.prepare import adapt, row_subject
from xai_widgets.text import TextSpan

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xai_widgets.changes import Counterfactuals
    from xai_widgets.counterfactual import Bound
    from xai_widgets.prepare import RowSubject

AUTO = "fewest_edits"
"""What ``method="auto"`` means for a text."""

AUTO_ROW = ("gradient", "genetic")
"""The same for a row: of a model with gradients where no rule ties columns together, and otherwise."""

AUTO_PICTURE = "regions"
"""The same for a picture."""

MOST = 1000
"""So many counterfactuals may be asked for."""


@torch.inference_mode(mode=False)
def counterfactuals(
    model: Any,
    x: Any,
    target: Any = None,
    *,
    n: int = 4,
    within: tuple[float | None, float | None] | None = None,
    constraints: Constraints | None = None,
    background: Any = None,
    features: Sequence[str] | None = None,
    encode: Any = None,
    tokenizer: Any = None,
    labels: Sequence[str] | None = None,
    method: str | Search = "auto",
    mlm: Any = None,
    fluency: Any = None,
    replacements: Any = None,
    insertions: Sequence[str] | None = None,
    seed: int = 0,
    preprocess: Any = None,
    other: Any = None,
    decoder: Any = None,
    encoder: Any = None,
    start: Any = None,
    device: str | torch.device | None = None,
    time_budget: float | None = None,
    **params: Any,
) -> Counterfactuals:
    """Find the fewest changes of an input that give another answer, several ways.

    Parameters
    ----------
    model : torch.nn.Module, scikit-learn estimator or function
        A model of tokens, with its `tokenizer`; or whatever takes a list of texts and returns scores ``[n, classes]``,
        as a scikit-learn pipeline does. It is left exactly as it was.
    x : str, row of a table, or picture
        The text; or the row, with `background`: a list or array of numbers, a dict by column, a pandas Series or a
        frame of one row; or a picture as for :func:`attribute`, with `preprocess`.
    target : None, "other", int, str or TextSpan
        The class to reach, by number or label; by default any but the one predicted now. Of a language model,
        ``xai.TextSpan(24, 30)`` changes what stands before that part of the text, until something else is likelier to
        come there than the whole of it; or the token of `rather_than` than its first.
    n : int
        How many to return, at most. They change different words where they can.
    within : (float or None, float or None), optional
        In place of winning: the range that the target's probability must reach, ends included, such as
        ``(0.9, None)``; for a regression, the range of its value.
    constraints : Constraints, optional
        For a row: what cannot change, ranges, directions, rules between columns, efforts. By default columns stay
        within the background. Whatever is returned keeps to them, in the data's own types.
    background : DataFrame or array (rows, columns), optional
        For a row: rows of the data, which tell of its columns, their types and typical deviations. An estimator or a
        function is given what this is, a frame with its dtypes or an array; a torch module its numbers.
    features : sequence of str, optional
        Names of the columns of an array.
    encode : callable, transformer or mapping, optional
        For a torch module and rows with categories, dates or booleans: from rows as `background` has them to the
        numbers that it eats, such as a fitted ``ColumnTransformer``. Gradients then choose among categories too.
        Where `background` is encoded already: from the name of each category to its one-hot columns, such as
        ``{"job": ["job_clerk", "job_cook"]}``, of which exactly one is set. The result is of the categories.
    tokenizer : object, optional
        Of transformers, or a ``tokenizers.Tokenizer``, the one that belongs to the model.
    labels : sequence of str, optional
        Names of the classes, where the model does not know them itself.
    method : str or Search
        ``"fewest_edits"`` for a text; ``"gradient"``, ``"genetic"``, ``"random"``, ``"growing_spheres"`` or
        ``"nearest"`` for a row;
        ``"regions"``, ``"smooth"`` or ``"latent"`` for a picture; or an instance such as ``FewestEdits(max_edits=3)``.
    mlm : (model, tokenizer), optional
        A masked language model: replacements and insertions are what it would write in that place. Without it,
        a word is replaced by neighbours of its vector in the model, ranked by the gradient.
    fluency : (model, tokenizer), optional
        A causal language model: among as many edits, those texts come first that it finds likeliest.
    replacements : mapping, sequence or callable, optional
        From a word to those that may take its place; or words that may stand anywhere. The only ones that are tried.
    insertions : sequence of str, optional
        Words that may be put in anywhere; by default what `mlm` would write, else a few English words such as "not".
    seed : int
        The same seed gives the same result.
    preprocess : callable, optional
        For a picture: from a PIL image to what the model eats.
    other : picture, optional
        For ``"regions"``: a second picture, of another class, which becomes the target where none is named. Cells of a
        grid are taken over from it, each to where it was, in place of covering regions.
    decoder : Module or callable, optional
        For ``"latent"``: from codes ``[n, …]`` to what the model eats.
    encoder : Module or callable, optional
        For ``"latent"``: from what the model eats, ``[1, …]``, to its code. What is explained is the decoded code.
    start : Tensor or ndarray, optional
        The code itself, in place of `encoder`; `x` may be None then.
    device : str or torch.device, optional
        Where to compute; by default where the model is.
    time_budget : float, optional
        Seconds of computing after which to stop with what was found.
    **params
        Parameters of the method, such as ``max_edits=3`` or ``insert=False``.

    Returns
    -------
    Counterfactuals
        Each candidate reaches the target: the model was asked about its text as a string, or its picture in 8 bits.
        None of its edits can be undone, none of its regions put back. None found is a result without candidates, whose
        notes say among what was searched.

    Raises
    ------
    ValueError, TypeError
        For wrong input, for a target that is predicted already, saying what was expected and what came.
    ModelError
        When the model raises, returns NaN or something that is not scores.

    References
    ----------
    Wachter, Mittelstadt, Russell: Counterfactual Explanations without Opening the Black Box. Harvard JOLT 31 (2018).
    """
    steps = counterfactuals_iter(
        model, x, target, n=n, within=within, constraints=constraints, background=background, features=features,
        encode=encode, tokenizer=tokenizer, labels=labels, method=method, mlm=mlm,
        fluency=fluency, replacements=replacements, insertions=insertions, seed=seed, preprocess=preprocess,
        other=other, decoder=decoder, encoder=encoder, start=start, device=device, time_budget=time_budget, **params,
    )  # fmt: skip
    return steps.last()


@torch.inference_mode(mode=False)
def counterfactuals_iter(
    model: Any,
    x: Any,
    target: Any = None,
    *,
    n: int = 4,
    within: tuple[float | None, float | None] | None = None,
    constraints: Constraints | None = None,
    background: Any = None,
    features: Sequence[str] | None = None,
    encode: Any = None,
    tokenizer: Any = None,
    labels: Sequence[str] | None = None,
    method: str | Search = "auto",
    mlm: Any = None,
    fluency: Any = None,
    replacements: Any = None,
    insertions: Sequence[str] | None = None,
    seed: int = 0,
    preprocess: Any = None,
    other: Any = None,
    decoder: Any = None,
    encoder: Any = None,
    start: Any = None,
    device: str | torch.device | None = None,
    time_budget: float | None = None,
    **params: Any,
) -> SearchRun:
    """Search for counterfactuals step by step: what was found so far, after each batch.

    Stop reading whenever it is enough; nothing is left behind. Parameters and errors as in :func:`counterfactuals`.
    Wrong input is refused at the call, not at the first step.

    Yields
    ------
    Counterfactuals
    """
    _check_count(n)
    seconds = check_time_budget(time_budget)
    if background is not None:
        adapter = adapt(model, labels=labels, device=device, seed=seed)
        subject = row_subject(adapter, x, background, features, encode)
        options: dict[str, Any] = {"seed": seed, "time_budget": seconds}
        return row_changes(
            subject, target, n=n, within=within, constraints=constraints, method=method, **options, **params
        )
    pictured = not isinstance(x, str) or preprocess is not None
    if pictured and not is_picture(x, start):
        msg = (
            f"the input must be a text, or a row of a table with background=..., or a picture, got {type(x).__name__}."
        )
        raise TypeError(msg)
    if pictured:
        search = _search(method, params, AUTO_PICTURE, "picture")
        adapter = adapt(model, x, labels=labels, device=device, seed=seed)
        given = {"preprocess": preprocess, "other": other, "decoder": decoder, "encoder": encoder, "start": start}
        problem = picture_problem(search, adapter, x, target, within=within, seed=seed, **given)
        return SearchRun(search, problem, n=n, seed=seed, time_budget=seconds)
    if constraints is not None:
        msg = "constraints are for rows of a table: pass one with background=..., or say max_edits= for a text."
        raise TypeError(msg)
    search = _search(method, params, AUTO, "text")
    if isinstance(target, TextSpan):
        if within is not None:
            msg = "within= is the range of a class: a TextSpan asks for another continuation, any or `rather_than`."
            raise TypeError(msg)
        adapter = adapt(model, x, labels=labels, device=device, seed=seed)
        text, goal = continued_subject(adapter, x, target, tokenizer)
    else:
        text = text_subject(model, x, tokenizer=tokenizer, labels=labels, device=device, seed=seed)
        goal = resolve_goal(target, within, text.prediction, text.scorer.model.task or "logits")
    sources = text_sources(mlm=mlm, fluency=fluency, replacements=replacements, insertions=insertions, device=device)
    return SearchRun(search, TextProblem(text, goal, sources), n=n, seed=seed, time_budget=seconds)


def row_changes(
    subject: RowSubject,
    target: Any,
    *,
    n: int,
    within: tuple[float | None, float | None] | None = None,
    constraints: Constraints | None = None,
    method: str | Search = "auto",
    seed: int = 0,
    time_budget: float | None = None,
    **params: Any,
) -> SearchRun:
    """Do the same for a row that is ready for its model."""
    goal = resolve_goal(target, within, subject.prediction, subject.model.task or "logits")
    problem = RowProblem(subject, goal, _bound(constraints, subject))
    search = _row_search(method, params, problem)
    return SearchRun(search, problem, n=n, seed=seed, time_budget=time_budget)


def _bound(constraints: Any, subject: RowSubject) -> Bound:
    if constraints is not None and not isinstance(constraints, Constraints):
        msg = f"constraints must be xai.Constraints(...), got {type(constraints).__name__}."
        raise TypeError(msg)
    return (constraints or Constraints()).bind(subject.table, subject.row)


def _row_search(method: str | Search, params: dict[str, Any], problem: RowProblem) -> Search:
    smooth = problem.subject.smooth and not problem.bound.rules
    search = _search(method, params, AUTO_ROW[0 if smooth else 1], "row")
    if (reason := search.why_not(problem)) is not None:
        msg = f"{search.name} does not fit here. {reason}"
        raise ValueError(msg)
    return search


def _check_count(n: Any) -> None:
    if isinstance(n, bool) or not isinstance(n, int) or not 1 <= n <= MOST:
        msg = f"n must be a whole number in 1..{MOST}, got {n!r}."
        raise ValueError(msg)


def _search(method: str | Search, params: dict[str, Any], auto: str, kind: str) -> Search:
    if isinstance(method, Search) and params:
        msg = f"Give the parameters to {type(method).__name__}(...), not beside it: {', '.join(params)}."
        raise TypeError(msg)
    search = method if isinstance(method, Search) else create_search(auto if method == "auto" else method, params)
    if search.kind != kind:
        fitting = ", ".join(repr(name) for name, one in SEARCHES.items() if one.kind == kind)
        msg = f"{search.name!r} changes a {search.kind}, and this is a {kind}: choose one of {fitting}."
        raise ValueError(msg)
    return search
