"""Layer-wise relevance propagation."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from xai_widgets.attribution.gradients import GradientMethod
from xai_widgets.method import Estimate, parameter, register
from xai_widgets.models.convolving import Kernels
from xai_widgets.models.rules import COMPOSITES, AttentionRelevance, Relevance
from xai_widgets.models.rules.shares import Options

if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch import Tensor

    from xai_widgets.inputs import Inputs
    from xai_widgets.models import Model, Target


BLOWN_UP = 1000.0
"""Times the score, above which shares are what dividing by next to nothing has made of them."""


def blown_up(values: Tensor, score: float) -> tuple[str, ...]:
    """Return a note where the shares of a score are together far larger than it."""
    times = float(values.abs().sum()) / abs(score) if score else 0.0
    if times <= BLOWN_UP:
        return ()
    note = (
        f"The shares are together {times:,.0f} times as large as the score: somewhere in the network terms nearly "
        "cancel out, and what is left of them is divided by. Give a larger epsilon, such as 0.1, or gamma."
    )
    return (note,)


def _handed(model: Model, inputs: Inputs, target: Target, rules: Relevance) -> Estimate:
    score, values = model.gradients(inputs.x[None], target, rules)
    notes = blown_up(values, float(score[0]))
    return Estimate(values[0], done=1, total=1, gap=float(values.sum() - score[0]), notes=notes)


@dataclass(frozen=True, kw_only=True)
class RelevanceMethod(GradientMethod):
    """A method that hands the score down by a rule in the place of each operation's gradient."""

    family: ClassVar[str] = "Relevance"
    uses: ClassVar[frozenset[str]] = frozenset({"gradients", "rules"})


@register
@dataclass(frozen=True, kw_only=True)
class LayerwiseRelevance(RelevanceMethod):
    r"""The score, handed down layer by layer in proportion to each value's share.

    .. math:: R_i = \sum_j \frac{x_i w_{ij}}{\epsilon + \sum_k x_k w_{kj} + b_j} R_j

    is the epsilon rule; `composite` names which rule goes to dense layers, convolutions and the first layer:

    ================================  ===================  =====================  ==============
    composite                         dense                convolution            first layer
    ================================  ===================  =====================  ==============
    ``epsilon`` [1]_                  epsilon              epsilon
    ``epsilon_plus`` [2]_             epsilon              zplus
    ``epsilon_plus_flat`` [2]_        epsilon              zplus                     flat
    ``epsilon_gamma_box`` [3]_        epsilon              gamma                  z-box
    ``epsilon_alpha2_beta1`` [2]_     epsilon              alpha2_beta1
    ``epsilon_alpha2_beta1_flat``     epsilon              alpha2_beta1               flat
    ``alpha2_beta1`` [1]_             alpha2_beta1             alpha2_beta1
    ``alpha1_beta0`` [1]_             zplus                   zplus
    ``gamma`` [3]_                    gamma                gamma
    ``deep_taylor`` [4]_              zplus                   zplus                     w_square
    ================================  ===================  =====================  ==============

    A bias takes its share of the relevance, as in zennit by default, so the sum of the values is the score only without
    biases; flat, w² and z-box know no bias (zennit's w² counts its square, the paper none). Rules act on operations: a
    BatchNorm right behind a layer is merged with it, exactly (zennit's merged one still divides by the root of
    1 + eps), any other is an affine map with the epsilon rule; sums share in proportion; activations pass on; where a
    maximum is taken the winner takes all; gates get half. Softmax and attention are refused.

    References
    ----------
    .. [1] Bach et al.: On Pixel-Wise Explanations for Non-Linear Classifier Decisions by Layer-Wise Relevance
       Propagation. PLOS ONE 10(7) (2015).
    .. [2] Kohlbrenner et al.: Towards Best Practice in Explaining Neural Network Decisions with LRP.
       arXiv:1910.09840 (2020).
    .. [3] Montavon et al.: Layer-Wise Relevance Propagation: An Overview. LNCS 11700 (2019).
    .. [4] Montavon et al.: Explaining Nonlinear Classification Decisions with Deep Taylor Decomposition.
       arXiv:1512.02479 (2017).
    """

    name: ClassVar[str] = "lrp"
    title: ClassVar[str] = "LRP"
    sentence: ClassVar[str] = "Whose share of the score is it, handed down layer by layer?"

    composite: str = parameter(
        "epsilon_plus_flat",
        "Which rule goes to dense layers, convolutions and the first layer.",
        choices=tuple(COMPOSITES),
    )
    epsilon: float = parameter(
        1e-6, "Keeps shares of what nearly cancels out from growing without bound.", low=1e-12, high=10.0
    )
    gamma: float = parameter(
        0.25, "How much the gamma rule favours shares that agree with the output.", low=0.0, high=10.0, step=0.05
    )

    def why_not(self, model: Model, inputs: Inputs) -> str | None:
        """Refuse the box rule where there is no black and white."""
        no_box = inputs.black is None or inputs.white is None
        if self.layer is None and COMPOSITES[self.composite].first == "z_box" and no_box:
            return "The box rule needs a picture, whose black and white are known. Choose another composite."
        return super().why_not(model, inputs)

    def estimates(self, model: Model, inputs: Inputs, target: Target, seed: int = 0) -> Iterator[Estimate]:
        """Yield the one exact estimate."""
        options = Options(self.epsilon, self.gamma, inputs.black, inputs.white)
        composite = COMPOSITES[self.composite]
        # The first operation above a layer is not the network's first.
        composite = composite if self.layer is None else replace(composite, first=None)
        rules = Relevance(composite, options, model.remember("convolutions of lrp", Kernels))
        yield _handed(model, inputs, target, rules)


