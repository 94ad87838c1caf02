"""Hide one group of features at a time."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import torch
from torch import Tensor

from xai_widgets.attribution.groups import GroupMethod, row_generator
from xai_widgets.attribution.layers import above, why_no_layer
from xai_widgets.attribution.statistics import Z95
from xai_widgets.method import Estimate, parameter, register
from xai_widgets.models.left_out import LeftOut

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xai_widgets.inputs import Inputs
    from xai_widgets.models import Model, Prefixes, Target

ENOUGH = 8
"""Fewer groups say too little of the rest."""

MANY = 16
"""Groups from which on it pays to find out whether passes may leave out what stands before the one that is hidden."""

CAUTION = 2.0
"""Squares of losses have long tails: with a doubt wider by this, the true error stays below in 95 of 100 cases."""


@register
@dataclass(frozen=True, kw_only=True)
class FeatureAblation(GroupMethod):
    r"""Loss of the score when one group is replaced by the baseline, :math:`F(x) - F(x_{\setminus g})`.

    Exact after one pass a group. They come in random order; until then, groups that have not had their turn are zero,
    and the error takes them for as large as the others. With the same `feature_mask` the values are Captum's. Without
    one, groups are superpixels of a picture, segments of a sound ([samples] or [channels, samples]), boxes in space and
    time of a video ([frames, channels, height, width], or channels first), and else columns, steps or words; LIME and
    Shapley values have the same. Of a layer, the first axis of its activation is grouped (channels of a map), and a
    group is replaced by what the layer puts out for the baseline. Of a language model's text, what stands before the
    hidden token is passed once, where that gives the same scores.

    References
    ----------
    Zeiler, Fergus: Visualizing and Understanding Convolutional Networks. arXiv:1311.2901 (2013).
    """

    name: ClassVar[str] = "feature_ablation"
    title: ClassVar[str] = "Feature ablation"
    family: ClassVar[str] = "Perturbation"
    sentence: ClassVar[str] = "What does the score lose when this group of features is hidden?"

    layer: str | None = parameter(
        None, "The layer whose activations are hidden, in place of the input's values.", kind="layer", optional=True
    )

    def why_not(self, model: Model, inputs: Inputs) -> str | None:
        """Refuse a layer that is not there."""
        return why_no_layer(model, self.layer)

    def run(self, model: Model, inputs: Inputs, target: Target, seed: int = 0) -> Iterator[Estimate]:
        """Yield after each batch of groups."""
        if self.layer is not None:
            model, inputs = above(model, inputs, self.layer)
        game = self.game(model, inputs, target, seed)
        count, left_out = game.groups.count, LeftOut()
        whole = target.of(model.unchanged(game.x)).cpu().double()
        # In the order of a text, the next ones share what stands before; a picture on its way is better of any.
        order = torch.randperm(count, generator=row_generator(seed, 0)) if model.paces.watched else torch.arange(count)
        shared: list[Prefixes | None] = [] if model.paces.watched else [game.prefixes() if count >= MANY else None]

        def batch(rows: slice) -> Tensor:
            if rows.start and not shared:  # the first map does not wait for it
                shared.append(game.prefixes() if count >= MANY else None)
            hidden = order[rows, None] == torch.arange(count)
            return game.tried(left_out, ~hidden, shared[0] if shared else None)

        found, sizes = torch.empty(0, dtype=torch.float64), game.groups.sizes[order]
        for rows, worth in model.batches(count, batch):
            found = torch.cat([found, whole - worth])
            losses = torch.zeros(count, dtype=torch.float64)
            losses[order[: len(found)]] = found
            error = _missing(found.nan_to_num(), sizes) if ENOUGH <= len(found) < count else None
            values = game.groups.place(losses, game.x)
            values = values if self.layer is None else values.expand(game.x.shape)
            if rows.stop == count:
                left_out.check()
            yield Estimate(values, 1 + rows.stop, 1 + count, error, notes=left_out.notes)


def _missing(found: Tensor, sizes: Tensor) -> float | None:
    """Bound the share of a map that is still to come, from what came first in random order.

    Parameters
    ----------
    found : Tensor, shape (seen,)
    sizes : Tensor, shape (groups,)
        Cells of each group, the seen ones first.
    """
    seen = len(found)
    squares, here, rest = found.square(), float((found.square() * sizes[:seen]).sum()), sizes[seen:]
    spread = float(squares.var()) * float(rest.square().sum() + rest.sum().square() / seen)
    most = float(squares.mean() * rest.sum()) + CAUTION * Z95 * math.sqrt(spread)
    # Where all were zero so far, that says nothing of the rest.
    return math.sqrt(most / (here + most)) if most > 0 else None
