"""Class activation maps whose weights come from scores: one pass for each channel, the most important ones first."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import torch
from torch import Tensor, nn

from xai_widgets.attribution.cam_base import LAYER, ActivationMap, Channels
from xai_widgets.attribution.statistics import relative
from xai_widgets.attribution.windows import spread_order
from xai_widgets.inputs import BASELINES
from xai_widgets.method import Estimate, parameter, register

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xai_widgets.inputs import Inputs
    from xai_widgets.models import Model, Target

FIRST = 8
"""Fewer channels of many say too little of the rest."""

CAUTION = 4.0
"""Channels overlap, and scores go with how much they show: the true error, as a multiple of that of channels which
differ at random, stays below this in 95 of 100 random networks."""


@register
@dataclass(frozen=True, kw_only=True)
class ScoreCam(ActivationMap):
    r"""Channels weighted by the score of the picture seen through them.

    .. math:: \mathrm{ReLU}\left(\sum_k \operatorname{softmax}_k(F(x \odot M_k)) \, A_k\right), \quad
        M_k = \frac{\uparrow\! A_k - \min \uparrow\! A_k}{\max \uparrow\! A_k - \min \uparrow\! A_k}

    with :math:`\uparrow` scaling up to the picture. Needs no gradient but for the order of the channels, which come
    evenly spread over the ranks that Grad-CAM gives them: those that have not come yet have the mean weight of the
    others, and the error says how much their weights may differ. Exact at the end. What the score of the `baselines`
    would be subtracts out. (pytorch-grad-cam enlarges the masks from corner to corner; here pixels are areas, as
    everywhere.)

    References
    ----------
    Wang et al.: Score-CAM. arXiv:1910.01279 (2020).
    """

    name: ClassVar[str] = "score_cam"
    title: ClassVar[str] = "Score-CAM"
    sentence: ClassVar[str] = (
        "Which channels show enough of the picture to keep the score up, and where are they active?"
    )
    uses: ClassVar[frozenset[str]] = frozenset({"batches", "gradients", "map"})

    baselines: Any = parameter(
        "zero", "What stands where a channel hides the picture.", choices=BASELINES, kind="baseline"
    )

    def run(self, model: Model, inputs: Inputs, target: Target, seed: int = 0) -> Iterator[Estimate]:
        """Yield after each batch of channels."""
        x, base = inputs.x, inputs.baseline(self.baselines, seed)
        channels = self.channels(model, inputs, target)
        order = _important_first(channels)
        activation = channels.activation[order[spread_order(len(order)).to(order.device)]]

        def batch(rows: slice) -> Tensor:
            large = nn.functional.interpolate(
                activation[rows, None], size=inputs.grid, mode="bilinear", align_corners=False
            )
            low, high = large.amin((2, 3), keepdim=True), large.amax((2, 3), keepdim=True)
            masks = torch.where(high > low, (large - low) / (high - low), torch.zeros_like(large)).to(x)
            return target.of(model.scores(base + masks * (x - base)))

        scores = activation.new_empty(0)
        for rows, found in model.batches(len(activation), batch):
            scores = torch.cat([scores, found.to(activation)])
            cam, doubt = _expected(scores, activation)
            shown = self.show(cam, inputs.grid)
            error = None
            if FIRST <= rows.stop < len(activation):
                # A cell becomes as many pixels; what is cut off below zero takes its error away with it.
                error = relative(CAUTION * doubt * math.sqrt(shown.numel() / cam.numel()), float(shown.norm()))
            notes = (f"{LAYER}{channels.name}.",)
            yield Estimate(shown, rows.stop, len(activation), error, notes=notes)


def _expected(scores: Tensor, activation: Tensor) -> tuple[Tensor, float]:
    """Return the map to expect from the scores of the first channels, and the standard error of its norm.

    Parameters
    ----------
    scores : Tensor, shape (seen,)
    activation : Tensor, shape (channels, h, w)
        The channels with a score first.
    """
    seen, rest = len(scores), activation[len(scores) :]
    weights = (scores - scores.max()).exp()
    mean = weights.mean()
    total = weights.sum() + mean * len(rest)
    cam = (torch.einsum("k,khw->hw", weights, activation[:seen]) + mean * rest.sum(0)) / total
    away = rest - cam
    # Each weight to come differs on its own, and all of them by what their mean is wrong.
    squares = away.square().sum() + away.sum(0).square().sum() / seen
    return cam, float(weights.std() * squares.sqrt() / total) if len(rest) and seen > 1 else 0.0


@register
@dataclass(frozen=True, kw_only=True)
class AblationCam(ActivationMap):
    r"""Channels weighted by what the score loses without them.

    .. math:: \mathrm{ReLU}\left(\sum_k (F - F_{\setminus k}) \, A_k\right)

    with :math:`F_{\setminus k}` the score when channel `k` is zero. The paper divides by `F`, which would turn the map
    of a negative score around; that of a positive one is the same. (pytorch-grad-cam puts -10⁷ in place of zero where
    the layer has no rectifier.) Channels with the largest part in Grad-CAM come first; those that have not come yet
    have the loss that the gradient expects. No error is stated before the end, where it is exact: channels come by
    importance and not at random, so those seen do not tell how wrong the gradient is about the rest.

    References
    ----------
    Desai, Ramaswamy: Ablation-CAM. WACV (2020).
    """

    name: ClassVar[str] = "ablation_cam"
    title: ClassVar[str] = "Ablation-CAM"
    sentence: ClassVar[str] = "What does the score lose without each channel, and where is that channel active?"
    uses: ClassVar[frozenset[str]] = frozenset({"batches", "gradients", "map"})

    def run(self, model: Model, inputs: Inputs, target: Target, seed: int = 0) -> Iterator[Estimate]:
        """Yield the gradient's guess, then after each batch of channels."""
        channels = self.channels(model, inputs, target)
        activation, raw = channels.activation, channels.raw
        above = model.above(channels.name, inputs.x[None])
        # Maps of windowed transformers and tokens have their channels last.
        axis = 0 if raw.shape[1:] == activation.shape else -1
        order = _important_first(channels)
        losses = (activation * channels.gradient).sum((1, 2))
        total = 1 + len(order)
        whole = torch.zeros((), dtype=losses.dtype)

        def batch(rows: slice) -> Tensor:
            # Row 0 is the model as it is, row i lacks one channel.
            gone = [int(order[row - 1]) if row else None for row in range(rows.start, rows.stop)]

            changed = raw.repeat(len(gone), *[1] * (raw.ndim - 1))
            for one, channel in zip(changed, gone, strict=True):
                if channel is not None:
                    one.select(axis, channel).zero_()
            return target.of(above.scores(changed))

        for rows, scores in above.batches(total, batch):
            if rows.start == 0:
                whole = scores[0]
            seen = order[max(0, rows.start - 1) : rows.stop - 1]
            losses[seen] = (whole - scores[len(scores) - len(seen) :]).to(losses)
            cam = torch.einsum("k,khw->hw", losses, activation)
            notes = (f"{LAYER}{channels.name}.",)
            yield Estimate(self.show(cam, inputs.grid), rows.stop, total, notes=notes)


def _important_first(channels: Channels) -> Tensor:
    """Order channels by the size of their part in Grad-CAM."""
    part: Tensor = channels.gradient.mean((1, 2)).abs() * channels.activation.flatten(1).norm(dim=1)
    return part.argsort(descending=True, stable=True)
