"""Class activation maps: a weighted sum of a layer's channels. What differs is the weighting."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import torch
from torch import Tensor, nn

from xai_widgets.attribution.backprop import GuidedBackprop
from xai_widgets.attribution.cam_base import LAYER, ActivationMap, WeighedMap
from xai_widgets.method import Estimate, register
from xai_widgets.models import Model, ModelError, Target
from xai_widgets.models.precision import widened

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xai_widgets.inputs import Inputs

SAME = 1e-4
"""Relative difference below which two computations of the scores in single precision are the same."""

ROUNDINGS = 4
"""So many times may the numbers on the way to them have been rounded in full, where precision is half."""


@register
@dataclass(frozen=True, kw_only=True)
class GradCam(WeighedMap):
    r"""Channels of a layer, weighted by their mean gradient.

    .. math:: \mathrm{ReLU}\left(\sum_k A_k \cdot \tfrac{1}{hw} \sum_{ij} \partial F / \partial A_{kij}\right)

    Scaled up to the picture bilinearly, in the units of the score. Unlike pytorch-grad-cam, which scales each
    map to 0..1, and like Captum, which leaves the scaling up to the reader. Of a vision transformer, the patch tokens
    are the cells. Without `layer`, the last layer that has a map through which the score flows is taken.

    References
    ----------
    Selvaraju et al.: Grad-CAM. arXiv:1610.02391 (2017).
    """

    name: ClassVar[str] = "grad_cam"
    title: ClassVar[str] = "Grad-CAM"
    sentence: ClassVar[str] = "Which regions of the last layer's map speak for the class?"

    @staticmethod
    def weigh(activation: Tensor, gradient: Tensor) -> Tensor:
        """Weigh each channel by its mean gradient."""
        return (gradient.mean((1, 2), keepdim=True) * activation).sum(0)


@register
@dataclass(frozen=True, kw_only=True)
class HiResCam(WeighedMap):
    r"""Activations times gradients, cell by cell.

    .. math:: \mathrm{ReLU}\left(\sum_k A_k \odot \partial F / \partial A_k\right)

    Shows what the layer's cells truly add where the rest of the model is linear in them, as Grad-CAM does not
    after a dense layer over a flattened map. After global average pooling and a linear head, both are the same.

    References
    ----------
    Draelos, Carin: Use HiResCAM instead of Grad-CAM. arXiv:2011.08891 (2020).
    """

    name: ClassVar[str] = "hires_cam"
    title: ClassVar[str] = "HiRes-CAM"
    sentence: ClassVar[str] = "What does each cell of the last layer's map add to the score?"

    @staticmethod
    def weigh(activation: Tensor, gradient: Tensor) -> Tensor:
        """Weigh each cell of each channel by its own gradient."""
        return (gradient * activation).sum(0)


@register
@dataclass(frozen=True, kw_only=True)
class LayerCam(WeighedMap):
    r"""Activations times their positive gradients, cell by cell.

    .. math:: \mathrm{ReLU}\left(\sum_k A_k \odot \mathrm{ReLU}(\partial F / \partial A_k)\right)

    Useful in early layers too, whose maps are finer.

    References
    ----------
    Jiang et al.: LayerCAM. IEEE Transactions on Image Processing 30 (2021).
    """

    name: ClassVar[str] = "layer_cam"
    title: ClassVar[str] = "Layer-CAM"
    sentence: ClassVar[str] = "Which cells of a layer, early ones too, would raise the score if they were stronger?"

    @staticmethod
    def weigh(activation: Tensor, gradient: Tensor) -> Tensor:
        """Weigh each cell of each channel by its own gradient where that is positive."""
        return (gradient.relu() * activation).sum(0)


@register
@dataclass(frozen=True, kw_only=True)
class GradCamPlusPlus(WeighedMap):
    r"""Channels weighted by their positive gradients, cells that matter alone as much as large areas.

    .. math:: \mathrm{ReLU}\left(\sum_k A_k \sum_{ij} \alpha_{kij} \, \mathrm{ReLU}(G_{kij})\right), \quad
        \alpha_{kij} = \frac{G_{kij}^2}{2 G_{kij}^2 + G_{kij}^3 \sum_{ab} A_{kab}}, \quad G = \partial F / \partial A

    The closed form for :math:`e^F`, whose scale is left out, as in pytorch-grad-cam.

    References
    ----------
    Chattopadhyay et al.: Grad-CAM++. arXiv:1710.11063 (2018).
    """

    name: ClassVar[str] = "grad_cam_plus_plus"
    title: ClassVar[str] = "Grad-CAM++"
    sentence: ClassVar[str] = "Which regions speak for the class, each of several objects included?"

    @staticmethod
    def weigh(activation: Tensor, gradient: Tensor) -> Tensor:
        """Weigh each channel by its positive gradients, by their share in the second derivative of exp(F)."""
        # G² cancels: what remains loses no digits to the cube of a small gradient.
        below = 2 + gradient * activation.sum((1, 2), keepdim=True)
        shares = torch.where((gradient != 0) & (below != 0), 1 / below, torch.zeros_like(below))
        return ((shares * gradient.relu()).sum((1, 2), keepdim=True) * activation).sum(0)


@register
@dataclass(frozen=True, kw_only=True)
class XGradCam(WeighedMap):
    r"""Channels weighted by their gradient, averaged where the channel is active.

    .. math:: \mathrm{ReLU}\left(\sum_k A_k \frac{\sum_{ij} A_{kij} G_{kij}}{\sum_{ij} A_{kij}}\right), \quad
        G = \partial F / \partial A

    Without `relu`, its cells sum to :math:`\sum A \odot G`, the score of a model that is linear above the layer
    (conservation). A channel whose activations sum to zero is left out.

    References
    ----------
    Fu et al.: Axiom-based Grad-CAM. arXiv:2008.02312 (2020).
    """

    name: ClassVar[str] = "xgrad_cam"
    title: ClassVar[str] = "XGrad-CAM"
    sentence: ClassVar[str] = "Which regions speak for the class, with gradients taken where each channel is active?"

    @staticmethod
    def weigh(activation: Tensor, gradient: Tensor) -> Tensor:
        """Weigh each channel by its gradient, averaged by activation."""
        size = activation.sum((1, 2), keepdim=True)
        sums = (activation * gradient).sum((1, 2), keepdim=True)
        return (torch.where(size != 0, sums / size, torch.zeros_like(sums)) * activation).sum(0)


@register
@dataclass(frozen=True, kw_only=True)
class EigenCam(WeighedMap):
    r"""The pattern that most channels share: the first principal component of the activations.

    .. math:: u_1^T A \quad \text{with} \quad A = U S V^T, \; A \in \mathbb{R}^{K \times hw}

    It asks for no class: every target has the same map. As in the paper, activations are not centred (pytorch-grad-cam
    centres them), and the sign, which a component leaves open, is that of its larger side.

    References
    ----------
    Muhammad, Yeasin: Eigen-CAM. arXiv:2008.00299 (2020).
    """

    name: ClassVar[str] = "eigen_cam"
    title: ClassVar[str] = "Eigen-CAM"
    sentence: ClassVar[str] = "Which pattern dominates the last layer's map, whatever the class?"

    @staticmethod
    def weigh(activation: Tensor, gradient: Tensor) -> Tensor:  # noqa: ARG004  no class is asked for
        """Project the channels onto their first left singular vector."""
        flat = activation.flatten(1)
        wide = flat if flat.dtype == torch.float64 else flat.float()  # half precision has no decomposition
        _, sizes, patterns = torch.linalg.svd(wide, full_matrices=False)
        pattern: Tensor = sizes[0] * patterns[0]
        pattern = pattern if float(pattern.sum()) >= 0 else -pattern
        return pattern.to(flat.dtype).reshape(activation.shape[1:])


@register
@dataclass(frozen=True, kw_only=True)
class Cam(ActivationMap):
    r"""Channels of the last map, weighted by the final linear layer.

    .. math:: \mathrm{ReLU}\left(\sum_k w_k A_k\right) \quad \text{where} \quad
        F = b + \sum_k w_k \tfrac{1}{hw} \sum_{ij} A_{kij}

    Without `relu`, the mean of the map's cells is the score without its bias. It exists only where global average
    pooling and one linear layer follow the map, which is found out by comparing scores.

    References
    ----------
    Zhou, Khosla, Lapedriza, Oliva, Torralba: Learning Deep Features for Discriminative Localization. arXiv:1512.04150
    (2016).
    """

    name: ClassVar[str] = "cam"
    title: ClassVar[str] = "CAM"
    sentence: ClassVar[str] = "Where on the last map is what the final layer counts for the class?"

    def run(self, model: Model, inputs: Inputs, target: Target, seed: int = 0) -> Iterator[Estimate]:
        """Yield the one exact estimate."""
        channels = self.channels(model, inputs, target)
        weights = target.of(_head(model, inputs, channels.activation, channels.name).T)
        cam = torch.einsum("k,khw->hw", weights.to(channels.activation), channels.activation)
        yield Estimate(self.show(cam, inputs.grid), done=1, total=1, notes=(f"{LAYER}{channels.name}.",))


def _head(model: Model, inputs: Inputs, activation: Tensor, layer: str) -> Tensor:
    """Find the linear layer that makes the scores of the map's means, and return its weights (outputs, channels).

    Raises
    ------
    ModelError
        Where there is none.
    """
    scores, means = widened(model.scores(inputs.x[None])[0]), widened(activation).mean((1, 2))
    same = max(SAME, ROUNDINGS * torch.finfo(activation.dtype).eps)
    for weights, bias in _linear_layers(model.module):
        if weights.shape == (len(scores), len(means)):
            again = widened(weights) @ means + (0 if bias is None else widened(bias.detach()))
            if float((again - scores).norm()) <= same * float(scores.norm()):
                return weights
    msg = (
        f"cam needs global average pooling and one linear layer after {layer!r}, and the scores are not made like that "
        "here. Choose the layer before the pooling, or take grad_cam."
    )
    raise ModelError(msg)


def _linear_layers(module: nn.Module) -> Iterator[tuple[Tensor, Tensor | None]]:
    """Yield weights (outputs, channels) and bias of dense layers and of convolutions with a window of one cell."""
    for one in module.modules():
        if isinstance(one, nn.Linear) or (isinstance(one, nn.Conv2d) and one.kernel_size == (1, 1) and one.groups == 1):
            yield one.weight.detach().flatten(1), one.bias


@register
@dataclass(frozen=True, kw_only=True)
class GuidedGradCam(ActivationMap):
    r"""Guided backpropagation times Grad-CAM, pixel by pixel.

    .. math:: R_\mathrm{guided}(x) \odot \mathrm{enlarge}(\mathrm{CAM})

    Grad-CAM chooses the region, guided backpropagation draws what is in it, and shares its weakness: the drawing hardly
    changes when the model's weights do. Captum enlarges Grad-CAM by the nearest cell unless told otherwise, here it is
    bilinear.

    References
    ----------
    Selvaraju et al.: Grad-CAM. arXiv:1610.02391 (2017).
    """

    name: ClassVar[str] = "guided_grad_cam"
    title: ClassVar[str] = "Guided Grad-CAM"
    sentence: ClassVar[str] = "Which fine structures are there in the regions that speak for the class?"
    uses: ClassVar[frozenset[str]] = frozenset({"gradients", "map", "rules"})

    def run(self, model: Model, inputs: Inputs, target: Target, seed: int = 0) -> Iterator[Estimate]:
        """Yield after each of both passes; the product of them is worth showing."""
        (where,) = GradCam(layer=self.layer, relu=self.relu).run(model, inputs, target, seed)
        yield Estimate(where.values, done=1, total=2, ready=False)
        (what,) = GuidedBackprop().run(model, inputs, target, seed)
        yield Estimate(what.values * where.values, done=2, total=2, notes=(*where.notes, *what.notes))
