"""What a page holds, made small enough to be sent by mail: fine where there is room, coarser or less where not."""

from __future__ import annotations

import base64
import functools
import json
import logging
import math
import os
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from xai_widgets.export.payload import shrink
from xai_widgets.wire.arrays import LEVELS, NOT_A_NUMBER, decode, encode

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from xai_widgets.wire import Message

logger = logging.getLogger(__name__)

Answer = tuple["Message", "Message"]
Level = tuple[int, int]
Buffer = tuple[int, str]
FINE, *COARSER = (16, 1), (10, 1), (8, 1), (8, 2)
"""Bits of a map's codes, and by how much fewer rows and columns it is kept: the first that there is room for."""

COARSEST = (8, 4), (8, 8), (8, 16)
"""For what is on show alone."""

LEFT_OUT = "Saved"
"""The fact that tells of answers that found no room."""

LISTS, LONG = ("columns", "row", "words"), 4000
"""Fields of a spec that grow with the data, and from how many letters on they are compressed."""

PICTURES = ("photo", "picture")
"""Fields that hold the picture itself. A page has room for it beside everything else; where it has none, a picture that
was changed is kept coarser as soon as maps are kept in so few bits."""

COARSE_BITS = 8


@dataclass(frozen=True)
class PageContent:
    """What a page shows.

    Attributes
    ----------
    spec, state : dict
        As in ``docs/protocol.md``.
    told : sequence of Message
        What a view that opens is told.
    answers : sequence of (Message, Message)
        Predictions and maps of what may be asked, the newest first.
    title, text : str
        For those who do not run scripts.
    facts : dict of str to str
        How it was computed.
    language : str
        Of the view, as of :func:`~xai_widgets.esm.language`; English where there is none.
    """

    spec: Mapping[str, Any]
    state: Mapping[str, Any]
    told: Sequence[Message]
    answers: Sequence[tuple[Message, Message]] = ()
    title: str = ""
    text: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)
    language: str = ""


