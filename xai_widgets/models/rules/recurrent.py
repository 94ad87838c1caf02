"""Recurrent networks, taken apart into steps of operations that have rules; each takes the arguments of torch's own."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor
from torch.nn.functional import linear

from xai_widgets.models.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

State = tuple[Tensor, ...]


def _biased(weights: Sequence[Tensor | None]) -> tuple[Tensor, Tensor, Tensor | None, Tensor | None]:
    """Return the weights of input and state, and their biases or None."""
    first, second, *biases = weights
    assert first is not None
    assert second is not None
    return first, second, *((*biases, None, None)[:2])  # type: ignore[return-value]  # two of them


def _gates(x: Tensor, h: Tensor, weights: Sequence[Tensor | None]) -> tuple[Tensor, Tensor]:
    first, second, bias, other = _biased(weights)
    return linear(x, first, bias), linear(h, second, other)


def _lstm_step(x: Tensor, state: State, weights: Sequence[Tensor | None], *, projected: bool = False) -> State:
    h, c = state
    given, kept = _gates(x, h, weights[:-1] if projected else weights)
    i, f, g, o = (given + kept).chunk(4, -1)
    c = f.sigmoid() * c + i.sigmoid() * g.tanh()
    h = o.sigmoid() * c.tanh()
    return (linear(h, weights[-1]) if projected else h), c  # type: ignore[arg-type]  # the last is no bias


def _gru_step(x: Tensor, state: State, weights: Sequence[Tensor | None]) -> State:
    (h,) = state
    given, kept = _gates(x, h, weights)
    (rx, zx, nx), (rh, zh, nh) = given.chunk(3, -1), kept.chunk(3, -1)
    z = zx + zh
    new = (nx + (rx + rh).sigmoid() * nh).tanh()
    # Not 1 - sigmoid(z): the constant would have a share.
    return ((-z).sigmoid() * new + z.sigmoid() * h,)


def _plain_step(
    activation: Callable[[Tensor], Tensor], x: Tensor, state: State, weights: Sequence[Tensor | None]
) -> State:
    given, kept = _gates(x, state[0], weights)
    return (activation(given + kept),)


def _over_time(  # noqa: PLR0917
    step: Callable[[Tensor, State, Sequence[Tensor]], State],
    x: Tensor,
    starts: State,
    weights: Sequence[Tensor],
    layers: int,
    dropout: float,
    train: bool,  # noqa: FBT001
    both_ways: bool,  # noqa: FBT001
    batch_first: bool,  # noqa: FBT001
) -> tuple[Tensor, ...]:
    ways = 2 if both_ways else 1
    each = len(weights) // (layers * ways)
    x = x.transpose(0, 1) if batch_first else x
    ends: list[State] = []
    for layer in range(layers):
        made: list[Tensor] = []
        for way in range(ways):
            k = layer * ways + way
            state, own = tuple(one[k] for one in starts), weights[k * each : (k + 1) * each]
            out: list[Tensor] = []
            for one in x.unbind(0)[:: -1 if way else 1]:
                state = step(one, state, own)
                out.append(state[0])
            made.append(torch.stack(out[:: -1 if way else 1]))
            ends.append(state)
        x = torch.cat(made, -1)
        if layer < layers - 1:
            x = torch.dropout(x, dropout, train)
    finals = (torch.stack(one) for one in zip(*ends, strict=True))
    return (x.transpose(0, 1) if batch_first else x), *finals


def _need_rows(has_biases: Any) -> None:
    if not isinstance(has_biases, bool):
        msg = "Packed sequences have no rules. Give the recurrent layer its rows as they are, padded or one by one."
        raise ModelError(msg)


def lstm(x: Tensor, starts: State, weights: Sequence[Tensor], has_biases: bool, *rest: Any) -> tuple[Tensor, ...]:  # noqa: FBT001
    """Pass steps through layers of LSTM, which may project their state."""
    _need_rows(has_biases)
    layers, _, _, both_ways, _ = rest
    each = len(weights) // (layers * (2 if both_ways else 1))
    step = partial(_lstm_step, projected=each == (5 if has_biases else 3))
    return _over_time(step, x, starts, weights, *rest)


def gru(x: Tensor, start: Tensor, weights: Sequence[Tensor], has_biases: bool, *rest: Any) -> tuple[Tensor, ...]:  # noqa: FBT001
    """Pass steps through layers of GRU."""
    _need_rows(has_biases)
    return _over_time(_gru_step, x, (start,), weights, *rest)


def rnn_tanh(x: Tensor, start: Tensor, weights: Sequence[Tensor], has_biases: bool, *rest: Any) -> tuple[Tensor, ...]:  # noqa: FBT001
    """Pass steps through layers of ``tanh(W x + U h)``."""
    _need_rows(has_biases)
    return _over_time(partial(_plain_step, torch.tanh), x, (start,), weights, *rest)


def rnn_relu(x: Tensor, start: Tensor, weights: Sequence[Tensor], has_biases: bool, *rest: Any) -> tuple[Tensor, ...]:  # noqa: FBT001
    """Pass steps through layers of ``relu(W x + U h)``."""
    _need_rows(has_biases)
    return _over_time(partial(_plain_step, torch.relu), x, (start,), weights, *rest)


def lstm_cell(x: Tensor, state: State, *weights: Tensor | None) -> State:
    """Return state and cell after one step."""
    return _lstm_step(x, state, weights)


def gru_cell(x: Tensor, h: Tensor, *weights: Tensor | None) -> Tensor:
    """Return the state after one step."""
    return _gru_step(x, (h,), weights)[0]


def rnn_tanh_cell(x: Tensor, h: Tensor, *weights: Tensor | None) -> Tensor:
    """Return ``tanh(W x + U h)``."""
    return _plain_step(torch.tanh, x, (h,), weights)[0]


def rnn_relu_cell(x: Tensor, h: Tensor, *weights: Tensor | None) -> Tensor:
    """Return ``relu(W x + U h)``."""
    return _plain_step(torch.relu, x, (h,), weights)[0]


RECURRENT: dict[str, Callable[..., Any]] = {
    one.__name__: one for one in (lstm, gru, rnn_tanh, rnn_relu, lstm_cell, gru_cell, rnn_tanh_cell, rnn_relu_cell)
}
