"""A picture in regions, each of which can be covered, or taken over from another picture."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import torch

from xai_widgets.counterfactual.pictures import PictureProblem, eight_bits
from xai_widgets.inputs import Regions, filling, grid_cells, perturb, runs_of, superpixels
from xai_widgets.models.precision import widened

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import numpy as np
    from numpy.typing import NDArray
    from torch import Tensor
    from typing_extensions import Self

    from xai_widgets.picture_changes import PictureCandidate

State = frozenset[int]
"""Regions by number."""


@dataclass(eq=False)
class RegionProblem(PictureProblem):
    """A picture whose regions may change.

    Attributes
    ----------
    other : Tensor or None
        A second picture as the model eats it, that regions are taken over from, each to where it was; without one,
        regions are covered.
    tried : dict of frozenset to float
        How far beyond the goal each set of regions is that was tried.
    """

    other: Tensor | None = None
    tried: dict[State, float] = field(default_factory=dict)
    regions: Tensor = field(init=False, repr=False)
    """The number of the region of each pixel, (height, width), on the CPU."""
    _cover: Regions = field(init=False, repr=False)
    _fixed: Tensor = field(init=False, repr=False)
    _confirmed: dict[State, bool] = field(default_factory=dict, repr=False)

    def fresh(self) -> Self:
        """Return the same with nothing tried."""
        return replace(super().fresh(), tried={}, _confirmed={})

    def divide(self, count: int, fill: str, colour: tuple[int, int, int]) -> None:
        """Cut the picture into `count` regions at most: patches that follow its edges, or cells of both pictures."""
        size = self.subject.inputs.grid
        self.regions = grid_cells(*size, count) if self.other is not None else superpixels(self.base, count)
        self._cover = Regions(size, (math.prod(size),), fill, colour)
        # By the edit's own seed, so that the widget's edit covers with the same noise.
        noise = torch.Generator().manual_seed(self.seed)
        nothing = torch.zeros(size, dtype=torch.bool, device=self.base.device)
        if self.other is None:
            fixed = filling(fill, colour, self.base, nothing, noise)
        else:
            # What is black and white in one picture is so in the other.
            fixed = replace(self.subject.inputs, x=self.other).pixels
        self._fixed = eight_bits(fixed)

    @property
    def count(self) -> int:
        """How many regions there are."""
        return int(self.regions.max()) + 1

    @property
    def sizes(self) -> list[float]:
        """Share of the picture that each region takes."""
        shares: list[float] = (torch.bincount(self.regions.flatten()) / self.regions.numel()).tolist()
        return shares

    def composed(self, states: Sequence[State]) -> Tensor:
        """Make the picture of each set of regions, (n, channels, height, width)."""
        chosen = torch.zeros(len(states), self.count, dtype=torch.bool)
        for row, state in zip(chosen, states, strict=True):
            row[list(state)] = True
        masks = chosen[:, None, self.regions].to(self.base.device)
        if self.other is not None or self._cover.fill != "mean":
            return torch.where(masks, self._fixed, self.base)
        left = torch.where(masks.all((-2, -1), keepdim=True), True, ~masks).to(self.base.dtype)  # noqa: FBT003
        means = (self.base * left).sum((-2, -1), keepdim=True) / left.sum((-2, -1), keepdim=True)
        return torch.where(masks, eight_bits(means), self.base)

    def judge(self, states: Iterable[State]) -> Iterator[float]:
        """Score what was not scored yet, and yield after each batch which share of it is done."""
        new = [state for state in dict.fromkeys(states) if state not in self.tried]
        for rows, found in self.model.batches(len(new), lambda rows: self.margins(self.composed(new[rows]))):
            self.tried.update(zip(new[rows], found.tolist(), strict=True))
            yield rows.stop / len(new)

    def is_valid(self, state: State) -> bool:
        """Tell whether it reaches the goal: alone, in 8 bits, and as the widget's edit, which knows no rounding."""
        if state not in self.tried or not self.reached(self.tried[state]):
            return False
        if state not in self._confirmed:
            alone = bool(self.reached(self.margins(self.composed([state])))[0])
            edit = self._edit(state)
            if alone and edit is not None:
                x = perturb(self.subject.inputs, [edit], self.seed).x
                alone = bool(self.reached(self.goal.margins(widened(self.model.scores(x[None]))))[0])
            self._confirmed[state] = alone
        return self._confirmed[state]

    def _edit(self, state: State) -> Regions | None:
        return None if self.other is not None else replace(self._cover, runs=runs_of(self._mask(state)))

    def _mask(self, state: State) -> NDArray[np.bool_]:
        mask: NDArray[np.bool_] = torch.isin(self.regions, torch.tensor(sorted(state))).numpy()
        return mask

    def candidate(self, state: State) -> PictureCandidate:
        """Ask the model about the very picture, alone, and write down what it says."""
        if state in self._written:
            return self._written[state]
        edit = self._edit(state)
        told = {"mask": self._mask(state), "regions": tuple(sorted(state)), "edit": edit and edit.to_dict()}
        return self.write(state, self.composed([state])[0], **told)

    def same(self) -> bool:
        """Tell whether rounding to 8 bits alone does it."""
        return bool(self.reached(self.margins(self.base[None]))[0])
