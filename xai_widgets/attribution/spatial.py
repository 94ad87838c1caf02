"""Which layer has a map to show, and how its activations lie on the picture."""

from __future__ import annotations

import math

from torch import Tensor, nn

from xai_widgets.models import Model, ModelError, Target
from xai_widgets.models.keras_models import is_keras
from xai_widgets.models.mixing import difference

MAP_NDIM, TOKENS_NDIM = 4, 3
MOST_EXTRA_TOKENS = 8
"""Class, distillation and register tokens that may precede the patches."""

ASPECT_SLACK = 1.35
"""How far a map's aspect may be from the picture's: strided layers round odd sizes."""

PASS_THROUGH = (nn.Linear, nn.Dropout, nn.Identity, nn.Softmax)
"""Parts of an attention block (and modules that do nothing) are never what a reader means by a layer."""


def as_map(activation: Tensor, grid: tuple[int, int], *, last: bool = False) -> Tensor | None:
    """Arrange one input's activations as a map.

    They are (1, channels, h, w) of a convolution, (1, h, w, channels) of a windowed transformer, or (1, tokens,
    channels) of a vision transformer, whose leading extra tokens are dropped. Unless channels are known to come `last`,
    as in Keras, that is told by which axes have the aspect of the picture's `grid`.

    Returns
    -------
    Tensor or None
        (channels, h, w); None where there is no map of more than one cell, or more than one (such as one a window).
    """
    if len(activation) != 1:
        return None
    if activation.ndim == MAP_NDIM:
        a, b, c = activation.shape[1:]
        if not _fits(b, c, grid) and not _fits(a, b, grid):
            return None
        return activation[0].permute(2, 0, 1) if _channels_last(a, b, c, grid, last=last) else activation[0]
    if activation.ndim == TOKENS_NDIM:
        tokens, channels = activation.shape[1:]
        for extra in range(min(MOST_EXTRA_TOKENS, tokens - 1) + 1):
            shape = _arrange(tokens - extra, grid)
            if shape is not None:
                return activation[0, extra:].T.reshape(channels, *shape)
    return None


def is_map(shape: tuple[int, ...], grid: tuple[int, int], *, last: bool = False) -> bool:
    """Tell whether values (channels, h, w) lie on the picture as it is; `last` as of `as_map`."""
    if len(shape) != MAP_NDIM - 1:
        return False
    a, b, c = shape
    if last and _fits(a, b, grid):
        return False
    return (b, c) == grid or (_fits(b, c, grid) and not _channels_last(a, b, c, grid, last=last))


def _channels_last(a: int, b: int, c: int, grid: tuple[int, int], *, last: bool) -> bool:
    """Tell (h, w, channels) from (channels, h, w): where both fit, by which has the picture's aspect.

    A small map and its few channels may both have it, up to rounding: transformers have many, so it is a convolution's.
    """
    if not _fits(a, b, grid):
        return False
    return last or not _fits(b, c, grid) or (not _exact(b, c, grid) and _stretch(a, b, grid) < _stretch(b, c, grid))


def _fits(h: int, w: int, grid: tuple[int, int]) -> bool:
    if h * w <= 1 or h > grid[0] or w > grid[1]:
        return False
    return _stretch(h, w, grid) <= math.log(ASPECT_SLACK)


def _exact(h: int, w: int, grid: tuple[int, int]) -> bool:
    """Whether it has the picture's aspect but for the rounding of one cell."""
    return abs(h * grid[1] - w * grid[0]) < max(grid)


def _stretch(h: int, w: int, grid: tuple[int, int]) -> float:
    """How far the aspect is from the picture's, as the size of a logarithm."""
    return abs(math.log((h / w) / (grid[0] / grid[1])))


def _arrange(cells: int, grid: tuple[int, int]) -> tuple[int, int] | None:
    """Find h × w = cells with the picture's aspect, as patches of one size give it."""
    for h in range(1, cells + 1):
        if cells % h == 0 and _fits(h, cells // h, grid) and _exact(h, cells // h, grid):
            return h, cells // h
    return None


def find_layer(model: Model, x: Tensor, target: Target, grid: tuple[int, int]) -> tuple[str, Tensor, Tensor]:
    """Find the last layer that has a map through which the score flows: its name, activation and gradient.

    Raises
    ------
    ModelError
        When there is none.
    """
    modules = dict(model.module.named_modules())
    tokens: set[int] = set()
    last = is_keras(model.module)
    for name, activation, gradient in model.taps_from_the_top(x[None], target):
        if activation.ndim == TOKENS_NDIM:
            tokens.update(activation.shape[:2])  # with the batch first or second
        if isinstance(modules[name], PASS_THROUGH) or _is_attention(activation, tokens):
            continue
        if as_map(activation, grid, last=last) is None:
            continue
        flow = as_map(gradient, grid, last=last)
        if flow is not None and bool(flow.any()):
            return name, activation, gradient
    msg = "No layer has a map through which the score flows, so there is nothing to draw. Name one by layer=..."
    raise ModelError(msg)


def find_last(model: Model, x: Tensor, target: Target) -> str:
    """Find the last layer before the scores through which they flow.

    Raises
    ------
    ModelError
        When there is none.
    """
    modules, scores = dict(model.module.named_modules()), model.scores(x[None])
    for name, activation, gradient in model.taps_from_the_top(x[None], target):
        same = activation.numel() == scores.numel() and difference(activation.flatten(), scores[0]) <= model.rounding
        if not same and not isinstance(modules[name], (nn.Dropout, nn.Identity)) and bool(gradient.any()):
            return name
    msg = "No layer lies before the scores, so there are no units to look at."
    raise ModelError(msg)


def _is_attention(activation: Tensor, tokens: set[int]) -> bool:
    """Tell whether this is (1, heads, tokens, tokens): square, but no picture."""
    return activation.ndim == MAP_NDIM and activation.shape[2] == activation.shape[3] and activation.shape[2] in tokens
