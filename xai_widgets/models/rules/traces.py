"""What a tensor of a pass is of another: recognising activations, norms and gates that are written out by hand."""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING, Any

from torch.autograd import Function

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


class Place(Function):
    """Stand for a tensor in the graph, whatever is written into it and after it is gone: without values or room."""

    @staticmethod
    def forward(_ctx: Any, x: Tensor) -> Tensor:
        """Return a tensor of the same shape."""
        return x.new_empty(()).expand(x.shape)

    @staticmethod
    def backward(_ctx: Any, *came: Tensor) -> Any:
        """Let what comes go on to the tensor as it was."""
        return came


class Traces:
    """Notes on tensors, which they do not keep alive.

    A scale is what only scales other tensors: the root that a norm divides by, the weight of a chosen expert, the
    decay of a state.
    """

    def __init__(self) -> None:
        self._places: dict[int, tuple[weakref.ref[Tensor], int, Tensor]] = {}
        self._above: dict[int, tuple[weakref.ref[Tensor], int, tuple[Tensor, ...]]] = {}
        self._scales: dict[int, tuple[weakref.ref[Tensor], bool]] = {}
        self._choices: dict[int, tuple[weakref.ref[Tensor], tuple[int, ...]]] = {}

    def clear(self) -> None:
        """Forget where tensors are in the graph, so that it goes when nothing else holds it."""
        self._places.clear()
        self._above.clear()

    def place(self, x: Tensor) -> Tensor:
        """Return where `x`, with what it holds now, is in the graph: one and the same each time."""
        found, version, place = self._places.get(id(x), (None, 0, x))
        if found is None or found() is not x or version != x._version:  # noqa: SLF001  counts what is written into it
            place = Place.apply(x)  # type: ignore[no-untyped-call]
            self._places[id(x)] = weakref.ref(x), x._version, place  # noqa: SLF001
        return place

    def _lineage(self, x: Tensor) -> tuple[Tensor, ...]:
        """Tell of which tensors' single values those of `x` are functions: of itself, then from near to far."""
        found, version, above = self._above.get(id(x), (None, 0, ()))
        known = found is not None and found() is x and version == x._version  # noqa: SLF001
        return (self.place(x), *above) if known else (self.place(x),)

    def _common(self, sources: list[Tensor]) -> tuple[Tensor, ...]:
        first, *rest = map(self._lineage, sources)
        among = [set(map(id, one)) for one in rest]
        return tuple(place for place in first if all(id(place) in one for one in among))

    def root(self, sources: list[Tensor]) -> Tensor | None:
        """Return the place of the nearest tensor of whose single values those of all these are functions, if any."""
        return next(iter(self._common(sources)), None)

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
        """Note of one tensor what is noted of another of the same values, and nothing else."""
        for notes in (self._places, self._above):
            self._rename(notes, old, new)
        found, sums = self._scales.get(id(old), (None, False))
        self._scales.pop(id(new), None)
        if found is not None and found() is old:
            self._scales[id(new)] = weakref.ref(new), sums

    @staticmethod
    def _rename(notes: dict[int, tuple[weakref.ref[Tensor], int, Any]], old: Tensor, new: Tensor) -> None:
        found, version, value = notes.get(id(old), (None, 0, None))
        notes.pop(id(new), None)
        if found is not None and found() is old and version == old._version:  # noqa: SLF001
            notes[id(new)] = weakref.ref(new), new._version, value  # noqa: SLF001

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
                    self._above[id(one)] = weakref.ref(one), one._version, above  # noqa: SLF001

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
