"""Adapters from the user's models to the one small interface that methods use."""

from __future__ import annotations

from xai_widgets.models.callables import as_module, why_no_gradient
from xai_widgets.models.continuations import Likelihood, continued
from xai_widgets.models.errors import (
    ModelError,
    NoWayBackError,
    OutOfMemoryError,
    WeightsChangedError,
    is_out_of_memory,
)
from xai_widgets.models.incremental import Incremental, NotIncrementalError
from xai_widgets.models.module import TorchModel
from xai_widgets.models.pace import BATCH_SECONDS, Pace, in_batches
from xai_widgets.models.prefixes import Prefixes, prefixes_of
from xai_widgets.models.taps import check_layer
from xai_widgets.models.targets import Target, resolve_target
from xai_widgets.models.untouched import private_copy, untouched

Model = TorchModel
"""What methods are given. One adapter today; the name is what they depend on."""

__all__ = [
    "BATCH_SECONDS",
    "Incremental",
    "Likelihood",
    "Model",
    "ModelError",
    "NoWayBackError",
    "NotIncrementalError",
    "OutOfMemoryError",
    "Pace",
    "Prefixes",
    "Target",
    "TorchModel",
    "WeightsChangedError",
    "as_module",
    "check_layer",
    "continued",
    "in_batches",
    "is_out_of_memory",
    "prefixes_of",
    "private_copy",
    "resolve_target",
    "untouched",
    "why_no_gradient",
]
