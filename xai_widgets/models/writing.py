"""Weights that a forward pass itself writes into, such as an embedding with a largest norm, which it enforces in place.

Our copy of a model shares the weights' memory, so such a pass would change the user's. The first pass is therefore
watched: before anything is written into weights, the copy is given memory of its own for these.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch._C._functorch import is_functorch_wrapped_tensor
from torch.overrides import TorchFunctionMode

from xai_widgets.models.rules.operations import operation_of, tensors_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from torch import Tensor, nn

LOOKUPS = {"embedding", "embedding_bag"}
"""Look rows of a table up, and write into those whose norm is too large."""


class OwnWeights(TorchFunctionMode):
    """Give a module memory of its own for the weights that the passes inside write into.

    Parameters
    ----------
    module : Module
        Not the user's, or one whose weights are put back.

    Attributes
    ----------
    owned : list of Parameter
        That were given memory of their own so far.
    any : bool
        Whether there are weights at all: a function has none of which we know, and watching takes its time.
    """

    def __init__(self, module: nn.Module) -> None:
        super().__init__()
        self.owned: list[nn.Parameter] = []
        self._weights: dict[int, list[nn.Parameter]] = {}
        for one in module.parameters():
            self._weights.setdefault(one.untyped_storage().data_ptr(), []).append(one)
        self.any = bool(self._weights)

    def __torch_function__(self, func, types, args=(), kwargs=None):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN204
        kwargs = kwargs or {}
        for written in _written(func, args, kwargs):
            self._separate(written)
        return func(*args, **kwargs)

    def _separate(self, written: Tensor) -> None:
        if is_functorch_wrapped_tensor(written):  # has no memory of its own, and weights are no such tensors
            return
        theirs = written.untyped_storage().data_ptr()  # nothing is written into what is empty, whose address is 0
        for one in self._weights.pop(theirs, ()):
            start = one.storage_offset()
            one.data = one.data.clone()
            self.owned.append(one)
            if written is not one and written.untyped_storage().data_ptr() == theirs:
                # A view, such as `weight.data`, must go along: of the whole parameter or a part of it.
                place = written.storage_offset() - start
                if 0 <= place < one.numel():
                    written.data = one.data.as_strided(written.shape, written.stride(), place)


def _written(func: Any, args: Any, kwargs: Any) -> Iterator[Tensor]:
    name, inside = operation_of(func)
    if name in LOOKUPS:
        named = dict(zip(("input", "weight", "padding_idx or offsets", "max_norm"), args, strict=False)) | kwargs
        yield from tensors_in(named.get("weight") if named.get("max_norm") is not None else ())
    yield from tensors_in([args[:1] if inside else (), kwargs.get("out")])
