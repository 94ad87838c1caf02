"""One name for each operation, however it is written, and what kind of operation it is."""

from __future__ import annotations

import functools
import types
from typing import TYPE_CHECKING, Any

from torch import Tensor, nn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ALIASES = {
    "__abs__": "abs",
    "__add__": "add",
    "__matmul__": "matmul",
    "__mul__": "mul",
    "__neg__": "neg",
    "__pow__": "pow",
    "__radd__": "add",
    "__rmul__": "mul",
    "__sub__": "sub",
    "__truediv__": "div",
    "absolute": "abs",
    "bmm": "matmul",
    "clip": "clamp",
    "divide": "div",
    "dot": "matmul",
    "linalg_matmul": "matmul",
    "mm": "matmul",
    "multiply": "mul",
    "mv": "matmul",
    "negative": "neg",
    "special_expit": "sigmoid",
    "special_log_softmax": "log_softmax",
    "special_softmax": "softmax",
    "subtract": "sub",
    "true_divide": "div",
}


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


MOVES = _words(
    """
    T __getitem__ __setitem__ alias atleast_1d atleast_2d atleast_3d bfloat16 broadcast_tensors broadcast_to cat
    channel_shuffle chunk clone complex concat concatenate constant_pad_nd contiguous copy cpu cuda data detach
    diagonal double dropout dropout1d dropout2d dropout3d dsplit dstack expand expand_as feature_dropout
    fft_fftshift fft_ifftshift fill flatten flip fliplr flipud float gather half hsplit hstack im2col imag
    index_copy index_fill index_put index_select mT masked_fill masked_scatter masked_select moveaxis movedim
    narrow native_channel_shuffle native_dropout pad permute pixel_shuffle pixel_unshuffle positive ravel real
    repeat repeat_interleave requires_grad reshape reshape_as resolve_conj resolve_neg roll rot90 scatter select
    split split_with_sizes squeeze stack swapaxes swapdims t take take_along_dim tensor_split tile to transpose
    tril triu type type_as unbind unflatten unfold unsafe_chunk unsafe_split unsqueeze view view_as
    view_as_complex view_as_real vsplit vstack where zero
    """
)
"""Only moves values, or puts constants between them: the ordinary gradient carries any rule through."""

ELEMENTWISE = _words(
    """
    celu elu gelu hardshrink hardsigmoid hardswish hardtanh leaky_relu log_sigmoid logsigmoid mish prelu relu
    relu6 rrelu selu sigmoid silu softplus softshrink softsign tanh tanhshrink threshold clamp clamp_min clamp_max
    """
)
"""Activations: what stands between two layers and acts on each value alone."""

FUNCTIONS = _words(
    """
    abs acos asin atan ceil cos cosh erf erfc exp exp2 expm1 floor log log10 log1p log2 pow reciprocal round rsqrt
    sign sin sinh sqrt square tan trunc
    """
)
"""Other functions of each value alone."""

FOURIER = frozenset(f"fft_{kind}fft{n}" for kind in ("", "i", "r", "ir", "h", "ih") for n in ("", "2", "n"))
"""Fourier transforms, to or from complex numbers."""

LINEAR = FOURIER | _words(
    """
    H _upsample_bicubic2d_aa _upsample_bilinear2d_aa adaptive_avg_pool1d adaptive_avg_pool2d adaptive_avg_pool3d
    adjoint avg_pool1d avg_pool2d avg_pool3d col2im conj conj_physical cumsum diff istft mH mean nanmean nansum
    stft sum trace trapezoid trapz upsample_bicubic2d upsample_bilinear2d upsample_linear1d upsample_nearest1d
    upsample_nearest2d upsample_nearest3d upsample_trilinear3d
    """
)
"""Fixed weighted sums of one tensor's values."""

ADDITIONS = frozenset({"add", "sub", "rsub", "index_add", "scatter_add"})
CONVOLUTIONS = frozenset(f"conv{kind}{n}d" for n in (1, 2, 3) for kind in ("", "_transpose"))
ASKS_FIRST = ("has_torch_function", "has_torch_function_unary", "has_torch_function_variadic")


@functools.lru_cache(maxsize=4096)
def operation_of(func: Callable[..., Any]) -> tuple[str, bool]:
    """Name an operation, and tell whether it writes its result into its first argument."""
    name: str = getattr(func, "__name__", type(func).__name__).split(".")[0]
    if name in {"__get__", "__set__"}:
        return getattr(func, "__self__", func).__name__, False
    inside = name == "__setitem__"
    if name.startswith("__i") and f"__{name[3:]}" in ALIASES:
        name, inside = f"__{name[3:]}", True
    elif name.endswith("_") and not name.endswith("__"):
        name, inside = name[:-1], True
    return ALIASES.get(name, name), inside


def out_of_place(func: Callable[..., Any]) -> Callable[..., Any]:
    """Return the operation that makes a new tensor instead of writing into its first argument."""
    name, inside = operation_of(func)
    if not inside:
        return func
    found: Callable[..., Any] = getattr(Tensor, name, None) or getattr(nn.functional, name)
    return found


@functools.lru_cache(maxsize=256)
def opened(func: types.FunctionType) -> Callable[..., Any]:
    """Copy a function of torch so that it runs its body, whose operations are seen, instead of reporting itself."""
    world = func.__globals__ | dict.fromkeys(ASKS_FIRST, lambda *_: False)
    twin = types.FunctionType(func.__code__, world, func.__name__, func.__defaults__, func.__closure__)
    twin.__kwdefaults__ = func.__kwdefaults__
    return twin


def tensors_in(values: Any) -> Iterator[Tensor]:
    """Find every tensor in nested tuples, lists and dicts."""
    if isinstance(values, Tensor):
        yield values
    elif isinstance(values, (tuple, list)):
        for one in values:
            yield from tensors_in(one)
    elif isinstance(values, dict):
        yield from tensors_in(list(values.values()))


def replaced(values: Any, swap: Callable[[Tensor], Any]) -> Any:
    """Copy nested tuples, lists and dicts with every tensor swapped."""
    if isinstance(values, Tensor):
        return swap(values)
    if isinstance(values, (tuple, list)):
        return type(values)([replaced(one, swap) for one in values]) if type(values) in {tuple, list} else values
    if isinstance(values, dict):
        return {key: replaced(one, swap) for key, one in values.items()}
    return values
