"""The curves of one row, as a result: what a model would say if one of its values were another."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import numpy as np

from xai_widgets.models import resolve_target
from xai_widgets.population.grids import known, own
from xai_widgets.population.ice import grid_of, ice
from xai_widgets.populations import Curve, Effects
from xai_widgets.provenance import provenance

if TYPE_CHECKING:
    from xai_widgets.prepare import RowSubject


def curves_of(subject: RowSubject, target: Any = None) -> Effects:
    """Find the curves of a row: the probabilities of a class, by default the likeliest, or the values of an output.

    Raises
    ------
    TypeError
        For a target that is not one class.
    """
    begun, subject, table = time.perf_counter(), subject.fresh(), subject.table
    index = resolve_target(target, subject.prediction).index
    if not isinstance(index, int):
        msg = f"target must be one class, got {target!r}."
        raise TypeError(msg)
    grids = [grid_of(table, i, [subject.row[i]]) for i in range(len(table.columns))]
    found = next(one for one in ice(subject, subject.row[None], grids) if one is not None)
    curves = []
    for i, (places, values) in enumerate(zip(found.grids, found.values, strict=True)):
        said, deciles = values[0, :, index], np.quantile(known(table, i), np.linspace(0, 1, 11))
        line = said[None].astype(np.float32)
        curves.append(Curve(table.names[i], own(table, i, places), places, said, np.zeros(len(said)), line, deciles))
    return Effects(
        method="individual_curves",
        label=subject.prediction.label(index),
        rows=1,
        effects=tuple(curves),
        unit="value" if subject.prediction.task == "value" else "probability",
        forwards=subject.model.forwards,
        seconds=time.perf_counter() - begun,
        model_hash=subject.model.hash,
        notes=tuple(subject.model.notes),
        provenance=provenance(),
    )
