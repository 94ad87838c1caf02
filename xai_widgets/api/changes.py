"""What would have to change: counterfactuals, and what each word does."""

from __future__ import annotations

import collections
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from xai_widgets.attribution.runs import check_time_budget
from xai_widgets.counterfactual import (
    SEARCHES,
    Constraints,
    RowProblem,
    Search,
    Sources,
    TextProblem,
    about,
    create_search,
    editable,
    effects,
    menu,
    resolve_goal,
    run_search,
)
from xai_widgets.inputs import whole_words
from xai_widgets.prepare import Subject, adapt, language_model, masked_model, row_subject, subject_of
from xai_widgets.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    import torch

    from xai_widgets.changes import Counterfactuals, Options
    from xai_widgets.counterfactual import Bound
    from xai_widgets.prepare import RowSubject

AUTO = "fewest_edits"
"""What ``method="auto"`` means for a text."""

AUTO_ROW = ("gradient", "genetic")
"""The same for a row: of a model with gradients where no rule ties columns together, and otherwise."""

MOST = 1000
"""So many counterfactuals may be asked for."""


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
    tokenizer: Any = None,
    labels: Sequence[str] | None = None,
    method: str | Search = "auto",
    mlm: Any = None,
    fluency: Any = None,
    replacements: Any = None,
    insertions: Sequence[str] | None = None,
    seed: int = 0,
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
    x : str, or row of a table
        The text; or the row, with `background`: a list or array of numbers, a dict by column, a pandas Series or a
        frame of one row.
    target : None, "other", int or str
        The class to reach, by number or label; by default any but the one predicted now.
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
    tokenizer : object, optional
        Of transformers, or a ``tokenizers.Tokenizer``, the one that belongs to the model.
    labels : sequence of str, optional
        Names of the classes, where the model does not know them itself.
    method : str or Search
        ``"fewest_edits"`` for a text; ``"gradient"``, ``"genetic"``, ``"random"`` or ``"nearest"`` for a row; or an
        instance such as ``FewestEdits(max_edits=3)``.
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
    device : str or torch.device, optional
        Where to compute; by default where the model is.
    time_budget : float, optional
        Seconds of computing after which to stop with what was found.
    **params
        Parameters of the method, such as ``max_edits=3`` or ``insert=False``.

    Returns
    -------
    Counterfactuals
        Each candidate reaches the target: the model was asked about its text as a string. None of its edits can be
        undone. None found is a result without candidates, whose notes say among what was searched.

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
        tokenizer=tokenizer, labels=labels, method=method, mlm=mlm,
        fluency=fluency, replacements=replacements, insertions=insertions, seed=seed, device=device,
        time_budget=time_budget, **params,
    )  # fmt: skip
    return collections.deque(steps, maxlen=1).pop()


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
    tokenizer: Any = None,
    labels: Sequence[str] | None = None,
    method: str | Search = "auto",
    mlm: Any = None,
    fluency: Any = None,
    replacements: Any = None,
    insertions: Sequence[str] | None = None,
    seed: int = 0,
    device: str | torch.device | None = None,
    time_budget: float | None = None,
    **params: Any,
) -> Iterator[Counterfactuals]:
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
        subject = row_subject(adapter, x, background, features)
        row_goal = resolve_goal(target, within, subject.prediction, subject.model.task or "logits")
        problem = RowProblem(subject, row_goal, _bound(constraints, subject))
        search = _row_search(method, params, problem)
        return run_search(search, problem, n=n, seed=seed, time_budget=seconds)
    if not isinstance(x, str):
        msg = f"the input must be a text, or a row of a table with background=..., got {type(x).__name__}."
        raise TypeError(msg)
    if constraints is not None:
        msg = "constraints are for rows of a table: pass one with background=..., or say max_edits= for a text."
        raise TypeError(msg)
    search = _search(method, params, AUTO, "text")
    text = text_subject(model, x, tokenizer=tokenizer, labels=labels, device=device, seed=seed)
    goal = resolve_goal(target, within, text.prediction, text.scorer.model.task or "logits")
    sources = text_sources(mlm=mlm, fluency=fluency, replacements=replacements, insertions=insertions, device=device)
    return run_search(search, TextProblem(text, goal, sources), n=n, seed=seed, time_budget=seconds)


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


def text_subject(
    model: Any,
    text: Any,
    *,
    tokenizer: Any = None,
    labels: Sequence[str] | None = None,
    device: str | torch.device | None = None,
    seed: int = 0,
) -> Subject:
    """Make a model a function of texts, and look at one; parameters and errors as in :func:`counterfactuals`.

    Returns
    -------
    Subject
        May be used for many searches and menus about the same text.
    """
    return subject_of(adapt(model, text, labels=labels, device=device, seed=seed), text, tokenizer)


