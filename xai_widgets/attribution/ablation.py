"""Hide one group of features at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import torch

from xai_widgets.attribution.groups import GroupMethod
from xai_widgets.method import Estimate, register

if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch import Tensor

    from xai_widgets.inputs import Inputs
    from xai_widgets.models import Model, Target


@register
@dataclass(frozen=True, kw_only=True)
class FeatureAblation(GroupMethod):
    r"""Loss of the score when one group is replaced by the baseline, :math:`F(x) - F(x_{\setminus g})`.

    Exact after one pass a group; until then, groups that have not had their turn are zero. With the same `feature_mask`
    the values are Captum's.

    References
    ----------
    Zeiler, Fergus: Visualizing and Understanding Convolutional Networks. arXiv:1311.2901 (2013).
    """

    name: ClassVar[str] = "feature_ablation"
    title: ClassVar[str] = "Feature ablation"
    family: ClassVar[str] = "Perturbation"
    sentence: ClassVar[str] = "What does the score lose when this group of features is hidden?"

    def run(self, model: Model, inputs: Inputs, target: Target, seed: int = 0) -> Iterator[Estimate]:
        """Yield after each batch of groups."""
        game = self.game(model, inputs, target, seed)
        count = game.groups.count

        def batch(rows: slice) -> Tensor:
            coalitions = torch.ones(rows.stop - rows.start, count + 1, dtype=torch.bool)
            # Row 0 hides nothing, row i hides group i - 1.
            coalitions[torch.arange(len(coalitions)), torch.arange(rows.start, rows.stop)] = False
            return game.worth(coalitions[:, 1:])

        scores = torch.empty(0, dtype=torch.float64)
        for rows, worth in model.batches(count + 1, batch):
            scores = torch.cat([scores, worth])
            losses = torch.zeros(count, dtype=torch.float64)
            losses[: rows.stop - 1] = scores[0] - scores[1:]
            yield Estimate(game.groups.place(losses, game.x), rows.stop, count + 1, ready=rows.stop > 1)
