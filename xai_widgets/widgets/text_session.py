"""What a text widget computes of its text: each version of it is read anew, as other tokens."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from xai_widgets.api.sources import continued_subject, standing_before
from xai_widgets.attribution.heads import attention_map, head_grid, rolled_map
from xai_widgets.attribution.relevance import RelevanceMethod
from xai_widgets.attribution.runs import run
from xai_widgets.counterfactual import FewestEdits, SearchRun, Sources, TextProblem, about, menu, resolve_goal
from xai_widgets.evaluation import Subject as Explained
from xai_widgets.inputs import moved, rewritten
from xai_widgets.models import Target
from xai_widgets.models.rules.attending import may_attend
from xai_widgets.models.tokens import may_speak
from xai_widgets.prepare import names_of_tokens, read_passage, read_span, subject_of, unread_passage
from xai_widgets.text import TextSpan
from xai_widgets.widgets.generation import Generated, generate
from xai_widgets.widgets.session import Session, check_fit
from xai_widgets.wire import Attend, Heads, Seek

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from xai_widgets.attribution.heads import AttentionMap
    from xai_widgets.changes import Counterfactuals, Options
    from xai_widgets.inputs import Inputs
    from xai_widgets.method import Method
    from xai_widgets.models import Model, TorchModel
    from xai_widgets.prepare import Subject
    from xai_widgets.results import Attribution, Prediction
    from xai_widgets.text import Span, Text
    from xai_widgets.widgets.session import Edits, Observation, Request


class TextSession(Session):
    """Model and text of one widget.

    A model of tokens must run to tell how it takes them, so `model` and `inputs` stand in until :meth:`ready`.

    Parameters
    ----------
    model : TorchModel
        As it was adapted, before it has seen a text.
    text : str
    tokenizer : object or None
        None for a function of texts.
    mask : str or None
        The tokenizer's mask token.
    seed, time_budget
        As of `Session`.
    sources : Sources, optional
        Where other words come from, and who says how they read.
    notes : tuple of str
        Sentences that the reader of every result should see.

    Raises
    ------
    TypeError, ValueError
        As of :func:`~xai_widgets.prepare.read_passage`, as far as is known before the model has run.
    """

    kept = 32

    def __init__(
        self,
        model: TorchModel,
        text: str,
        tokenizer: Any,
        *,
        mask: str | None,
        seed: int,
        time_budget: float | None,
        sources: Sources | None = None,
        notes: tuple[str, ...] = (),
    ) -> None:
        self._plain, self._tokenizer, self._notes = model, tokenizer, notes
        self.text, self.mask = text, mask
        self._sources = sources or Sources()
        self._subject: tuple[tuple[Any, str], Subject] | None = None
        self._ready = tokenizer is None
        fed, inputs = self._read(text) if self._ready else (model, unread_passage(model, text, tokenizer))
        super().__init__(fed, inputs, seed, time_budget)

    def ready(self) -> None:
        """Let the model run once, on the worker."""
        if not self._ready:
            self.model, self.inputs = self._read(self.text)
            self._ready = True

    @property
    def causal(self) -> bool:
        """Whether its classes are the tokens that may come next; before the model has run, whether they seem to be."""
        if self._plain.labels is not None:
            return False
        return self.model.labels is not None if self._ready else may_speak(self._plain.module)

    def names(self, target: Any) -> Sequence[str] | None:
        """Return what the classes are called; of a language model that has not run yet, for a target that needs it."""
        asked = target if isinstance(target, (tuple, list)) else (target,)
        if self._ready or not self.causal or not any(isinstance(one, str) for one in asked):
            return self.model.labels
        return names_of_tokens(self._plain, self._tokenizer)

    def written(self, edits: Edits) -> str:
        """Return the edited text."""
        return rewritten(self.text, edits, self.mask)

    def target(self, target: Any) -> Target:
        """Resolve what the user asked for; what stands in the text is asked about beside the likeliest next token."""
        return super().target(None if isinstance(target, TextSpan) else target)

    def looks(self, request: Request) -> Iterator[Observation]:
        """Look at the edited text; where part of it is asked about, also at what else might have stood there."""
        yield (seen := self.see(request.edits))
        span, text = request.target, seen.inputs.text
        if not isinstance(span, TextSpan) or not self.causal or text is None:
            return
        first = next(iter(text.within(span.start, span.stop)), 0)
        # Where nothing stands before it, the explanation says so.
        if (before := standing_before(text, first, self._tokenizer)).strip():
            yield replace(seen, instead=(self._about(before).prediction, text.ids[first]))

    def explain(self, request: Request) -> Iterator[Attribution | None]:
        """Run the request's method on the edited text; None is a step with nothing to show yet."""
        if not isinstance(request.target, TextSpan):
            yield from super().explain(request)
            return
        seen = self.see(request.edits)
        model, inputs, prediction = self.about(seen, request.target, request.method)
        check_fit(request.method, model, inputs)
        options: dict[str, Any] = {"seed": self.seed, "time_budget": self.time_budget}
        for result in run(request.method, model, inputs, Target(0), prediction, **options):
            yield None if result is None else self._dressed(result, seen, request.edits)

    def about(self, seen: Observation, span: TextSpan, method: Method) -> tuple[Model, Inputs, Prediction]:
        """Return the model as a function whose one score is how likely it finds part of the text.

        Raises
        ------
        ValueError
            Where it is no language model, or nothing stands before that part.
        """
        text = seen.inputs.text
        assert text is not None, "a session of texts reads texts"
        model, inputs = read_span(
            self._plain, text.text, self._tokenizer, span, scores=isinstance(method, RelevanceMethod)
        )
        return model, replace(inputs, notes=(*self._notes, *inputs.notes)), model.predict(inputs.x)

    def explained(self, request: Request, result: Attribution) -> Explained:
        """Put a map beside what it explains."""
        if not isinstance(request.target, TextSpan):
            return super().explained(request, result)
        model, inputs, prediction = self.about(self.see(request.edits), request.target, request.method)
        return Explained.of(model, inputs, Target(0), prediction, result, method=request.method)

    def close(self) -> None:
        """Let go of model, input and results; a step under way keeps its own hold on them until it ends."""
        super().close()
        self._subject, self._sources = None, Sources()
        del self._plain, self._tokenizer

    def menu(self, edits: Edits, span: Span, target: Any, n: int = 12) -> Iterator[Options]:
        """Find the words in the place of a span of the original that move the prediction of a class most.

        Edits that meet the span are left out of the text that is asked about, all others stay.
        """
        start, stop = span
        if not 0 <= start < stop <= len(self.text):
            msg = f"the span must lie in the text of {len(self.text):,} characters, got {start}..{stop}."
            raise ValueError(msg)
        others = tuple(one for one in edits if one.stop <= start or one.start >= stop)
        subject = self._about(rewritten(self.text, others, self.mask))
        place = moved(self.text, others, start, self.mask)
        yield from menu(about(subject, target, self._sources), (place, place + stop - start), n=n)

    def search(self, edits: Edits, target: Any, asked: Seek) -> Iterator[Counterfactuals]:
        """Search for the fewest changes of the edited text that give another answer: `target`, or any for None.

        Of a `TextSpan`, what stands before it is changed; what is found has all that follows too.
        """
        text = self.written(edits)
        if isinstance(target, TextSpan):
            subject, goal = continued_subject(self._plain, text, target, self._tokenizer)
        else:
            subject = self._about(text)
            goal = resolve_goal(target, asked.within, subject.prediction, subject.scorer.model.task or "logits")
        problem, rest = TextProblem(subject, goal, self._sources), text[len(subject.text) :]
        options: dict[str, Any] = {"n": asked.n, "seed": self.seed, "time_budget": self.time_budget}
        for found in SearchRun(FewestEdits(max_edits=asked.most), problem, **options):
            whole = tuple(replace(one, text=one.text + rest) for one in found.candidates)
            yield replace(found, original=text, candidates=whole)

    def generate(
        self, edits: Edits, count: int, *, temperature: float = 1.0, top: int = 0, seed: int = 0
    ) -> Iterator[Generated]:
        """Let a language model go on with the edited text, and explain what it writes."""
        self.ready()
        if not self.causal:
            msg = "Only a language model can go on with a text."
            raise ValueError(msg)
        options: dict[str, Any] = {"temperature": temperature, "top": top, "seed": seed}
        yield from generate(self._plain, self._tokenizer, self.written(edits), count, **options)

    @property
    def attends(self) -> bool:
        """Whether there is attention to be looked at, as far as that can be told without running the model."""
        return self._tokenizer is not None and may_attend(self._plain.module)

    def attention(self, edits: Edits, asked: Attend | Heads) -> Iterator[tuple[AttentionMap, Text]]:
        """Return where attention goes in the edited text, and that text."""
        seen = self.see(edits)
        if self._tokenizer is None:
            msg = "A function of texts has no attention that can be seen."
            raise ValueError(msg)
        text, model, inputs = seen.inputs.text, seen.model.fresh(), seen.inputs
        assert text is not None, "a session of texts reads texts"
        if isinstance(asked, Heads):
            yield head_grid(model, inputs, asked.layer), text
        elif asked.rollout:
            yield rolled_map(model, inputs, asked.layer), text
        else:
            yield attention_map(model, inputs, asked.layer, asked.head), text

    def _about(self, text: str) -> Subject:
        """Return the model as a function of texts like this one; the newest is remembered."""
        key = self.model.version, text
        if self._subject is None or self._subject[0] != key:
            self._subject = key, subject_of(self._plain, text, self._tokenizer)
        return self._subject[1]

    def _read(self, text: str) -> tuple[Model, Inputs]:
        model, inputs = read_passage(self._plain, text, self._tokenizer, None)
        return model, replace(inputs, notes=(*self._notes, *inputs.notes))

    def _edited(self, edits: Edits) -> tuple[Model, Inputs]:
        text = self.written(edits)
        if text == self.text:
            return self.model, self.inputs
        if not text.strip():
            msg = "Nothing is left of the text: take an edit back."
            raise ValueError(msg)
        return self._read(text)

    def _dressed(self, result: Attribution, seen: Observation, edits: Edits) -> Attribution:
        if result.text is None:
            shape = list(result.values.shape)
            count = 0 if seen.inputs.text is None else len(seen.inputs.text)
            msg = f"Values of shape {shape} are not one of each of {count} tokens. Leave layer at its default."
            raise ValueError(msg)
        return replace(result, edits=tuple(one.to_dict() for one in edits))


def speller(tokenizer: Any) -> Callable[[int], str]:
    """Return how a tokenizer's tokens are spelt, by their numbers."""
    one = getattr(tokenizer, "convert_ids_to_tokens", None) or getattr(tokenizer, "id_to_token", None)
    return str if one is None else lambda number: str(one(number))
