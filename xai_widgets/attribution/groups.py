"""Groups of features that appear and vanish together, and the game that they play."""

from __future__ import annotations

import bisect
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import torch
from torch import Tensor

from xai_widgets.attribution.alike import Worths
from xai_widgets.inputs import BASELINES
from xai_widgets.inputs.superpixels import superpixels
from xai_widgets.method import Method, parameter
from xai_widgets.models import ModelError, prefixes_of

if TYPE_CHECKING:
    from xai_widgets.inputs import Inputs
    from xai_widgets.models import Model, Prefixes, Target
    from xai_widgets.models.left_out import LeftOut
    from xai_widgets.text import Text

LONG = 300
"""Pieces of a text from which on they are joined."""

WANTED = 100
"""About so many spans are made of them: ten samples each of a thousand."""


@dataclass(frozen=True, eq=False)
class Groups:
    """Which group each value of an input belongs to.

    Attributes
    ----------
    index : Tensor, int64
        Numbers 0..count-1, with as many axes as the input and broadcastable to it.
    count : int
    divided : bool
        Whether a group's value is shared out among its cells, as that of words among them, and not shown by each.
    """

    index: Tensor
    count: int
    divided: bool = False

    @classmethod
    def of(cls, inputs: Inputs, feature_mask: Any = None, n_segments: int = 49) -> Groups:
        """Group an input's values: as the mask says, superpixels of a picture, boxes of what moves, or the first axis.

        Raises
        ------
        TypeError, ValueError
            For a mask that is not of whole numbers, or not broadcastable to the input.
        """
        x, pieces = inputs.x, inputs.pieces()
        if pieces and (feature_mask is None or isinstance(feature_mask, (tuple, Mapping))):
            return cls._joined(pieces, feature_mask, n_segments)
        if feature_mask is not None:
            return cls._given(x, feature_mask)
        if inputs.kind == "image":
            index = superpixels(inputs.pixels, n_segments)[None].to(x.device)
            return cls(index, int(index.max()) + 1)
        if inputs.motion:
            index = boxes(x.shape, inputs.motion, n_segments).to(x.device)
            return cls(index, int(index.max()) + 1)
        count = len(x) if x.ndim else 1
        return cls(torch.arange(count, device=x.device).reshape([-1, *[1] * (x.ndim - 1)][: x.ndim]), count)

    @classmethod
    def _joined(cls, pieces: Mapping[str, Inputs], masks: Any, n_segments: int) -> Groups:
        """Group each of several inputs on its own."""
        rows, count = [], 0
        for place, (name, one) in enumerate(pieces.items()):
            mask = None if masks is None else masks[name if isinstance(masks, Mapping) else place]
            own = cls.of(one, mask, n_segments)
            rows.append(own.index.expand(one.x.shape).flatten() + count)
            count += own.count
        return cls(torch.cat(rows), count)

    @classmethod
    def _given(cls, x: Tensor, feature_mask: Any) -> Groups:
        mask = torch.as_tensor(np.asarray(feature_mask) if not isinstance(feature_mask, Tensor) else feature_mask)
        if mask.is_floating_point() or mask.is_complex():
            msg = f"feature_mask must hold whole numbers, one for each group, got {mask.dtype}."
            raise TypeError(msg)
        if mask.ndim == x.ndim + 1 and mask.shape[0] == 1:
            mask = mask[0]  # with the batch axis that Captum wants
        try:
            torch.broadcast_to(mask, x.shape)
        except RuntimeError:
            msg = f"feature_mask must be broadcastable to the input's shape {list(x.shape)}, got {list(mask.shape)}."
            raise ValueError(msg) from None
        names, index = torch.unique(mask, return_inverse=True)
        return cls(index.reshape(*[1] * (x.ndim - mask.ndim), *mask.shape).to(x.device), len(names))

    @property
    def sizes(self) -> Tensor:
        """How much each group's squared value counts in the map's: its cells, or one over them; float64 on the CPU."""
        cells = torch.bincount(self.index.flatten(), minlength=self.count).cpu().double()
        return 1 / cells if self.divided else cells

    def show(self, coalitions: Tensor, x: Tensor, base: Tensor) -> Tensor:
        """Make inputs (n, *x.shape) that show the groups of each coalition (n, count) and hide the others."""
        return torch.where(coalitions.to(x.device)[:, self.index], x, base)

    def place(self, values: Tensor, x: Tensor) -> Tensor:
        """Give each cell the value of its group (count,)."""
        return (values * self.sizes if self.divided else values).to(x)[self.index]


