"""One text to be changed: what is known of its variants so far."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import torch

from xai_widgets.changes import Candidate
from xai_widgets.counterfactual.edits import State, editable, rewritten, similarity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from torch import Tensor

    from xai_widgets.counterfactual.goals import Goal
    from xai_widgets.models import TorchModel
    from xai_widgets.models.texts import TextScorer
    from xai_widgets.prepare import Subject
    from xai_widgets.results import Prediction
    from xai_widgets.text import Span


@dataclass(frozen=True)
class Sources:
    """Where new words come from, and who says how they read.

    Attributes
    ----------
    words : callable or None
        From a word to those that may take its place.
    insertions : sequence of str or None
        Words that may be put in anywhere; None for the usual ones.
    masked : (TextScorer, str, list) or None
        A masked language model, its mask, and its tokens that are words.
    fluency : TextScorer or None
        Mean log-likelihood of a text's tokens.
    """

    words: Callable[[str], Sequence[str]] | None = None
    insertions: Sequence[str] | None = None
    masked: tuple[TextScorer, str, Sequence[str | None]] | None = None
    fluency: TextScorer | None = None


@dataclass(eq=False)
class TextProblem:
    """A text, a goal, and the variants that were tried.

    Attributes
    ----------
    subject : Subject
    goal : Goal
    sources : Sources
    margins : dict of str to float
        How far beyond the goal each text is that was tried; minus infinity for one that the model cannot eat.
    """

    subject: Subject
    goal: Goal
    sources: Sources = field(default_factory=Sources)
    margins: dict[str, float] = field(default_factory=dict)
    _checked: dict[str, Prediction] = field(default_factory=dict)
    _fluent: dict[str, float] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The original."""
        return self.subject.text

    @property
    def original(self) -> str:
        """The original, by the name that it has for any kind of input."""
        return self.subject.text

    @property
    def model(self) -> TorchModel:
        """The model that is asked."""
        return self.subject.scorer.model

    @property
    def notes(self) -> tuple[str, ...]:
        """What the reader should know."""
        return self.subject.notes

    @property
    def spent(self) -> tuple[int, int]:
        """Texts passed forward and back."""
        embedded = self.subject.embedded
        apart = (0, 0) if embedded is None else (embedded.forwards, embedded.backwards)
        return self.model.forwards + apart[0], apart[1]

    def fresh(self) -> TextProblem:
        """Return the same with nothing tried."""
        subject, embedded = self.subject, self.subject.embedded
        subject = replace(
            subject, scorer=subject.scorer.fresh(), embedded=None if embedded is None else embedded.fresh().plain()
        )
        return TextProblem(subject, self.goal, self.sources)

    @property
    def spans(self) -> list[Span]:
        """The pieces that may be changed."""
        return editable(self.text)

    def spell(self, state: State) -> str:
        """Return the text with these edits."""
        return rewritten(self.text, state)

    def margin(self, state: State) -> float:
        """Return what `judge` has found."""
        return self.margins[self.spell(state)]

    def is_valid(self, state: State) -> bool:
        """Tell whether the goal is reached, as far as `judge` knows by now."""
        found = self.margins.get(self.spell(state))
        return found is not None and (found >= 0 if self.goal.within is not None else found > 0)

    def judge(self, states: Iterable[State]) -> Iterator[float]:
        """Score what was not scored yet, and yield after each batch which share of it is done."""
        new = dict.fromkeys(text for state in states if (text := self.spell(state)) not in self.margins)
        texts, done = list(new), 0
        for places, margins in self.subject.scorer.batches(texts, self._margins):
            self.margins.update((texts[i], one) for i, one in zip(places, margins, strict=True))
            done += len(places)
            yield done / len(texts)
        for text in texts:
            self.margins.setdefault(text, -math.inf)

    def _margins(self, scores: Tensor) -> list[float]:
        return [float(one) for one in self.goal.margins(scores)]

    def weigh(self, states: Iterable[State]) -> Iterator[None]:
        """Let the language model, where there is one, read what it has not read yet."""
        scorer = self.sources.fluency
        if scorer is None:
            return
        texts = [text for text in (self.text, *map(self.spell, states)) if text not in self._fluent]
        texts = list(dict.fromkeys(texts))
        for places, found in scorer.batches(texts, lambda scores: scores[:, 0].tolist()):
            self._fluent.update((texts[i], one) for i, one in zip(places, found, strict=True))
            yield

    def fluency(self, state: State) -> float | None:
        """Return the mean log-likelihood of a token minus that of the original; None where it is not known."""
        text = self.spell(state)
        if text not in self._fluent or self.text not in self._fluent:
            return None
        return self._fluent[text] - self._fluent[self.text]

    def candidate(self, state: State) -> Candidate:
        """Ask the model about the very text, alone, and write down what it says."""
        text = self.spell(state)
        if text not in self._checked:
            self._checked[text] = self.subject.scorer.predict(text)
        prediction = self._checked[text]
        before = self.subject.prediction.probabilities[self.goal.shown]
        return Candidate(
            text=text,
            edits=tuple(sorted(state)),
            prediction=prediction,
            delta=float(prediction.probabilities[self.goal.shown]) - float(before),
            similarity=similarity(self.text, state),
            fluency=self.fluency(state),
            valid=self._reached(prediction),
        )

    def _reached(self, prediction: Prediction) -> bool:
        margins = self.goal.margins(torch.as_tensor(prediction.scores)[None].double())
        return bool(self.goal.reached(margins)[0])
