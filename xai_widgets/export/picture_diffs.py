"""Changed pictures drawn: before, after, and what changed, marked by an outline and never by colour alone."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from xai_widgets.export.diffs import heading, remarks, verdict
from xai_widgets.export.draw import Pen
from xai_widgets.export.font import legible
from xai_widgets.export.tones import FAINT, PAPER
from xai_widgets.language import phrase

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from xai_widgets.changes import Counterfactuals
    from xai_widgets.picture_changes import PictureCandidate

WIDTH, GAP, TOP = 860, 16, 58
SIDE = (WIDTH - 4 * GAP) // 3
TALLEST = 4
"""Candidates that are drawn."""

THUMB = 112
"""Long side of a picture in small."""

PALE = 0.55
"""How far what did not change fades towards white."""


@legible
def changes_png(found: Counterfactuals) -> bytes:
    """Draw the best candidates as a PNG: before, after and what changed; the original alone where there is none."""
    shown = found.candidates[:TALLEST]
    height = round(found.original.shape[0] * SIDE / found.original.shape[1])
    pen = Pen(Image.new("RGB", (1, 1)))
    notes = [line for one in remarks(found) for line in pen.wrap(one, 13, WIDTH - 2 * GAP)]
    rows = max(1, len(shown))
    titles = (phrase("Before"), phrase("After"), phrase("What changed")) if shown else (phrase("The picture"),)
    page = Image.new("RGB", (WIDTH, TOP + rows * (height + 44) + 19 * len(notes) + 12), PAPER)
    pen = Pen(page)
    pen.write((GAP, 26), heading(found), size=17, bold=True, most=WIDTH - 2 * GAP)
    for k, title in enumerate(titles):
        pen.write((GAP + k * (SIDE + GAP), 50), title, size=13, colour=FAINT)
    for row in range(rows):
        top = TOP + row * (height + 44)
        pictures = [found.original, shown[row].picture, marked(found, shown[row])] if shown else [found.original]
        for k, one in enumerate(pictures):
            page.paste(_scaled(one, height), (GAP + k * (SIDE + GAP), top))
        if shown:
            pen.write((GAP, top + height + 20), f"{row + 1}. {verdict(found, shown[row])}", most=WIDTH - 2 * GAP)
    for k, line in enumerate(notes):
        pen.write((GAP, TOP + rows * (height + 44) + 8 + 19 * k), line, size=13, colour=FAINT)
    file = io.BytesIO()
    page.save(file, "PNG", optimize=True)
    return file.getvalue()


def marked(found: Counterfactuals, one: PictureCandidate) -> NDArray[np.uint8]:
    """Return what was covered, or else what is new, with a white and black line around it; the rest is pale.

    Enlarged by whole numbers, so that the line is thin.
    """
    told = one.picture if one.edit is None else found.original
    times = max(1, round(2 * SIDE / one.mask.shape[1]))
    mask = one.mask.repeat(times, 0).repeat(times, 1)
    picture = told.repeat(times, 0).repeat(times, 1).astype(np.float64)
    grey = picture.mean(2, keepdims=True)
    return _lined(np.where(mask[..., None], picture, grey + PALE * (255 - grey)).astype(np.uint8), mask, 2)


def thumbnail(picture: NDArray[np.uint8], mask: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Return a picture in small, with the same line around what changed."""
    height, width = picture.shape[:2]
    share = THUMB / max(height, width)
    size = max(1, round(width * share)), max(1, round(height * share))
    small = np.asarray(Image.fromarray(picture).resize(size, Image.Resampling.BOX))
    there = np.asarray(Image.fromarray(mask).resize(size, Image.Resampling.NEAREST))
    return _lined(small, there, 1)


def _lined(picture: NDArray[np.uint8], mask: NDArray[np.bool_], wide: int) -> NDArray[np.uint8]:
    """Draw a line around the true part: white inside, black outside."""
    lined: NDArray[np.uint8] = picture.copy()
    lined[mask & ~_shrunk(mask, wide)] = 255
    lined[~mask & ~_shrunk(~mask, wide)] = 0
    return lined


def _shrunk(mask: NDArray[np.bool_], by: int) -> NDArray[np.bool_]:
    """Take `by` pixels off the edges of a mask; beyond the border it goes on."""
    for _ in range(by):
        wide = np.pad(mask, 1, mode="edge")
        mask = mask & wide[:-2, 1:-1] & wide[2:, 1:-1] & wide[1:-1, :-2] & wide[1:-1, 2:]
    return mask


def _scaled(picture: NDArray[np.uint8], height: int) -> Image.Image:
    enlarged = picture.shape[1] < SIDE
    way = Image.Resampling.NEAREST if enlarged and picture.shape[1] < SIDE // 4 else Image.Resampling.BICUBIC
    return Image.fromarray(picture).resize((SIDE, height), way)
