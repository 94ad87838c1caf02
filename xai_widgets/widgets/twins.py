"""Pictures and words of what has been found out, painted behind everything else, for notebooks that are saved."""

from __future__ import annotations

import threading
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

from xai_widgets.jobs import Slot
from xai_widgets.results import PAINTERS
from xai_widgets.widgets.base import COMPARE
from xai_widgets.wire import LIMIT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from xai_widgets.jobs import Worker
    from xai_widgets.populations import PopulationResult
    from xai_widgets.wire import Message

Mimebundles = dict[str, dict[str, Any]]


class Twins:
    """The newest message on each topic, with its picture and words.

    Parameters
    ----------
    worker : Worker
        Whose thread paints.
    publish : callable
        Receives all that is kept, by topic, whenever there is more.
    read : callable
        Returns a context in which is written for who reads it.
    """

    def __init__(
        self,
        worker: Worker,
        publish: Callable[[Mimebundles], None],
        read: Callable[[], AbstractContextManager[Any]] = nullcontext,
    ) -> None:
        self._slot = Slot(worker, priority=COMPARE)
        self._publish, self._read = publish, read
        self._lock = threading.Lock()
        self._waiting: dict[str, tuple[Message, PopulationResult]] = {}
        self._kept: Mimebundles = {}

    def keep(self, topic: str, message: Message, result: PopulationResult) -> None:
        """Keep a message that has all that there is to say."""
        with self._lock:
            self._waiting[topic] = message, result
        self._slot.submit(self._painted, publish=self._publish, ended=lambda *_: None)

    def close(self) -> None:
        """Stop for good, and forget."""
        self._slot.close()
        with self._lock:
            self._waiting.clear()
            self._kept.clear()

    def _painted(self) -> Iterator[Mimebundles]:
        while True:
            with self._lock:
                if not self._waiting:
                    return
                topic, (message, result) = self._waiting.popitem()
            with self._read():
                png, words = twin(result)
            kept = {**message.content, "buffers": list(message.buffers), "png": png, "words": words}
            with self._lock:
                # The others give way where all would be more than a host may take.
                together = {**self._kept, topic: kept}
                self._kept = together if sum(map(_size, together.values())) <= LIMIT else {topic: kept}
                told = dict(self._kept)
            yield told


def twin(result: PopulationResult) -> tuple[bytes, str]:
    """Return a result as a PNG and in words."""
    return PAINTERS["population_png"](result), PAINTERS["population_text"](result)


def _size(kept: dict[str, Any]) -> int:
    size: int = len(kept["png"]) + sum(one.nbytes for one in kept["buffers"])
    return size
