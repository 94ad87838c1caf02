"""What widgets share that answer several questions beside each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xai_widgets.widgets.linked import LinkedWidget

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from xai_widgets.widgets.aside import Question
    from xai_widgets.wire import Message


class ExplorerWidget(LinkedWidget):
    """Base of the explorers, which have all their answers from questions."""

    _questions: Mapping[str, Question]
    """By name; there before the widget is made."""

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until all that was asked is answered; False when `timeout` seconds passed before."""
        return all(one.wait(timeout) for one in self._questions.values())

    def _repeat(self, post: Callable[[Message], None]) -> None:
        for one in self._questions.values():
            one.repeat(post)

    def _paced(self) -> Iterable[Question]:
        return self._questions.values()

    def _stop(self) -> None:
        for one in self._questions.values():
            one.close()
