"""Weighted least squares that know how sure their coefficients are."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

SMALLEST = 1e-9
"""Penalty of the smallest fit, as a share of its rows' mean square."""


@dataclass(frozen=True)
class Fit:
    """A linear fit.

    Attributes
    ----------
    coefficients : Tensor, shape (columns,)
    covariance : Tensor, shape (columns, columns), or None
        Of the coefficients; None where there are too few draws to tell.
    explained : float
        Share of the weighted variance of the targets that the fit explains (R²).
    """

    coefficients: Tensor
    covariance: Tensor | None
    explained: float


def fit(
    rows: Tensor,
    targets: Tensor,
    weights: Tensor | None = None,
    ridge: Tensor | None = None,
    *,
    missing: Tensor | None = None,
    together: int = 1,
) -> Fit:
    r"""Fit ``rows @ coefficients`` to the targets.

    .. math:: \min_\beta \sum_j w_j (y_j - x_j \beta)^2 + \sum_k \lambda_k \beta_k^2

    The covariance is the sandwich :math:`H^{-1} \sum_j g_j g_j^T H^{-1}` with
    :math:`g_j = w_j x_j r_j / (1 - h_j)`, where the leverage :math:`h_j` makes up for what each row pulls the fit
    towards itself. It holds whether or not the truth is linear: rows are drawn at random. Of rows that are drawn
    `together`, the :math:`g_j` are added up first.

    `ridge` has the penalties :math:`\lambda_k`. `missing` is the share of the rows like each one that have not been
    drawn, where each is drawn once: where there is no other one, there is no doubt. So many rows in turn are drawn
    `together`, such as 2 for pairs.

    References
    ----------
    MacKinnon, White: Some heteroskedasticity-consistent covariance matrix estimators. J. Econometrics 29 (1985).
    """
    weights = torch.ones_like(targets) if weights is None else weights
    weighted = rows * weights[:, None]
    # Columns may sum to zero. Sums of many rows make of that more than the rounding of one number.
    rtol = max(rows.shape) * torch.finfo(rows.dtype).eps
    if ridge is None and len(rows) < rows.shape[1]:
        # The smallest of all that fit, by the products of the fewer rows: time goes with the third power.
        root = weights.sqrt()
        scaled = rows * root[:, None]
        coefficients = scaled.T @ (torch.linalg.pinv(scaled @ scaled.T, hermitian=True, rtol=rtol) @ (targets * root))
    else:
        hessian = weighted.T @ rows if ridge is None else weighted.T @ rows + ridge.diag()
        inverse = torch.linalg.pinv(hessian, hermitian=True, rtol=rtol)
        coefficients = inverse @ (weighted.T @ targets)
    residuals = targets - rows @ coefficients
    middle = (weights * targets).sum() / weights.sum()
    spread = float((weights * (targets - middle).square()).sum())
    explained = 1 - float((weights * residuals.square()).sum()) / spread if spread > 0 else 1.0
    covariance = None
    if len(rows) >= 2 * together * rows.shape[1]:
        leverage = ((weighted @ inverse) * rows).sum(1).clamp(max=0.99)
        pulls = (weighted * (residuals / (1 - leverage))[:, None]) @ inverse
        if together > 1:
            draws = torch.arange(len(rows)) // together
            pulls = pulls.new_zeros(int(draws[-1]) + 1, pulls.shape[1]).index_add_(0, draws, pulls)
        covariance = pulls.T @ (pulls if missing is None else pulls * missing[:, None])
    return Fit(coefficients, covariance, explained)


def left_out(rows: Tensor, targets: Tensor, weights: Tensor, ridge: float = 0.0, *, together: int = 1) -> Tensor:
    """Return by how much the fit to all other rows misses each row's target, times the root of its weight.

    Takes any number of rows: fewer than columns are fitted exactly, and tell by this alone how wrong the fit is. Rows
    that are drawn `together` are left out together.
    """
    root = weights.sqrt()
    scaled = rows * root[:, None]
    products = scaled @ scaled.T
    penalty = ridge + SMALLEST * products.diagonal().mean()
    inverse = torch.linalg.inv(products + penalty * torch.eye(len(rows)).to(rows))
    draws = len(rows) // together
    own = inverse.view(draws, together, draws, together).diagonal(dim1=0, dim2=2).permute(2, 0, 1)
    missed: Tensor = torch.linalg.solve(own, (inverse @ (targets * root)).view(draws, together, 1)).flatten()
    return missed
