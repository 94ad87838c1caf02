"""Hide a part, see what the score loses."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import torch
from torch import Tensor

from xai_widgets.attribution.incremental import Covered
from xai_widgets.attribution.statistics import relative, wide
from xai_widgets.attribution.windows import Windows, coarse_to_fine
from xai_widgets.inputs import BASELINES
from xai_widgets.method import Estimate, Method, parameter, register
from xai_widgets.models.precision import widened

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xai_widgets.inputs import Inputs
    from xai_widgets.models import Model, Target

CAUTION = 1.6
"""The true error, as a multiple of the estimate, stays below this in 95 of 100 steps on random networks."""

SOME = 4
"""Windows to compare with the coarser picture before that takes the scale of theirs: one in each quarter."""

ENOUGH = 12
"""Windows to compare with the coarse picture before the error is estimated at all."""


@register
@dataclass(frozen=True, kw_only=True)
class Occlusion(Method):
    r"""Loss of the score when a window is covered by the baseline, :math:`F(x) - F(x_{\setminus w})`.

    Where windows overlap, a cell gets the mean of its windows (as in Captum). The halves of a picture are
    covered first, then quarters and sixteenths, for coarse pictures at little cost; only the asked-for windows count in
    the end, and the result is then exact. Until then, cells that no window has reached show the coarser
    picture, and the error says how far it was off where it could be compared.

    Windows are squares of a picture; boxes in space and time of a video ([frames, channels, height, width], or channels
    first), by default a quarter of each axis; segments of a sound ([samples] or [channels, samples]), by default a
    twentieth of it; and single columns or steps of all else. `sliding_window_shapes` and `strides` may give one number
    an axis. Given for all axes, as Captum has it, windows that are smaller than another axis, such as that of channels,
    slide over that too.

    In convolutional networks a window reaches only a part of each map of activations, and only that part is computed
    anew (as in Krypton). The first windows are done both ways: where the scores differ by more than rounding, or
    little is saved, whole passes go on. Each window counts as one of `forwards`, however it was computed. Windows for
    which the model fails are left out: what no other one covers is NaN, and a note says how many there were.

    References
    ----------
    Zeiler, Fergus: Visualizing and Understanding Convolutional Networks. arXiv:1311.2901 (2013).

    Nakandala, Kumar, Papakonstantinou: Incremental and Approximate Inference for Faster Occlusion-based Deep CNN
    Explanations. SIGMOD (2019).
    """

    name: ClassVar[str] = "occlusion"
    title: ClassVar[str] = "Occlusion"
    family: ClassVar[str] = "Perturbation"
    sentence: ClassVar[str] = "What does the score lose when this part is hidden?"

    sliding_window_shapes: Any = parameter(
        None,
        "Side of the window in pixels; automatic is a seventh of the picture.",
        low=1,
        high=512,
        optional=True,
        kind="size",
    )
    strides: Any = parameter(
        None, "Step from window to window; automatic is half the window.", low=1, high=512, optional=True, kind="size"
    )
    baselines: Any = parameter("zero", "What covers the window.", choices=BASELINES, kind="baseline")

    def run(self, model: Model, inputs: Inputs, target: Target, seed: int = 0) -> Iterator[Estimate]:
        """Yield after each batch of windows, coarse ones first."""
        x, base = inputs.x, inputs.baseline(self.baselines, seed)
        fine = Windows.over(x.shape, self.sliding_window_shapes, self.strides, inputs.motion)
        levels = coarse_to_fine(fine)
        total = 1 + sum(len(level) for level in levels)
        scores = model.unchanged(x)
        whole = target.of(wide(scores))
        coarse = whole.new_zeros(fine.shape)
        full = fine.coverage().to(coarse)
        done, covered = 1, Covered(model, x, base, levels, scores.shape[1:])
        shown, ready = coarse, False

        for level in levels:
            losses = torch.zeros_like(coarse)
            weights = torch.zeros_like(coarse)
            for rows, scores in covered.scores(level):
                if not len(scores):
                    yield Estimate(fine.place(shown), done, total, ready=ready)
                    continue
                done += rows.stop - rows.start
                lost = (whole - target.of(wide(scores))).to(losses)
                for window, loss, fails in zip(level.slices(rows), lost, lost.isnan().tolist(), strict=True):
                    if not fails:
                        losses[window] += loss
                        weights[window] += 1
                seen = weights > 0
                values = losses / weights.clamp(min=1)
                last = rows.stop == len(level)
                factor, error = 1.0, None
                if rows.stop >= SOME and not last:
                    factor, error = _compare(values, coarse, weights / (full if level is fine else 1))
                first = level is levels[0]
                # Cells that no window of this level has reached keep the coarser picture, at this level's scale; until
                # that can be told, all do.
                scaled = first or last or rows.stop >= min(SOME, len(level) // SOME)
                shown = torch.where(seen, values, factor * coarse) if scaled else coarse
                if last and level is fine:
                    covered.left_out.check()
                    shown = shown.masked_fill(~seen & (full > 0), math.nan)
                ready = not first or last or level is fine
                # Large windows, and few small ones, say too little of the error.
                known = level is fine and rows.stop >= ENOUGH
                notes = covered.left_out.notes
                yield Estimate(fine.place(shown), done, total, error if known else None, notes=notes, ready=ready)
            coarse = losses / weights.clamp(min=1)


def _compare(values: Tensor, coarse: Tensor, share: Tensor) -> tuple[float, float | None]:
    """Scale the coarse picture to the windows seen so far, and estimate the error of what they have not seen.

    `share` is the part of each cell's windows that has been visited. Where none has, the coarse picture is as
    wrong as it was elsewhere; the more have been, the less there is to come.
    """
    seen = widened(share > 0)
    a, b = widened(values) * seen, widened(coarse) * seen
    power = float(b.square().sum())
    factor = max(0.0, float((a * b).sum()) / power) if power > 0 else 1.0
    missed = math.sqrt(float((a - factor * b).square().sum() / seen.sum()) * float((1 - widened(share)).sum()))
    if missed == 0:
        return factor, None  # both pictures are empty so far, which says nothing of the rest
    rest = (widened(coarse) - b) * factor
    return factor, relative(CAUTION * missed, math.sqrt(float(a.square().sum() + rest.square().sum())))
