"""Fused operations, taken apart into operations that have rules; each takes the arguments of torch's own."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from xai_widgets.models.rules.measures import MEASURES
from xai_widgets.models.rules.recurrent import RECURRENT

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def scaled_dot_product_attention(  # noqa: PLR0917
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attn_mask: Tensor | None = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,  # noqa: FBT001, FBT002
    *,
    scale: float | None = None,
    enable_gqa: bool = False,
) -> Tensor:
    """Attend as the paper writes it."""
    if enable_gqa:
        value = value.repeat_interleave(query.shape[-3] // value.shape[-3], -3)
    weights = attention_weights(query, key, attn_mask, is_causal=is_causal, scale=scale, enable_gqa=enable_gqa)
    return torch.dropout(weights, dropout_p, True) @ value  # noqa: FBT003


def attention_weights(
    query: Tensor,
    key: Tensor,
    attn_mask: Tensor | None = None,
    *,
    is_causal: bool = False,
    scale: float | None = None,
    enable_gqa: bool = False,
) -> Tensor:
    """Return how much each query attends to each key, shape (…, queries, keys)."""
    if enable_gqa:
        key = key.repeat_interleave(query.shape[-3] // key.shape[-3], -3)
    scores = (query * (1 / math.sqrt(query.shape[-1]) if scale is None else scale)) @ key.transpose(-2, -1)
    if is_causal:
        attn_mask = torch.ones(scores.shape[-2:], dtype=torch.bool, device=scores.device).tril()
    if attn_mask is not None and attn_mask.dtype == torch.bool:
        scores = scores.masked_fill(~attn_mask, float("-inf"))
    elif attn_mask is not None:
        scores = scores + attn_mask
    return scores.softmax(-1)


def _normalized(x: Tensor, dims: list[int], eps: float) -> Tensor:
    centred = x - x.mean(dims, keepdim=True)
    result: Tensor = centred * (centred.square().mean(dims, keepdim=True) + eps).rsqrt()
    return result


def _affine(x: Tensor, weight: Tensor | None, bias: Tensor | None) -> Tensor:
    x = x if weight is None else x * weight
    return x if bias is None else x + bias


def layer_norm(
    x: Tensor,
    shape: Sequence[int],
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    eps: float = 1e-5,
    _cudnn: bool = True,  # noqa: FBT001, FBT002
) -> Tensor:
    """Normalize over the last axes."""
    return _affine(_normalized(x, list(range(-len(shape), 0)), eps), weight, bias)


def group_norm(
    x: Tensor,
    groups: int,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    eps: float = 1e-5,
    _cudnn: bool = True,  # noqa: FBT001, FBT002
) -> Tensor:
    """Normalize each group of channels."""
    result = _normalized(x.reshape(x.shape[0], groups, -1), [-1], eps).reshape(x.shape)
    channels = (-1, *[1] * (x.ndim - 2))
    return _affine(result, *(None if t is None else t.reshape(channels) for t in (weight, bias)))


def instance_norm(  # noqa: PLR0917
    x: Tensor,
    weight: Tensor | None,
    bias: Tensor | None,
    mean: Tensor | None,
    variance: Tensor | None,
    use_input: bool,  # noqa: FBT001
    momentum: float,
    eps: float,
    cudnn: bool = True,  # noqa: FBT001, FBT002
) -> Tensor:
    """Normalize each channel, or by running statistics."""
    if not use_input:
        return torch.batch_norm(x, weight, bias, mean, variance, False, momentum, eps, cudnn)  # noqa: FBT003
    return group_norm(x, x.shape[1], weight, bias, eps)


def rms_norm(x: Tensor, shape: Sequence[int], weight: Tensor | None = None, eps: float | None = None) -> Tensor:
    """Divide by the root of the mean square over the last axes."""
    small = torch.finfo(x.dtype).eps if eps is None else eps
    scale = (x.square().mean(tuple(range(-len(shape), 0)), keepdim=True) + small).rsqrt()
    return _affine(x * scale, weight, None)


def glu(x: Tensor, dim: int = -1) -> Tensor:
    """Let one half through as far as the sigmoid of the other says."""
    first, second = x.chunk(2, dim)
    return first * second.sigmoid()


def addmm(first: Tensor, a: Tensor, b: Tensor, *, beta: float = 1, alpha: float = 1) -> Tensor:
    """Return ``beta · first + alpha · a @ b``."""
    return beta * first + alpha * (a @ b)


def addbmm(first: Tensor, batch1: Tensor, batch2: Tensor, *, beta: float = 1, alpha: float = 1) -> Tensor:
    """Return ``beta · first + alpha · Σ batch1 @ batch2``."""
    return beta * first + alpha * (batch1 @ batch2).sum(0)


def addr(first: Tensor, a: Tensor, b: Tensor, *, beta: float = 1, alpha: float = 1) -> Tensor:
    """Return ``beta · first + alpha · a ⊗ b``."""
    return beta * first + alpha * torch.outer(a, b)


def baddbmm(first: Tensor, batch1: Tensor, batch2: Tensor, *, beta: float = 1, alpha: float = 1) -> Tensor:
    """Return ``beta · first + alpha · batch1 @ batch2``."""
    return beta * first + alpha * (batch1 @ batch2)


def addcmul(first: Tensor, a: Tensor, b: Tensor, *, value: float = 1) -> Tensor:
    """Return ``first + value · a · b``."""
    return first + value * (a * b)


def addcdiv(first: Tensor, a: Tensor, b: Tensor, *, value: float = 1) -> Tensor:
    """Return ``first + value · a / b``."""
    return first + value * (a / b)


def lerp(start: Tensor, end: Tensor, weight: Any) -> Tensor:
    """Return ``start + weight · (end − start)``."""
    way: Tensor = weight * (end - start)
    return start + way


COMPOSITIONS: dict[str, Callable[..., Any]] = (
    RECURRENT
    | MEASURES
    | {
        "addmv": addmm,
        **{
            one.__name__: one
            for one in (
                scaled_dot_product_attention,
                layer_norm,
                group_norm,
                instance_norm,
                rms_norm,
                glu,
                addbmm,
                addmm,
                addr,
                baddbmm,
                addcmul,
                addcdiv,
                lerp,
            )
        },
    }
)
