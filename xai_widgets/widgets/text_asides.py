"""What the views of a text ask beside its explanation: a word's menu, and counterfactuals."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from xai_widgets.results import Unit
from xai_widgets.text import TextSpan
from xai_widgets.widgets import text_messages
from xai_widgets.widgets.aside import Asides, Question
from xai_widgets.widgets.base import COMPARE, PREDICT
from xai_widgets.wire import Attend, Generate, Heads, Menu, ProtocolError, Seek

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from xai_widgets.attribution.heads import AttentionMap
    from xai_widgets.changes import Counterfactuals, Options
    from xai_widgets.export.layouts import Layouts
    from xai_widgets.jobs import Worker
    from xai_widgets.text import Text
    from xai_widgets.widgets.generation import Generated
    from xai_widgets.widgets.session import Request
    from xai_widgets.widgets.text_session import TextSession
    from xai_widgets.wire import Aside, Message, Utf16


class TextAsides(Asides):
    """The questions of one text widget.

    Parameters
    ----------
    worker : Worker
    session : TextSession
    units : Utf16
        Of the original text.
    post : callable
        Sends a message to the views.
    layouts : Layouts
    """

    def __init__(
        self, worker: Worker, session: TextSession, units: Utf16, post: Callable[[Message], None], *, layouts: Layouts
    ) -> None:
        self._session, self._units = session, units
        nothing: dict[str, Any] = {"fraction": 0.0}
        self.menu = Question(worker, "menu", priority=PREDICT, post=post, empty={**nothing, "entries": []})
        self.search = Question(
            worker, "search", priority=COMPARE, post=post, empty={**nothing, "found": [], "note": None}
        )

        self.generated = Question(
            worker,
            "generated",
            priority=COMPARE,
            post=post,
            empty={
                **nothing,
                "text": "",
                "tokens": [],
                "first": None,
                "row": 0,
                "rows": None,
                "layout": None,
                "note": None,
            },
        )
        self._layouts = layouts
        unknown: dict[str, Any] = {"layers": None, "heads": None, "weights": None}
        self.attention = Question(worker, "attention", priority=PREDICT, post=post, empty=unknown)
        self.heads = Question(worker, "heads", priority=PREDICT, post=post, empty=unknown)
        super().__init__(self.menu, self.search, self.generated, self.attention, self.heads)

    def answer(self, message: Aside, request: Request) -> None:
        """Answer a view's question about what is on show."""
        session = self._session
        if isinstance(message, Menu):
            self._on_menu(message, request)
        elif isinstance(message, Seek):
            self._on_search(message, request)
        elif isinstance(message, Generate) and session.causal:
            self.generate(message, request)
        elif isinstance(message, (Attend, Heads)):
            self._on_attention(message, request)
        else:
            msg = f"there is no answer to {type(message).__name__.lower()!r} for this model."
            raise ProtocolError(msg)

    def _on_menu(self, message: Menu, request: Request) -> None:
        if not message.open:
            self.menu.stop()
            return
        session, edits = self._session, request.edits
        span = self._units.character(message.start), self._units.character(message.stop)

        def steps() -> Iterator[Options]:
            target = session.target(request.target).index
            first = target[0] if isinstance(target, tuple) else target
            yield from session.menu(edits, span, None if isinstance(first, Unit) else first)

        self.menu.ask(steps, text_messages.words, {"start": message.start, "stop": message.stop})

    def _on_search(self, message: Seek, request: Request) -> None:
        if not message.open:
            self.search.stop()
            return
        session, units = self._session, self._units
        original = session.text

        def tell(answer: Message, found: Counterfactuals) -> None:
            text_messages.changes(answer, found, original, units)

        part = request.target if isinstance(request.target, TextSpan) else None

        def steps() -> Iterator[Counterfactuals]:
            return session.search(request.edits, part or message.target, message)

        # Of which text, and to which question, they are answers.
        asked = part and text_messages.span_to_dict(part, session.written(request.edits))
        edits = text_messages.edits_to_dicts(request.edits, units)
        about = {**message.about("target", "within", "most"), "part": asked, "edits": edits}
        self.search.ask(steps, tell, about)

    def generate(self, asked: Generate, request: Request, keep: Callable[[Generated], None] | None = None) -> None:
        """Let the model go on with the text on show; each answer goes to `keep` too."""
        if not asked.count:
            self.generated.stop()
            return
        session, layouts = self._session, self._layouts

        def tell(answer: Message, found: Generated) -> None:
            text_messages.written(answer, found, layouts)

        def steps() -> Iterator[Generated]:
            options: dict[str, Any] = {"temperature": asked.temperature, "top": asked.top, "seed": asked.seed}
            for one in session.generate(request.edits, asked.count, **options):
                if keep is not None:
                    keep(one)
                yield one

        about = {name: getattr(asked, name) for name in ("count", "temperature", "top", "seed")}
        self.generated.ask(steps, tell, about)

    def _on_attention(self, message: Attend | Heads, request: Request) -> None:
        session, layouts = self._session, self._layouts

        def tell(answer: Message, found: tuple[AttentionMap, Text]) -> None:
            text_messages.attention(answer, *found, layouts)

        def steps() -> Iterator[tuple[AttentionMap, Text]]:
            return session.attention(request.edits, message)

        question = self.heads if isinstance(message, Heads) else self.attention
        question.ask(steps, tell, asdict(message))
