"""Where information could flow through a transformer's attention."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import torch

from xai_widgets.attribution.spatial import as_map
from xai_widgets.attribution.statistics import wide
from xai_widgets.method import Estimate, Method, parameter, register
from xai_widgets.models import ModelError, why_no_gradient
from xai_widgets.models.rules import AttentionWatch
from xai_widgets.models.rules.attending import may_attend

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from torch import Tensor

    from xai_widgets.inputs import Inputs
    from xai_widgets.models import Model, Target
    from xai_widgets.models.rules.attending import Attended

NONE = "It needs a transformer: this model has no attention that can be seen."
AGNOSTIC = "Attention rollout asks for no class: every target has the same map, and nothing speaks against."


@register
@dataclass(frozen=True, kw_only=True)
class AttentionRollout(Method):
    r"""Attention of all layers, multiplied along the way from the input's tokens to where the score is read.

    .. math:: r \, \hat{A}_L \cdots \hat{A}_1, \qquad \hat{A}_l = \text{rows to 1}(A_l + I)

    with :math:`A_l` the weights of layer `l`, its heads fused, and the identity for what goes around it. `r` says which
    tokens are read after the last attention, in equal shares: those through which the score can change, such as the
    class token, the last one of a language model, or all of them where they are averaged. The weights are taken where
    they meet the values, so it makes no difference how the attention is written, and no model has to put them out.

    It knows neither values nor the rest of the network: a token that is attended to need not matter, and there is no
    sign. A picture's map has one cell a patch (other tokens are left out); other inputs have one value a token. The
    values of all tokens sum to 1. Attention within windows, over fewer and fewer tokens or between two sequences cannot
    be multiplied, and is refused.

    References
    ----------
    Abnar, Zuidema: Quantifying Attention Flow in Transformers. arXiv:2005.00928 (2020).
    """

    name: ClassVar[str] = "attention_rollout"
    title: ClassVar[str] = "Attention rollout"
    family: ClassVar[str] = "Transformers"
    sentence: ClassVar[str] = "From which tokens could information flow to where the score is read, by attention alone?"
    uses: ClassVar[frozenset[str]] = frozenset({"gradients", "attention"})

    head_fusion: str = parameter("mean", "How the heads of a layer become one.", choices=("mean", "max", "min"))
    discard_ratio: float = parameter(
        0.0, "Share of each token's weakest weights that are dropped, as noise.", low=0.0, high=0.99, step=0.01
    )

    def why_not(self, model: Model, inputs: Inputs) -> str | None:
        """Refuse what attends nowhere, as far as that can be told without running it."""
        if not inputs.x.is_floating_point():
            return "It needs a floating-point input."
        return why_no_gradient(model.module) or (None if may_attend(model.module) else NONE)

    def run(self, model: Model, inputs: Inputs, target: Target, seed: int = 0) -> Iterator[Estimate]:
        """Yield the one exact estimate."""
        watch = AttentionWatch(self.fuse)
        gradient = model.attention(inputs.x[None], target, watch)
        flow = _rolled(watch, _read(gradient, watch))
        found = as_map(flow[None, :, None], inputs.grid) if inputs.kind == "image" else None
        notes = [AGNOSTIC]
        if inputs.kind == "image" and found is None:
            notes.append(f"The {len(flow)} tokens do not lie on the picture as patches would, so each has one value.")
        yield Estimate(flow if found is None else found, done=1, total=1, notes=tuple(notes))

    def fuse(self, heads: Tensor) -> Tensor:
        """Make one matrix (queries, keys) of the heads' (heads, queries, keys), and drop its weakest weights."""
        heads = wide(heads)
        one = heads.mean(0) if self.head_fusion == "mean" else getattr(heads, f"a{self.head_fusion}")(0)
        gone = int(self.discard_ratio * one.shape[-1])
        if gone:
            one = one.scatter(-1, one.argsort(stable=True, dim=-1)[..., :gone], 0.0)
        return one


def _read(gradient: Tensor | None, watch: AttentionWatch) -> Tensor:
    """Return which tokens are read after the last attention, as shares that sum to 1.

    Raises
    ------
    ModelError
        When nothing attends, or the score does not depend on it.
    """
    if not watch.attended:
        raise ModelError(NONE)
    last: Attended = watch.attended[-1]
    count = len(last.weights)
    axes = [axis for axis in range(-2, -last.output.ndim - 1, -1) if last.output.shape[axis] == count]
    if gradient is None or not axes or not bool(gradient.any()):
        msg = "The score does not depend on the last attention, so it is not known where it is read. Use saliency."
        raise ModelError(msg)
    read = gradient.movedim(axes[0], 0).flatten(1).any(1).to(last.weights)
    return read / read.sum()


def _rolled(watch: AttentionWatch, read: Tensor) -> Tensor:
    """Multiply all attentions, from the last one down.

    Raises
    ------
    ModelError
        Where they do not follow on each other over the same tokens.
    """
    matrices = [one.weights for one in watch.attended]
    tokens = matrices[0].shape[-1]
    shapes = [tuple(one.shape) for one in matrices]
    # The last one may pool: a few tokens of its own then ask all others, and nothing goes around it.
    pools = len(shapes) > 1 and shapes[-1][0] != tokens == shapes[-1][1]
    check_all_tokens(shapes, windows=watch.windows, pools=pools)
    flow = read
    for number, weights in enumerate(reversed(matrices)):
        flow = flow @ (_rows_to_one(weights) if pools and number == 0 else around(weights))
    return flow


def check_all_tokens(shapes: Sequence[tuple[int, ...]], *, windows: bool, pools: bool = False) -> None:
    """Refuse attentions (queries, keys) that cannot be multiplied; the last one may differ where it pools.

    Raises
    ------
    ModelError
        Saying over what they are.
    """
    tokens = shapes[0][-1]
    if windows or any(shape != (tokens, tokens) for shape in shapes[: len(shapes) - pools]):
        over = ", ".join(f"{a}×{b}" for a, b in dict.fromkeys(shapes))
        told = "in windows" if windows else f"over {over} tokens"
        msg = f"attention_rollout multiplies attention over all tokens; this model attends {told}. Use attention_lrp."
        raise ModelError(msg)


def around(weights: Tensor) -> Tensor:
    """Add to an attention (tokens, tokens) what goes around it, each row summing to 1."""
    return _rows_to_one(weights + torch.eye(len(weights)).to(weights))


def _rows_to_one(weights: Tensor) -> Tensor:
    return weights / weights.sum(-1, keepdim=True).clamp(min=torch.finfo(weights.dtype).tiny)
