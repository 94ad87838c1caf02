"""How a row of a table is explained: by which method, against which rows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor

from xai_widgets.attribution.groups import GroupMethod
from xai_widgets.attribution.runs import against_rows, choose
from xai_widgets.attribution.shapley import MOST_GROUPS
from xai_widgets.prepare import row_subject
from xai_widgets.text import TextSpan

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from xai_widgets.inputs import Inputs
    from xai_widgets.method import Method
    from xai_widgets.models import Model, TorchModel
    from xai_widgets.prepare import RowSubject
    from xai_widgets.results import Prediction

FEW, MANY = 2**15, 2**19
"""Up to so many different rows ``method="auto"`` does all coalitions: of a function, and of a model with gradients.

Those of 25 rows that differ from this one in 10 columns are fewer, and of 100 in 12; where most cells are alike, in 16.
"""


def row_auto(subject: RowSubject, beside: Any = None) -> str:
    """Return the name of the method that fits, where hidden cells are those of the rows `beside` (n, columns)."""
    if len(subject.row) <= MOST_GROUPS and _passes(subject.row, beside) <= (MANY if subject.direct else FEW):
        return "exact_shapley"
    return "expected_gradients" if subject.direct and not np.isnan(subject.row).any() else "kernel_shap"


def _passes(own: NDArray[np.float64], beside: Any) -> float:
    """Count the different rows that all coalitions of cells make beside some rows, or one that differs in each cell."""
    differ = np.ones((1, len(own)), bool)
    if isinstance(beside, (Tensor, np.ndarray)) and beside.shape[-1:] == own.shape:
        rows = np.asarray(torch.as_tensor(beside).cpu(), np.float64).reshape(-1, len(own))
        differ = (rows != own) & ~(np.isnan(rows) & np.isnan(own))
    return float((2.0 ** differ.sum(1)).sum())


def row_why_not(subject: RowSubject, method: type[Method]) -> str | None:
    """Refuse what makes rows that no table has, such as one between two categories."""
    if subject.direct or issubclass(method, GroupMethod):
        return None
    return "It mixes rows, and nothing lies between two categories: choose one that swaps whole cells."


def row_method(subject: RowSubject, inputs: Inputs, method: str | Method, params: dict[str, Any]) -> Method:
    """Build the method that is asked for, which compares with the input's references where it compares.

    Others may be given as a frame of rows, in place of `baselines`.

    Raises
    ------
    ValueError, TypeError
        As of `choose`.
    """
    given = {key: subject.rows(one) if hasattr(one, "iloc") else one for key, one in params.items()}
    rows = inputs.references and inputs.references.rows
    beside = given.get("baselines", rows)
    name = row_auto(subject, beside) if method == "auto" else method
    own = {**against_rows(name, rows), **given} if isinstance(name, str) else given
    chosen = choose(name, own, subject.model, inputs)
    if (reason := row_why_not(subject, type(chosen))) is not None:
        msg = f"{chosen.name} does not fit here. {reason}"
        raise ValueError(msg)
    return chosen


@dataclass(frozen=True)
class Background:
    """Rows of the data that were given beside one row, if any: how the row is read, and what it is compared with.

    Attributes
    ----------
    rows, features, encode : object
        As of `row_subject`.

    Raises
    ------
    TypeError
        For what tells of rows that were not given.
    """

    rows: Any = None
    features: Sequence[str] | None = None
    encode: Any = None

    def __post_init__(self) -> None:
        if self.rows is None and (self.features is not None or self.encode is not None):
            msg = "features= and encode= tell of background=, rows of the data: give these too, or a dict by column."
            raise TypeError(msg)

    def tells(self, method: str | Method) -> bool:
        """Tell whether the row is to be read by it: an array may be meant for the method alone."""
        own = isinstance(method, str) and "background" in against_rows(method, self.rows)
        return self.rows is not None and (hasattr(self.rows, "iloc") or not own)

    def params(self, given: dict[str, Any]) -> dict[str, Any]:
        """Return a method's parameters, with what is meant for it."""
        return given if self.rows is None else {**given, "background": self.rows}

    def read(
        self, adapter: TorchModel, x: Any, method: str | Method, params: dict[str, Any], *, target: Any, seed: int
    ) -> tuple[Model, Inputs, Method, Prediction | None]:
        """Read the row, and build the method; with what this model has just said of the row, where it was asked.

        Raises
        ------
        ValueError, TypeError
            As of `row_subject` and `row_method`, and for a target that asks about no class of a row.
        """
        if callable(target) or isinstance(target, TextSpan):
            msg = f"with background=, target must be a class, a label or a pair of these, got {type(target).__name__}."
            raise TypeError(msg)
        subject = row_subject(adapter, x, self.rows, self.features, self.encode)
        inputs = replace(subject.inputs, references=subject.references(seed))
        told = subject.prediction if subject.inner is subject.model else None
        return subject.model, inputs, row_method(subject, inputs, method, params), told
