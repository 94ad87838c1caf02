"""A decision tree in place of the model, and how faithful it is."""

from __future__ import annotations

import importlib
import importlib.util
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from xai_widgets.inputs.columns import own_values, plain_value
from xai_widgets.method import parameter
from xai_widgets.population.study import Study, blocks, register_study
from xai_widgets.population.variants import varied
from xai_widgets.populations import Node, SurrogateTree

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from xai_widgets.inputs.columns import Column
    from xai_widgets.population.subject import Population

    Values = NDArray[np.float64]

HELD_OUT = 0.3
LEAST, LONG = 8, 1e4
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
        """Yield a tree whenever there are twice as many answers."""
        order = population.shuffled(seed)
        questions = [one for i, column in enumerate(population.table.columns) for one in _questions(i, column)]
        asked = np.stack([one.numbers(population.table.data[order]) for one in questions], 1)
        answers, fitted = np.empty(len(order)), 0
        for part in blocks(len(order)):
            rows = population.rows[order[part]]
            for _, some, scores in varied(population.model, rows, 1, lambda *_: None):
                found = population.answers(scores) if population.valued else population.decisions(scores)
                answers[part.start + some.start : part.start + some.stop] = found.cpu().numpy()
                yield None
            if part.stop < min(len(order), 2 * fitted):
                continue
            fitted = part.stop
            yield self._tree(population, questions, asked[:fitted], answers[:fitted], fitted / len(order))

    def _tree(
        self, population: Population, questions: list[_Question], rows: Values, answers: Values, fraction: float
    ) -> SurrogateTree:
        trees = importlib.import_module("sklearn.tree")
        kind = trees.DecisionTreeRegressor if population.valued else trees.DecisionTreeClassifier
        out = max(1, round(HELD_OUT * len(rows)))
        tree = kind(max_depth=self.depth, random_state=0, min_samples_leaf=max(1, len(rows) // 1000))
        tree.fit(rows[out:], answers[out:])
        said, right, usual = tree.predict(rows[:out]), answers[:out], answers[out:]
        if population.valued:
            spread = float(((right - usual.mean()) ** 2).sum()) or 1.0
            fidelity, guess = 1 - float(((right - said) ** 2).sum()) / spread, 0.0
        else:
            kinds, counts = np.unique(usual, return_counts=True)
            fidelity, guess = (float((right == one).mean()) for one in (said, kinds[counts.argmax()]))
        return SurrogateTree(
            label=population.label if population.valued else "the class",
            rows=len(rows),
            nodes=tuple(_nodes(tree, questions, population)),
            fidelity=fidelity,
            guess=guess,
            held_out=out,
            measure="R²" if population.valued else "agreement",
            fraction=fraction,
        )


def _nodes(found: Any, questions: list[_Question], population: Population) -> list[Node]:
    """Read scikit-learn's arrays, each node before those below it."""
    tree, kinds, nodes = found.tree_, getattr(found, "classes_", None), []
    ahead: list[tuple[int, str, int]] = [(0, "", 0)]
    while ahead:
        at, condition, depth = ahead.pop()
        values, children = tree.value[at].ravel(), (int(tree.children_left[at]), int(tree.children_right[at]))
        best, leaf = int(values.argmax()), children[0] < 0
        answer = f"{values[0]:.4g}" if kinds is None else population.prediction.label(int(kinds[best]))
        purity = float(tree.impurity[at]) ** 0.5 if kinds is None else float(values[best] / values.sum())
        nodes.append(Node(condition, depth, answer, int(tree.n_node_samples[at]), purity, leaf))
        if not leaf:
            words = questions[tree.feature[at]].words(float(tree.threshold[at]))
            ahead += [(child, one, depth + 1) for child, one in zip(children[::-1], words[::-1], strict=True)]
    return nodes


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
        told = (f"{end:.4g}" if abs(end) < LONG else f"{end:.0f}") if isinstance(end, float) else str(end)
        return f"{name} ≤ {told}", f"{name} > {told}"


def _questions(place: int, column: Column) -> list[_Question]:
    if len(column.choices) <= TWO:
        return [_Question(place, column)]
    return [_Question(place, column, k) for k in range(len(column.choices))]
