"""A model and a table of rows, as the methods see them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from xai_widgets.models.outputs import probabilities_of
from xai_widgets.models.precision import widened

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from xai_widgets.inputs.table import Table
    from xai_widgets.models import TorchModel
    from xai_widgets.results import Prediction

PAIR = 2


@dataclass(frozen=True, eq=False)
class Population:
    """Rows of a table and the model that answers them.

    Attributes
    ----------
    table : Table
    model : TorchModel
        Eats numbers (n, columns), as `Table` has them.
    rows : Tensor, shape (n, columns)
        All of them, on the model's device.
    prediction : Prediction
        Of the first row, with the labels of the classes.
    index : int
        The class, or output, that is asked about.
    truth : Tensor or None, shape (n,)
        What is right: class numbers or values.
    """

    table: Table
    model: TorchModel
    rows: Tensor
    prediction: Prediction
    index: int = 0
    truth: Tensor | None = None

    @property
    def label(self) -> str:
        """What is asked about, in words."""
        return "value" if self.valued and self.prediction.labels is None else self.prediction.label(self.index)

    @property
    def valued(self) -> bool:
        """Whether the answer is a value, and no probability."""
        return self.prediction.task == "value"

    def probabilities(self, scores: Tensor) -> Tensor:
        """Return the probabilities, or values, (n, outputs) that scores (n, outputs) stand for."""
        return probabilities_of(scores, self.model.task or "logits")

    def decisions(self, scores: Tensor) -> Tensor:
        """Return the likeliest class of each row (n,)."""
        # Where there is one score a class, the largest is the likeliest's.
        return (scores if scores.shape[1] > 1 else self.probabilities(scores)).argmax(1)

    def answers(self, scores: Tensor) -> Tensor:
        """Return the probability, or value, (n,) that is asked about, as precisely as can be."""
        if self.model.task != "logits":
            return self.probabilities(scores)[:, self.index]
        if scores.shape[1] == PAIR:
            return widened(scores[:, self.index] - scores[:, 1 - self.index]).sigmoid()
        # A softmax of a few columns takes several times as long.
        return widened(scores - scores[:, self.index, None]).exp().sum(1).reciprocal()

    def shuffled(self, seed: int) -> np.ndarray[Any, np.dtype[np.int64]]:
        """Return the numbers of all rows in an order of chance, so that any first ones stand for all."""
        return np.random.default_rng(seed).permutation(len(self.rows))

    def taken(self, numbers: np.ndarray[Any, np.dtype[np.int64]]) -> Tensor:
        """Return the rows (some, columns) of these numbers: in brackets, it would take seven times as long."""
        return self.rows.index_select(0, torch.as_tensor(numbers, device=self.rows.device))

    def place(self, name: str | int) -> int:
        """Return the place of a column, by name or number.

        Raises
        ------
        ValueError
            For one that is not there.
        """
        names = self.table.names
        known = name in names if isinstance(name, str) else 0 <= name < len(names)
        if not known:
            msg = f"there is no column {name!r}; the data has {', '.join(map(repr, names[:8]))}."
            raise ValueError(msg)
        return names.index(name) if isinstance(name, str) else name

    def places(self, names: Sequence[str | int] | None) -> list[int]:
        """Return the places of columns; of all where none are named."""
        return list(range(len(self.table.names))) if names is None else [self.place(one) for one in names]
