"""Language models as functions of texts: what stands behind a mask, how likely a text is, or some tokens after one."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import torch

from xai_widgets.inputs import encode_texts, mask_of
from xai_widgets.models.departures import Departures
from xai_widgets.models.feeds import Reduced
from xai_widgets.models.texts import AtToken, Packed, TextScorer, likelihood
from xai_widgets.models.tokens import longest_text
from xai_widgets.prepare.read import adapt
from xai_widgets.prepare.scorers import Subject, names_for, subject_of
from xai_widgets.prepare.text import read_span
from xai_widgets.prepare.token_names import names_by

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from torch import Tensor

    from xai_widgets.models import TorchModel
    from xai_widgets.text import TextSpan


def masked_model(given: Any, device: Any = None) -> tuple[TextScorer, str]:
    """Make a masked language model a function of texts with one mask: scores of every token there.

    Parameters
    ----------
    given : (model, tokenizer)
    device : optional
        Where to compute; by default where the model is.

    Returns
    -------
    scorer : TextScorer
    mask : str
        How the mask is written.

    Raises
    ------
    TypeError, ValueError
        For anything else, and for a tokenizer without a mask.
    """
    model, tokenizer = _pair(given, "mlm")
    mask = mask_of(tokenizer)
    if mask is None:
        msg = "mlm: the tokenizer has no mask token: give a masked language model, such as BERT with its tokenizer."
        raise ValueError(msg)
    return _language_scorer(model, tokenizer, AtToken(mask[0]), f"a {mask[1]}", device), mask[1]


def language_model(given: Any, device: Any = None) -> TextScorer:
    """Make a causal language model a function of texts: the mean log-likelihood of a token.

    Parameters
    ----------
    given : (model, tokenizer)
    device : optional

    Raises
    ------
    TypeError
        For anything else.
    """
    model, tokenizer = _pair(given, "fluency")
    return _language_scorer(model, tokenizer, likelihood, "a b", device)


def _pair(given: Any, name: str) -> tuple[Any, Any]:
    if not isinstance(given, (tuple, list)) or len(given) != 2:  # noqa: PLR2004
        msg = f"{name} must be a pair, (model, tokenizer), got {type(given).__name__}."
        raise TypeError(msg)
    return given[0], given[1]


def _language_scorer(
    model: Any, tokenizer: Any, read: Callable[[Any, Tensor], Tensor], sample: str, device: Any
) -> TextScorer:
    adapter = adapt(model, device=device)
    names, named = names_for(adapter, sample, tokenizer)
    limit = longest_text(adapter.module)
    fed = adapter.fed(Packed(names, named=named, read=read), "value")
    fed.labels = None
    return TextScorer(fed, lambda texts: encode_texts(texts, tokenizer, names, limit))


def subject_before(
    model: TorchModel, before: str, tokens: Sequence[int], *, text: str, span: TextSpan, tokenizer: Any
) -> tuple[Subject, int]:
    """Make a language model a function of the text before some tokens.

    Parameters
    ----------
    model : TorchModel
    before : str
    tokens : sequence of int
        What follows it.
    text : str
        What there is up to their end.
    span : TextSpan
        Where they lie in it.
    tokenizer : object

    Returns
    -------
    subject : Subject
        Its predictions are as of `Departures`; it is differentiated by how likely the tokens are as a whole.
    whole : int
        The output that stands for that.
    """
    subject = subject_of(model, before, tokenizer)
    departures, vocabulary = Departures(tokens), len(subject.prediction.scores)
    names, named = names_for(model, before, tokenizer)
    fed = model.fed(Reduced(Packed(names, named=named), departures), "logits")
    whole = departures.whole(vocabulary)
    last = (len(tokens) - 1) * (vocabulary - 1) + vocabulary
    fed.labels = names_by(tokenizer, last, partial(departures.spelt, vocabulary=vocabulary))
    limit = longest_text(model.module)
    room = None if limit is None else limit - len(tokens) + 1
    tail = torch.tensor(tokens[:-1])
    scorer = TextScorer(
        fed, lambda texts: [_followed(one, tail) for one in encode_texts(texts, tokenizer, names, room)]
    )
    embedded, inputs = read_span(model, text, tokenizer, span)
    told = replace(subject, scorer=scorer, prediction=scorer.predict(before), embedded=embedded, inputs=inputs)
    return told, whole


def _followed(fields: Tensor, tail: Tensor) -> Tensor:
    """Put tokens behind a text's (fields, tokens); of a text without any there is nothing to follow."""
    if not fields.shape[-1]:
        return fields
    more = fields[:, -1:].repeat(1, len(tail))
    more[0] = tail
    return torch.cat([fields, more], 1)
