"""One input, decoded: what the model eats, and how that lies on what the user sees."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np
import torch
from torch import Tensor

from xai_widgets.inputs.decode import check_finite
from xai_widgets.inputs.gaussian import blur
from xai_widgets.placement import Placement

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from xai_widgets.text import Text

Region = tuple[float, float, float, float]
"""``(x0, y0, x1, y1)`` with ``x0 < x1`` and ``y0 < y1``."""

WAVE = 4096
"""Values along an axis beyond which it is time: rows of tables, texts and the vectors of words are mostly shorter."""

THIN = 16
"""A sound has at least so many times as many values as channels."""

CHANNELS = (1, 3, 4)
"""So many may a picture have."""

APART = 2**40
"""Between the seeds of several inputs' noise: those of one after the other are not those of its next draws."""

MATRIX, VIDEO = 2, 4
COLOURS = 3

BASELINES = ("zero", "black", "white", "mean", "blur", "noise")
"""What a missing input can be replaced by."""

STAND_INS = ("pad", "mask")
"""The same for tokens only: their vectors, where the model has them."""


class References(NamedTuple):
    """Rows of a table to compare another row with.

    Attributes
    ----------
    rows : Tensor, shape (n, columns)
    of : int
        How many there are, of which these were drawn.
    """

    rows: Tensor
    of: int


