"""What the views of a picture ask beside the explanation: what would have to change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xai_widgets.widgets import image_messages
from xai_widgets.widgets.aside import Asides, Question
from xai_widgets.widgets.base import COMPARE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from xai_widgets.changes import Counterfactuals
    from xai_widgets.jobs import Worker
    from xai_widgets.widgets.image_other import OtherPicture
    from xai_widgets.widgets.image_session import ImageSession
    from xai_widgets.widgets.session import Request
    from xai_widgets.wire import Message, Seek


class ImageAsides(Asides):
    """The questions of one image widget.

    Parameters
    ----------
    worker : Worker
    session : ImageSession
    post : callable
        Sends a message to the views.
    found : callable
        Is told of counterfactuals.
    other : OtherPicture
    """

    def __init__(
        self,
        worker: Worker,
        session: ImageSession,
        post: Callable[[Message], None],
        found: Callable[[Counterfactuals], None],
        other: OtherPicture,
    ) -> None:
        self._session, self._found = session, found
        nothing: dict[str, Any] = {"fraction": 0.0, "found": [], "note": None, "of": "", "was": None}
        self.search = Question(worker, "search", priority=COMPARE, post=post, empty=nothing)
        super().__init__(self.search, other.question)

    def ask_search(self, message: Seek, request: Request) -> None:
        """Search for what would have to change of the picture on show."""
        if not message.open:
            self.search.stop()
            return
        session, edits = self._session, request.edits

        def steps() -> Iterator[Counterfactuals | None]:
            return session.search(edits, message)

        def tell(answer: Message, found: Counterfactuals) -> None:
            image_messages.changes(answer, found)
            self._found(found)

        asked = message.about("target", "within", "way", "most", "fill")
        # The edits on show then, to which a click adds the regions.
        self.search.ask(steps, tell, {**asked, "edits": [one.to_dict() for one in edits]})
