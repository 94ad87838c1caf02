"""Norms, distances and statistics, taken apart into operations that have rules; each takes torch's own arguments."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

if TYPE_CHECKING:
    from collections.abc import Callable


def linalg_vector_norm(
    x: Tensor,
    ord: float = 2,  # noqa: A002
    dim: Any = None,
    keepdim: bool = False,  # noqa: FBT001, FBT002
    *,
    dtype: Any = None,
) -> Any:
    """Return ``(Σ |x|^ord)^(1/ord)``, which is the largest or smallest of ``|x|`` for an infinite `ord`."""
    x = x if dtype is None else x.to(dtype)
    dims = tuple(range(x.ndim)) if dim is None else dim
    if ord == 0:
        return NotImplemented  # a count, which has no gradient
    if math.isinf(ord):
        return (torch.amax if ord > 0 else torch.amin)(x.abs(), dims, keepdim=keepdim)
    if ord == 1:
        return x.abs().sum(dims, keepdim=keepdim)
    if ord == 2:  # noqa: PLR2004
        return x.square().sum(dims, keepdim=keepdim).sqrt()
    return x.abs().pow(ord).sum(dims, keepdim=keepdim).pow(1 / ord)


def linalg_matrix_norm(
    x: Tensor,
    ord: Any = "fro",  # noqa: A002
    dim: Any = (-2, -1),
    keepdim: bool = False,  # noqa: FBT001, FBT002
    *,
    dtype: Any = None,
) -> Any:
    """Return the Frobenius norm; the others, of singular values, have no rules."""
    return linalg_vector_norm(x, 2, dim, keepdim, dtype=dtype) if ord == "fro" else NotImplemented


def linalg_norm(
    x: Tensor,
    ord: Any = None,  # noqa: A002
    dim: Any = None,
    keepdim: bool = False,  # noqa: FBT001, FBT002
    *,
    dtype: Any = None,
) -> Any:
    """Return the norm of a vector, or of a matrix where `ord` is named for two axes."""
    of_matrix = ord is not None and (x.ndim if dim is None else len(dim) if isinstance(dim, (tuple, list)) else 1) > 1
    if of_matrix:
        return linalg_matrix_norm(x, ord, (-2, -1) if dim is None else dim, keepdim, dtype=dtype)
    return linalg_vector_norm(x, 2 if ord is None else ord, dim, keepdim, dtype=dtype)


def pairwise_distance(
    x1: Tensor,
    x2: Tensor,
    p: float = 2,
    eps: float = 1e-6,
    keepdim: bool = False,  # noqa: FBT001, FBT002
) -> Any:
    """Return ``‖x1 − x2 + eps‖`` of each row."""
    return linalg_vector_norm(x1 - x2 + eps, p, -1, keepdim)


def cdist(x1: Tensor, x2: Tensor, p: float = 2, compute_mode: Any = None) -> Any:  # noqa: ARG001
    """Return ``‖x1 − x2‖`` of each row of the one and each of the other."""
    return linalg_vector_norm(x1.unsqueeze(-2) - x2.unsqueeze(-3), p, -1)


def dist(x1: Tensor, x2: Tensor, p: float = 2) -> Any:
    """Return ``‖x1 − x2‖`` of all numbers."""
    return linalg_vector_norm(x1 - x2, p)


def cosine_similarity(x1: Tensor, x2: Tensor, dim: int = 1, eps: float = 1e-8) -> Tensor:
    """Return ``x1 · x2 / (‖x1‖ ‖x2‖)``."""
    lengths = [linalg_vector_norm(one, 2, dim, keepdim=True).clamp_min(eps) for one in (x1, x2)]
    result: Tensor = (x1 / lengths[0] * (x2 / lengths[1])).sum(dim)
    return result


def var_mean(
    x: Tensor,
    *given: Any,
    dim: Any = None,
    unbiased: bool = True,
    correction: float | None = None,
    keepdim: bool = False,
) -> tuple[Tensor, Tensor]:
    """Return ``Σ (x − mean)² / (count − correction)`` and the mean."""
    if given and isinstance(given[0], bool):  # torch takes this one alone, too
        given = (dim, *given)
    options: list[Any] = [*given, *(dim, unbiased, keepdim)[len(given) :]]
    dim, unbiased, keepdim = options
    dims = list(range(x.ndim)) if dim is None else dim
    middle = x.mean(dims, keepdim=True)
    count = x.numel() // max(1, middle.numel())
    free = count - (int(unbiased) if correction is None else correction)
    return (x - middle).square().sum(dims, keepdim=keepdim) / max(0, free), x.mean(dims, keepdim=keepdim)


def var(x: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """Return the first of `var_mean`."""
    return var_mean(x, *args, **kwargs)[0]


def std_mean(x: Tensor, *args: Any, **kwargs: Any) -> tuple[Tensor, Tensor]:
    """Return the root of the variance, and the mean."""
    spread, middle = var_mean(x, *args, **kwargs)
    return spread.sqrt(), middle


def std(x: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """Return the first of `std_mean`."""
    return std_mean(x, *args, **kwargs)[0]


def aminmax(x: Tensor, *, dim: int | None = None, keepdim: bool = False) -> Any:
    """Return the smallest and the largest."""
    dims = tuple(range(x.ndim)) if dim is None else dim
    return torch.return_types.aminmax((x.amin(dims, keepdim=keepdim), x.amax(dims, keepdim=keepdim)))


def polar(length: Tensor, angle: Tensor) -> Tensor:
    """Return ``length · (cos angle + i sin angle)``."""
    return torch.complex(length * angle.cos(), length * angle.sin())


def hypot(x: Tensor, other: Tensor) -> Tensor:
    """Return ``√(x² + other²)``."""
    return (x.square() + other.square()).sqrt()


def logaddexp(x: Tensor, other: Tensor) -> Tensor:
    """Return ``log(e^x + e^other)``."""
    return torch.stack(torch.broadcast_tensors(x, other)).logsumexp(0)  # type: ignore[no-untyped-call]


def logaddexp2(x: Tensor, other: Tensor) -> Tensor:
    """Return ``log₂(2^x + 2^other)``."""
    return logaddexp(x * math.log(2), other * math.log(2)) / math.log(2)


def _loss(each: Callable[..., Tensor]) -> Callable[..., Tensor]:
    def run(x: Tensor, target: Tensor, reduction: int = 1, *args: Any) -> Tensor:
        apart = each(x - target.to(x.dtype), *args)
        return apart if reduction == 0 else apart.mean() if reduction == 1 else apart.sum()

    return run


MEASURES: dict[str, Callable[..., Any]] = {
    "mse_loss": _loss(torch.square),
    "l1_loss": _loss(torch.abs),
    **{
        one.__name__: one
        for one in (
            aminmax,
            cdist,
            cosine_similarity,
            dist,
            hypot,
            linalg_matrix_norm,
            linalg_norm,
            linalg_vector_norm,
            logaddexp,
            logaddexp2,
            pairwise_distance,
            polar,
            std,
            std_mean,
            var,
            var_mean,
        )
    },
}