@dataclass(frozen=True, eq=False, repr=False)
class Inputs:
    """One input of the model, with the way back to the picture it came from.

    Attributes
    ----------
    x : Tensor
        What the model eats, without batch axis, on the model's device and of its floating type.
    kind : {"image", "tensor"}
        ``"image"`` when `x` is ``[channels, height, width]``.
    black, white : Tensor or None
        What a black and a white picture become, broadcastable to `x`: ``(x - black) / (white - black)`` is
        the picture in 0..1.
    photo : ndarray, uint8, shape (height, width, 3), or None
        A display copy of the original, long side at most 1024; mirrored where the model sees it mirrored.
    region : (x0, y0, x1, y1) or None
        Where the model's pixels lie on `photo`, in its pixels; beyond it where `preprocess` pads.
    photo_size : (width, height) or None
        Of the original.
    notes : tuple of str
        Sentences that the reader should see.
    mirrored : (bool, bool)
        Whether `preprocess` flips left and right, up and down.
    order : tuple of int
        Which channels of `x` are red, green and blue.
    names : tuple of str or None
        Of the features, for a row of a table whose columns have names.
    cells : tuple or None
        What a row holds in each column, as a person reads it; None for what is missing.
    layout : tuple of (str, tuple of int), or None
        Names and shapes of several inputs, whose numbers `x` holds one after another.
    vectors : mapping of str to Tensor, or None
        For tokens, of which `x` holds the vectors [tokens, features]: named vectors that stand for no token.
    text : Text or None
        The text that the tokens are of.
    traced : callable or None
        Returns the same with what is only guessed yet: how `preprocess` maps the photo, found out by calling it some
        15 times more. None where all is known.
    references : References or None
        Rows to compare a row with, where no others are given.
    """

    x: Tensor
    kind: Literal["image", "tensor"]
    black: Tensor | None = None
    white: Tensor | None = None
    photo: NDArray[np.uint8] | None = None
    region: Region | None = None
    photo_size: tuple[int, int] | None = None
    notes: tuple[str, ...] = field(default=())
    mirrored: tuple[bool, bool] = (False, False)
    order: tuple[int, int, int] = (0, 1, 2)
    names: tuple[str, ...] | None = None
    cells: tuple[Any, ...] | None = None
    layout: tuple[tuple[str, tuple[int, ...]], ...] | None = None
    vectors: Mapping[str, Tensor] | None = None
    text: Text | None = None
    traced: Callable[[], Inputs] | None = None
    references: References | None = None

    def pieces(self) -> dict[str, Inputs]:
        """Return each of several inputs, in its own shape; nothing where `x` is one."""
        if self.layout is None or len(self.layout) == 1:
            return {}
        assert self.black is not None
        assert self.white is not None
        found, start = {}, 0
        for name, shape in self.layout:
            stop = start + math.prod(shape)
            x, black, white = (one[start:stop].reshape(shape) for one in (self.x, self.black, self.white))
            found[name], start = Inputs(x, _kind(shape), black, white), stop
        return found

    @property
    def motion(self) -> tuple[int, ...]:
        """The axes of time and space of a sound or a video; none of anything else."""
        said = self.names is not None or self.text is not None or self.vectors is not None or self.pieces()
        return () if said else moving(self.x.shape)

    @property
    def spread(self) -> Tensor:
        """From the smallest value to the largest, broadcastable to `x`; of several inputs, that of each by itself."""
        pieces = self.pieces().values()
        if not pieces:
            return self.x.max() - self.x.min()
        return torch.cat([one.spread.expand(one.x.shape).flatten() for one in pieces])

    @property
    def grid(self) -> tuple[int, int]:
        """Height and width of the model's picture."""
        if self.kind != "image":
            msg = f"an input of shape {tuple(self.x.shape)} is no picture and has no grid of pixels."
            raise ValueError(msg)
        height, width = self.x.shape[-2:]
        return height, width

    @property
    def pixels(self) -> Tensor:
        """The model's picture with black at 0 and white at 1, red, green and blue first, at least float32."""
        if self.kind != "image" or self.black is None or self.white is None:
            msg = f"an input of shape {tuple(self.x.shape)} is no picture and has no pixels."
            raise ValueError(msg)
        # Half precision cannot tell 8-bit grey levels apart near white.
        black, white, x = (_at_least_float32(one) for one in (self.black, self.white, self.x))
        return reorder((x - black) / (white - black), self.order)

    @property
    def disorder(self) -> tuple[int, int, int]:
        """Which of red, green and blue each channel of `x` is: the other way round than `order`."""
        first, second, third = (self.order.index(i) for i in range(3))
        return first, second, third

    def baseline(self, kind: Any, seed: int = 0, *, opposite: bool = False) -> Tensor:
        """Return what stands for "nothing there", of the shape of `x`.

        Parameters
        ----------
        kind : str, float, Tensor, or a tuple or mapping of these
            ``"zero"``, ``"black"``, ``"white"``, ``"mean"`` (of each channel), ``"blur"`` (the strongly
            blurred picture), ``"noise"`` (uniform between black and white), for tokens ``"mean"`` (of all vectors),
            ``"pad"`` or ``"mask"``, a number, or a tensor that
            broadcasts to `x`; for several inputs, a name or number for all, or one of these for each.
        seed : int
            Of the noise.
        opposite : bool
            Whether it is mirrored: as much nearer to white as it is otherwise nearer to black.

        Raises
        ------
        TypeError, ValueError
            Naming the kinds there are, or the shape expected.
        """
        x, pieces = self.x, self.pieces()
        number = isinstance(kind, (int, float)) and not isinstance(kind, bool)
        of_words = self.text is not None and self.vectors is None
        if of_words and not (kind == 0 if number else isinstance(kind, str) and kind == "zero"):
            msg = "words are taken out of the text, and nothing is put in their place: leave baselines at 'zero'."
            raise ValueError(msg)
        if pieces and (isinstance(kind, (str, tuple, Mapping))):
            return torch.cat(
                [
                    one.baseline(_part(kind, i, name), seed + i * APART, opposite=opposite).flatten()
                    for i, (name, one) in enumerate(pieces.items())
                ]
            )
        if number or isinstance(kind, (Tensor, np.ndarray)):
            return self._given(torch.as_tensor(kind))
        if not isinstance(kind, str):
            msg = f"a baseline is one of {self._known()}, a number or a tensor, got {type(kind).__name__}."
            raise TypeError(msg)
        known = {"zero": x.new_zeros(())} if kind == "zero" else self.vectors or {}
        if kind in known:
            return known[kind].to(x).expand_as(x).clone()
        if kind == "mean":
            mean = x.float().mean((-2, -1), keepdim=True) if self.kind == "image" else x.float().mean()
            return mean.to(x.dtype).expand_as(x).clone()
        if kind == "blur" and self.kind == "image":
            return blur(_at_least_float32(x), max(1.0, min(self.grid) / 8)).to(x.dtype)
        if kind in ("black", "white", "noise") and self.black is not None and self.white is not None:
            return self._between(kind, seed, opposite=opposite)
        here = " for this input" if kind in (*BASELINES, *STAND_INS) else ""
        msg = f"there is no baseline {kind!r}{here}; there are {self._known()}, a number or a tensor."
        raise ValueError(msg)

    def _known(self) -> str:
        """Name the baselines that this input has."""
        coloured = self.black is not None and self.white is not None
        missing = {"blur"} if self.kind != "image" else set()
        missing |= set() if coloured else {"black", "white", "noise"}
        kinds = [
            *(one for one in BASELINES if one not in missing),
            *(one for one in STAND_INS if one in (self.vectors or ())),
        ]
        return ", ".join(map(repr, kinds))

    def several(self, baselines: Any) -> Tensor | None:
        """Return several baselines, shape (n, *x.shape); None for what is one baseline.

        Raises
        ------
        ValueError
            For a tensor with a batch axis but of another shape.
        """
        if isinstance(baselines, (str, int, float)):
            return None
        x, given = self.x, torch.as_tensor(baselines)
        if given.ndim != x.ndim + 1:
            return None
        if given.shape[1:] != x.shape or not len(given):
            msg = f"baselines must have the shape [n, {', '.join(map(str, x.shape))}], got {list(given.shape)}."
            raise ValueError(msg)
        return given.to(x)

    def draw(self, seed: int, *, opposite: bool = False) -> Tensor:
        """Return a random input: uniform between black and white, standard normal where there are no colours.

        Its `opposite` lies as far on the other side of what it is on average.
        """
        if self.black is not None and self.white is not None:
            return self.baseline("noise", seed, opposite=opposite)
        # On the CPU, so that every device draws the same.
        drawn = torch.randn(self.x.shape, generator=torch.Generator().manual_seed(seed)).to(self.x)
        return -drawn if opposite else drawn

    def _given(self, baseline: Tensor) -> Tensor:
        try:
            full = baseline.to(device=self.x.device, dtype=self.x.dtype).expand(self.x.shape).clone()
        except RuntimeError:
            msg = f"a baseline must be of the input's shape {tuple(self.x.shape)}, got {tuple(baseline.shape)}."
            raise ValueError(msg) from None
        check_finite(full.detach().cpu().float().numpy(), "the baseline")
        return full

    def _between(self, kind: str, seed: int, *, opposite: bool) -> Tensor:
        assert self.black is not None
        assert self.white is not None
        if kind != "noise":
            return (self.black if kind == "black" else self.white).expand_as(self.x).clone()
        # On the CPU, so that every device draws the same.
        share = torch.rand(self.x.shape, generator=torch.Generator().manual_seed(seed)).to(self.x)
        return self.black + (1 - share if opposite else share) * (self.white - self.black)

    def view(self) -> NDArray[np.uint8]:
        """Return what the model sees, as a picture of its grid, shape ``(height, width, 3)``."""
        return to_rgb(self.pixels)

    @property
    def placement(self) -> Placement | None:
        """Where the model's pixels lie on the original photo; None where there is none."""
        if self.photo is None or self.region is None or self.photo_size is None:
            return None
        (width, height), (shown_height, shown_width) = self.photo_size, self.photo.shape[:2]
        x, y = width / shown_width, height / shown_height
        x0, y0, x1, y1 = self.region
        return Placement(self.photo_size, (x0 * x, y0 * y, x1 * x, y1 * y), self.mirrored)

    def __repr__(self) -> str:
        came = f", photo {self.photo_size[0]}x{self.photo_size[1]}" if self.photo_size else ""
        dtype = str(self.x.dtype).removeprefix("torch.")
        return f"Inputs({self.kind} {tuple(self.x.shape)} {dtype} on {self.x.device}{came})"


