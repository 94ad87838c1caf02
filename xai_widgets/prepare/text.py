"""A model and a text, made ready for each other."""

from __future__ import annotations

import inspect
import os
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from xai_widgets.inputs import Inputs, mask_of, read_inputs, read_text
from xai_widgets.models import Likelihood
from xai_widgets.models.callables import PlainFunction
from xai_widgets.models.texts import Spelled
from xai_widgets.models.tokens import longest_text, size_of_vocabulary
from xai_widgets.prepare.token_names import names_by, size_of
from xai_widgets.prepare.tokens import reduced, tokens_for
from xai_widgets.text import Text, TextSpan

MOST_WORDS = 2000
"""Of a text for a function, that are hidden: what is fitted to so many coalitions of more has no room in memory."""

PADDED = 1024, 1 / 8
"""So many tokens, or that share of them, models have vectors for beyond those that their tokenizers know, or lack."""

SCORES = "Relevance goes back from the score of each token asked about, not from its likelihood."

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from xai_widgets.models import TorchModel


def is_passage(module: nn.Module, x: Any, preprocess: Any) -> bool:
    """Tell whether `x` is a text for a function of texts, and not the path of a picture."""
    return isinstance(x, str) and preprocess is None and isinstance(module, PlainFunction) and not os.path.exists(x)  # noqa: PTH110  a text may be no path at all


def read_passage(
    model: TorchModel, text: Any, tokenizer: Any, reduce: Callable[[Any], Any] | None
) -> tuple[TorchModel, Inputs]:
    """Explain a text by the tokens that a model eats of it, or by its words where the model eats the text itself.

    Raises
    ------
    TypeError, ValueError
        For what is no text, for an empty one, or a tokenizer of another model.
    """
    if not isinstance(text, str):
        msg = f"with tokenizer= the input must be a text, got {type(text).__name__}."
        raise TypeError(msg)
    if tokenizer is None:
        return _words(model, text, reduce)
    passage, tensors = _divided(model.module, text, tokenizer)
    given, named = accepted(model.module, {name: one[0] for name, one in tensors.items()})
    name = next(iter(given))
    spell, (mask, _) = partial(names_by, tokenizer), mask_of(tokenizer) or (None, None)
    fed, inputs = tokens_for(model, given[name], given, name, named=named, reduce=reduce, spell=spell, mask=mask)
    cut = (
        f"The last {passage.cut:,} of {len(text):,} characters were cut off: the model takes {len(passage):,} tokens. "
        "Prediction and values are of what stands before; to explain the rest, give it as a text of its own."
    )
    return fed, replace(inputs, text=passage, notes=(*([cut] if passage.cut else []), *inputs.notes))


def read_span(
    model: TorchModel, text: Any, tokenizer: Any, span: TextSpan, *, scores: bool = False
) -> tuple[TorchModel, Inputs]:
    """Make a language model a function whose one score is how likely it finds part of a text, or that part's `scores`.

    Raises
    ------
    TypeError, ValueError
        As of :func:`read_passage`; where it is no language model, or nothing stands before that part.
    """
    if tokenizer is None or model.labels is not None:
        msg = "Only a language model, with its tokenizer, finds part of a text likely or not: choose a class."
        raise ValueError(msg)
    if not isinstance(text, str):
        msg = f"TextSpan asks about part of a text, got {type(text).__name__}."
        raise TypeError(msg)
    passage, _ = _divided(model.module, text, tokenizer)
    asked = passage.within(span.start, span.stop)
    reduce = Likelihood([(i, passage.ids[i]) for i in asked], span.rather_than, scores=scores)
    model, inputs = read_passage(model, text, tokenizer, reduce)
    said = text[passage.spans[asked[0]][0] : passage.spans[asked[-1]][1]]
    other = "" if span.rather_than is None else f" rather than {tokenizer.decode([span.rather_than])}"
    model.labels = ((said.strip() or said) + other,)
    told = (SCORES,) if scores and span.rather_than is None else ()
    return model, replace(inputs, notes=(*inputs.notes, *told))


def unread_passage(model: TorchModel, text: str, tokenizer: Any) -> Inputs:
    """Return what is known of a text before the model has run: its tokens, and a number for each that means nothing.

    Raises
    ------
    TypeError, ValueError
        As of :func:`read_passage`.
    """
    passage, _ = _divided(model.module, text, tokenizer)
    inputs = read_inputs(torch.zeros(len(passage), 1), device=model.device, dtype=model.dtype)
    return replace(inputs, kind="tensor", text=passage)


def names_of_tokens(model: TorchModel, tokenizer: Any) -> Sequence[str] | None:
    """Return the texts of all tokens, by which a language model's are called; None where nobody knows them."""
    size = size_of_vocabulary(model.module)
    return None if size is None else names_by(tokenizer, size)


def _divided(module: nn.Module, text: str, tokenizer: Any) -> tuple[Text, dict[str, Tensor]]:
    passage, tensors = read_text(text, tokenizer, longest_text(module))
    known, largest = size_of_vocabulary(module), max(passage.ids)
    told, held = size_of_vocabulary(module, told=True), size_of(tokenizer)
    if known is not None and largest >= known:
        msg = (
            f"The tokenizer does not belong to the model: it made a token of number {largest}, and the model has "
            f"vectors for {known:,} tokens. Load both from the same place."
        )
    elif told is not None and abs(told - held) > max(PADDED[0], told * PADDED[1]):
        # Its numbers would all be found in the table, each as another word.
        msg = (
            f"The tokenizer does not belong to the model: it knows {held:,} tokens, and the model has vectors for "
            f"{told:,}. Load both from the same place."
        )
    else:
        return passage, tensors
    raise ValueError(msg)


def _words(model: TorchModel, text: str, reduce: Callable[[Any], Any] | None) -> tuple[TorchModel, Inputs]:
    pieces = Text(text, ()).pieces("words")
    if not pieces:
        msg = "the text is empty: give at least one word."
        raise ValueError(msg)
    every, pieces = len(pieces), pieces[:MOST_WORDS]
    fed = model.fed(Spelled(text, pieces), getattr(model.module, "task_told", None))
    inputs = read_inputs(torch.ones(len(pieces)), device=model.device, dtype=model.dtype)
    notes = ["Each word is hidden by taking it out of the text."]
    if every > len(pieces):
        notes.append(f"Of the {every:,} words the first {len(pieces):,} are explained; the others are never hidden.")
    return reduced(fed, reduce), replace(inputs, kind="tensor", text=Text(text, pieces), notes=tuple(notes))


def accepted(module: nn.Module, tensors: Mapping[str, Tensor]) -> tuple[dict[str, Tensor], bool]:
    """Choose what the model takes of what the tokenizer makes: all by names, or the tokens alone in first place."""
    try:
        arguments = inspect.signature(module.forward).parameters
    except (TypeError, ValueError):
        return dict(tensors), True
    anything = any(one.kind is inspect.Parameter.VAR_KEYWORD for one in arguments.values())
    ids = tensors["input_ids"]
    if not anything and "input_ids" not in arguments:
        return {"0": ids}, False
    taken = {name: one for name, one in tensors.items() if anything or name in arguments}
    return {"input_ids": ids, **taken}, True
