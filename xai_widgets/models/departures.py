"""Where a language model would leave a few tokens that stand in a text: what else may come, as one distribution."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

from xai_widgets.models.continuations import NOT_CAUSAL, POSITIONS
from xai_widgets.models.errors import ModelError
from xai_widgets.models.outputs import tensor_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor


class Departures:
    """From a language model's output to log-probabilities of some tokens as a whole, and of all that may come instead.

    What comes instead begins like them and has another token somewhere. Together with the whole these exclude each
    other and leave nothing out, so their probabilities sum to 1; of a single token they are those of the vocabulary.

    Parameters
    ----------
    tokens : sequence of int
        What the model reads ends with all of them but the last.
    """

    def __init__(self, tokens: Sequence[int]) -> None:
        self.tokens = tuple(tokens)

    def __call__(self, output: Any) -> Tensor:
        """Return the log-probabilities (n, outputs): by the place of the other token and its number."""
        scores = tensor_of(output)
        if scores is None or scores.ndim != POSITIONS:
            raise ModelError(NOT_CAUSAL)
        chances = scores[:, -len(self.tokens) :].log_softmax(-1)
        begun = chances.new_zeros(len(chances), 1)
        parts: list[Tensor] = []
        for place, token in enumerate(self.tokens[:-1]):
            here = chances[:, place] + begun
            parts += [here[:, :token], here[:, token + 1 :]]
            begun = here[:, token, None]
        return torch.cat([*parts, chances[:, -1] + begun], 1)

    def whole(self, vocabulary: int) -> int:
        """Return the output that stands for the tokens as a whole, of a vocabulary of that size."""
        return (len(self.tokens) - 1) * (vocabulary - 1) + self.tokens[-1]

    def spelt(self, output: int, vocabulary: int) -> list[int]:
        """Return the tokens that an output stands for."""
        place = min(output // (vocabulary - 1), len(self.tokens) - 1)
        token = output - place * (vocabulary - 1)
        # Before the last place, the token that stands there is left out.
        skipped = place < len(self.tokens) - 1 and token >= self.tokens[place]
        return [*self.tokens[:place], token + skipped]
