"""What a tensor of a pass is of another: recognising activations, norms and gates that are written out by hand."""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING, Any, TypeAlias

from xai_widgets.models.rules.operations import ELEMENTWISE, FUNCTIONS, LINEAR, MOVES, tensors_in

if TYPE_CHECKING:
    from torch import Tensor

    from xai_widgets.models.rules.mode import Call

CASTS = frozenset({"to", "float", "double", "half", "bfloat16", "type", "type_as", "clone", "contiguous"})
ARITHMETIC = frozenset({"add", "sub", "rsub", "mul", "div", "neg"})
POWERS = frozenset({"pow", "square", "erf"})
SINGLE = ELEMENTWISE | FUNCTIONS | POWERS | CASTS | ARITHMETIC
"""What has one value of its result for each value of its input."""
CHOICES = frozenset({"topk", "sort", "argsort", "argmax"})
Lineage: TypeAlias = "tuple[tuple[weakref.ref[Tensor], int], ...]"


class Traces:
    """Notes on tensors, which they do not keep alive.

    A scale is what only scales other tensors: the root that a norm divides by, the weight of a chosen expert, the
    decay of a state.
    """

    def __init__(self) -> None:
        self._above: dict[int, tuple[weakref.ref[Tensor], Lineage]] = {}
        self._scales: dict[int, tuple[weakref.ref[Tensor], bool]] = {}
        self._choices: dict[int, tuple[weakref.ref[Tensor], tuple[int, ...]]] = {}

    def _lineage(self, x: Tensor) -> Lineage:
        """Tell of which tensors' single values those of `x` are functions: of itself, then from near to far."""
        found, above = self._above.get(id(x), (None, ()))
        own = weakref.ref(x), x._version  # noqa: SLF001  counts what is written into it
        return (own, *above) if found is not None and found() is x else (own,)

    def _common(self, sources: list[Tensor]) -> Lineage:
        first, *rest = map(self._lineage, sources)
        among = [{(id(ref), version) for ref, version in one} for one in rest]
        return tuple((ref, version) for ref, version in first if all((id(ref), version) in one for one in among))

    def root(self, sources: list[Tensor]) -> Tensor | None:
        """Return the nearest tensor of whose single values those of all these are functions, if there is any."""
        found = ((ref(), version) for ref, version in self._common(sources))
        return next((x for x, version in found if x is not None and x._version == version), None)  # noqa: SLF001

    def is_scale(self, x: Tensor) -> bool:
        """Tell whether `x` does nothing but scale."""
        found, _ = self._scales.get(id(x), (None, False))
        return found is not None and found() is x

    def scale(self, x: Tensor, *, sums: bool = True) -> Tensor:
        """Note that `x` does nothing but scale, and return it.

        Parameters
        ----------
        x : Tensor
        sums : bool
            Whether sums of it are scales too. Not those of exponentials: divided by them, they would be a softmax.
        """
        self._scales[id(x)] = weakref.ref(x), sums
        return x

    def is_choice(self, index: Any, among: Tensor) -> bool:
        """Tell whether whole numbers are the places of the largest values of a tensor of the same shape."""
        found, shape = self._choices.get(id(index), (None, ()))
        return found is not None and found() is index and shape == among.shape

    def rename(self, old: Tensor, new: Tensor) -> None:
        """Note of one tensor what is noted of another, and nothing else."""
        tables: tuple[dict[int, tuple[weakref.ref[Tensor], Any]], ...] = (self._above, self._scales)
        for notes in tables:
            found, value = notes.get(id(old), (None, None))
            notes.pop(id(new), None)
            if found is not None and found() is old:
                notes[id(new)] = weakref.ref(new), value

    def follow(self, call: Call, result: Any) -> None:
        """Take note of an operation that ran."""
        sources = call.dependents
        if call.name.endswith("_as"):
            sources = sources[:1]  # of the other only the shape or type counts
        if not sources:
            return
        made = [one for one in tensors_in(result) if not any(one is source for source in sources)]
        if call.name in CHOICES:
            shape = tuple(sources[0].shape)
            self._choices |= {id(one): (weakref.ref(one), shape) for one in made if not one.is_floating_point()}
        if all(map(self.is_scale, sources)):
            self._follow_scales(call, sources, made)
        elif call.name in SINGLE and _alike(call, sources):
            above = self._common(sources)
            for one in made:
                if above and one.shape == sources[0].shape:
                    self._above[id(one)] = weakref.ref(one), above

    def _follow_scales(self, call: Call, sources: list[Tensor], made: list[Tensor]) -> None:
        sums = all(self._scales[id(one)][1] for one in sources)
        if call.name in SINGLE | MOVES or (sums and call.name in LINEAR | {"softmax"}):
            for one in made:
                self.scale(one, sums=sums)


def _alike(call: Call, sources: list[Tensor]) -> bool:
    """Tell whether every value of the input goes the same way: no other tensor takes part but single numbers."""
    return call.name in CASTS or all(
        one.ndim == 0 or any(one is source for source in sources) for one in tensors_in([call.args, dict(call.kwargs)])
    )