def text_sources(
    *,
    mlm: Any = None,
    fluency: Any = None,
    replacements: Any = None,
    insertions: Sequence[str] | None = None,
    device: str | torch.device | None = None,
) -> Sources:
    """Make sources of words of what the user gave; parameters and errors as in :func:`counterfactuals`."""
    masked = None
    if mlm is not None:
        scorer, mask = masked_model(mlm, device)
        masked = scorer, mask, whole_words(mlm[1])
    return Sources(
        words=None if replacements is None else _lookup(replacements),
        insertions=None if insertions is None else _words("insertions", insertions),
        masked=masked,
        fluency=None if fluency is None else language_model(fluency, device),
    )


def _lookup(given: Any) -> Callable[[str], Sequence[str]]:
    if isinstance(given, Mapping):
        table = {str(word).casefold(): _words("replacements", new) for word, new in given.items()}
        return lambda word: table.get(word.casefold(), ())
    if isinstance(given, Callable):  # type: ignore[arg-type]
        find: Callable[[str], Any] = given
        return lambda word: _words("replacements", find(word))
    words = _words("replacements", given)
    return lambda _: words


def _words(name: str, given: Any) -> tuple[str, ...]:
    if isinstance(given, str) or not isinstance(given, Sequence) or any(not isinstance(one, str) for one in given):
        msg = f"{name} must be words in a list, got {given if isinstance(given, str) else type(given).__name__!r}."
        raise TypeError(msg)
    return tuple(one for one in given if one.strip())


def word_menu(
    model: Any,
    text: Any,
    span: tuple[int, int],
    *,
    target: Any = None,
    tokenizer: Any = None,
    labels: Sequence[str] | None = None,
    mlm: Any = None,
    replacements: Any = None,
    n: int = 8,
    tried: int = 32,
    seed: int = 0,
    device: str | torch.device | None = None,
) -> Iterator[Options]:
    """Find the replacements of a word that move the prediction most, up or down, step by step.

    Parameters
    ----------
    model, text, tokenizer, labels, mlm, replacements, seed, device
        As of :func:`counterfactuals`.
    span : (int, int)
        The word, or several: its first character and the one after its last.
    target : None, int or str
        The class whose probability is told; by default the one predicted.
    n : int
        How many to return; deleting is always among them.
    tried : int
        How many words to put to the model.

    Yields
    ------
    Options
        After each batch; the largest change first.

    Raises
    ------
    ValueError, TypeError
        As of :func:`counterfactuals`, and for a span that lies outside the text or holds nothing.
    """
    subject = text_subject(model, text, tokenizer=tokenizer, labels=labels, device=device, seed=seed)
    start, stop = _span(span, text)
    sources = text_sources(mlm=mlm, replacements=replacements, device=device)
    return menu(about(subject, target, sources), (start, stop), n=n, tried=tried)


def word_effects(
    model: Any,
    text: Any,
    *,
    target: Any = None,
    tokenizer: Any = None,
    labels: Sequence[str] | None = None,
    how: str = "delete",
    granularity: str = "words",
    seed: int = 0,
    device: str | torch.device | None = None,
) -> Iterator[Options]:
    """Find what deleting, or masking, each word does to the prediction, step by step.

    Parameters
    ----------
    model, text, tokenizer, labels, seed, device
        As of :func:`counterfactuals`.
    target : None, int or str
        The class whose probability is told; by default the one predicted.
    how : {"delete", "mask"}
        ``"mask"`` writes the tokenizer's mask in the word's place.
    granularity : str
        ``"words"``, ``"sentences"`` or a regular expression, whose matches are the pieces.

    Yields
    ------
    Options
        After each batch, in the order of the text, those that are known. A piece without which nothing would be left
        to read is left out.

    Raises
    ------
    ValueError, TypeError
        As of :func:`counterfactuals`, and for a tokenizer without a mask.
    """
    mask = None
    if how not in {"delete", "mask"}:
        msg = f"how must be 'delete' or 'mask', got {how!r}."
        raise ValueError(msg)
    if how == "mask":
        mask = getattr(tokenizer, "mask_token", None)
        if mask is None:
            msg = "how='mask' needs a tokenizer with a mask token: use how='delete'."
            raise ValueError(msg)
    subject = text_subject(model, text, tokenizer=tokenizer, labels=labels, device=device, seed=seed)
    spans = Text(text, tuple(editable(text))).pieces("tokens" if granularity == "words" else granularity)
    return effects(about(subject, target), spans, mask=mask)


def _span(span: Any, text: str) -> tuple[int, int]:
    ends = list(span) if isinstance(span, (tuple, list)) else []
    if len(ends) != 2 or any(isinstance(one, bool) or not isinstance(one, int) for one in ends):  # noqa: PLR2004
        msg = f"span must be two whole numbers, the first character and the one after the last, got {span!r}."
        raise TypeError(msg)
    start, stop = ends
    if not 0 <= start < stop <= len(text) or not text[start:stop].strip():
        msg = f"span must hold a word of the text, whose {len(text):,} characters count from 0, got {span!r}."
        raise ValueError(msg)
    return start, stop
