"""Layer-wise relevance propagation."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from xai_widgets.attribution.gradients import GradientMethod, OnePass
from xai_widgets.method import Estimate, parameter, register
from xai_widgets.models.convolving import Kernels
from xai_widgets.models.rules import COMPOSITES, AttentionRelevance, Relevance
from xai_widgets.models.rules.shares import ANYWHERE, Options

if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch import Tensor

    from xai_widgets.inputs import Inputs
    from xai_widgets.models import Model, Target
    from xai_widgets.models.rules.shares import Composite


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


@dataclass(frozen=True, kw_only=True)
class RelevanceMethod(GradientMethod):
    """A method that hands the score down by a rule in the place of each operation's gradient."""

    family: ClassVar[str] = "Relevance"
    uses: ClassVar[frozenset[str]] = frozenset({"gradients", "rules"})


@dataclass(frozen=True, kw_only=True)
class Handed(RelevanceMethod, OnePass):
    """A method that hands down all of the score, in one pass."""

    @abstractmethod
    def rules(self, model: Model, inputs: Inputs) -> Relevance:
        """Return new rules, for one pass."""

    def maps(self, model: Model, inputs: Inputs, x: Tensor, target: Target) -> Tensor:
        """Compute the shares."""
        return model.gradients(x, target, self.rules(model, inputs))[1]

    def estimates(self, model: Model, inputs: Inputs, target: Target, seed: int = 0) -> Iterator[Estimate]:
        """Yield the one exact estimate."""
        score, values = model.gradients(inputs.x[None], target, self.rules(model, inputs))
        notes = blown_up(values, float(score[0]))
        yield Estimate(values[0], done=1, total=1, gap=float(values.sum() - score[0]), notes=notes)


