"""Scores of inputs that differ from one known input within boxes, by recomputing only what the boxes reach.

A convolution looks at a small neighbourhood, so what covers a patch of a picture changes a patch of each map of
activations, a little larger from layer to layer. One clean pass records the operations that ran and what they put out
(:mod:`trace`); each later input then runs through the same operations on its patches alone (:mod:`rules`), which take
what lies around them from the clean pass. From where a patch fills nearly all of its map, or an operation looks at the
whole map, whole maps are computed. Up to rounding, the scores are those of full passes.

The idea is that of Nakandala, Kumar, Papakonstantinou: Incremental and Approximate Inference for Faster
Occlusion-based Deep CNN Explanations. SIGMOD (2019).
"""

from __future__ import annotations

from xai_widgets.models.incremental.replay import Incremental
from xai_widgets.models.incremental.trace import NotIncrementalError

__all__ = ["Incremental", "NotIncrementalError"]