def fitted(shown: PageContent, fixed: int) -> tuple[str, dict[str, str]]:
    """Return a page's data as JSON that is no markup, and what its reader should know of what was left out.

    Parameters
    ----------
    shown : PageContent
    fixed : int
        Bytes of the rest of the page.
    """
    most = page_room()
    text, facts, enough = _fit(shown, lambda text, pictures: fixed + len(text) - pictures <= most)
    if LEFT_OUT in facts:
        logger.warning("The page has %s in %d kB: set XAI_WIDGETS_PAGE_KB.", facts[LEFT_OUT], most // 1000)
    if not enough:
        warn_of(fixed + len(text))
    return text, facts


def page_room() -> int:
    """Return how many bytes a page may take beside its pictures."""
    return 1000 * int(os.environ.get("XAI_WIDGETS_PAGE_KB", "300"))


def warn_of(size: int) -> None:
    """Warn of a page that takes more room than it may."""
    logger.warning("The page takes %d kB, more than the %d it may.", size // 1000, page_room() // 1000)


def within(shown: PageContent, most: int) -> tuple[str, dict[str, str]] | None:
    """Return the same for a place where so many bytes are all there is, pictures too; None where it finds no room."""
    # It goes into other JSON, as a text.
    text, facts, enough = _fit(
        shown, lambda text, _: len(text) + text.count('"') + text.count("\\") <= most, pictures=True
    )
    return (text, facts) if enough else None


def room() -> int:
    """Return how many bytes of a notebook a view may take."""
    return 1000 * int(os.environ.get("XAI_WIDGETS_VIEW_KB", "300"))


def memory(shown: Callable[[], PageContent | None], most: int) -> dict[str, Any]:
    """Return what a view needs to be alive without a kernel: the data of its page, in a part of so many bytes.

    The picture, which stands for it where nobody makes it live, has the other third.

    Parameters
    ----------
    shown : callable
        Returns what a page would show; None for nothing.
    most : int
        Bytes that the view may take of the notebook.
    """
    try:
        page = shown()
        found = None if page is None else within(page, most * 2 // 3)
    except Exception:  # the picture must not go with it
        logger.exception("the view could not be kept alive")
        return {}
    if found is None:
        return {} if page is None else {"left": True}
    text, facts = found
    return {"page": text, "facts": [f"{name}: {one}" for name, one in facts.items()], "left": LEFT_OUT in facts}


def _fit(
    shown: PageContent, allowed: Callable[[str, int], bool], *, pictures: bool = False
) -> tuple[str, dict[str, str], bool]:
    """Make data smaller until they are allowed; also tell what was left out, and whether they are."""
    packed = _Packed(pictures=pictures)
    answers, facts = list(shown.answers), dict[str, str]()

    def fits(level: Level) -> tuple[str, bool]:
        text, pictures = packed.text(shown, answers, level)
        return text, allowed(text, pictures)

    level, on_show = FINE, {id(one) for one in shown.told}
    text, enough = fits(level)
    for level in () if enough else COARSER:
        text, enough = fits(level)
        if enough:
            break
    spare = [i for i, (_, found) in enumerate(answers) if id(found) not in on_show]
    while not enough and spare:  # the newest come first
        del answers[spare.pop()]
        text, enough = fits(level)
    for level in () if enough else COARSEST:
        text, enough = fits(level)
        if enough:
            break
    if len(answers) < len(shown.answers):
        facts[LEFT_OUT] = f"the newest {len(answers)} of {len(shown.answers)} answers; the others found no room"
    return text, {**facts, **_losses(shown, level, packed.coarser)}, enough


def _losses(shown: PageContent, level: Level, pictures: int) -> dict[str, str]:
    """Tell what was made coarser, and how; of pictures, the mean of how many rows and columns is kept."""
    facts = dict[str, str]()
    if level != FINE and any(_single(one.content) for one in shown.told):
        fewer = "" if level[1] == 1 else f", one in {level[1]}"
        facts["Single rows"] = f"kept in {2 ** level[0] - 2} steps from their least to their largest value{fewer}"
    elif level != FINE:
        coarse = "" if level[1] == 1 else f", as means of {level[1]} × {level[1]} pixels"
        facts["Maps"] = f"kept in {2 ** level[0] - 2} steps from their least to their largest value{coarse}"
    if pictures > 1:
        facts["Pictures"] = f"kept as means of {pictures} × {pictures} pixels"
    return facts


class _Packed:
    """Messages as JSON, their arrays compressed and each kept once.

    Parameters
    ----------
    pictures : bool
        Whether changed pictures become coarser too.

    Attributes
    ----------
    coarser : int
        Of how many rows and columns a mean was taken for a row and column of a picture, when it was last made text.
    """

    def __init__(self, *, pictures: bool) -> None:
        self._pictures, self.coarser = pictures, 1
        self._of_map = functools.cache(_map)
        self._of_picture = functools.cache(_picture)
        self._of_study = functools.cache(_study)
        self._of_bytes = functools.cache(_bytes)

    def text(self, shown: PageContent, answers: Sequence[Answer], level: Level) -> tuple[str, int]:
        """Return all as JSON, and how much of it is pictures."""
        self.coarser = 1
        places: dict[int, int] = {}
        messages: list[dict[str, Any]] = []
        kept: dict[Buffer, int] = {}
        pictures = len(inlined(shown.spec.get("photo")))

        def place(message: Message) -> int:
            if id(message) not in places:
                places[id(message)] = len(messages)
                messages.append(self._message(message, level, kept))
            return places[id(message)]

        told = [place(one) for one in shown.told]
        pictures += sum(self._picture(one) for one in shown.told)
        content = {
            "spec": {name: self._long(name, one, kept) for name, one in shown.spec.items()},
            "state": _coarse(shown.state, level[1]),
            "told": told,
            "answers": [[place(one) for one in answer] for answer in answers],
            "messages": messages,
            "buffers": list(kept),
        }
        return inlined(content), pictures

    def _long(self, name: str, one: Any, kept: dict[Buffer, int]) -> Any:
        """Return a list of the spec, or where it is compressed if it is long."""
        if name not in LISTS or len(text := inlined(one)) < LONG:
            return one
        return kept.setdefault(self._of_bytes(text.encode()), len(kept))

    def _message(self, message: Message, level: Level, kept: dict[Buffer, int]) -> dict[str, Any]:
        if message.content["kind"] == "study":
            content, buffers = self._of_study(message, level)
            return {**content, "buffers": [kept.setdefault(one, len(kept)) for one in buffers]}
        content, buffers = dict(message.content), list[Buffer]()
        values = content.get("values", {}) if content["kind"] == "map" else {}
        picture = content.get("picture") if self._pictures and level[0] <= COARSE_BITS else None
        for at, data in enumerate(message.buffers):
            if values.get("dtype") == "<u2" and values["buffer"] == at:
                content["values"], codes = self._of_map(message, level)
                buffers.append(codes)
            elif picture and picture["buffer"] == at:
                self.coarser = max(2, level[1])
                content["picture"], colours = self._of_picture(message, self.coarser)
                buffers.append(colours)
            else:
                buffers.append(self._of_bytes(bytes(data)))
        return {**content, "buffers": [kept.setdefault(one, len(kept)) for one in buffers]}

    def _picture(self, message: Message) -> int:
        found = [message.content.get(name) for name in PICTURES]
        return sum(len(self._of_bytes(bytes(message.buffers[one["buffer"]]))[1]) for one in found if one)


def _coarse(state: Mapping[str, Any], factor: int) -> Mapping[str, Any]:
    """Tell a smoothing, which counts cells, in the cells that there are."""
    display = state.get("display", {})
    smooth = display.get("smooth")
    return {**state, "display": {**display, "smooth": smooth / factor}} if smooth else state


def _map(message: Message, level: Level) -> tuple[dict[str, Any], Buffer]:
    """Return the description of a message's map and its codes, of fewer bits and cells."""
    (bits, factor), meta = level, message.content["values"]
    data: Any = message.buffers[meta["buffer"]]
    if factor > 1 and len(meta["shape"]) == 2:  # noqa: PLR2004  lines of a text, or of a table, are short
        values = decode(meta, data)
        made, data = encode(shrink(values, values.size // factor**2), "<u2")
        meta = {**meta, **made}
    return meta, _codes(data, bits)


def _picture(message: Message, factor: int) -> tuple[dict[str, Any], Buffer]:
    """Return the description of a message's picture and its colours, of fewer pixels."""
    meta = message.content["picture"]
    colours = np.frombuffer(message.buffers[meta["buffer"]], np.uint8).reshape(meta["shape"])
    less = shrink(colours, colours.size // factor**2)
    return {**meta, "shape": list(less.shape)}, _bytes(less.tobytes())


def _codes(data: Any, bits: int) -> Buffer:
    codes, top = np.frombuffer(data, "<u2"), 2**bits - 2
    less = np.where(codes == NOT_A_NUMBER, top + 1, np.rint(codes * (top / LEVELS))).astype("<u2")
    # All low bytes, then all high ones: what is alike lies together.
    return bits, _base64(zlib.compress(less.view(np.uint8).reshape(-1, 2).T.tobytes()))


def _single(content: dict[str, Any]) -> list[tuple[dict[str, Any], str]]:
    """Return where a message has arrays with one line a row of the data: the holder of each, and its name there."""
    if content["kind"] != "study":
        return []
    held = [(content, name) for name in ("local", "data", "places")]
    held += [(content[name], "lines") for name in ("dependence", "accumulated") if content.get(name)]
    return [(holder, name) for holder, name in held if holder.get(name)]


def _study(message: Message, level: Level) -> tuple[dict[str, Any], list[Buffer]]:
    """Return a message about many rows, and its arrays: of single rows the first of so many, in codes of fewer bits."""
    bits, factor = level
    content: dict[str, Any] = {}
    for name, one in message.content.items():
        content[name] = dict(one) if isinstance(one, dict) else one
    buffers, coded = list(map(bytes, message.buffers)), set()
    for holder, name in _single(content):
        meta = holder[name]
        at, (count, *shape) = meta["buffer"], meta["shape"]
        rows = -(-count // factor)
        buffers[at] = buffers[at][: rows * len(buffers[at]) // count]
        holder[name] = {**meta, "shape": [rows, *shape]}
        coded |= {at} if meta["dtype"] == "<u2" else set()
    return content, [_codes(one, bits) if at in coded else _bytes(one) for at, one in enumerate(buffers)]


def _bytes(data: bytes) -> Buffer:
    """Return bytes, compressed where that makes them less (0 bits: as they are, 1: compressed)."""
    packed = zlib.compress(data)
    return (1, _base64(packed)) if len(packed) < len(data) else (0, _base64(data))


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def inlined(content: Any) -> str:
    """Return data as JSON that is no markup."""
    text = json.dumps(_known(content), allow_nan=False, separators=(",", ":"))
    # Inside a string alone these may stand, and there they may be written by their numbers.
    return text.replace("<", "\\u003c").replace(">", "\\u003e")


def _known(value: Any) -> Any:
    """Return what JSON has: bytes as base64, and nothing for numbers that are none."""
    if isinstance(value, (bytes, memoryview)):
        return base64.b64encode(value).decode("ascii")
    if isinstance(value, Mapping):
        return {name: _known(one) for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_known(one) for one in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
