"""What the views of a table ask beside the explanation: curves, and counterfactuals."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from xai_widgets.results import Unit
from xai_widgets.widgets import table_messages
from xai_widgets.widgets.aside import Asides, Question
from xai_widgets.widgets.base import COMPARE, EXPLAIN
from xai_widgets.widgets.table_rules import constraints_to_dict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from xai_widgets.changes import Counterfactuals
    from xai_widgets.counterfactual import Constraints
    from xai_widgets.jobs import Worker
    from xai_widgets.models import Target
    from xai_widgets.population import Curves
    from xai_widgets.results import Prediction
    from xai_widgets.widgets.session import Request
    from xai_widgets.widgets.table_session import TableSession
    from xai_widgets.wire import Message, Seek


def class_asked(target: Target, prediction: Prediction) -> int:
    """Return the class whose probability is shown: the first of a pair, and the likeliest beside a unit."""
    index = target.index
    first = index[0] if isinstance(index, tuple) else index
    return int(np.argmax(prediction.probabilities)) if isinstance(first, Unit) else first


class TableAsides(Asides):
    """The questions of one table widget.

    Parameters
    ----------
    worker : Worker
    session : TableSession
    post : callable
        Sends a message to the views.
    found : callable
        Is told of counterfactuals.
    """

    def __init__(
        self,
        worker: Worker,
        session: TableSession,
        post: Callable[[Message], None],
        found: Callable[[Counterfactuals], None],
    ) -> None:
        self._session, self._found = session, found
        nothing: dict[str, Any] = {"fraction": 0.0, "found": [], "note": None, "of": ""}
        self.curves = Question(
            worker, "curves", priority=EXPLAIN, post=post, empty={"values": None}, told_at_once=False, whole=True
        )
        self.search = Question(worker, "search", priority=COMPARE, post=post, empty=nothing)
        super().__init__(self.curves, self.search)

    def ask_curves(self, request: Request) -> None:
        """Find the curves of the row on show."""
        session, edits = self._session, request.edits

        def tell(answer: Message, found: Curves) -> None:
            seen = session.see(edits)
            asked = class_asked(session.target(request.target), seen.prediction)
            table_messages.curves(answer, found, seen, asked)

        self.curves.ask(lambda: session.curves(edits), tell, {"edits": [one.to_dict() for one in edits]})

    def ask_search(self, message: Seek, request: Request, constraints: Constraints) -> None:
        """Search for what would have to change of the row on show."""
        session, edits = self._session, request.edits
        table, row = session.subject.table, session.row(edits)
        # A view may ask for fewer changes than the constraints allow, never for more.
        most = min(message.most, constraints.max_changes or message.most)
        kept = replace(constraints, max_changes=most)

        def steps() -> Iterator[Counterfactuals]:
            return session.search(edits, message.target, within=message.within, constraints=kept, n=message.n)

        def tell(answer: Message, found: Counterfactuals) -> None:
            table_messages.changes(answer, found, table)
            self._found(found)

        # To what question they are answers.
        about = {"rules": constraints_to_dict(constraints, table), "row": table_messages.plain(row)}
        self.search.ask(steps, tell, {**message.about("target", "within"), "most": most, **about})
