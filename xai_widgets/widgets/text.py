"""A text explains itself: words light up, are deleted, masked and rewritten, and the model answers."""

from __future__ import annotations

import importlib
from dataclasses import fields
from typing import TYPE_CHECKING, Any

import traitlets

from xai_widgets.api import method_list
from xai_widgets.api.sources import text_sources
from xai_widgets.budget import check_time_budget
from xai_widgets.esm import asset
from xai_widgets.export.layouts import Layouts
from xai_widgets.inputs import check_edits, mask_of
from xai_widgets.jobs import worker_for
from xai_widgets.models import resolve_target
from xai_widgets.prepare import adapt
from xai_widgets.text import TextSpan
from xai_widgets.widgets import messages, text_messages
from xai_widgets.widgets.explainer import Explainer
from xai_widgets.widgets.session import Request
from xai_widgets.widgets.text_asides import TextAsides
from xai_widgets.widgets.text_session import TextSession, speller
from xai_widgets.widgets.versions import Version, Versions
from xai_widgets.wire import AskedSpan, Generate, TakeBack, Utf16, parse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xai_widgets.inputs import TextEdit
    from xai_widgets.method import Method
    from xai_widgets.models import Target
    from xai_widgets.results import Attribution
    from xai_widgets.widgets.generation import Generated
    from xai_widgets.widgets.session import Edits, Observation
    from xai_widgets.wire import Aside, Message

LONGEST = 100_000
"""Characters of a text that are shown and explained."""


