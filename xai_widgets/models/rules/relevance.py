"""Layer-wise relevance propagation: what comes back through the network is a share of the score."""

from __future__ import annotations

import weakref
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

import torch
from torch import Tensor, nn

from xai_widgets.models.errors import ModelError, called_in
from xai_widgets.models.rules.layer import Convolving, Layer, biased
from xai_widgets.models.rules.mode import Call, Rules, carry, refusal
from xai_widgets.models.rules.operations import (
    ADDITIONS,
    CONVOLUTIONS,
    DROPOUTS,
    ELEMENTWISE,
    EXTREMES,
    FUNCTIONS,
    LINEAR,
    MATMULS,
    MAX_POOLS,
    MOVES,
    PRODUCTS,
    UNPOOLS,
    overlaps,
    replaced,
    tensors_in,
)
from xai_widgets.models.rules.shares import RULES, Options, proportional
from xai_widgets.models.rules.traces import Traces

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from xai_widgets.models.convolving import Kernels
    from xai_widgets.models.rules.shares import Composite

WINNERS = MAX_POOLS | EXTREMES
"""The winner takes all, which is what the ordinary gradient does."""

MATRIX = 2
CONVOLVE_TURNED = ("input", "weight", "bias", "stride", "padding", "output_padding", "groups", "dilation")
CONVOLVE = ("input", "weight", "bias", "stride", "padding", "dilation", "groups")
ATTEND = "lrp is for convolutional and dense networks; use attention_lrp for transformers."