def moving(shape: Sequence[int]) -> tuple[int, ...]:
    """Return the axis of time of a sound, those of time, height and width of a video, and none of all else.

    A sound is [samples] or [channels, samples], a video [frames, channels, height, width], or with its channels first.
    A single channel is one however short it is: along its other axis there is nothing to tell apart.
    """
    if len(shape) == VIDEO:
        coloured = [axis for axis in (1, 0) if shape[axis] in CHANNELS]
        colours = min(coloured, key=lambda axis: shape[axis] != COLOURS, default=None)
        return () if colours is None else (1 - colours, 2, 3)
    sound = 0 < len(shape) <= MATRIX and shape[-1] > WAVE and shape[-1] >= THIN * max(shape[:-1], default=1)
    channel = len(shape) == MATRIX and shape[0] == 1 < shape[1]
    return (len(shape) - 1,) if sound or channel else ()


def _kind(shape: tuple[int, ...]) -> Literal["image", "tensor"]:
    return "image" if len(shape) == 3 and shape[0] in CHANNELS else "tensor"  # noqa: PLR2004


def _part(kind: Any, place: int, name: str) -> Any:
    """Pick what stands for one of several inputs."""
    try:
        return kind if isinstance(kind, str) else kind[name if isinstance(kind, Mapping) else place]
    except (KeyError, IndexError):
        msg = f"there is no baseline for the input {name!r}: give one for each input."
        raise ValueError(msg) from None


def reorder(pixels: Tensor, order: tuple[int, int, int]) -> Tensor:
    """Take the channels (..., channels, height, width) in `order`; the very tensor when nothing moves."""
    return pixels if order == (0, 1, 2) else pixels[..., list(order), :, :]


def to_rgb(pixels: Tensor) -> NDArray[np.uint8]:
    """Turn ``[channels, height, width]`` in 0..1 into a picture; channels other than 3 or 4 are averaged to grey."""
    shown = pixels[:3] if pixels.shape[0] in (3, 4) else pixels.mean(0, keepdim=True)
    levels = (shown.clamp(0, 1) * 255).round().byte().expand(3, -1, -1)
    picture: NDArray[np.uint8] = levels.permute(1, 2, 0).contiguous().cpu().numpy()
    return picture


def _at_least_float32(x: Tensor) -> Tensor:
    return x if x.dtype == torch.float64 else x.float()