class TextExplainer(Explainer):
    """Show why a model says what it says of a text.

    Returns at once; prediction and explanation are computed in the background and appear as they get better.

    Parameters
    ----------
    model : torch.nn.Module, scikit-learn estimator or function
        A model of tokens, as those of transformers; or a function of a list of texts, which needs no tokenizer.
        It is left exactly as it was.
    text : str
        Of 100,000 characters at most; what is beyond is cut off, and a note says so.
    tokenizer : object, optional
        Of transformers, or a ``tokenizers.Tokenizer``: the one that belongs to the model.
    labels : sequence of str, optional
        Names of the classes, where the model does not know them itself.
    target : None, int, str, a pair of these, or TextSpan
        The class to explain: by default the most likely one of the unedited text; ``(a, b)`` asks "why a rather than
        b". Of a language model the classes are the tokens that may come next; ``xai.TextSpan(12, 18)`` asks about what
        stands in the text already.
    method : str or Method
        A name of ``xai.methods()``, an instance such as ``IntegratedGradients(n_steps=65)``, or ``"auto"``.
    compare : None, str or Method
        A second method to show beside it, for the same question.
    seed : int
        For methods that draw random numbers.
    edits : sequence of TextEdit
        Changes to begin with, such as ``[xai.Delete(0, 4), xai.Replace(10, 14, "fine")]``: spans of the text as it was
        given, in characters.
    display : dict, optional
        How to show the text, as in ``docs/protocol.md``; :meth:`to_code` writes it.
    device : str or torch.device, optional
        Where to compute; by default where the model is.
    time_budget : float, optional
        Seconds of computing after which each explanation stops with the best values so far.
    mlm : (model, tokenizer), optional
        A masked language model: the menus of words and the counterfactuals take what it would write. Without it they
        take neighbours of the word's vector in the model.
    fluency : (model, tokenizer), optional
        A causal language model that says which counterfactuals read well.
    **params
        Parameters of the method.

    Attributes
    ----------
    attribution : Attribution or None
        The newest result, one value a token; observe it by ``w.observe(handler, "attribution")``. Handlers run on the
        computing thread.
    compared : Attribution or None
        The same of the method it is compared with.
    prediction : Prediction or None
        What the model says of the text as it is edited now.
    evaluation : Evaluation or None
        How far the map on show can be trusted, as far as it is measured: a view asks for it, or :meth:`evaluate`.
    edited : str or None
        The text as it is edited now.

    Raises
    ------
    ValueError, TypeError
        For wrong input, saying what was expected and what came.
        What only the model itself can tell, when it fails for the text, is shown.
    """

    _esm = asset("text.js", needed=False)
    _css = asset("text.css", needed=False)
    _edits_are_called = "edits"

    edited = traitlets.Any(None, read_only=True)

    def __init__(
        self,
        model: Any,
        text: str,
        *,
        tokenizer: Any = None,
        labels: Sequence[str] | None = None,
        target: Any = None,
        method: str | Method = "auto",
        compare: str | Method | None = None,
        seed: int = 0,
        edits: Sequence[TextEdit] = (),
        display: dict[str, Any] | None = None,
        device: Any = None,
        time_budget: float | None = None,
        mlm: Any = None,
        fluency: Any = None,
        **params: Any,
    ) -> None:
        seconds = check_time_budget(time_budget)
        shown, notes = checked_text(text)
        adapter = adapt(model, shown, labels=labels, device=device, seed=seed)
        (_, mask), sources = mask_of(tokenizer) or (None, None), text_sources(mlm=mlm, fluency=fluency, device=device)
        options: dict[str, Any] = {"mask": mask, "seed": seed, "time_budget": seconds, "sources": sources}
        session = TextSession(adapter, shown, tokenizer, notes=notes, **options)
        inputs = session.inputs
        self._units, self._layouts = Utf16(shown), Layouts(speller(tokenizer))
        self._tree = Versions()
        worker = worker_for(str(adapter.device))
        self._asides = TextAsides(worker, session, self._units, self._post, layouts=self._layouts)
        index = messages.target_index(target, session.names(target))
        request = Request(session.chosen(method, params), index, check_edits(edits, shown, mask))
        given = {"model": model, "text": text, "tokenizer": tokenizer, "labels": labels, "mlm": mlm, "fluency": fluency}
        super().__init__(
            session,
            given,
            spec=text_messages.spec(session, method_list(session.model, inputs)),
            request=request,
            compare=compare,
            display=display,
        )

    def explain(
        self,
        method: str | Method | None = None,
        *,
        target: Any = ...,
        edits: Any = ...,
        compare: Any = ...,
        **params: Any,
    ) -> None:
        """Ask for another explanation, as if by the controls; what is not given stays as it is.

        Parameters
        ----------
        method : str or Method, optional
        target : None, int, str, a pair of these, or TextSpan, optional
        edits : sequence of TextEdit, optional
            All of them: ``[]`` goes back to the text as it was given.
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
        changes = None if edits is ... else check_edits(edits, self._session.text, self._session.mask)
        self._ask(method, target, changes, compare, params)

    def generate(
        self, count: int = 20, *, temperature: float = 1.0, top: int = 0, seed: int = 0, timeout: float | None = None
    ) -> Generated:
        """Let a language model go on with the text as it is edited now, wait for it, and return what it wrote.

        Views show it as it comes.

        Parameters
        ----------
        count : int
            Tokens, 1..256, at most: the model may end the text.
        temperature : float
            0 takes the likeliest token each time; 1 draws by the model's probabilities.
        top : int
            Only the so many likeliest tokens are drawn from; 0 for all.
        seed : int
        timeout : float, optional
            Seconds to wait.

        Returns
        -------
        Generated
            With the token × token map of what each new token owes to those before it.

        Raises
        ------
        ValueError, RuntimeError, TimeoutError
            For wrong input, when the model failed or is no language model, when the time passed before.
        """
        self._check_open()
        told = {"kind": "generate", "count": count, "temperature": temperature, "top": top, "seed": seed}
        asked = parse(told)
        if not isinstance(asked, Generate) or not asked.count:
            msg = "generate needs at least one token to write."
            raise ValueError(msg)
        found: list[Generated] = []
        self._asides.generate(asked, self._requests["a"], found.append)
        if not self._asides.generated.wait(timeout):
            msg = f"The text was not written within {timeout} s."
            raise TimeoutError(msg)
        if self._asides.generated.error is not None or not found:
            raise RuntimeError(self._asides.generated.error or "The writing was stopped before its first token.")
        return found[-1]

    _session: TextSession
    _asides: TextAsides

    def _on_aside(self, message: Aside) -> None:
        if isinstance(message, TakeBack):
            with self._lock:
                # What another view or Python asked since stays, and with it what it was made of.
                if message.id == self._exchanges["a"].id:
                    self._tree.take_back()
        elif not self._closed:
            self._asides.answer(message, self._requests["a"])

    def _edits_of(self, told: Sequence[dict[str, Any]]) -> Edits:
        given = text_messages.edits_of(told, self._units)
        return check_edits(given, self._session.text, self._session.mask)

    def _told(self, edits: Edits) -> list[dict[str, Any]]:
        return text_messages.edits_to_dicts(edits, self._units)

    def _target_of(self, asked: Any, edits: Edits) -> Any:
        if not isinstance(asked, AskedSpan):
            return super()._target_of(asked, edits)
        units = Utf16(self._session.written(edits))
        return TextSpan(units.character(asked.start), units.character(asked.stop), asked.rather)

    def _told_target(self, request: Request) -> Any:
        if not isinstance(request.target, TextSpan):
            return super()._told_target(request)
        return text_messages.span_to_dict(request.target, self._session.written(request.edits))

    def _say_prediction(self, number: int, slot: str, seen: Observation, target: Target) -> Message:
        if self.spec["causal"] != self._session.causal:  # which nobody knew before it ran
            self._publish(spec={**self.spec, **text_messages.kind(self._session)})
        names, target = self._session.causal, self._told_of(slot, seen, target)
        return text_messages.prediction(number, slot, seen, target, self._layouts, names=names)

    def _told_of(self, slot: str, seen: Observation, target: Target) -> Target:
        """Return the class to tell of; beside a question about words in the text, the token likeliest to follow."""
        asked = self._requests[slot].target if slot in self._requests else None
        return resolve_target(None, seen.prediction) if isinstance(asked, TextSpan) else target

    def _say_map(self, number: int, slot: str, request: dict[str, Any], result: Attribution) -> Message:
        return text_messages.contributions(number, slot, request, result, self._layouts)

    def _publish_seen(self, seen: Observation, target: Target) -> None:
        assert seen.inputs.text is not None, "a session of texts reads texts"
        text = seen.inputs.text.text
        with self._lock:
            # Of a text that was edited on meanwhile nobody reads what is said.
            if not self._closed and text == self._session.written(self._requests["a"].edits):
                text_messages.note(self._tree, seen, self._told_of("a", seen, target))
        self._publish(prediction=seen.prediction, edited=text)

    def _explain(self, slot: str, request: Request, number: int) -> None:
        with self._lock:
            if slot == "a":
                self._tree.ask(request.edits)
            super()._explain(slot, request, number)

    def _state(self) -> dict[str, Any]:
        with self._lock:
            versions = [text_messages.version(one, self._units) for one in self._tree]
            return {**super()._state(), "versions": versions}

    def _news(self) -> dict[str, Any]:
        # Versions come with predictions, and many of them would keep the prediction waiting.
        return super()._state()

    @property
    def versions(self) -> list[dict[str, Any]]:
        """The versions of the text that were looked at, the newest 200, oldest first.

        Each is a dict of ``edits`` (a tuple of `TextEdit`), ``text``, ``parent`` (the place in this list of the version
        it was made of, or None), ``label`` (the class that was explained), ``score`` (what the model says of it, 0..1
        for a classifier) and ``delta`` (that minus the same of the unedited text).
        """
        with self._lock:
            return [{name.name: getattr(one, name.name) for name in fields(one)} for one in self._tree]

    def versions_frame(self) -> Any:
        """Return the versions as a pandas DataFrame; its index numbers them, as ``parent`` does.

        Raises
        ------
        ImportError
            Without pandas.
        """
        pandas = importlib.import_module("pandas")
        frame = pandas.DataFrame(self.versions, columns=[one.name for one in fields(Version)])
        return frame.rename_axis("version").astype({"parent": "Int64"})


def checked_text(text: Any) -> tuple[str, tuple[str, ...]]:
    """Refuse what is no text, and cut what is too long, with a note.

    Raises
    ------
    TypeError, ValueError
        Saying what was expected and what came.
    """
    if not isinstance(text, str):
        msg = f"TextExplainer needs a text, got {type(text).__name__}."
        raise TypeError(msg)
    half = next((i for i, one in enumerate(text) if "\ud800" <= one <= "\udfff"), None)
    if half is not None:
        msg = f"the text is damaged: character {half} is half of a surrogate pair. Decode it as UTF-16, or remove it."
        raise ValueError(msg)
    if len(text) <= LONGEST:
        return text, ()
    note = f"Of the {len(text):,} characters the first {LONGEST:,} are shown and explained; the rest was cut off."
    return text[:LONGEST], (note,)