@dataclass(frozen=True, eq=False)
class Game:
    """Groups are players; the worth of a coalition is the score while all other groups are hidden.

    What stands in their place may be several inputs, `base` of shape (n, *x.shape): the worth is the mean over them.
    """

    model: Model
    target: Target
    groups: Groups
    x: Tensor
    base: Tensor
    notes: tuple[str, ...] = ()

    @cached_property
    def bases(self) -> Tensor:
        """What stands in place of hidden groups, one input after the other (n, *x.shape)."""
        return self.base if self.base.ndim > self.x.ndim else self.base[None]

    @cached_property
    def _known(self) -> Worths | None:
        return Worths.of(self.x, self.bases, self.groups.index, self.groups.count)

    def worth(self, coalitions: Tensor, shared: Prefixes | None = None) -> Tensor:
        """Compute the score for each coalition (n, count), float64 on the CPU; what stands before may be `shared`."""
        if shared is None and self._known is not None:
            return self._known.mean(coalitions, self._scores)
        shown = torch.cat([self.groups.show(coalitions, self.x, base) for base in self.bases])
        beside = torch.arange(len(self.bases)).repeat_interleave(len(coalitions))
        return self._asked(shown, beside, shared).reshape(len(self.bases), -1).mean(0)

    def tried(self, left_out: LeftOut, coalitions: Tensor, shared: Prefixes | None = None) -> Tensor:
        """Do the same; NaN for those for which the model fails, unless other inputs may stand in for what is hidden."""
        if len(self.bases) > 1:
            return self.worth(coalitions, shared)
        return left_out.tried(lambda shown: self.worth(shown, shared), coalitions)

    def _scores(self, coalitions: Tensor, beside: Tensor) -> Tensor:
        """Compute the score for each coalition (n, count) beside its base, of which these are the numbers (n,)."""
        shown = self.groups.show(coalitions, self.x, self.bases[beside.to(self.x.device)])
        return self._asked(shown, beside)

    def _asked(self, shown: Tensor, beside: Tensor, shared: Prefixes | None = None) -> Tensor:
        try:
            found = self.model.scores(shown) if shared is None else shared.scores(shown)
        except ModelError as error:
            error.mixed = [shown[beside.to(shown.device) == base] for base in range(len(self.bases))]
            raise
        return self.target.of(found).cpu().double()

    def prefixes(self) -> Prefixes | None:
        """Return what computes anew only what comes after the first change of a language model's text, if anything."""
        one = self.base.ndim == self.x.ndim
        return prefixes_of(self.model, self.x, self.base.expand_as(self.x)) if one else None

    def ends(self) -> tuple[float, float]:
        """Compute the score with nothing and with everything shown."""
        everything = self.target.of(self.model.unchanged(self.x))  # first: it has been predicted
        hidden = torch.zeros(1, self.groups.count, dtype=torch.bool)
        ((_, nothing),) = self.model.batches(1, lambda _: self.worth(hidden))
        return float(nothing), float(everything)


