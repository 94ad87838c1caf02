"""Pictures of another answer by gradients: all starts walk in one batch, and none that is mere noise is returned."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import torch

from xai_widgets.counterfactual.choosing import choose
from xai_widgets.counterfactual.code_problem import CodeProblem, Painted
from xai_widgets.counterfactual.search import Search, SearchState, register_search
from xai_widgets.method import parameter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray
    from torch import Tensor

    Flags = NDArray[np.bool_]

HALVINGS = 8
"""How often the way back to the original is halved."""


@dataclass(frozen=True, kw_only=True)
class Walks(Search):
    """Base of searches that walk to the goal by gradients, and back as far as the answer stays.

    Each start may move other numbers of the code. A flip counts where it stays in copies that people see no difference
    in (blurred, with a little noise, as JPEG), and where the picture has changed by something that can be seen without
    its high frequencies: what fails is noise made for this network and is not returned.
    """

    kind: ClassVar[str] = "picture"

    starts: int = parameter(8, "How many walk at once.", low=1, high=1024)
    steps: int = parameter(100, "How many steps each takes, at most.", low=1, high=10_000)
    step_size: float = parameter(0.01, "Length of a step, as a root mean square.", low=1e-5, high=100.0)
    plausible: bool = parameter(default=True, sentence="Whether a flip must survive blur, noise and JPEG, and be seen.")

    def run(self, problem: CodeProblem, n: int, seed: int = 0) -> Iterator[SearchState]:
        """Yield after each batch the best `n` so far."""
        yield from _Run(self, problem, n, seed).steps()


@register_search
@dataclass(frozen=True, kw_only=True)
class SmoothPicture(Walks):
    """Gradient ascent among low frequencies: waves of at most `grid` half periods a side are added to the picture.

    Values stay between black and white.

    References
    ----------
    Wachter, Mittelstadt, Russell: Counterfactual Explanations without Opening the Black Box. Harvard JOLT 31 (2018).

    Guo, Frank, Weinberger: Low Frequency Adversarial Perturbation. arXiv:1809.08758 (2018): why low frequencies alone
    are not enough, and the copies must agree.
    """

    name: ClassVar[str] = "smooth"
    title: ClassVar[str] = "Smooth change"
    sentence: ClassVar[str] = "Which soft change of colours would lead to another answer?"

    grid: int = parameter(8, "How many waves along each side.", low=1, high=64)

    def run(self, problem: CodeProblem, n: int, seed: int = 0) -> Iterator[SearchState]:
        """Yield after each batch the best `n` so far."""
        problem.grid = self.grid  # type: ignore[attr-defined]
        yield from super().run(problem, n, seed)


@register_search
@dataclass(frozen=True, kw_only=True)
class LatentPicture(Walks):
    """Gradient ascent in the codes of a decoder or generator: each picture on the way is one that it makes.

    References
    ----------
    Joshi, Koyejo, Vijitbenjaronk, Kim, Ghosh: Towards Realistic Individual Recourse and Actionable Explanations in
    Black-Box Decision Making Systems (REVISE). arXiv:1907.09615 (2019).
    """

    name: ClassVar[str] = "latent"
    title: ClassVar[str] = "Latent space"
    sentence: ClassVar[str] = "Which picture of a decoder lies near and has another answer?"

    step_size: float = parameter(0.1, "Length of a step, in the spread of the code's numbers.", low=1e-5, high=100.0)


class _Run:
    """One search under way."""

    def __init__(self, search: Walks, problem: CodeProblem, n: int, seed: int) -> None:
        self.search, self.problem, self.n = search, problem, n
        self.start = problem.start
        generator = torch.Generator().manual_seed(seed)
        self.may = problem.masks(search.starts, generator)
        self.codes = self.start.expand(search.starts, -1).clone()
        self.pool: dict[int, Painted] = {}
        self.flipped = np.zeros(search.starts, bool)
        self.done, self.total = 0, search.steps + HALVINGS

    def steps(self) -> Iterator[SearchState]:
        """Walk to the goal, then back."""
        problem = self.problem
        if problem.reached(problem.margins(problem.pictures(self.start[None])))[0]:
            note = "None found: rounding the picture to 8 bits, or decoding it, alone changes the answer."
            yield SearchState((), 1, 1, notes=(note,))
            return
        walking = list(range(self.search.starts))
        for _ in range(self.search.steps):
            if not walking:
                break
            yield from self._step(walking)
            walking = [one for one in walking if one not in self.pool]
            self.done += 1
        yield from self._back()
        found = self._found()
        yield SearchState(found.states, self.total, self.total, notes=self._told())

    def _step(self, walking: list[int]) -> Iterator[SearchState]:
        length = self.search.step_size * self.problem.unit * len(self.start) ** 0.5
        for rows, slopes in self.problem.model.batches(
            len(walking), lambda rows: self.problem.climb(self.codes[walking[rows]]), "backward"
        ):
            way = torch.where(self.may[walking[rows]], slopes, 0.0)
            self.codes[walking[rows]] += length * way / way.norm(dim=1, keepdim=True).clamp(min=1e-12)
            yield self._found()
        yield from self._take(walking, self.codes[walking])

    def _take(self, which: list[int], codes: Tensor) -> Iterator[SearchState]:
        """Put those of the codes that are good into the pool."""
        problem = self.problem
        for rows, (pictures, flips, good) in problem.model.batches(len(which), lambda rows: self._judge(codes[rows])):
            self.flipped[which[rows]] |= flips
            for k, picture, fine in zip(range(rows.start, rows.stop), pictures, good, strict=True):
                if fine:
                    distance = float((picture - problem.base).abs().mean())
                    self.pool[which[k]] = Painted(which[k], codes[k].clone(), picture, distance)
            yield self._found()

    def _judge(self, codes: Tensor) -> tuple[Tensor, Flags, Flags]:
        """Return the pictures, which of them flip, and which of these count."""
        pictures = self.problem.pictures(codes)
        flips: Flags = self.problem.reached(self.problem.margins(pictures))
        if not self.search.plausible:
            return pictures, flips, flips
        good = flips & np.asarray(self.problem.shows(pictures).cpu())
        if good.any():
            good[good] = self.problem.survives(pictures[torch.from_numpy(good)]) == 1
        return pictures, flips, good

    def _back(self) -> Iterator[SearchState]:
        """Halve the way back to the original, of all side by side."""
        which = sorted(self.pool)
        far = torch.stack([self.pool[one].code for one in which]) - self.start if which else None
        low, high = torch.zeros(len(which)), torch.ones(len(which))
        for _ in range(HALVINGS if far is not None else 0):
            middle = (low + high) / 2
            before = [self.pool[one] for one in which]
            assert far is not None
            yield from self._take(which, self.start + middle.to(far)[:, None] * far)
            good = torch.tensor([self.pool[one] is not old for one, old in zip(which, before, strict=True)])
            low, high = torch.where(good, low, middle), torch.where(good, middle, high)
            self.done += 1

    def _found(self) -> SearchState:
        found = list(self.pool.values())
        chosen = choose(found, self.n, lambda one: one.distance, size=lambda _: 1.0, alike=self._alike)
        return SearchState(tuple(chosen), min(self.done, self.total - 1), self.total)

    def _alike(self, a: Painted, b: Painted) -> float:
        """Compute how far two changes point the same way, 0..1."""
        first, second = a.code - self.start, b.code - self.start
        return max(0.0, float(torch.nn.functional.cosine_similarity(first, second, dim=0)))

    def _told(self) -> tuple[str, ...]:
        count, way = self.search.starts, f"{self.search.steps} steps"
        if self.pool:
            return ()
        if fragile := int(self.flipped.sum()):
            noise = f"None found that is more than noise: {fragile} of {count} walks flipped the answer within {way}"
            return (f"{noise}, and it did not survive blur, a little noise or JPEG, or could not be seen.",)
        return (f"None found within {way} of {count} walks.",)
