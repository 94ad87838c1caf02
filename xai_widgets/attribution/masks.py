"""Random masks: how the score depends on which pixels are shown."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import torch
from torch import Tensor, nn

from xai_widgets.attribution.coarse import SPARE, alone_and_without, blended, effects
from xai_widgets.attribution.groups import row_generator
from xai_widgets.attribution.statistics import CHECKED, joint_error
from xai_widgets.inputs import BASELINES
from xai_widgets.method import Estimate, Method, parameter, register
from xai_widgets.models.left_out import LeftOut

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from xai_widgets.inputs import Inputs
    from xai_widgets.models import Model, Target

ENOUGH = 16
"""Fewer masks say too little of their spread."""

CELLS = 3
"""Along each side of the coarse picture's grid."""

PROBES = 12
"""Pixels an axis at which the spread is measured: masks are too smooth to differ in between."""

TINY = 1e-12


@register
@dataclass(frozen=True, kw_only=True)
class Rise(Method):
    r"""Mean score of randomly masked pictures that show a pixel, minus the mean score of all.

    .. math:: \frac{\sum_i F(x \odot M_i) \, M_i(p)}{\sum_i M_i(p)} - \frac{1}{n} \sum_i F(x \odot M_i)

    Masks are grids of random cells, enlarged bilinearly and shifted at random. The paper divides by the mask's expected
    mean and leaves the mean score in, which needs about twice as many masks for the same picture. The error is the
    standard error of this ratio over masks.

    Before many masks, each ninth of the picture is shown alone and then hidden alone, in 18 passes: a coarse picture,
    which is blended in for as much as that makes the error less, and does not count in the end.

    References
    ----------
    Petsiuk, Das, Saenko: RISE. arXiv:1806.07421 (2018).
    """

    name: ClassVar[str] = "rise"
    title: ClassVar[str] = "RISE"
    family: ClassVar[str] = "Perturbation"
    sentence: ClassVar[str] = "Is the score higher when this part is shown among random others?"

    n_samples: int = parameter(1000, "How many random masks at most.", low=1, high=100_000)
    cells: int = parameter(7, "Cells of a mask along the picture's shorter side.", low=2, high=32)
    shown: float = parameter(0.5, "Share of the picture that a mask shows.", low=0.05, high=0.95, step=0.05)
    baselines: Any = parameter("zero", "What stands where a mask hides.", choices=BASELINES, kind="baseline")
    tolerance: float = parameter(0.1, "Stop when the estimated error falls below this.", low=0.0, high=1.0, step=0.01)

    def why_not(self, model: Model, inputs: Inputs) -> str | None:
        """Refuse what is no picture: masks are blobs in the plane."""
        return None if inputs.kind == "image" else "It needs a picture: an input of shape [channels, height, width]."

    def run(self, model: Model, inputs: Inputs, target: Target, seed: int = 0) -> Iterator[Estimate]:
        """Yield the running estimate after each batch of masks."""
        x, base = inputs.x, inputs.baseline(self.baselines, seed)
        left_out = LeftOut()

        def scored(masks: Tensor) -> Tensor:
            shown = base + masks[:, None] * (x - base)
            return left_out.tried(lambda some: target.of(model.scores(some)), shown).to(x.device)

        def batch(rows: slice) -> tuple[Tensor, Tensor]:
            masks = self._masks(rows, inputs.grid, seed).to(x)
            return masks, scored(masks)

        total = len(self._coarse(inputs.grid)) + self.n_samples
        before = total - self.n_samples
        picture = yield from self._first(model, inputs, scored, left_out)

        ratio = _Ratio()
        for rows, (masks, scores) in model.batches(self.n_samples, batch, align=CHECKED):
            answered = ~scores.isnan() | (not left_out.count)
            done, error = before + rows.stop, None
            if answered.any():
                ratio.add(masks[answered], scores[answered])
            elif not ratio.count:
                yield Estimate(x[:1], done, total, ready=False)
                continue
            values = ratio.value()
            if ratio.count >= ENOUGH:
                error = ratio.error()
            enough = error is not None and error <= self.tolerance and rows.stop % CHECKED == 0
            if picture is not None and not enough and done < total:
                values = picture if error is None else blended(values, picture, ratio.doubt)
            yield Estimate(values[None], done, done if enough else total, error, notes=left_out.notes)
            if enough:
                return
        left_out.check()

    def _first(
        self, model: Model, inputs: Inputs, scored: Callable[[Tensor], Tensor], left_out: LeftOut
    ) -> Generator[Estimate, None, Tensor | None]:
        """Yield the coarse picture before masks are drawn, and return it, if there is any."""
        alone, picture = self._coarse(inputs.grid), None

        def windows(rows: slice) -> tuple[Tensor, Tensor]:
            masks = _enlarged(alone[rows], inputs.grid).to(inputs.x)
            return masks, scored(masks)

        maps, found = inputs.x.new_empty(0, *inputs.grid), inputs.x.new_empty(0)
        for rows, (masks, scores) in model.batches(len(alone), windows):
            maps, found = torch.cat([maps, masks])[: CELLS**2], torch.cat([found, scores])
            if rows.stop >= CELLS**2 and not left_out.count:
                # Masks that are drawn show far smaller parts, and each of them to a share of the time.
                scale = (1 - self.shown) * CELLS**2 / math.prod(self._blocks(inputs.grid))
                picture = scale * torch.einsum("n,nhw->hw", effects(found, CELLS**2).to(maps), maps)
            total, values = len(alone) + self.n_samples, inputs.x[:1] if picture is None else picture[None]
            yield Estimate(values, rows.stop, total, ready=picture is not None, notes=left_out.notes)
        return picture

    def _coarse(self, grid: tuple[int, int]) -> Tensor:
        """Return which cells of a coarse grid are shown in each pass before masks are drawn, if any: (n, 1, h, w)."""
        few = min(self._blocks(grid)) < 2 * CELLS or self.n_samples < 2 * CELLS**2 * SPARE
        return alone_and_without(0 if few else CELLS**2).float().reshape(-1, 1, CELLS, CELLS)

    def _blocks(self, grid: tuple[int, int]) -> tuple[int, int]:
        """How many cells a mask has along each side of the picture."""
        side = min(grid) / self.cells
        return max(1, round(grid[0] / side)), max(1, round(grid[1] / side))

    def _masks(self, rows: slice, grid: tuple[int, int], seed: int) -> Tensor:
        """Draw masks (n, height, width), float32 on the CPU: each row from its own seed."""
        cells = self._blocks(grid)
        side = [-(-n // c) for n, c in zip(grid, cells, strict=True)]
        coarse, corners = [], []
        for row in range(rows.start, rows.stop):
            draws = torch.rand(2 + (cells[0] + 1) * (cells[1] + 1), generator=row_generator(seed, row))
            corners.append([int(float(u) * s) for u, s in zip(draws[:2], side, strict=True)])
            coarse.append((draws[2:] < self.shown).float().reshape(1, cells[0] + 1, cells[1] + 1))
        size = tuple((c + 1) * s for c, s in zip(cells, side, strict=True))
        large = _enlarged(torch.stack(coarse), size)
        return torch.stack([one[i : i + grid[0], j : j + grid[1]] for one, (i, j) in zip(large, corners, strict=True)])


class _Ratio:
    """Running sums over masks, and the masks at some pixels, from which the standard error follows.

    `doubt` is the expected square of the norm of the error, by the last `error`.
    """

    def __init__(self) -> None:
        self.count, self.doubt = 0, 0.0
        self._offset = 0.0
        self._shown = self._products = torch.empty(0)
        self._scores = torch.empty(0, dtype=torch.float64)
        self._probes = torch.empty(0, 0, dtype=torch.float64)

    def add(self, masks: Tensor, scores: Tensor) -> None:
        """Take in masks (n, height, width) and their scores (n,)."""
        probes = _probe(masks).cpu().double()
        if not self.count:
            # Sums of deviations from the first score keep their digits; the ratio does not feel an offset.
            self._offset = float(scores[0])
            self._shown = self._products = torch.zeros_like(masks[0])
            self._probes = probes[:0]
        scores = scores.to(masks.dtype) - self._offset
        self._shown = self._shown + masks.sum(0)
        self._products = self._products + torch.einsum("n,nhw->hw", scores, masks)
        self._scores = torch.cat([self._scores, scores.cpu().double()])
        self._probes = torch.cat([self._probes, probes])
        self.count += len(masks)

    def value(self) -> Tensor:
        """Return the centred ratio, 0 where no mask has shown a pixel."""
        ratio = self._products / self._shown.clamp(min=TINY) - float(self._scores.mean())
        return torch.where(self._shown > 0, ratio, torch.zeros_like(ratio))

    def error(self) -> float:
        """Bound the relative error by the covariance of what each mask contributes at the probed pixels."""
        scores, masks = self._scores[:, None], self._probes
        shown = masks.mean(0).clamp(min=TINY)
        ratio = (masks * scores).mean(0) / shown
        influence = masks * (scores - ratio) / shown - (scores - scores.mean())
        covariance = influence.T @ influence / (self.count * (self.count - 1))
        values = ratio - scores.mean()
        self.doubt = float(covariance.diagonal().mean()) * self._shown.numel()
        return joint_error(covariance, values, torch.ones_like(values), self.count)


def _enlarged(cells: Tensor, size: tuple[int, ...]) -> Tensor:
    """Enlarge grids of cells (n, 1, h, w) to masks (n, *size)."""
    return nn.functional.interpolate(cells, size=size, mode="bilinear", align_corners=False)[:, 0]


def _probe(masks: Tensor) -> Tensor:
    """Pick pixels of masks (n, height, width) on a regular grid: (n, pixels)."""
    rows, columns = (
        torch.linspace(0, n - 1, min(n, PROBES), device=masks.device).round().long() for n in masks.shape[1:]
    )
    return masks[:, rows][:, :, columns].flatten(1)
