"""What a language model makes of a text: how likely it finds what stands there, and how it goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

from xai_widgets.models.errors import ModelError
from xai_widgets.models.outputs import tensor_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

POSITIONS = 3


class Likelihood:
    """From a language model's output to the log-likelihood of some of the tokens it was given, (n,).

    Parameters
    ----------
    tokens : sequence of (int, int)
        Place and number of each.
    rather_than : int, optional
        A token to compare the first of them with: the difference of the two scores then.

    Raises
    ------
    ValueError
        For no token, for one that nothing stands before, and for a comparison with itself.
    """

    def __init__(self, tokens: Sequence[tuple[int, int]], rather_than: int | None = None) -> None:
        if not tokens:
            msg = "no token begins in this part of the text: choose more of it."
            raise ValueError(msg)
        if tokens[0][0] == 0:
            msg = "nothing stands before the first token, so a language model says nothing of it. Choose a later one."
            raise ValueError(msg)
        if rather_than == tokens[0][1]:
            msg = "the two tokens are the same: choose another one to compare with."
            raise ValueError(msg)
        self._tokens, self._other = tuple(tokens), rather_than

    def __call__(self, output: Any) -> Tensor:
        """Return the score of each row."""
        scores = tensor_of(output)
        if scores is None or scores.ndim != POSITIONS:
            msg = "The model must return scores at each position, [n, tokens, vocabulary], as a language model does."
            raise ModelError(msg)
        if self._other is not None:
            (place, token), *_ = self._tokens
            if self._other >= scores.shape[-1]:
                msg = f"The model knows {scores.shape[-1]} tokens, got number {self._other}."
                raise ModelError(msg)
            return scores[:, place - 1, token] - scores[:, place - 1, self._other]
        chances = [scores[:, place - 1].log_softmax(-1)[:, token] for place, token in self._tokens]
        return torch.stack(chances).sum(0)
