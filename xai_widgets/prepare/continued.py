"""A language model as a function of what stands before a few tokens: how likely they are, and what may come instead."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import torch

from xai_widgets.inputs import encode_texts
from xai_widgets.models.departures import Departures
from xai_widgets.models.feeds import Reduced
from xai_widgets.models.texts import Packed, TextScorer
from xai_widgets.models.tokens import longest_text
from xai_widgets.prepare.scorers import Subject, names_for, subject_of
from xai_widgets.prepare.text import read_span
from xai_widgets.prepare.token_names import names_by

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from xai_widgets.models import TorchModel
    from xai_widgets.text import TextSpan


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
