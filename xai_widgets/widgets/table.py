"""A row of a table explains itself: sliders, what each column contributes, and what would have to change."""

from __future__ import annotations

from dataclasses import asdict, fields, replace
from typing import TYPE_CHECKING, Any

import traitlets

from xai_widgets.api import method_list, row_why_not
from xai_widgets.attribution.runs import AGAINST
from xai_widgets.budget import check_time_budget
from xai_widgets.counterfactual import Constraints
from xai_widgets.esm import asset
from xai_widgets.export.code import called, literal
from xai_widgets.inputs.cells import cells_by_name, cells_from
from xai_widgets.jobs import Slot, worker_for
from xai_widgets.method import REGISTRY
from xai_widgets.models import resolve_target
from xai_widgets.population import curves_of
from xai_widgets.prepare import adapt, row_subject
from xai_widgets.widgets import messages, table_messages
from xai_widgets.widgets.base import PREDICT
from xai_widgets.widgets.explainer import Explainer
from xai_widgets.widgets.scenarios import ORIGINAL, Scenarios
from xai_widgets.widgets.session import Request
from xai_widgets.widgets.table_asides import TableAsides, class_asked
from xai_widgets.widgets.table_rules import constraints_of, constraints_to_dict
from xai_widgets.widgets.table_session import TableSession
from xai_widgets.wire import ProtocolError, Rules, Scenario, Seek

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from xai_widgets.method import Method
    from xai_widgets.models import Target
    from xai_widgets.populations import Effects
    from xai_widgets.results import Attribution
    from xai_widgets.widgets.session import Edits, Observation
    from xai_widgets.wire import Aside, Message


