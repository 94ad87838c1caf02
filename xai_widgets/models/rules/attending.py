"""Watching what a transformer attends to, however its attention is written."""

from __future__ import annotations

import types
import weakref
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from xai_widgets.models.rules.compositions import attention_weights
from xai_widgets.models.rules.mode import Call, Rules
from xai_widgets.models.rules.operations import MOVES, tensors_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

KEEPS = frozenset(
    {
        *("alias", "bfloat16", "clone", "contiguous", "double", "dropout", "float", "half", "reshape", "to", "type"),
        *("type_as", "unflatten", "unsqueeze", "view", "view_as"),
    }
)
"""Operations between a softmax and the product with the values after which the last axis is that of the keys still."""

WORDS = ("attention", "attn", "attend", "softmax")
"""One of these is in the names of whatever attends."""


@dataclass(frozen=True)
class Attended:
    """One attention.

    Attributes
    ----------
    weights : Tensor, shape (queries, keys)
        Of all heads as one, each row for one token that asks.
    output : Tensor
        What the weights and the values make, in the graph.
    """

    weights: Tensor
    output: Tensor


class AttentionWatch(Rules):
    """Take note of each attention of a pass, and change nothing.

    Seen are ``scaled_dot_product_attention``, and a softmax over the last axis whose result is multiplied by something.

    Parameters
    ----------
    fuse : callable
        From the weights of the heads (heads, queries, keys) to one of (queries, keys).

    Attributes
    ----------
    attended : list of Attended
        In the order in which they ran.
    windows : bool
        Whether some attention goes on among parts of the tokens, in windows.
    """

    name = "attention_rollout"
    strict = False

    def __init__(self, fuse: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.attended: list[Attended] = []
        self.windows = False
        self._fuse = fuse
        self._soft: weakref.WeakValueDictionary[int, Tensor] = weakref.WeakValueDictionary()
        self._table: dict[str, Callable[[Call], Any]] = {
            "scaled_dot_product_attention": self.attention,
            "softmax": self.softmax,
            "matmul": self.product,
            "einsum": self.product,
        }

    def handler(self, name: str) -> Callable[..., Any] | None:
        """Return what takes note of an operation."""
        return self._table.get(name)

    def passes(self, name: str) -> bool:
        """Whether an operation is followed."""
        return name in MOVES

    def record(self, call: Call, result: Any) -> None:
        """Follow weights on their way to the values."""
        if call.name in KEEPS and call.args and self._is_soft(call.args[0]) and isinstance(result, Tensor):
            self._soft[id(result)] = result

    def attention(self, call: Call) -> Tensor:
        """Compute the weights that the one operation keeps to itself."""
        given = call.bind("query", "key", "value", "attn_mask", "dropout_p", "is_causal")
        options = {name: given[name] for name in ("is_causal", "scale", "enable_gqa") if name in given}
        with torch.no_grad():
            weights = attention_weights(given["query"], given["key"], given.get("attn_mask"), **options)
        result: Tensor = call()
        self._note(weights, result)
        return result

    def softmax(self, call: Call) -> Tensor:
        """Take note of what may be weights."""
        result: Tensor = call()
        dim = call.bind("input", "dim").get("dim")
        if result.ndim > 1 and dim in {-1, result.ndim - 1}:
            self._soft[id(result)] = result
        return result

    def product(self, call: Call) -> Tensor:
        """Take note of weights that meet their values."""
        result: Tensor = call()
        factors = list(tensors_in(call.args))
        # In a matrix product, weights come first.
        for one in factors if call.name == "einsum" else factors[:1]:
            if self._is_soft(one):
                self._note(one.detach(), result)
        return result

    def _is_soft(self, x: Any) -> bool:
        return self._soft.get(id(x)) is x

    def _note(self, weights: Tensor, result: Tensor) -> None:
        *others, _, _, _ = (1, *weights.shape)
        self.windows |= any(size != 1 for size in others)
        heads = weights.reshape(-1, *weights.shape[-2:])
        # What is masked from everything, such as padding, has no weights.
        self.attended.append(Attended(self._fuse(heads.nan_to_num(0.0)), result))

    def _inside(self, func: types.FunctionType, args: Any, kwargs: Any) -> Any:
        if func is nn.functional.multi_head_attention_forward:
            # It is given (tokens, batch, channels), and folds the batch into the heads.
            self.windows |= args[0].ndim == 3 and args[0].shape[1] != 1  # noqa: PLR2004
        return super()._inside(func, args, kwargs)

    def _check_origins(self, args: Any, kwargs: Any) -> None:
        """Let pass what torch does not report: it is no attention that could be seen."""


def may_attend(module: nn.Module) -> bool:
    """Tell whether anything in a model is named as attention, among its modules and in their code."""
    return any(any(word in name.lower() for word in WORDS) for name in _names(module))


def _names(module: nn.Module) -> Iterator[str]:
    yield from (name for name, _ in module.named_modules())
    for cls in {cls for one in module.modules() for cls in type(one).__mro__}:
        if not cls.__module__.startswith("torch.nn.modules.") or "Attention" in cls.__name__:
            yield cls.__name__
            for value in vars(cls).values():
                yield from _called(getattr(value, "__code__", None))


def _called(code: types.CodeType | None) -> Iterator[str]:
    """Yield the names that a function uses, and those that the functions in it use."""
    if code is not None:
        yield from code.co_names
        for one in code.co_consts:
            yield from _called(one if isinstance(one, types.CodeType) else None)
