"""What a language model makes of a text: how likely it finds what stands there, and how it goes on."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

import torch

from xai_widgets.models.errors import ModelError
from xai_widgets.models.outputs import tensor_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from torch import Tensor

    from xai_widgets.models.module import TorchModel

POSITIONS = 3
NOT_CAUSAL = "The model must return scores at each position, [n, tokens, vocabulary], as a language model does."


class Likelihood:
    """From a language model's output to the log-likelihood of some of the tokens it was given, (n,).

    Parameters
    ----------
    tokens : sequence of (int, int)
        Place and number of each.
    rather_than : int, optional
        A token to compare the first of them with: the difference of the two scores then.
    scores : bool
        Return the sum of the tokens' scores, as relevance wants it, which goes back through no logarithm.

    Raises
    ------
    ValueError
        For no token, for one that nothing stands before, and for a comparison with itself.
    """

    def __init__(
        self, tokens: Sequence[tuple[int, int]], rather_than: int | None = None, *, scores: bool = False
    ) -> None:
        if not tokens:
            msg = "no token begins in this part of the text: choose more of it."
            raise ValueError(msg)
        if tokens[0][0] == 0:
            msg = "nothing stands before the first token, so a language model says nothing of it. Choose a later one."
            raise ValueError(msg)
        if rather_than == tokens[0][1]:
            msg = "the two tokens are the same: choose another one to compare with."
            raise ValueError(msg)
        self._tokens, self._other, self._plain = tuple(tokens), rather_than, scores

    def __call__(self, output: Any) -> Tensor:
        """Return the score of each row."""
        scores = tensor_of(output)
        if scores is None or scores.ndim != POSITIONS:
            raise ModelError(NOT_CAUSAL)
        if self._other is not None:
            (place, token), *_ = self._tokens
            if self._other >= scores.shape[-1]:
                msg = f"The model knows {scores.shape[-1]} tokens, got number {self._other}."
                raise ModelError(msg)
            return scores[:, place - 1, token] - scores[:, place - 1, self._other]
        if self._plain:
            return torch.stack([scores[:, place - 1, token] for place, token in self._tokens]).sum(0)
        chances = [scores[:, place - 1].log_softmax(-1)[:, token] for place, token in self._tokens]
        return torch.stack(chances).sum(0)


def continued(
    model: TorchModel,
    ids: Tensor,
    count: int,
    *,
    temperature: float = 1.0,
    top: int = 0,
    seed: int = 0,
    ends: Collection[int] = (),
) -> Iterator[tuple[int, float]]:
    """Let a language model go on with its tokens, one at a time.

    Keys and values are kept from step to step where the model can. No global random state is touched.

    Parameters
    ----------
    model : TorchModel
        As it was adapted, before it has seen a text.
    ids : Tensor, shape (tokens,)
    count : int
        How many tokens, at most.
    temperature : float
        By which the scores are divided before a token is drawn; 0 takes the likeliest.
    top : int
        Only the so many likeliest are drawn from; 0 for all.
    seed : int
    ends : collection of int
        Tokens that end the text.

    Yields
    ------
    token : int
    probability : float
        That the model gives it, at a temperature of 1 and among all.

    Raises
    ------
    ModelError
        Where the model returns no scores at each position.
    """
    generator = torch.Generator().manual_seed(seed)
    known, past = ids.to(model.device)[None], None
    keeps = {"past_key_values", "use_cache"} <= set(inspect.signature(model.module.forward).parameters)
    for _ in range(count):
        fed = known if past is None else known[:, -1:]
        named = {"past_key_values": past, "use_cache": True} if keeps else {}
        output = model.outputs(lambda module, fed=fed, named=named: module(fed, **named))  # type: ignore[misc]
        past = getattr(output, "past_key_values", None) if keeps else None
        scores = tensor_of(output)
        if scores is None or scores.ndim != POSITIONS:
            raise ModelError(NOT_CAUSAL)
        last = scores[0, -1].detach().float().cpu()
        token = drawn(last, temperature, top, generator)
        yield token, float(last.softmax(-1)[token])
        if token in ends:
            return
        known = torch.cat([known, known.new_tensor([[token]])], dim=1)


def drawn(scores: Tensor, temperature: float, top: int, generator: torch.Generator) -> int:
    """Draw a token (by its number) by scores (vocabulary,)."""
    if temperature == 0:
        return int(scores.argmax())
    best, which = scores.topk(min(top or len(scores), len(scores)))
    chances = (best.double() / temperature).softmax(-1)
    return int(which[torch.multinomial(chances, 1, generator=generator)])
