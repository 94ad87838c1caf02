"""Vectors of words from what users have: tables, trained layers, and models that read sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from torch import nn

from xai_widgets.embeddings.contexts import in_context
from xai_widgets.embeddings.vectors import WordVectors

EXPECTED = (
    "expected vectors of words: a WordVectors, a dict of words and vectors, a gensim KeyedVectors, (words, array), "
    "an nn.Embedding or array with labels=, or a model with tokenizer= and texts="
)


def word_vectors(
    source: Any, labels: Any = None, *, tokenizer: Any = None, texts: Sequence[str] | None = None, layer: int = -1
) -> WordVectors:
    """Make vectors of words of what there is.

    Parameters
    ----------
    source : WordVectors, dict, gensim KeyedVectors or model, (words, array), array, nn.Embedding or model
        A dict is of words and their vectors. A model of transformers, with its tokenizer and texts, gives each word in
        each text a vector of its own: the mean of its tokens' hidden states.
    labels : sequence of str or dict of str and int, optional
        The words of an array's rows, or a vocabulary that says which row each has. Of an ``nn.Embedding`` the
        tokenizer's tokens by default.
    tokenizer : object, optional
    texts : sequence of str, optional
        For vectors in context.
    layer : int
        Whose hidden states: -1 the last, 0 the embedding layer's.

    Returns
    -------
    WordVectors

    Raises
    ------
    TypeError, ValueError
        Saying what was expected and what came.
    """
    if texts is not None:
        return in_context(source, tokenizer, texts, layer=layer)
    if isinstance(source, WordVectors):
        return source
    keyed = getattr(source, "wv", source)
    if hasattr(keyed, "index_to_key") and hasattr(keyed, "vectors"):
        return WordVectors(list(keyed.index_to_key), np.asarray(keyed.vectors))
    if isinstance(source, Mapping):
        return WordVectors([str(word) for word in source], np.array([np.asarray(v) for v in source.values()]))
    if isinstance(source, tuple) and len(source) == 2 and labels is None:  # noqa: PLR2004
        labels, source = source
    if labels is None and tokenizer is not None:
        labels = tokenizer.get_vocab()
    table = _table(source)
    if table is None or labels is None:
        msg = f"{EXPECTED}; got {type(source).__name__}."
        raise TypeError(msg)
    if isinstance(labels, Mapping):
        words = [word for word, row in sorted(labels.items(), key=lambda one: one[1]) if 0 <= row < len(table)]
        return WordVectors([str(word) for word in words], table[[labels[word] for word in words]])
    return WordVectors([str(word) for word in labels], table)


def _table(source: Any) -> Any:
    """Return a table's numbers; of a model those of its input embeddings."""
    if isinstance(source, nn.Module) and not isinstance(source, nn.Embedding):
        found = getattr(source, "get_input_embeddings", lambda: None)()
        source = source if found is None else found
    weight = getattr(source, "weight", source)
    if hasattr(weight, "detach"):
        # A copy: the weights may be trained on.
        return weight.detach().cpu().float().numpy().copy()
    return weight if isinstance(weight, np.ndarray) else None
