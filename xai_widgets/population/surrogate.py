"""A decision tree in place of the model, and how faithful it is."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import torch

from xai_widgets.inputs.columns import date_text, own_values, plain_value
from xai_widgets.method import parameter
from xai_widgets.population.growing import grow
from xai_widgets.population.study import Study, blocks, register_study
from xai_widgets.population.variants import gather, varied
from xai_widgets.populations import Node, SurrogateTree

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from numpy.typing import NDArray
    from torch import Tensor

    from xai_widgets.inputs.columns import Column
    from xai_widgets.population.growing import Grown, Rows
    from xai_widgets.population.subject import Population

    Values = NDArray[np.float64]

HELD_OUT = 0.3
LEAST, LONG = 8, 1e4
LARGEST = 1e30
"""scikit-learn's trees take float32, sum it up, and refuse what is infinite: what lies beyond stands here."""

TWO = 2


@register_study
@dataclass(frozen=True, kw_only=True)
class Surrogate(Study):
    """scikit-learn's decision tree, fitted to the model's answers on some rows and measured on the others.

    References
    ----------
    Craven, Shavlik: Extracting Tree-Structured Representations of Trained Networks. NeurIPS (1995).
    """

    name: ClassVar[str] = "surrogate_tree"
    title: ClassVar[str] = "Surrogate tree"
    sentence: ClassVar[str] = "Which few rules come nearest to what the model does?"

    depth: int = parameter(3, "How many questions to ask at most.", low=1, high=12)

    def why_not(self, population: Population) -> str | None:
        """Need scikit-learn, and rows to hold out."""
        if importlib.util.find_spec("sklearn") is None:
            return "It needs scikit-learn: pip install scikit-learn."
        return f"It needs {LEAST} rows at least." if len(population.rows) < LEAST else None

    def run(self, population: Population, seed: int = 0) -> Iterator[SurrogateTree | None]:
        """Yield a tree whenever there are twice as many answers, and None after each look for a split."""
        order = population.shuffled(seed)
        asked, answers, fitted = _room(population, len(order)), torch.empty(len(order), dtype=torch.float64), 0
        for part in blocks(len(order)):
            yield from _read(population, order[part], asked[part], answers[part])
            if part.stop < min(len(order), 2 * fitted):
                continue
            fitted = part.stop
            some = asked[:fitted], answers[:fitted].numpy()
            yield from self._tree(population, *some, fitted / len(order))

    def grown(self, population: Population, numbers: NDArray[np.int64]) -> Generator[None, None, Grown]:
        """Grow a tree on rows of these numbers alone, with a place to stop after each batch and look for a split."""
        asked, answers = _room(population, len(numbers)), torch.empty(len(numbers), dtype=torch.float64)
        yield from _read(population, numbers, asked, answers)
        return (yield from self._grow(asked, answers.numpy(), len(numbers), population))

    def asked(
        self, population: Population, tree: Grown, numbers: NDArray[np.int64]
    ) -> Generator[None, None, tuple[Values, Values]]:
        """Ask a tree, and the model, about rows of these numbers; returns what each says."""
        asked, answers = _room(population, len(numbers)), torch.empty(len(numbers), dtype=torch.float64)
        yield from _read(population, numbers, asked, answers)
        return tree.predict(asked, np.mean if population.valued else _commonest), answers.numpy()

    def _grow(self, rows: Rows, answers: Values, of: int, population: Population) -> Generator[None, None, Grown]:
        least, root = max(1, of // 1000), None
        for root in grow(rows, answers, depth=self.depth, least=least, valued=population.valued):
            if root is None:
                yield None
        assert root is not None
        return root

    def _tree(
        self, population: Population, rows: Rows, answers: Values, fraction: float
    ) -> Iterator[SurrogateTree | None]:
        out, valued = max(1, round(HELD_OUT * len(rows))), population.valued
        tree = yield from self._grow(rows[out:], answers[out:], len(rows), population)
        right, usual = answers[:out], answers[out:]
        said = tree.predict(rows[:out], np.mean if valued else _commonest)
        if valued:
            spread = float(((right - usual.mean()) ** 2).sum()) or 1.0
            fidelity, guess = 1 - float(((right - said) ** 2).sum()) / spread, 0.0
        else:
            fidelity, guess = (float((right == one).mean()) for one in (said, _commonest(usual)))
        yield SurrogateTree(
            label=population.label if valued else "the class",
            rows=len(rows),
            nodes=tuple(_nodes(tree, "", _every(population), population)),
            fidelity=fidelity,
            guess=guess,
            held_out=out,
            measure="R²" if valued else "agreement",
            fraction=fraction,
        )


def _every(population: Population) -> list[_Question]:
    return [one for i, column in enumerate(population.table.columns) for one in _questions(i, column)]


def _room(population: Population, count: int) -> Rows:
    return np.empty((count, len(_every(population))), np.float32)


def _read(population: Population, numbers: NDArray[np.int64], asked: Rows, answers: Tensor) -> Iterator[None]:
    """Fill in what trees may ask of some rows, and what the model answers, with a place to stop after each batch."""
    values = population.table.data[numbers]
    for k, one in enumerate(_every(population)):
        asked[:, k] = np.clip(one.numbers(values), -LARGEST, LARGEST)
    passed = varied(population.model, population.taken(numbers), 1, lambda *_: None)
    yield from gather(passed, population.answers if population.valued else population.decisions, answers)


def _commonest(answers: Values) -> float:
    kinds, counts = np.unique(answers, return_counts=True)
    return float(kinds[counts.argmax()])


def _nodes(tree: Grown, condition: str, questions: list[_Question], population: Population) -> Iterator[Node]:
    """Tell of each node before those below it."""
    if population.valued:
        answer, purity = f"{tree.answers.mean():.4g}", float(tree.answers.std())
    else:
        best = _commonest(tree.answers)
        answer, purity = population.prediction.label(int(best)), float((tree.answers == best).mean())
    yield Node(condition, tree.depth, answer, len(tree.answers), purity, not tree.children)
    if tree.children:
        for child, words in zip(tree.children, questions[tree.question].words(tree.threshold), strict=True):
            yield from _nodes(child, words, questions, population)


@dataclass(frozen=True)
class _Question:
    """What a tree may ask of a column: on which side of a number, or whether it is one of the categories."""

    place: int
    column: Column
    choice: int | None = None

    def numbers(self, rows: Values) -> Values:
        values = rows[:, self.place]
        return values if self.choice is None else (values == self.choice).astype(float)

    def words(self, threshold: float) -> tuple[str, str]:
        name, column = self.column.name, self.column
        if self.choice is not None:
            choice = column.choices[self.choice]
            return f"{name} ≠ {choice}", f"{name} = {choice}"
        if column.choices:
            return f"{name} = {column.choices[0]}", f"{name} = {column.choices[-1]}"
        near = np.floor(threshold / column.step) * column.step if column.step else threshold
        end = plain_value(own_values(column, np.array([near]))[0])
        told = date_text(end) if column.kind == "date" else str(end)
        if isinstance(end, float):
            told = f"{end:.4g}" if abs(end) < LONG else f"{end:.0f}"
        return f"{name} ≤ {told}", f"{name} > {told}"


def _questions(place: int, column: Column) -> list[_Question]:
    if len(column.choices) <= TWO:
        return [_Question(place, column)]
    return [_Question(place, column, k) for k in range(len(column.choices))]
