"""The newest finished answers: what a saved page can show without a kernel, and what need not be computed again."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Hashable

    from xai_widgets.results import Attribution
    from xai_widgets.wire import Message

MOST, LARGEST = 24, 4_000_000
"""Answers, as many as a view keeps (js/host/store.ts), and their bytes."""

LARGEST_RESULTS = 32_000_000
"""Bytes of exact values."""

Answer = tuple["Message", "Message"]
"""A prediction and a map."""


class AnswerCache:
    """Answers by what was asked. Not for several threads at once."""

    def __init__(self) -> None:
        self._answers: dict[str, Answer] = {}
        self._weights: Any = None

    @property
    def answers(self) -> list[Answer]:
        """The newest first."""
        return list(reversed(self._answers.values()))

    def keep(self, prediction: Message | None, found: Message | None, *, weights: Any) -> None:
        """Keep a finished answer; those by other weights are of another model, and go."""
        if prediction is None or found is None or prediction.content["id"] != found.content["id"]:
            return
        if weights != self._weights:
            self._answers, self._weights = {}, weights
        key = json.dumps(found.content["request"], sort_keys=True)
        self._answers.pop(key, None)
        self._answers[key] = (prediction, found)
        while len(self._answers) > MOST or (len(self._answers) > 1 and self._bytes() > LARGEST):
            del self._answers[next(iter(self._answers))]

    def _bytes(self) -> int:
        return sum(one.nbytes for answer in self._answers.values() for message in answer for one in message.buffers)


class ResultCache:
    """What explanations came to by what was asked: a view that goes back to a question has the answer at once."""

    def __init__(self) -> None:
        self._results: dict[Hashable, Attribution] = {}

    def get(self, key: Hashable) -> Attribution | None:
        """Return what is known, if anything."""
        return self._results.get(key)

    def keep(self, key: Hashable, result: Attribution) -> None:
        """Keep the result of a run that has ended, and forget the oldest where it gets too much."""
        self._results.pop(key, None)
        self._results[key] = result
        while len(self._results) > MOST or sum(one.values.nbytes for one in self._results.values()) > LARGEST_RESULTS:
            del self._results[next(iter(self._results))]
