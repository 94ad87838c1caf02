"""A text and where its new words come from, made of what the user gave."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from xai_widgets.counterfactual import Sources, continuation_goal
from xai_widgets.inputs import read_text, whole_words
from xai_widgets.prepare import Subject, adapt, language_model, masked_model, subject_before, subject_of

if TYPE_CHECKING:
    import torch

    from xai_widgets.counterfactual import Goal
    from xai_widgets.models import TorchModel
    from xai_widgets.text import Text, TextSpan


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


def standing_before(text: Text, token: int, tokenizer: Any) -> str:
    """Return what stands before a token, as the same tokens where that can be."""
    before = text.text[: text.spans[token][0]]
    # A space may belong to the token that comes, or to the one before.
    ways = (before, before.rstrip()) if before.strip() else ()
    return next((one for one in ways if read_text(one, tokenizer)[0].ids == text.ids[:token]), before)


def continued_subject(model: TorchModel, text: Any, span: TextSpan, tokenizer: Any) -> tuple[Subject, Goal]:
    """Do the same of what stands before part of a text, for a language model.

    Returns
    -------
    Subject
    Goal
        That something else than that part as a whole is likelier to come; or the token of `rather_than` than its
        first.

    Raises
    ------
    TypeError, ValueError
        Where it is no language model, nothing stands before that part, or another token is likelier already.
    """
    if tokenizer is None or model.labels is not None or not isinstance(text, str):
        msg = "Only a language model, with its tokenizer, goes on with a text: name a class that is to be reached."
        raise TypeError(msg)
    passage, _ = read_text(text, tokenizer)
    asked = passage.within(span.start, span.stop)
    first = asked[0] if asked else 0
    whole = len(asked) > 1 and span.rather_than is None
    before = standing_before(passage, first, tokenizer)
    if not before.strip():
        msg = "nothing stands before that part of the text that could be changed. Choose a later one."
        raise ValueError(msg)
    last = asked[-1] if whole else first
    stop = passage.spans[last][1]
    said = text[passage.spans[first][0] : stop].strip()
    if whole:
        tokens = passage.ids[first : last + 1]
        subject, token = subject_before(model, before, tokens, text=text[:stop], span=span, tokenizer=tokenizer)
    else:
        subject, token = subject_of(model, before, tokenizer), passage.ids[first]
    subject = replace(subject, notes=(*subject.notes, f"What stands before {said!r} is changed."))
    task = subject.scorer.model.task or "logits"
    return subject, continuation_goal(token, span.rather_than, subject.prediction, task, alone=whole)


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
