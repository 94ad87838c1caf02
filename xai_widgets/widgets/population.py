"""A model and a whole table of rows: what matters to it, how, and which few rules come near it."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import traitlets

from xai_widgets.api import population_of
from xai_widgets.esm import asset
from xai_widgets.export import saved
from xai_widgets.export.atomic import write_atomically
from xai_widgets.export.awaited import LATER
from xai_widgets.export.code import literal
from xai_widgets.export.fitting import memory, room
from xai_widgets.export.page import page
from xai_widgets.jobs import worker_for
from xai_widgets.language import phrase, told
from xai_widgets.populations.base import POPULATION_WRITERS
from xai_widgets.results import PAINTERS, writer_of
from xai_widgets.widgets import living
from xai_widgets.widgets import population_messages as messages
from xai_widgets.widgets.aside import Question
from xai_widgets.widgets.base import COMPARE, EXPLAIN
from xai_widgets.widgets.cells import first_picture_seconds
from xai_widgets.widgets.explorer import ExplorerWidget
from xai_widgets.widgets.names import names_of
from xai_widgets.widgets.population_session import TOPICS, Along, PopulationSession, StudyRequest, result_of, results_of
from xai_widgets.widgets.saving import shown
from xai_widgets.widgets.twins import Twins, twin
from xai_widgets.wire import Doubt, Message, Pick, ProtocolError, Study

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xai_widgets.export.fitting import PageContent
    from xai_widgets.populations import Effects
    from xai_widgets.widgets.population_session import StudyResult
    from xai_widgets.wire import Wish

RESULTS = {"importance": "importances", "contributions": "contributions", "tree": "tree", "sensitivity": "sensitivity"}
"""Questions whose newest answer is a trait."""

TITLE = "A model over a population"


class PopulationExplorer(ExplorerWidget):
    """Show what a model does with a whole table of rows: what matters, how, and which few rules come near it.

    Returns at once. Each question is answered when its view is opened, and its answer gets better as it streams.

    Parameters
    ----------
    model : torch.nn.Module, scikit-learn estimator or function
        As of :func:`population_iter`. It is left exactly as it was.
    frame : DataFrame or array (rows, columns)
    y : array or Series, optional
        What is right for each row: without it there is no permutation importance.
    features : sequence of str, optional
        Names of an array's columns.
    labels : sequence of str, optional
        Names of the classes, where the model does not know them itself.
    target : int or str, optional
        The class whose probability is asked about; by default the second of two, else the likeliest on average.
    seed : int

    Attributes
    ----------
    importances : Importances or None
        The newest permutation importance; observe it by ``w.observe(handler, "importances")``. Handlers run on the
        computing thread.
    contributions : Contributions or None
        Of many rows, with their local values.
    tree : SurrogateTree or None
    sensitivity : Importances or None
    evaluation : Evaluation or None
        How far the answer on show can be trusted, once a view or `evaluate` has asked.
    selected : int or None
        The row that was clicked on, by its number in `frame`.

    Raises
    ------
    ValueError, TypeError
        For wrong input, saying what was expected and what came.
    ModelError
        When the model fails for the first rows.
    """

    _esm = asset("population.js", needed=False)
    _css = asset("population.css", needed=False)
    _made_by = "PopulationExplorer"

    importances = traitlets.Any(None, read_only=True)
    contributions = traitlets.Any(None, read_only=True)
    tree = traitlets.Any(None, read_only=True)
    sensitivity = traitlets.Any(None, read_only=True)
    selected = traitlets.Any(None, read_only=True)

    def __init__(
        self,
        model: Any,
        frame: Any,
        *,
        y: Any = None,
        features: Sequence[str] | None = None,
        labels: Sequence[str] | None = None,
        target: int | str | None = None,
        seed: int = 0,
    ) -> None:
        population = population_of(model, frame, y, target=target, features=features, labels=labels, seed=seed)
        self._session = PopulationSession(population, seed)
        self._given = {"model": model, "frame": frame, "y": y, "features": features, "labels": labels}
        self._more = {"target": target, "seed": seed}
        worker = worker_for(str(population.model.device))
        empty = {"known": False, "fraction": 0.0}
        self._questions = {
            name: Question(worker, "study", priority=COMPARE, post=self._tell, empty=empty) for name in TOPICS
        }
        self._asked: dict[str, StudyRequest] = {}
        self._shown = next(name for name in TOPICS if self._session.why_not(name) is None and not TOPICS[name].columns)
        self._numbers: dict[str, int] = {}
        """Of the newest ask of each question."""
        self._twins = Twins(worker, self._painted, self._read)
        super().__init__(worker, spec=messages.spec(self._session))
        self.state = self._state()

    def show(self, question: str, *columns: str | int, **params: Any) -> None:
        """Ask a question, as if by the controls.

        Parameters
        ----------
        question : {"importance", "effect", "pair", "contributions", "tree", "sensitivity"}
        *columns : str or int
            One for ``"effect"``, two for ``"pair"``.
        **params
            ``n_repeats`` of importance, ``n_rows`` of contributions, ``depth`` of the tree, ``scheme`` of sensitivity:
            as of the functions.

        Raises
        ------
        ValueError, TypeError
            For a question that cannot be answered, saying why.
        RuntimeError
            When the widget is closed.
        """
        self._check_open()
        self._ask(self._session.asked(question, columns, params))
        self._id += 1
        self._show_state()

    def effects(self, *columns: str | int, accumulated: bool = False) -> Effects | None:
        """Return what was found out about a column, or about two of them.

        Parameters
        ----------
        *columns : str or int
            One, or two for their map.
        accumulated : bool
            The accumulated local effects of a column in place of its partial dependence.

        Returns
        -------
        Effects or None
            None where it was not asked about yet: see :meth:`show`.
        """
        self._check_open()
        found = self._session.known(self._session.asked("effect" if len(columns) == 1 else "pair", columns, {}))
        if isinstance(found, Along):
            return found.accumulated if accumulated else found.dependence
        return found

    def cancel(self) -> None:
        """Stop all that is being computed within one batch; what was found stays."""
        for one in self._questions.values():
            one.stop()

    def save(self, path: str | Path) -> None:
        """Wait until all that was asked is found, and write it to `path`; the suffix chooses the format.

        ``.html`` is a page of its own with all that was asked about; for the others see ``save`` of the result on show.

        Raises
        ------
        ValueError
            For a suffix that no format has, naming those there are.
        RuntimeError
            When the widget is closed, or the question on show failed.
        OSError
            Where nothing can be written; what was there before is left as it was.
        """
        self._check_open()
        path = Path(path)
        write = writer_of(path, POPULATION_WRITERS)
        found = self._found(None)
        if found is None:
            raise RuntimeError(self._questions[self._shown].error or "Nothing has been found out yet.")
        result = result_of(found)
        if path.suffix.lower() != ".html":
            with self._read():
                write(result, path)
            return
        write_atomically(path, page(self._page(PAINTERS["population_text"](result))))

    def results(self) -> list[Any]:
        """Wait until all that was asked is found, and return it, as :func:`xai_widgets.report` tells it."""
        self._check_open()
        self._found(None)
        found = [one for asked in self._asked.values() for one in results_of(self._session.known(asked))]
        return found if self.evaluation is None else [*found, self.evaluation]

    def as_page(self) -> PageContent:
        """Return what a page shows of what is known by now."""
        return self._page("")

    def _page(self, words: str) -> PageContent:
        more: dict[str, Any] = {"title": TITLE, "text": words, "language": self._language}
        return shown({**self.spec, "methods": []}, self._state(), self._known(), **more)

    def to_code(self) -> str:
        """Write a cell that reproduces what is on show, seed included.

        Raises
        ------
        RuntimeError
            When the widget is closed: it has forgotten what it showed.
        """
        self._check_open()
        (_, model), (_, frame), *others = names_of(self._given).items()
        said = [model, frame, *(f"{key}={name}" for key, name in others if name)]
        said += [f"{key}={literal(one)}" for key, one in self._more.items() if one is not None]
        arguments = "".join(f"    {one},\n" for one in said)
        code = f"import xai_widgets as xai\n\nw = xai.PopulationExplorer(\n{arguments})\n"
        asked = self._asked.get(self._shown)
        if asked is not None:
            names = self._session.population.table.names
            words = [literal(one) for one in (asked.topic, *(names[i] for i in asked.columns))]
            words += [f"{name}={literal(one)}" for name, one in asked.params]
            code += f"w.show({', '.join(words)})\n"
        return f"{code}w\n"

    def overview(self) -> dict[str, Any]:
        """Tell in a line what is on show: ``kind``, the question as ``method``, ``label`` and ``running``."""
        running = any(one.running for one in self._questions.values())
        return {
            **super().overview(),
            "method": self._shown.capitalize(),
            "label": self.spec["label"],
            "running": running,
        }

    def _ask(self, asked: StudyRequest) -> None:
        session, table = self._session, self._session.population.table

        def told(answer: Message, found: StudyResult) -> None:
            messages.add_result(answer, found, table)
            if asked.topic in RESULTS:
                self._publish(**{RESULTS[asked.topic]: found})

        question = self._questions[asked.topic]
        with self._lock:
            same, stays = self._asked.get(asked.topic) == asked, self._shown == asked.topic
            self._asked[asked.topic], self._shown = asked, asked.topic
            # What is on show comes first; what was begun before goes on behind it.
            for one in self._questions.values():
                one.priority = EXPLAIN if one is question else COMPARE
            self.state = self._state()
        if same and question.running:
            if not stays:
                self._trust.begin("a")
            return
        number = self._numbers[asked.topic] = self._next()
        about = {"question": asked.topic, "id": number, "columns": list(asked.columns), "params": dict(asked.params)}
        question.ask(lambda: session.steps(asked), told, about)
        living.tell(self)

    def _on_message(self, message: Wish) -> None:
        if self._closed:
            return
        if isinstance(message, Study):
            if message.question not in TOPICS:
                msg = f"there is no question {message.question[:40]!r}."
                raise ProtocolError(msg)
            if message.open:
                self._ask(self._session.asked(message.question, message.columns, dict(message.params)))
            else:
                self._questions[message.question].stop()
        elif isinstance(message, Pick):
            self._pick(message.row)
        elif isinstance(message, Doubt):
            super()._on_message(message)
        else:
            msg = f"PopulationExplorer has no answer to {type(message).__name__.lower()!r}."
            raise ProtocolError(msg)

    def _pick(self, row: int | None) -> None:
        if row is not None and row >= len(self._session.population.rows):
            msg = f"row must lie in 0..{len(self._session.population.rows) - 1}, got {row}."
            raise ProtocolError(msg)
        self._publish(selected=row)
        self._show_state()

    def _state(self) -> dict[str, Any]:
        return {"id": self._id, "view": self._shown, "asked": list(self._asked), "selected": self.selected}

    def _tell(self, message: Message) -> None:
        self._post(message)
        said = message.content
        if not said["running"]:
            living.tell(self)
        if said["running"] or said["error"] or not said["known"] or self._closed:
            return
        # What this message answers: by now something else may have been asked.
        asked = StudyRequest(said["question"], tuple(said["columns"]), tuple(sorted(said["params"].items())))
        found: Any = self._session.known(asked)
        self._twins.keep(asked.topic, message, result_of(found))
        if found.fraction == 1 and asked.topic == self._shown:
            result = result_of(found)
            about = {"method": result.method, "label": result.label}
            self._settle(said["id"], partial(self._session.evaluate, asked), **about)

    def _keep(self, kept: dict[str, Any]) -> None:
        with self._lock:
            self._publish(snapshot={**self.snapshot, **kept})

    def _painted(self, kept: dict[str, Any]) -> None:
        with self._lock:
            believed = {name: one for name, one in self.snapshot.items() if name == "trust"}
            self._publish(snapshot={**kept, **believed})

    def _on_show(self) -> Question:
        if not self._asked:
            self.show(self._shown)
        return self._questions[self._shown]

    def _stop(self) -> None:
        super()._stop()
        self._twins.close()

    def _release(self) -> None:
        del self._session
        self._given.clear()

    def _found(self, seconds: float | None) -> StudyResult | None:
        """Return what the question on show has come to after so many seconds; all have ended for None."""
        asked = self._on_show()
        if seconds is None:
            self.wait()
        else:
            asked.wait(seconds)
        return self._session.known(self._asked[self._shown])

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        live = super()._repr_mimebundle_(**kwargs)
        if live is None:
            return None
        found = self._found(first_picture_seconds())
        if found is None:
            with self._read():
                return saved(live, told(TITLE), phrase(LATER), None)
        page = memory(self.as_page, room())
        with self._read():
            png, words = twin(result_of(found))
            return saved(live, told(TITLE), words, lambda: png, page=page)
