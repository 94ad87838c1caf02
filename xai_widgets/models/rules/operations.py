"""One name for each operation, however it is written, and what kind of operation it is."""

from __future__ import annotations

import functools
import types
from typing import TYPE_CHECKING, Any

from torch import Tensor, nn

if TYPE_CHECKING:
    from collections.abc import Callable

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
    "arccos": "acos",
    "arccosh": "acosh",
    "arcsin": "asin",
    "arcsinh": "asinh",
    "arctan": "atan",
    "arctan2": "atan2",
    "arctanh": "atanh",
    "bmm": "matmul",
    "clip": "clamp",
    "divide": "div",
    "dot": "matmul",
    "dsmm": "matmul",
    "expit": "sigmoid",
    "fix": "trunc",
    "gammaln": "lgamma",
    "ger": "outer",
    "linalg_cross": "cross",
    "linalg_det": "det",
    "linalg_diagonal": "diagonal",
    "linalg_matmul": "matmul",
    "linalg_matrix_power": "matrix_power",
    "linalg_vecdot": "vecdot",
    "mm": "matmul",
    "multiply": "mul",
    "mv": "matmul",
    "multigammaln": "mvlgamma",
    "negative": "neg",
    "psi": "digamma",
    "spmm": "matmul",
    "subtract": "sub",
    "true_divide": "div",
}


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


MOVES = _words(
    """
    T __getitem__ __setitem__ alias alpha_dropout as_strided atleast_1d atleast_2d atleast_3d bfloat16 block_diag
    broadcast_tensors broadcast_to cartesian_prod cat cdouble cfloat channel_shuffle chunk clone column_stack
    combinations complex concat concatenate constant_pad_nd contiguous copy cpu cuda data detach diag diag_embed
    diagflat diagonal diagonal_scatter double dropout dropout1d dropout2d dropout3d dsplit dstack expand expand_as
    feature_alpha_dropout feature_dropout fft_fftshift fft_ifftshift fill flatten flip fliplr flipud float gather
    half hsplit hstack im2col imag index_copy index_fill index_put index_select mT masked_fill masked_scatter
    masked_select max_unpool1d max_unpool2d max_unpool3d meshgrid moveaxis movedim narrow native_channel_shuffle
    native_dropout pad permute pixel_shuffle pixel_unshuffle positive put ravel real repeat repeat_interleave
    requires_grad reshape reshape_as resolve_conj resolve_neg roll rot90 row_stack scatter select select_scatter
    slice_scatter split split_with_sizes squeeze stack swapaxes swapdims t take take_along_dim tensor_split tile to
    transpose tril triu type type_as unbind unflatten unfold unsafe_chunk unsafe_split unsqueeze view view_as
    view_as_complex view_as_real vsplit vstack where zero
    """
)
"""Only moves values, or puts constants between them: the ordinary gradient carries any rule through."""

UNPOOLS = _words("max_unpool1d max_unpool2d max_unpool3d")
CHOICES = UNPOOLS | {"masked_fill", "where"}
"""Moves whose places were found in the input, where they may be others than in the baseline."""

DROPOUTS = frozenset({"dropout", "feature_dropout", "alpha_dropout", "feature_alpha_dropout"})

ELEMENTWISE = _words(
    """
    celu elu gelu hardshrink hardsigmoid hardswish hardtanh leaky_relu log_sigmoid logsigmoid mish prelu relu
    relu6 rrelu selu sigmoid silu softplus softshrink softsign tanh tanhshrink threshold clamp clamp_min clamp_max
    """
)
"""Activations: what stands between two layers and acts on each value alone."""

FUNCTIONS = _words(
    """
    abs acos acosh asin asinh atan atan2 atanh ceil copysign cos cosh digamma entr erf erfc erfcx erfinv exp exp2
    expm1 float_power floor fmod frac i0 i0e i1 i1e ldexp lgamma log log10 log1p log2 log_ndtr logit mvlgamma
    nan_to_num ndtr ndtri polygamma pow reciprocal remainder round rsqrt sgn sign sin sinc sinh sqrt square tan
    trunc xlog1py xlogy
    """
)
"""Other functions of each value alone."""

