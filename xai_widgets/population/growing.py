"""scikit-learn's decision tree, grown a split at a time, so that its reader may stop at any."""

from __future__ import annotations

import importlib
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Rows = NDArray[np.float32]
    Values = NDArray[np.float64]

AT_ONCE = 2**18
"""Values among which one call looks for a split: some hundredths of a second."""


@dataclass
class Grown:
    """A node, and what grows from it.

    Attributes
    ----------
    answers : ndarray, shape (rows,)
        Of the rows that come here, to which the tree is fitted.
    depth : int
    question : int
        What is asked here: a column of the rows; below 0 at a leaf.
    threshold : float
        Rows that have more go to the second of `children`.
    missing : bool
        Whether those of which it is not known go there too.
    children : tuple of Grown
        Two, or none at a leaf.
    """

    answers: Values
    depth: int = 0
    question: int = -1
    threshold: float = 0.0
    missing: bool = False
    children: tuple[Grown, ...] = ()

    def second(self, values: Rows) -> NDArray[np.bool_]:
        """Tell which of the values (n,) of what is asked here go to the second child."""
        found: NDArray[np.bool_] = values > np.float64(
            self.threshold
        )  # of a plain float, numpy would take the nearest float32
        return found | np.isnan(values) if self.missing else found

    def predict(self, rows: Rows, say: Any) -> Values:
        """Return what the leaves of rows (n, questions) say: ``say(answers)`` of each leaf's answers."""
        if not self.children:
            return np.full(len(rows), say(self.answers))
        more = self.second(rows[:, self.question])
        said = np.empty(len(rows))
        for side, child in zip((~more, more), self.children, strict=True):
            said[side] = child.predict(rows[side], say)
        return said


def grow(rows: Rows, answers: Values, *, depth: int, least: int, valued: bool) -> Iterator[Grown | None]:
    """Fit a tree to the answers (n,) to rows (n, questions), those that are nearest to the root first.

    The best split of a node depends on its own rows alone, and the best of all questions is the best of the best ones
    of some: so the tree is that of one fit, but for which of equally good splits is taken.

    Parameters
    ----------
    rows, answers : ndarray
    depth : int
        Questions at most, one after the other.
    least : int
        Rows of a leaf.
    valued : bool
        Whether answers are values, and no classes.

    Yields
    ------
    Grown or None
        The root at last; None after each call of scikit-learn's.
    """
    trees = importlib.import_module("sklearn.tree")
    kind = trees.DecisionTreeRegressor if valued else trees.DecisionTreeClassifier
    columns, root = np.ascontiguousarray(rows.T), Grown(answers)
    ahead = deque([(root, np.arange(len(answers)))])
    while ahead:
        node, here = ahead.popleft()
        if node.depth == depth or len(here) < 2 * least or (node.answers == node.answers[0]).all():
            continue
        some, best = max(1, AT_ONCE // len(here)), 0.0
        for start in range(0, len(columns), some):
            given = np.ascontiguousarray(columns[start : start + some][:, here].T)
            tree = kind(max_depth=1, random_state=0, min_samples_leaf=least).fit(given, node.answers).tree_
            yield None
            if tree.node_count == 1:
                continue
            fall = tree.impurity[0] - tree.n_node_samples[1:] @ tree.impurity[1:] / len(here)
            if node.question < 0 or fall > best:
                best, node.question = fall, start + int(tree.feature[0])
                node.threshold, node.missing = float(tree.threshold[0]), not tree.missing_go_to_left[0]
        if node.question >= 0:
            more = node.second(columns[node.question, here])
            node.children = tuple(Grown(node.answers[side], node.depth + 1) for side in (~more, more))
            ahead += zip(node.children, (here[~more], here[more]), strict=True)
    yield root
