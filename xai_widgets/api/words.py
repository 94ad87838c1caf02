"""What single words of a text do to its prediction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xai_widgets.api.sources import text_sources, text_subject
from xai_widgets.counterfactual import about, editable, effects, menu
from xai_widgets.inputs import mask_of
from xai_widgets.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import torch

    from xai_widgets.changes import Options


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
        _, mask = mask_of(tokenizer) or (None, None)
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
