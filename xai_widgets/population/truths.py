"""What is right for each row of a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import torch

if TYPE_CHECKING:
    from torch import Tensor

    from xai_widgets.results import Prediction


def truths(y: Any, prediction: Prediction, count: int) -> Tensor:
    """Read what is right for each row.

    Parameters
    ----------
    y : array or Series
        Values; or class numbers or labels.
    prediction : Prediction
        By which the classes are known.
    count : int
        Of the rows.

    Returns
    -------
    Tensor, shape (n,)

    Raises
    ------
    ValueError
        For another number of them than there are rows, and for a class that the model does not know.
    """
    given = np.asarray(y.detach().cpu() if hasattr(y, "detach") else y)
    if given.shape != (count,):
        msg = f"y must hold one value a row: expected shape [{count}], got {list(given.shape)}."
        raise ValueError(msg)
    if prediction.task == "value":
        values = given.astype(np.float64)
        if not np.isfinite(values).all():
            msg = "y must hold finite numbers for a regression; leave out the rows that have none."
            raise ValueError(msg)
        return torch.as_tensor(values)
    labels = [str(one) for one in prediction.labels or ()]
    if any(one is None or one != one for one in given.tolist()):  # noqa: PLR0124  NaN alone differs from itself
        msg = "y lacks what is right for some rows: leave these out."
        raise ValueError(msg)
    kinds, codes = np.unique(given.astype(str) if given.dtype == object else given, return_inverse=True)
    named = [str(one) for one in kinds.tolist()]
    if labels and set(named) <= set(labels):
        found = [labels.index(one) for one in named]
    elif kinds.dtype.kind in "biu" or (kinds.dtype.kind == "f" and (kinds == np.round(kinds)).all()):
        found = [int(one) for one in kinds]
    else:
        found = [-1]
    classes = len(prediction.probabilities)
    if min(found) < 0 or max(found) >= classes:
        what = f"labels among {', '.join(map(repr, labels[:8]))}" if labels else f"class numbers in 0..{classes - 1}"
        msg = f"y must hold {what}, got {', '.join(map(repr, kinds.tolist()[:4]))}: pass labels=[...] for others."
        raise ValueError(msg)
    return torch.as_tensor(np.array(found)[codes])