FOURIER = frozenset(f"fft_{kind}fft{n}" for kind in ("", "i", "r", "ir", "h", "ih") for n in ("", "2", "n"))
"""Fourier transforms, to or from complex numbers."""

LINEAR = FOURIER | _words(
    """
    H _upsample_bicubic2d_aa _upsample_bilinear2d_aa _upsample_nearest_exact1d _upsample_nearest_exact2d
    _upsample_nearest_exact3d adaptive_avg_pool1d adaptive_avg_pool2d adaptive_avg_pool3d adjoint avg_pool1d
    avg_pool2d avg_pool3d col2im conj conj_physical cumsum cumulative_trapezoid deg2rad istft mH mean nanmean
    nansum rad2deg stft sum sum_to_size trace trapezoid trapz upsample_bicubic2d upsample_bilinear2d
    upsample_linear1d upsample_nearest1d upsample_nearest2d upsample_nearest3d upsample_trilinear3d
    """
)
"""Fixed weighted sums of one tensor's values."""

INTEGRALS = _words("cumulative_trapezoid trapezoid trapz")
"""Of these the places at which values stand may depend on the input too."""

PRODUCTS = _words("bilinear cross kron linalg_multi_dot outer vdot vecdot")
"""Linear in each of several tensors; those that may be layers are ``matmul`` and its kin."""

MATMULS = _words("einsum inner matmul tensordot")

ADDITIONS = frozenset({"add", "sub", "rsub", "diff", "index_add", "scatter_add"})
EXTREMES = _words("max min amax amin maximum minimum fmax fmin")
MAX_POOLS = frozenset(
    f"{kind}max_pool{n}d{end}" for kind in ("", "adaptive_") for n in (1, 2, 3) for end in ("", "_with_indices")
)
CONVOLUTIONS = frozenset(f"conv{kind}{n}d" for n in (1, 2, 3) for kind in ("", "_transpose"))
ASKS_FIRST = ("has_torch_function", "has_torch_function_unary", "has_torch_function_variadic")


@functools.lru_cache(maxsize=4096)
def operation_of(func: Callable[..., Any]) -> tuple[str, bool]:
    """Name an operation, and tell whether it writes its result into its first argument."""
    name: str = getattr(func, "__name__", type(func).__name__).split(".")[0].removeprefix("special_")
    if name in {"__get__", "__set__"}:
        owner = getattr(func, "__self__", func)
        return getattr(owner, "__name__", name), False  # before Python 3.13 a property has none
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


def overlaps(name: str, index: Tensor) -> bool:
    """Tell whether unpooling puts two values to one place, where torch sends back to both what only one has brought."""
    places = index.flatten(-int(name[-2])).sort(-1).values
    return bool((places.diff() == 0).any())


def tensors_in(values: Any) -> list[Tensor]:
    """Find every tensor in nested tuples, lists and dicts."""
    found: list[Tensor] = []
    left = [values]
    while left:
        one = left.pop()
        if isinstance(one, Tensor):
            found.append(one)
        elif isinstance(one, (tuple, list)):
            left.extend(reversed(one))
        elif isinstance(one, dict):
            left.extend(reversed(one.values()))
    return found


def replaced(values: Any, swap: Callable[[Tensor], Any]) -> Any:
    """Copy nested tuples, lists and dicts with every tensor swapped."""
    if isinstance(values, Tensor):
        return swap(values)
    if isinstance(values, (tuple, list)):
        return type(values)([replaced(one, swap) for one in values]) if type(values) in {tuple, list} else values
    if isinstance(values, dict):
        return {key: replaced(one, swap) for key, one in values.items()}
    return values
