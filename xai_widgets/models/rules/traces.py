"""What a tensor of a pass is of another: recognising activations and norms that are written out by hand."""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING, Any

from torch import Tensor

from xai_widgets.models.rules.operations import ELEMENTWISE, tensors_in

if TYPE_CHECKING:
    from xai_widgets.models.rules.mode import Call

CASTS = frozenset({"to", "float", "double", "half", "bfloat16", "type", "type_as", "clone", "contiguous"})
ARITHMETIC = frozenset({"add", "sub", "rsub", "mul", "div", "neg"})
POWERS = frozenset({"pow", "square", "erf"})
RESHAPES = frozenset({"view", "reshape", "expand", "expand_as", "unsqueeze", "squeeze", "transpose", "permute"})


class Traces:
    """Notes on tensors, which they do not keep alive."""

    def __init__(self) -> None:
        self._roots: dict[int, tuple[weakref.ref[Tensor], weakref.ref[Tensor]]] = {}
        self._means: dict[int, tuple[weakref.ref[Tensor], weakref.ref[Tensor]]] = {}
        self._scales: dict[int, tuple[weakref.ref[Tensor], None]] = {}

    def root(self, x: Tensor) -> Tensor:
        """Return the tensor of whose single values those of `x` are functions: itself, unless known better."""
        found, root = self._roots.get(id(x), (None, None))
        known = root() if found is not None and root is not None and found() is x else None
        return x if known is None else known

    def is_mean_of(self, x: Tensor, other: Tensor) -> bool:
        """Tell whether `x` is a mean of the values of another tensor."""
        found, of = self._means.get(id(x), (None, None))
        return found is not None and of is not None and found() is x and of() is other

    def is_scale(self, x: Tensor) -> bool:
        """Tell whether `x` is what a norm divides by, or its reciprocal."""
        found, _ = self._scales.get(id(x), (None, None))
        return found is not None and found() is x

    def scale(self, x: Tensor) -> Tensor:
        """Note that `x` is what a norm divides by, and return it."""
        self._scales[id(x)] = weakref.ref(x), None
        return x

    def follow(self, call: Call, result: Any) -> None:
        """Take note of an operation that ran."""
        sources = call.dependents
        if not sources or not isinstance(result, Tensor) or any(result is one for one in sources):
            return
        if call.name.endswith("_as"):
            sources = sources[:1]  # of the other only the shape or type counts
        alone = call.name in ELEMENTWISE | POWERS | CASTS | ARITHMETIC
        if all(map(self.is_scale, sources)) and (alone or call.name in RESHAPES):
            self.scale(result)
        elif call.name == "mean":
            self._means[id(result)] = weakref.ref(result), weakref.ref(sources[0])
        elif alone and _alike(call, sources):
            roots = [self.root(one) for one in sources]
            if all(one is roots[0] for one in roots) and result.shape == roots[0].shape:
                self._roots[id(result)] = weakref.ref(result), weakref.ref(roots[0])


def _alike(call: Call, sources: list[Tensor]) -> bool:
    """Tell whether every value of the input goes the same way: no other tensor takes part but single numbers."""
    return call.name in CASTS or all(
        one.ndim == 0 or any(one is source for source in sources) for one in tensors_in([call.args, dict(call.kwargs)])
    )