class TabularExplainer(Explainer):
    """Show why a model says what it says of a row of a table, and what would have to change.

    Returns at once; prediction and explanation are computed in the background and appear as they get better.

    Parameters
    ----------
    model : torch.nn.Module, scikit-learn estimator or function
        An estimator or a function is given what `background` is, a frame with its dtypes or an array, and returns
        scores ``[n, classes]``; a torch module is given numbers. It is left exactly as it was.
    row : list, array, dict, pandas Series or frame of one row
    background : DataFrame or array (rows, columns)
        Rows of the data: by them the columns, their types and ranges are known, and against them the row is explained.
    features : sequence of str, optional
        Names of the columns of an array.
    encode : callable, transformer or mapping, optional
        For a torch module of encoded columns: from rows as `background` has them to the numbers that it eats. Or, where
        `background` is encoded already, from the name of each category to its one-hot columns, such as
        ``{"job": ["job_clerk", "job_cook"]}``, for estimators and functions too. Sliders, contributions and
        counterfactuals are of the columns as they were before.
    labels : sequence of str, optional
        Names of the classes, where the model does not know them itself.
    target : None, int, str, or a pair of these
        The class to explain: by default the most likely one of the unedited row; ``(a, b)`` asks "why a rather than
        b".
    method : str or Method
        A name of ``xai.methods()``, an instance, or ``"auto"``. Where a method takes `baselines`, it is given 100
        rows of the background, or all where it has no more: the values then sum to the score minus the mean of theirs,
        and a note says how far that may be from the mean of all. ``baselines=frame`` gives others.
    compare : None, str or Method
        A second method beside it.
    seed : int
        For what draws random numbers.
    changes : mapping of str to object
        Cells that are changed to begin with, such as ``{"age": 50}``.
    scenarios : mapping of str to such mappings
        Rows that are kept, by name.
    constraints : Constraints, optional
        What the counterfactuals must keep to, to begin with.
    display : dict, optional
        How to show it, as in ``docs/protocol.md``.
    device : str or torch.device, optional
        Where to compute; by default where the model is.
    time_budget : float, optional
        Seconds of computing after which each explanation, and each search, stops with what it has.
    **params
        Parameters of the method.

    Attributes
    ----------
    attribution : Attribution or None
        The newest result, one value a column; observe it by ``w.observe(handler, "attribution")``. Handlers run on the
        computing thread.
    compared : Attribution or None
        The same of the method it is compared with.
    prediction : Prediction or None
        What the model says of the row as it is changed now.
    evaluation : Evaluation or None
        How far the map on show can be trusted, as far as it is measured: a view asks for it, or :meth:`evaluate`.
    counterfactuals : Counterfactuals or None
        What the newest search has found so far.

    Raises
    ------
    ValueError, TypeError
        For wrong input, saying what was expected and what came.
    ModelError
        When the model fails for the row.
    """

    _esm = asset("table.js", needed=False)
    _css = asset("table.css", needed=False)
    _edits_are_called = "changes"

    counterfactuals = traitlets.Any(None, read_only=True)

    _refused: dict[str, Any] | None
    """Rules of a view that cannot be kept to, and why: they stay in its form to be mended, and nothing is searched."""

    def __init__(
        self,
        model: Any,
        row: Any,
        *,
        background: Any,
        features: Sequence[str] | None = None,
        encode: Any = None,
        labels: Sequence[str] | None = None,
        target: Any = None,
        method: str | Method = "auto",
        compare: str | Method | None = None,
        seed: int = 0,
        changes: Mapping[str, Any] | None = None,
        scenarios: Mapping[str, Mapping[str, Any]] | None = None,
        constraints: Constraints | None = None,
        display: dict[str, Any] | None = None,
        device: Any = None,
        time_budget: float | None = None,
        **params: Any,
    ) -> None:
        seconds = check_time_budget(time_budget)
        adapter = adapt(model, labels=labels, device=device, seed=seed)
        subject = row_subject(adapter, row, background, features, encode)
        self._table, self._row = subject.table, subject.row
        self._set_constraints(constraints or Constraints())
        self._scenarios = Scenarios()
        for name, one in (scenarios or {}).items():
            self._scenarios.keep(name, cells_by_name(one, self._table, self._row))
        session = TableSession(subject, seed, seconds)
        worker = worker_for(str(subject.model.device))
        self._noting = Slot(worker, priority=PREDICT)
        self._asides = TableAsides(worker, session, self._post, lambda found: self._publish(counterfactuals=found))
        index = messages.target_index(target, subject.model.labels)
        edits = cells_by_name(changes or {}, self._table, self._row)
        super().__init__(
            session,
            {
                "model": model,
                "row": row,
                "background": background,
                "features": features,
                "encode": encode,
                "labels": labels,
            },
            spec=table_messages.spec(session, subject.model.labels, self._methods(session)),
            request=Request(session.chosen(method, params), index, edits),
            compare=compare,
            display=display,
        )
        self._note_scenarios()

    _session: TableSession
    _asides: TableAsides

    @staticmethod
    def _methods(session: TableSession) -> Any:
        """List the methods, with why some do not fit a row of this table."""
        found = method_list(session.model, session.inputs)
        return tuple(
            replace(
                one,
                why_not=one.why_not or row_why_not(session.subject, REGISTRY[one.name]),
                parameters=tuple(p for p in one.parameters if p.name not in AGAINST),
            )
            for one in found
        )

    def explain(
        self,
        method: str | Method | None = None,
        *,
        target: Any = ...,
        changes: Any = ...,
        compare: Any = ...,
        **params: Any,
    ) -> None:
        """Ask for another explanation, as if by the controls; what is not given stays as it is.

        Parameters
        ----------
        method : str or Method, optional
        target : None, int, str, or a pair of these, optional
        changes : mapping of str to object, optional
            All of them: ``{}`` goes back to the row as it was given.
        compare : None, str or Method, optional
            The method to show beside it; None ends the comparison.
        **params
            Parameters of the method; for another method, those not given take their defaults.

        Raises
        ------
        ValueError, TypeError
            For wrong input; what is on show stays as it is.
        RuntimeError
            When the widget is closed.
        """
        self._check_open()
        edits = None if changes is ... else cells_by_name(changes, self._table, self._row)
        self._ask(method, target, edits, compare, params)

    @property
    def row(self) -> dict[str, Any]:
        """The row as it is changed now, by columns, in the data's own types; None where a value is missing."""
        return self._table.cells(self._session.row(self._requests["a"].edits))

    @property
    def constraints(self) -> Constraints:
        """What the counterfactuals must keep to."""
        return self._constraints

    def keep(self, name: str, changes: Mapping[str, Any] | None = None) -> None:
        """Keep a row as a scenario; one of this name is replaced.

        Parameters
        ----------
        name : str
        changes : mapping of str to object, optional
            Of the row as it was given; by default the row on show.
        """
        self._check_open()
        edits = None if changes is None else cells_by_name(changes, self._table, self._row)
        self._scenarios.keep(name, self._requests["a"].edits if edits is None else edits)
        self._note_scenarios()

    def forget(self, name: str) -> None:
        """Forget a scenario."""
        self._scenarios.forget(name)
        self._note_scenarios()

    def scenarios_frame(self) -> Any:
        """Return original and scenarios as a pandas DataFrame, by name, with what the model says of each.

        ``"prediction"`` is the likeliest class of each, the last column the probability of the one asked about, or the
        output of a regression.

        Raises
        ------
        ImportError
            Without pandas.
        RuntimeError
            When the widget is closed.
        """
        self._check_open()
        session = self._session
        rows = {name: session.row(one) for name, one in {ORIGINAL: (), **self._scenarios.edits}.items()}
        model = session.model.fresh()
        seen = {name: model.predict(session.subject.tensor(row)) for name, row in rows.items()}
        asked = class_asked(resolve_target(self._requests["a"].target, seen[ORIGINAL]), seen[ORIGINAL])
        return self._scenarios.frame(self._table, rows, seen, asked)

    def curves(self) -> Effects:
        """Return what the model would say of the row on show if one value alone were another, of the class explained.

        ``w.curves().to_dataframe()`` has one line a value that was tried, ``w.curves()["age"]`` the curve of a column.

        Raises
        ------
        RuntimeError
            When the widget is closed.
        """
        self._check_open()
        request = self._requests["a"]
        subject = self._session.changed(request.edits)
        asked = class_asked(self._session.target(request.target), subject.prediction)
        return curves_of(subject, asked)

    # What the base class asks for.

    def _ask_beside(self, slot: str, request: Request) -> None:
        if slot == "a":
            self._asides.ask_curves(request)

    def _stop(self) -> None:
        super()._stop()
        self._noting.close()

    def _on_aside(self, message: Aside) -> None:
        if self._closed:
            return
        if isinstance(message, Seek):
            if not message.open or self._refused:
                self._asides.search.stop()
                self._asides.search.repeat(self._post)
                return
            self._asides.ask_search(message, self._requests["a"], self._constraints)
        elif isinstance(message, Rules):
            self._on_rules(message)
        elif isinstance(message, Scenario):
            if message.edits is None:
                self._scenarios.forget(message.name)
            else:
                self._scenarios.keep(message.name, self._edits_of(message.edits))
            self._note_scenarios()
        else:
            msg = f"there is no answer to {type(message).__name__.lower()!r} for a table."
            raise ProtocolError(msg)

    def _on_rules(self, message: Rules) -> None:
        if message.most is None:
            message = replace(message, most=self._constraints.max_changes)
        try:
            self._set_constraints(constraints_of(message, self._table))
        except (ValueError, TypeError) as error:
            why = str(error).removeprefix("Constraints: ")
            self._refused = {**asdict(message), "error": why[:1].upper() + why[1:]}
        self._show_state()

    def _set_constraints(self, given: Constraints) -> None:
        given.bind(self._table, self._row)
        self._constraints, self._refused = given, None

    def _note_scenarios(self) -> None:
        """Have the model asked about new scenarios, and tell the views."""
        session, scenarios = self._session, self._scenarios
        self._show_state()
        self._noting.submit(
            lambda: scenarios.look(session), publish=lambda _: self._show_state(), ended=lambda *_: None
        )

    def _state(self) -> dict[str, Any]:
        rules = self._refused or {**constraints_to_dict(self._constraints, self._table), "error": None}
        return {**super()._state(), "rules": rules, "scenarios": self._scenarios.to_dicts()}

    def _edits_of(self, told: Sequence[dict[str, Any]]) -> Edits:
        return cells_from(told, self._table, self._row)

    def _told_method(self, method: Method) -> Method:
        own = [name for name, rows in self._session.against(method.name).items() if getattr(method, name) is rows]
        return replace(method, **{one.name: one.default for one in method.parameters() if one.name in own})

    def _code(self) -> dict[str, str]:
        edits, constraints = self._requests["a"].edits, self._constraints
        scenarios = {name: self._by_name(one) for name, one in self._scenarios.edits.items()}
        said = {field.name: getattr(constraints, field.name) for field in fields(constraints)}
        return {
            "changes": literal(self._by_name(edits)) if edits else "",
            "scenarios": literal(scenarios) if scenarios else "",
            "constraints": called("xai.Constraints", {name: one for name, one in said.items() if one}),
        }

    def _by_name(self, edits: Edits) -> dict[str, Any]:
        cells = self._table.cells(self._session.row(edits))
        return {(name := self._table.names[one.column]): cells[name] for one in edits}

    def _kept_parameters(self, name: str) -> dict[str, Any]:
        return {**self._session.against(name), **super()._kept_parameters(name)}

    def _say_prediction(self, number: int, slot: str, seen: Observation, target: Target) -> Message:
        return table_messages.prediction(number, slot, seen, target)

    def _say_map(self, number: int, slot: str, request: dict[str, Any], result: Attribution) -> Message:
        return table_messages.contributions(number, slot, request, result)
