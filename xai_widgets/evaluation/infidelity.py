"""Infidelity: whether the values foretell what happens when parts are hidden."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import torch
from torch import Tensor

from xai_widgets.attribution.groups import row_generator
from xai_widgets.evaluation.again import known, method_of
from xai_widgets.evaluation.base import ONE_PART, Metric, Reading, missing, register_metric
from xai_widgets.evaluation.chance import FEW
from xai_widgets.evaluations import beats
from xai_widgets.inputs import BASELINES
from xai_widgets.method import Method, parameter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from xai_widgets.evaluation.subject import Subject

    Floats = NDArray[np.float64]

DRAWS = 20
"""Random maps to compare with."""

BLOCK = 64
"""Samples that are drawn together, by a generator of their own: the size of batches changes nothing."""

ENOUGH = 8
"""Fewer samples say too little of their spread."""

WIDE = 2.3
"""Standard errors to each side for 95 of 100 cases: more than of a normal variable, since a few samples decide."""


@register_metric
@dataclass(frozen=True, kw_only=True)
class Infidelity(Metric):
    r"""Share of the score's changes that the map does not foretell, when random parts are hidden.

    With parts :math:`S` hidden and what the map foretells for them, :math:`a_S = \sum_{i \in S} \phi_i` (of slopes,
    :math:`\phi_i (x_i - x'_i)`), against the change of the score, :math:`d_S = F(x) - F(x_{\setminus S})`:

    .. math:: \min_{\beta \ge 0} E[(\beta a - d)^2] \,/\, E[d^2]

    0 for the gradient of a linear model, 1 for a map that foretells nothing. The paper leaves out the division, and
    scales by :math:`\beta` only to compare methods; here both are needed, since maps have many units. A picture loses
    random rectangles of cells (the paper's square removal), anything else random parts. Quantus hides patches one on
    top of the other, where the paper hides each by itself, and neither divides nor scales. The error is that of a
    sample, by the jackknife; random maps are asked about the same samples.

    References
    ----------
    Yeh, Hsieh, Suggala, Inouye, Ravikumar: On the (in)fidelity and sensitivity of explanations. arXiv:1901.09392
    (2019).
    """

    name: ClassVar[str] = "infidelity"
    title: ClassVar[str] = "Infidelity"
    sentence: ClassVar[str] = (
        "Which share of the score's changes the map does not foretell when random parts are hidden."
    )
    paper: ClassVar[str] = "Yeh et al., arXiv:1901.09392 (2019)"
    better: ClassVar[str] = "lower"

    n_samples: int = parameter(200, "How often to hide random parts.", low=1, high=100_000)
    baselines: Any = parameter(
        None,
        "What stands where a part is hidden; the usual one when empty.",
        choices=BASELINES,
        kind="baseline",
        optional=True,
    )

    def why_not(self, subject: Subject) -> str | None:
        """Refuse inputs of one part, of which all maps foretell the same."""
        return None if subject.parts.count > 1 else ONE_PART

    def run(self, subject: Subject, seed: int = 0) -> Iterator[Reading | None]:
        """Yield after each batch."""
        bases = subject.nothing(self.baselines, seed=seed)
        shares = foretold(subject, bases)
        random = subject.parts.elsewhere([seed * 1_000_003 + i for i in range(DRAWS)], shares)
        every = np.concatenate([shares[None], random])
        hide = hiding(subject.parts.shape, seed)
        whole = float(subject.target.of(subject.model.unchanged(subject.inputs.x)).cpu().double())

        def batch(rows: slice) -> tuple[Tensor, Tensor]:
            hidden = hide(rows)
            return hidden, subject.scores(hidden, bases)

        said, lost = np.empty((len(every), 0)), np.empty(0)
        for rows, (hidden, scores) in subject.batches(self.n_samples, batch):
            said = np.concatenate([said, every @ hidden.numpy().T.astype(np.float64)], 1)
            lost = np.append(lost, whole - scores.numpy())
            if np.abs(lost).max() <= subject.model.rounding * abs(whole):
                yield missing("Hiding parts does not change the score.") if rows.stop == self.n_samples else None
                continue
            yield self._reading(said, lost, rows.stop, parts=len(shares))

    def _reading(self, said: Floats, lost: Floats, done: int, parts: int) -> Reading:
        values, last = unforetold(said, lost), done == self.n_samples
        value, random = float(values[0]), values[1:]
        better = beats(value, random, higher=False)
        words = "better than 19 of 20 random maps" if better else "not better than 19 of 20 random maps"
        sentence = f"The map foretells {1 - value:.0%} of the score's changes, {words} ({1 - random.mean():.0%})."
        error = None if done < ENOUGH else jackknife(said[0], lost)
        passed = better if last and parts > FEW else None
        return Reading(value, done, self.n_samples, error, float(random.mean()), passed, sentence)


def foretold(subject: Subject, bases: Tensor) -> Floats:
    """Return by how much hiding each part lowers the score, as the map says (count,)."""
    values, x = known(subject.attribution.values), subject.inputs.x
    method = method_of(subject)
    if isinstance(method, Method) and method.slopes and values.shape == x.shape:
        values = values * (x - bases.mean(0)).cpu().double().numpy()
    return subject.parts.sums(values)


def hiding(shape: tuple[int, ...], seed: int) -> Callable[[slice], Tensor]:
    """Return what chooses random parts for some samples, bool (rows, count).

    A rectangle of up to half of each side, or each part with a random chance.
    """
    drawn = lru_cache(maxsize=1)(lambda block: _block(shape, row_generator(seed, block)))

    def hide(rows: slice) -> Tensor:
        blocks = range(rows.start // BLOCK, -(-rows.stop // BLOCK))
        first = blocks.start * BLOCK
        return torch.cat([drawn(block) for block in blocks])[rows.start - first : rows.stop - first]

    return hide


def _block(shape: tuple[int, ...], draw: torch.Generator) -> Tensor:
    if len(shape) == 1:
        chosen = torch.rand(BLOCK, *shape, generator=draw) < torch.rand(BLOCK, 1, generator=draw)
        chosen[torch.arange(BLOCK), torch.randint(shape[0], (BLOCK,), generator=draw)] = True  # one at least
        return chosen
    inside = []
    for size in shape:
        shares = torch.rand(2, BLOCK, 1, generator=draw, dtype=torch.float64).numpy()
        side = 1 + (shares[0] * max(1, size // 2)).astype(np.int64)
        corner = (shares[1] * (size - side + 1)).astype(np.int64)
        at = np.arange(size)
        inside.append((at >= corner) & (at < corner + side))
    return torch.from_numpy((inside[0][:, :, None] & inside[1][:, None]).reshape(BLOCK, -1))


def unforetold(said: Floats, lost: Floats) -> Floats:
    """Return the share of the squared changes `lost` (n,) that scaling what was `said` (maps, n) leaves, (maps,)."""
    return _share(said @ lost, (said**2).sum(1), float(lost @ lost))


def _share(products: Floats, squares: Floats, power: Any) -> Floats:
    # A map that foretells the opposite is not turned around.
    along = np.maximum(products, 0) ** 2
    explained = np.divide(along, squares * power, out=np.zeros_like(along), where=squares * power > 0)
    share: Floats = np.clip(1 - explained, 0, 1)
    return share


def jackknife(said: Floats, lost: Floats) -> float:
    """Return half the width of the 95 % interval of `unforetold`, from leaving out each sample in turn."""
    n = len(lost)
    left = _share(said @ lost - said * lost, said @ said - said**2, lost @ lost - lost**2)
    return WIDE * math.sqrt((n - 1) / n * float(np.square(left - left.mean()).sum()))