class Relevance(Rules):
    """Carry relevance: each operation hands what its output has to its inputs, as `LayerwiseRelevance` says.

    An activation written out is recognised as a product of functions of one tensor's values: ``x * x.sigmoid()``.
    By `kernels`, the convolutions of passes before, the next ones are faster.
    """

    name = "lrp"
    advice: ClassVar[Mapping[str, str]] = {
        "softmax": f"If it makes the scores, let the model return its logits. If it attends: {ATTEND}",
        "log_softmax": "Let the model return its logits.",
        **dict.fromkeys(("layer_norm", "rms_norm", "group_norm", "scaled_dot_product_attention"), ATTEND),
    }

    def __init__(self, composite: Composite, options: Options, kernels: Kernels | None = None) -> None:
        super().__init__()
        self.composite, self.options, self._kernels = composite, options, kernels
        # What is black and white, each input may have its own.
        boxed = "z_box" in (composite.first, composite.dense, composite.convolution)
        self.alike = None if boxed else (self.name, composite, replace(options, low=None, high=None))
        self._traces = Traces()
        self._layers: dict[int, tuple[int, Layer]] = {}
        self._outputs: weakref.WeakValueDictionary[int, Tensor] = weakref.WeakValueDictionary()
        self._raw: weakref.WeakValueDictionary[int, Tensor] = weakref.WeakValueDictionary()
        self._table: dict[str, Callable[[Call], Any]] = {
            **dict.fromkeys(FUNCTIONS - {"sqrt", "rsqrt"}, self.idle),  # roots are those of norms
            **dict.fromkeys(ELEMENTWISE | DROPOUTS | {"neg"}, self.pass_on),
            **dict.fromkeys(LINEAR | ADDITIONS, self.in_proportion),
            **dict.fromkeys(CONVOLUTIONS, self.convolution),
            **dict.fromkeys(self.advice, self.refused),
            "linear": self.dense,
            "addmm": self.addmm,
            **dict.fromkeys(MATMULS, self.product),
            **dict.fromkeys(PRODUCTS, self.in_proportion),
            **dict.fromkeys(UNPOOLS, self.unpooled),
            **dict.fromkeys(("put", "index_put"), self.put),
            "scatter_reduce": self.gathered,
            "mul": self.factor,
            "div": self.factor,
            "batch_norm": self.batch_norm,
        }

    def handler(self, name: str) -> Callable[..., Any] | None:
        """Return the rule of the operation."""
        return self._table.get(name)

    def passes(self, name: str) -> bool:
        """Whether the ordinary gradient carries relevance as it should."""
        return name in MOVES or name in WINNERS

    def head(self, scores: Tensor) -> Tensor:
        """Start from the target's score itself."""
        self._layers.clear()  # what the way back needs of them, it holds itself
        self._traces.clear()
        return super().head(scores) * scores.detach()

    def record(self, call: Call, result: Any) -> None:
        """Follow the input up to the first layers, and what is a function of single values."""
        self._traces.follow(call, result)
        layer = isinstance(result, Tensor) and self._outputs.get(id(result)) is result
        if not layer and call.dependents and all(map(self._is_raw, call.dependents)):
            for one in tensors_in(result):
                self._raw[id(one)] = one

    def renamed(self, old: Tensor, new: Tensor) -> None:
        """Keep what is known of a tensor that is written into up to date."""
        self._traces.rename(old, new)
        layer = self._layer_of(old)
        if layer is not None:
            self._note(new, layer)

    def adopts(self, made: Tensor) -> bool:
        """Pass on what comes to a custom function that is an activation, by its name and by its derivative."""
        node: Any = made.grad_fn
        if not any(word in node.name().lower() for word in ELEMENTWISE):
            return False
        source = self.only_source(made)
        if source is None or not _acts_on_each_value(made, source):
            return False
        node.register_hook(lambda handed, came: tuple(None if one is None else came[0] for one in handed))
        return True

    def only_source(self, made: Tensor) -> Tensor | None:
        """Return the one tensor of the same shape of which a custom function made another."""
        node: Any = made.grad_fn
        below = [one for one, _ in node.next_functions if one is not None]
        found = [one for one in list(self._known.values()) if any(one.grad_fn is fn for fn in below)]
        alone = len(below) == 1 and found and all(one.shape == made.shape for one in found)
        return found[-1] if alone else None

    def _is_raw(self, x: Tensor) -> bool:
        return x.grad_fn is None or self._raw.get(id(x)) is x

    def layer(self, call: Callable[[], Tensor], layer: Layer) -> Tensor:
        """Run a linear layer with the rule that the composite gives it."""
        return self._note(self._ruled(call, layer), layer)

    def _note(self, made: Tensor, layer: Layer) -> Tensor:
        self._outputs[id(made)] = made
        self._layers[id(made)] = made._version, layer  # noqa: SLF001  counts what is written into it
        return made

    def _ruled(self, compute: Callable[[], Tensor], layer: Layer) -> Tensor:
        rule = self.composite.dense if layer.kind == "dense" else self.composite.convolution
        options = self.options
        if self.composite.first is not None and self._is_raw(layer.source):
            rule = self.composite.first
            if rule == "z_box":
                options = self._box(layer.x.tensor)
        return carry(compute, lambda came: (RULES[rule](layer, came, options),), layer.source)

    def _box(self, x: Tensor) -> Options:
        """Return black and white of the values that a layer takes."""
        low, high = self.options.low, self.options.high
        assert low is not None
        assert high is not None
        if all(bool((one == one.flatten()[0]).all()) for one in (low, high)):
            low, high = low.flatten()[0], high.flatten()[0]  # of each value, in whichever order a picture was laid
        fits = low.ndim <= x.ndim and all(a in {1, b} for a, b in zip(low.shape[::-1], x.shape[::-1], strict=False))
        slack = 1e-3 * float((high - low).abs().max())
        inside = fits and bool(((x >= low.minimum(high) - slack) & (x <= low.maximum(high) + slack)).all())
        if not inside:
            msg = (
                "The box rule needs a first layer that takes values between black and white. "
                "Choose another rule of the first layer, such as first='w_square'."
            )
            raise ModelError(msg)
        return replace(self.options, low=low, high=high)

    def dense(self, call: Call) -> Tensor:
        """Dense layer."""
        given = call.bind("input", "weight", "bias")
        x, weight = given["input"], given["weight"]
        if weight.requires_grad:
            return self.refuse(call.func, " whose weight depends on the input")
        return self.layer(call, Layer(nn.functional.linear, self.keep(x), weight, given.get("bias"), "dense", x))

    def addmm(self, call: Call) -> Tensor:
        """Dense layer, as ``addmm(bias, x, weight)``."""
        given = call.bind("bias", "x", "weight")
        if given["weight"].requires_grad or given["bias"].requires_grad or len(given) > 3:  # noqa: PLR2004
            return self.refuse(call.func, " of this kind")
        x, weight, bias = given["x"], given["weight"], given["bias"]
        return self.layer(call, Layer(biased(torch.matmul), self.keep(x), weight, bias, "dense", x, turned=1))

    def convolution(self, call: Call) -> Tensor:
        """Convolution, transposed or not."""
        given = {"stride": 1, "padding": 0, "dilation": 1, "groups": 1} | call.bind(*CONVOLVE)
        x, weight, bias = given["input"], given["weight"], given.get("bias")
        if weight.requires_grad:
            return self.refuse(call.func, " whose weight depends on the input")
        if "transpose" in call.name:
            groups = call.bind(*CONVOLVE_TURNED).get("groups", 1)
            named = {key: one for key, one in call.kwargs.items() if key not in CONVOLVE[:3]}
            run, rest = partial(call.func, **named), call.args[3:]
            function: Any = lambda x, w, b: run(x, w, b, *rest)  # noqa: E731
            return self.layer(call, Layer(function, self.keep(x), weight, bias, "convolution", x, turned=groups))
        function = Convolving(call.func, [given[name] for name in CONVOLVE[3:]])
        layer = Layer(function, self.keep(x), weight, bias, "convolution", x)
        if not isinstance(given["padding"], str):
            layer = replace(layer, sources=(weight, bias), kernels=self._kernels)
        kernel = layer.laid_out("forward")
        compute = call if kernel is None else partial(kernel, x.detach(), function.padding)
        return self.layer(compute, layer)

    def product(self, call: Call) -> Tensor:
        """Dense layer where one factor is fixed; of two that depend on the input, `both` decides."""
        if len(call.dependents) > 1:
            return self.both(call)
        tensors = list(tensors_in(call.args))
        if len(tensors) != 2 or call.kwargs:  # noqa: PLR2004
            return self.in_proportion(call)
        turn = 1 if tensors[0].requires_grad else -1
        x, weight = tensors[::turn]

        def run(*given: Tensor) -> Tensor:
            order = iter(given[::turn])
            result: Tensor = call.func(*replaced(call.args, lambda _: next(order)))
            return result

        # Of a matrix behind the input, the outputs lie along its second axis.
        turned = int(call.name == "matmul" and turn == 1 and weight.ndim == MATRIX)
        return self.layer(call, Layer(biased(run), self.keep(x), weight, None, "dense", x, turned=turned))

    def both(self, call: Call) -> Tensor:
        """Refuse a matrix product of two tensors that depend on the input."""
        return self.refuse(call.func, " of two tensors that both depend on the input")

    def _layer_of(self, x: Tensor) -> Layer | None:
        """Find the layer that put out `x`, if nothing was written into it since."""
        version, layer = self._layers.get(id(x), (-1, None))
        made = self._outputs.get(id(x))
        return layer if made is x and version == x._version else None  # noqa: SLF001

    def batch_norm(self, call: Call) -> Tensor:
        """One layer with the one before, or an affine map."""
        given = call.bind("input", "weight", "bias", "running_mean", "running_var", "training", "momentum", "eps")
        x = given["input"]
        if given["training"] or len(call.dependents) > 1:
            return self.refuse(call.func, " by the batch's own statistics")
        layer = self._layer_of(x)
        # Of a dense layer with more than two axes, the BatchNorm's channels are not the outputs.
        if layer is not None and (layer.kind != "dense" or x.ndim == MATRIX):
            scale = (given["running_var"] + given["eps"]).rsqrt()
            scale = scale if given["weight"] is None else scale * given["weight"]
            shift = -given["running_mean"] * scale
            shift = shift if given["bias"] is None else shift + given["bias"]
            norm = [given[name] for name in ("running_mean", "running_var", "weight", "bias")]
            merged = layer.scaled(scale.detach(), shift.detach(), *norm)
            if merged is not None:
                return self.layer(call, merged)
        return self.in_proportion(call)

    def _behind(self, call: Call) -> tuple[Layer, Tensor] | None:
        """Return the layer whose output meets a constant here, and that; None for all else."""
        given = call.args if len(call.args) == 2 and not call.kwargs else ()  # noqa: PLR2004
        layers = [self._layer_of(one) for one in call.dependents]
        if not given or len(layers) != 1 or layers[0] is None:
            return None
        constant = given[1] if given[0] is call.dependents[0] else given[0]
        return layers[0], torch.as_tensor(constant, device=call.dependents[0].device)

    def _with_bias(self, call: Call) -> Tensor | None:
        """Run a layer to which a constant is added as one with a bias; None where it is something else."""
        found = self._behind(call) if call.name in {"add", "sub"} else None
        x = call.dependents[0]
        if found is None or (call.name == "sub" and x is not call.args[0]):
            return None
        layer, constant = found
        merged = layer.plus(-constant if call.name == "sub" else constant, x)
        return None if merged is None else self.layer(call, merged)

    def _with_scale(self, call: Call) -> Layer | None:
        """Return the layer that one is whose output is multiplied by a constant here; None for something else."""
        found = self._behind(call)
        x = call.dependents[0]
        if found is None or (call.name == "div" and x is not call.args[0]):
            return None
        layer, constant = found
        return layer.times(constant.reciprocal() if call.name == "div" else constant, x)

    def refused(self, call: Call) -> Tensor:
        """Refuse by name what would otherwise be taken apart."""
        return self.refuse(call.func)

    def idle(self, call: Call, why: str = "") -> Tensor:
        """Let nothing through: refuse the operation only if something comes back to it."""
        refused = partial(refusal, self.name, self.advice, self.named(call.func), why, called_in())

        def back(came: Tensor) -> tuple[Tensor]:
            if bool(came.any()):
                raise refused()
            return (came,)

        return carry(call, back, call.dependents[0])

    def in_proportion(self, call: Call) -> Tensor:
        """Share sums in proportion, with the constants among them; behind a layer, these are its bias."""
        if call.name not in ADDITIONS and len(call.dependents) > 1:
            return self.both(call)
        biased = self._with_bias(call)
        return self.shared(call) if biased is None else biased

    def put(self, call: Call) -> Tensor:
        """Put values to places, or add them to what is there."""
        adds = call.bind("input", "index", "source", "accumulate").get("accumulate", False)
        result: Tensor = self.shared(call) if adds else call()
        return result

    def unpooled(self, call: Call) -> Tensor:
        """Put values back to where a maximum was found."""
        if overlaps(call.name, call.bind("input", "indices")["indices"]):
            return self.refuse(call.func, " of windows that overlap")
        result: Tensor = call()
        return result

    def shared(self, call: Call, factor: float = 1) -> Tensor:
        """Hand down in proportion, times a factor."""
        sources = call.dependents
        values = [self.keep(one) for one in sources]
        frame, epsilon = call.frame(sources), self.options.epsilon

        def back(came: Tensor) -> list[Tensor]:
            return proportional(lambda *xs: frame(xs)(), [one.tensor for one in values], factor * came, epsilon)

        return carry(call, back, *sources)

    def gathered(self, call: Call) -> Tensor:
        """Let the winner of each group take all, or share what is summed or averaged."""
        reduce = call.bind("input", "dim", "index", "src", "reduce")["reduce"]
        if reduce in {"amax", "amin"}:
            result: Tensor = call()
            return result
        return self.shared(call) if reduce in {"sum", "mean"} else self.refuse(call.func, f" by {reduce!r}")

    def pass_on(self, call: Call) -> Tensor:
        """Activations: what comes goes on."""
        if len(call.dependents) > 1:
            return self.refuse(call.func, " of two tensors that both depend on the input")
        if call.name in DROPOUTS and not call.bind("input", "p", "train").get("train"):
            result: Tensor = call()
            return result
        return carry(call, lambda came: (came,), call.dependents[0])

    def factor(self, call: Call) -> Tensor:
        """Pass on what comes to an activation or through fixed factors; else give half to each of two."""
        sources = call.dependents
        scaled = self._with_scale(call)
        if scaled is not None and scaled.scale is not None:
            # Where no sign changes, no share does.
            plain = bool((scaled.scale > 0).all())
            made = carry(call, lambda came: (came,), sources[0]) if plain else self._ruled(call, scaled)
            return self._note(made, scaled)
        turns = any(one.is_complex() for one in tensors_in(call.args))  # and does not only scale
        root = None if turns or len(sources) == 1 or call.kwargs else self._traces.root(sources)
        if root is not None:
            return carry(call, lambda came: (came,), root)
        shapes = [one.shape for one in sources]
        if call.name == "div" and (call.kwargs or sources[0] is not call.args[0] or len(sources) > 1):
            return self.refuse(call.func, " by what depends on the input")
        if turns:
            return self.shared(call, 1 / len(sources))
        return carry(call, lambda came: [(came / len(shapes)).sum_to_size(shape) for shape in shapes], *sources)


def _acts_on_each_value(made: Tensor, source: Tensor) -> bool:
    """Tell whether the derivative of one tensor by another is diagonal, by sending other numbers back."""
    came = torch.linspace(0.5, 1.5, made.numel()).to(made).reshape(made.shape)
    alike, other = (torch.autograd.grad(made, source, c, retain_graph=True)[0] for c in (torch.ones_like(made), came))
    return torch.allclose(other, alike * came, rtol=1e-3, atol=1e-6)