@dataclass(frozen=True, kw_only=True)
class GroupMethod(Method):
    """A method that hides groups of features; each cell of its map has the value of its group.

    By default these are superpixels of a picture, equal segments of a sound ([samples] or [channels, samples]), boxes
    in space and time of a video ([frames, channels, height, width], or channels first), and else columns, steps or
    words.
    """

    feature_mask: Any = parameter(
        None,
        "The group of each value, as whole numbers; by kind of input when empty.",
        hidden=True,
    )
    n_segments: int = parameter(
        49, "How many superpixels, segments or boxes the input is cut into, at most.", low=2, high=400
    )
    baselines: Any = parameter("zero", "What stands in place of a hidden group.", choices=BASELINES, kind="baseline")

    compares: ClassVar[bool] = True
    joins: ClassVar[bool] = False
    """Whether it explains a long text by spans of words, where no `feature_mask` says otherwise."""

    def game(self, model: Model, inputs: Inputs, target: Target, seed: int) -> Game:
        """Set up the game of this input's groups."""
        groups, text = Groups.of(inputs, self.feature_mask, self.n_segments), inputs.text
        notes: tuple[str, ...] = ()
        if self.joins and self.feature_mask is None and text is not None and LONG < groups.count == len(text):
            index = spans_of(text).to(inputs.x.device)
            groups = Groups(index.reshape(groups.index.shape), int(index.max()) + 1, divided=True)
            note = (
                f"The {len(text):,} pieces of the text are hidden in {groups.count:,} spans, whose values they share. "
                f"Say by feature_mask what belongs together; np.arange({len(text)}) hides each alone."
            )
            notes = (note,)
        given = self.baselines
        several = inputs.several(given) if isinstance(given, (Tensor, np.ndarray)) else None
        base = inputs.baseline(given, seed) if several is None else several
        return Game(model, target, groups, inputs.x, base, notes)


def row_generator(seed: int, row: int) -> torch.Generator:
    """Return the random numbers of one row: its own, so that the size of batches changes nothing."""
    return torch.Generator().manual_seed(seed * 1_000_003 + row)


def spans_of(text: Text) -> Tensor:
    """Divide a long text into spans: words in turn, never beyond the end of a sentence, all about as many.

    Returns
    -------
    Tensor, int64, shape (pieces,)
        Of each token or word the number of its span, from 0. What stands for no part of the text is one of its own.
    """
    starts = [start for start, _ in text.pieces("words")]
    sentences = [start for start, _ in text.pieces("sentences")]
    owner = [bisect.bisect(sentences, start) for start in starts]
    lengths, seen = Counter(owner), Counter[int]()
    place: list[tuple[int, int]] = []
    for sentence in owner:
        parts = max(1, round(lengths[sentence] * WANTED / len(owner)))
        place.append((sentence, seen[sentence] * parts // lengths[sentence]))
        seen[sentence] += 1
    keys = [
        (-1, i) if start == stop else place[max(0, bisect.bisect(starts, start) - 1)]
        for i, (start, stop) in enumerate(text.spans)
    ]
    numbers = {key: number for number, key in enumerate(dict.fromkeys(keys))}
    return torch.tensor([numbers[key] for key in keys])


def boxes(shape: Sequence[int], axes: Sequence[int], most: int) -> Tensor:
    """Cut axes of an input into at most so many boxes, each into about as many parts.

    Returns
    -------
    Tensor, int64
        The number of each value's box, broadcastable to `shape`.
    """
    parts = dict.fromkeys(axes, 1)
    while True:
        longer = [axis for axis in axes if parts[axis] < shape[axis]]
        axis = min(longer, key=parts.__getitem__, default=None)
        count = 1
        for one in axes:
            count *= parts[one] + (one == axis)
        if axis is None or count > most:
            break
        parts[axis] += 1
    index = torch.zeros([1] * len(shape), dtype=torch.long)
    for axis, cuts in parts.items():
        part = torch.arange(shape[axis]) * cuts // shape[axis]
        index = index * cuts + part.reshape([-1 if one == axis else 1 for one in range(len(shape))])
    return index
