"""Vectors of words in sentences: the same word means another thing elsewhere, and lies elsewhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import nn

from xai_widgets.embeddings.vectors import WordVectors
from xai_widgets.inputs import read_text
from xai_widgets.models.untouched import private_copy, untouched

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor


AROUND = 30
"""Characters on either side of a word that tell where it stands."""


Reading = Callable[[], Iterator["float | WordVectors"]]
"""Begins to read: yields the share of the texts that is read after each, then the vectors."""


def in_context(model: nn.Module, tokenizer: Any, texts: Sequence[str], *, layer: int = -1) -> WordVectors:
    """Give each word of each text a vector: the mean of its tokens' hidden states.

    A word that is there more than once is numbered, ``bank``, ``bank 2`` ….

    Parameters
    ----------
    model : torch.nn.Module
        Of transformers, or one that takes ``output_hidden_states=True`` as those do. It is left as it was.
    tokenizer : object
        Its tokenizer, fast or slow.
    texts : sequence of str
    layer : int

    Returns
    -------
    WordVectors
        With `contexts`: where each word stands, itself in brackets.

    Raises
    ------
    TypeError, ValueError
        For texts without words, and a model or a layer that there is not.
    """
    *_, found = reading(model, tokenizer, texts, layer=layer)()
    assert isinstance(found, WordVectors), "what is read ends with the vectors"
    return found


def reading(model: Any, tokenizer: Any, texts: Sequence[str], *, layer: int = -1) -> Reading:
    """Return what does this step by step.

    Raises
    ------
    TypeError
        For what can be no model, tokenizer or texts. All else the model tells, when it reads.
    """
    if not isinstance(model, nn.Module) or tokenizer is None:
        msg = "texts= needs a torch model of transformers and its tokenizer=."
        raise TypeError(msg)
    if isinstance(texts, str) or not all(isinstance(text, str) for text in texts):
        msg = f"expected a sequence of texts, got {type(texts).__name__}."
        raise TypeError(msg)
    return partial(_read, model, tokenizer, tuple(texts), layer)


def _read(model: nn.Module, tokenizer: Any, texts: tuple[str, ...], layer: int) -> Iterator[float | WordVectors]:
    labels, rows, contexts = [], [], []
    seen: Counter[str] = Counter()
    device = next(model.parameters()).device
    twin = private_copy(model)
    # Put back when all is done, not after each text: transformers makes its hooks in the first pass.
    with untouched(model) if twin is None else nullcontext(twin) as module:
        for done, text in enumerate(texts, 1):
            passage, tensors = read_text(text, tokenizer)
            states = _states(module, {name: one.to(device) for name, one in tensors.items()}, layer)
            for start, stop in passage.pieces("words"):
                inside = [i for i, (a, b) in enumerate(passage.spans) if a < b and a < stop and b > start]
                word = text[start:stop]
                if not inside or not any(map(str.isalnum, word)):
                    continue
                seen[word.lower()] += 1
                labels.append(word if seen[word.lower()] == 1 else f"{word} {seen[word.lower()]}")
                rows.append(states[inside].mean(0).float().cpu().numpy())
                contexts.append(f"{text[max(0, start - AROUND) : start]}[{word}]{text[stop : stop + AROUND]}")
            # The user's own model is not left in our hands while others work.
            if twin is not None:
                yield done / len(texts)
    if not rows:
        msg = "expected texts with at least one word."
        raise ValueError(msg)
    yield WordVectors(labels, np.array(rows), contexts)


@torch.no_grad()
def _states(module: nn.Module, tensors: dict[str, Tensor], layer: int) -> Tensor:
    """Return the hidden states of one text, ``[tokens, features]``."""
    told = module(**tensors, output_hidden_states=True)
    states = getattr(told, "hidden_states", None)
    if states is None or not -len(states) <= layer < len(states):
        said = "none" if states is None else f"{len(states)} layers of them"
        msg = f"expected a model that returns hidden_states, and layer={layer} among them, got {said}."
        raise ValueError(msg)
    found: Tensor = states[layer][0]
    return found