@register
@dataclass(frozen=True, kw_only=True)
class AttentionLrp(RelevanceMethod):
    r"""Relevance through transformers (AttnLRP [1]_).

    .. math:: R_{ji}(A) = \sum_p \frac{A_{ji} V_{ip}}{2 O_{jp} + \epsilon} R_{jp}, \qquad
        R_i(\mathrm{softmax}) = x_i \left(R_i - s_i \sum_j R_j\right)

    A product :math:`O = A V` of two tensors that depend on the input gives half to each; softmax hands down by its
    Taylor expansion, whose constant keeps what is missing, so the sum of the values need not be the score; LayerNorm
    and RMSNorm are linear for a constant divisor, so that centring and bias take their shares; layers have the gamma
    rule (the epsilon rule for a gamma of 0), all else is as in `LayerwiseRelevance`. Attention, activations and norms
    get the same numbers by one call or written out by hand.

    Beyond attention, what only scales is taken as constant, so that what it scales gets all: the weights of chosen
    experts, exponentials such as the decay of a state-space model [2]_ (whose other gates get half, as any factor), the
    matrix of a triangular system. Without biases and softmax the sum of the values is then the score. An exponential, a
    root or a logarithm that does anything else is refused by name and place.

    References
    ----------
    .. [1] Achtibat et al.: AttnLRP: Attention-Aware Layer-Wise Relevance Propagation for Transformers.
       arXiv:2402.05602 (2024).
    .. [2] Jafari et al.: MambaLRP: Explaining Selective State Space Sequence Models. arXiv:2406.07592 (2024).
    """

    name: ClassVar[str] = "attention_lrp"
    title: ClassVar[str] = "AttnLRP"
    sentence: ClassVar[str] = "Whose share of the score is it, handed down through attention?"

    epsilon: float = parameter(
        1e-6, "Keeps shares of what nearly cancels out from growing without bound.", low=1e-12, high=10.0
    )
    gamma: float = parameter(
        0.05, "How much the layers favour shares that agree with their output.", low=0.0, high=10.0, step=0.05
    )

    def estimates(self, model: Model, inputs: Inputs, target: Target, seed: int = 0) -> Iterator[Estimate]:
        """Yield the one exact estimate."""
        rules = AttentionRelevance(Options(self.epsilon, self.gamma))
        yield _handed(model, inputs, target, rules)