@register
@dataclass(frozen=True, kw_only=True)
class LayerwiseRelevance(Handed):
    r"""The score, handed down layer by layer in proportion to each value's share.

    .. math:: R_i = \sum_j \frac{q_{ij}}{\sum_k q_{kj}} R_j

    where a rule says what the share :math:`q_{ij}` of input i in output j is, of contributions
    :math:`z_{ij} = x_i w_{ij}`:

    ====================  ===================================================================================
    rule                  share
    ====================  ===================================================================================
    ``epsilon`` [1]_      :math:`z_{ij}`, where epsilon is added to the size of the sum
    ``gamma`` [3]_        :math:`z_{ij} + \gamma z_{ij}^\pm`, of the output's own sign
    ``zplus`` [1]_ [4]_   :math:`z_{ij}^+`
    ``alpha_beta`` [1]_   :math:`\alpha` times by :math:`z_{ij}^+`, less :math:`\alpha - 1` times by :math:`z_{ij}^-`
    ``flat`` [5]_         1
    ``w_square`` [4]_     :math:`w_{ij}^2`, for inputs of any value
    ``z_box`` [4]_        :math:`z_{ij} - l_i w_{ij}^+ - h_i w_{ij}^-`, for inputs between black l and white h
    ====================  ===================================================================================

    `composite` names which rule goes to dense layers, convolutions and the first layer: one of the above for one rule
    in all of them (z_box is for inputs alone: above it zplus, as in [4]_), or

    =====================================  ===================  =====================  ==============
    composite                              dense                convolution            first layer
    =====================================  ===================  =====================  ==============
    ``epsilon_plus`` [2]_                  epsilon              zplus
    ``epsilon_plus_flat`` [2]_             epsilon              zplus                  flat
    ``epsilon_gamma_box`` [3]_             epsilon              gamma                  z_box
    ``epsilon_alpha2_beta1`` [2]_          epsilon              alpha_beta, 2 and 1
    ``epsilon_alpha2_beta1_flat`` [2]_     epsilon              alpha_beta, 2 and 1    flat
    ``alpha2_beta1`` [1]_                  alpha_beta, 2 and 1  alpha_beta, 2 and 1
    ``alpha1_beta0`` [1]_                  zplus                zplus
    ``deep_taylor`` [4]_                   zplus                zplus                  w_square
    =====================================  ===================  =====================  ==============

    `dense`, `convolution` and `first` put another rule in the place of the composite's, each for one kind of layer.

    A bias takes its share of the relevance, as in zennit by default, so the sum of the values is the score only without
    biases; flat, w² and z-box know no bias (zennit's w² counts its square, the paper none), and what flat or w² hand to
    zeros stays where a pool finds nothing but zeros. Rules act on operations: a BatchNorm right behind a layer, or what
    is added to or multiplied with each of its outputs there, is merged with it, exactly (zennit's merged one still
    divides by the root of 1 + eps), any other is an affine map with the epsilon rule; sums share in proportion;
    activations pass on; where a maximum is taken the winner takes all; gates get half. Softmax and attention are
    refused.

    References
    ----------
    .. [1] Bach et al.: On Pixel-Wise Explanations for Non-Linear Classifier Decisions by Layer-Wise Relevance
       Propagation. PLOS ONE 10(7) (2015).
    .. [2] Kohlbrenner et al.: Towards Best Practice in Explaining Neural Network Decisions with LRP.
       arXiv:1910.09840 (2020).
    .. [3] Montavon et al.: Layer-Wise Relevance Propagation: An Overview. LNCS 11700 (2019).
    .. [4] Montavon et al.: Explaining Nonlinear Classification Decisions with Deep Taylor Decomposition.
       arXiv:1512.02479 (2017).
    .. [5] Lapuschkin et al.: Unmasking Clever Hans Predictors and Assessing What Machines Really Learn.
       arXiv:1902.10178 (2019).
    """

    name: ClassVar[str] = "lrp"
    title: ClassVar[str] = "LRP"
    sentence: ClassVar[str] = "Whose share of the score is it, handed down layer by layer?"

    composite: str = parameter(
        "epsilon_plus_flat",
        "Which rule goes to dense layers, convolutions and the first layer.",
        choices=tuple(COMPOSITES),
    )
    dense: str | None = parameter(
        None, "The rule of dense layers, in place of the composite's.", choices=ANYWHERE, optional=True
    )
    convolution: str | None = parameter(
        None, "The rule of convolutions, in place of the composite's.", choices=ANYWHERE, optional=True
    )
    first: str | None = parameter(
        None, "The rule of the first layer, in place of the composite's.", choices=(*ANYWHERE, "z_box"), optional=True
    )
    epsilon: float = parameter(
        1e-6, "Keeps shares of what nearly cancels out from growing without bound.", low=1e-12, high=10.0
    )
    gamma: float = parameter(
        0.25, "How much the gamma rule favours shares that agree with the output.", low=0.0, high=10.0, step=0.05
    )
    alpha: float = parameter(
        2.0,
        "How often the alpha-beta rule counts what speaks for the output; what speaks against it, once less.",
        low=1.0,
        high=10.0,
        step=0.5,
    )

    def __post_init__(self) -> None:
        """Say where the box rule belongs."""
        for kind in ("dense", "convolution"):
            if getattr(self, kind) == "z_box":
                msg = f"lrp: {kind} cannot be 'z_box', which is for values with known ends: inputs. Give first='z_box'."
                raise ValueError(msg)
        super().__post_init__()

    @property
    def _rules(self) -> Composite:
        given = {kind: getattr(self, kind) for kind in ("dense", "convolution", "first") if getattr(self, kind)}
        rules: Composite = replace(COMPOSITES[self.composite], **given)
        # The first operation above a layer is not the network's first.
        return rules if self.layer is None else replace(rules, first=None)

    def why_not(self, model: Model, inputs: Inputs) -> str | None:
        """Refuse a rule of the first layer where there is none, and the box rule where there is no black and white."""
        if self.layer is not None and self.first is not None:
            return "There is no first layer above a layer. Leave out first= or layer=."
        if self._rules.first == "z_box" and (inputs.black is None or inputs.white is None):
            return (
                "The box rule needs a picture, whose black and white are known. "
                "Choose another rule of the first layer, such as first='w_square'."
            )
        return super().why_not(model, inputs)

    def rules(self, model: Model, inputs: Inputs) -> Relevance:
        """Return the composite's."""
        options = Options(self.epsilon, self.gamma, inputs.black, inputs.white, self.alpha)
        return Relevance(self._rules, options, model.remember("convolutions of lrp", Kernels))


@register
@dataclass(frozen=True, kw_only=True)
class AttentionLrp(Handed):
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

    def rules(self, model: Model, inputs: Inputs) -> Relevance:
        """Return those of layers, and of attention."""
        return AttentionRelevance(Options(self.epsilon, self.gamma))
