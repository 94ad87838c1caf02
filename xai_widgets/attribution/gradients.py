"""Gradients of the score: what a small change of the input would do."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import torch

from xai_widgets.attribution.layers import above, why_no_layer
from xai_widgets.attribution.statistics import CHECKED, Mean, independent
from xai_widgets.attribution.stratified import mirrored
from xai_widgets.method import Estimate, Method, parameter, register
from xai_widgets.models import why_no_gradient

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xai_widgets.inputs import Inputs
    from xai_widgets.models import Model, Target


ONE_RANGE = (
    "The noise is as large for every column: a share of the row's own range. Give background=, rows of the table, "
    "for a range of each column's own."
)


@dataclass(frozen=True, kw_only=True)
class GradientMethod(Method):
    """A method that differentiates the model, with respect to its input or to what one of its layers puts out.

    Of a layer, the values have the shape of its activation for this input; baselines are inputs of the model, and
    noise is added to the activation. Other paths around the layer stay as they are for the input, as in Captum.
    """

    family: ClassVar[str] = "Gradients"
    uses: ClassVar[frozenset[str]] = frozenset({"gradients"})

    layer: str | None = parameter(
        None,
        "The layer whose activations are explained, in place of the input's values.",
        kind="layer",
        optional=True,
    )

    def why_not(self, model: Model, inputs: Inputs) -> str | None:
        """Gradients exist for floating-point inputs of differentiable models only."""
        if self.layer is None and not inputs.x.is_floating_point():
            return "Gradients need a floating-point input, or a layer that makes one."
        return why_no_layer(model, self.layer) or why_no_gradient(model.module)

    def run(self, model: Model, inputs: Inputs, target: Target, seed: int = 0) -> Iterator[Estimate]:
        """Yield estimates for the input's values, or for the layer's."""
        if self.layer is not None:
            model, inputs = above(model, inputs, self.layer)
        yield from self.estimates(model, inputs, target, seed)

    @abstractmethod
    def estimates(self, model: Model, inputs: Inputs, target: Target, seed: int = 0) -> Iterator[Estimate]:
        """Yield estimates for the values of `inputs`, whatever `model` is above of."""


@dataclass(frozen=True, kw_only=True)
class OnePass(GradientMethod):
    """A method whose map is exact after one pass, which several inputs may share."""

    @abstractmethod
    def maps(self, model: Model, inputs: Inputs, x: torch.Tensor, target: Target) -> torch.Tensor:
        """Compute the maps of several `x` (n, …) in one pass; in all else they are like `inputs`.

        With rules in the place of gradients, the model's rows must not depend on each other.
        """

    def estimates(self, model: Model, inputs: Inputs, target: Target, seed: int = 0) -> Iterator[Estimate]:
        """Yield the one exact estimate."""
        yield Estimate(self.maps(model, inputs, inputs.x[None], target)[0], done=1, total=1)


@register
@dataclass(frozen=True, kw_only=True)
class Saliency(OnePass):
    r"""Absolute gradient of the target's score, :math:`|\partial F / \partial x_i|`.

    References
    ----------
    Simonyan, Vedaldi, Zisserman: Deep Inside Convolutional Networks. arXiv:1312.6034 (2013).
    """

    name: ClassVar[str] = "saliency"
    title: ClassVar[str] = "Saliency"
    sentence: ClassVar[str] = "Where would a tiny change move the score most?"
    slopes: ClassVar[bool] = True

    absolute: bool = parameter(default=True, sentence="Show the size of the effect without its direction.")

    def maps(self, model: Model, inputs: Inputs, x: torch.Tensor, target: Target) -> torch.Tensor:
        """Compute the gradients, or their sizes."""
        _, gradients = model.gradients(x, target)
        return gradients.abs() if self.absolute else gradients


@register
@dataclass(frozen=True, kw_only=True)
class InputXGradient(OnePass):
    r"""Input times gradient, :math:`x_i \, \partial F / \partial x_i`.

    References
    ----------
    Shrikumar, Greenside, Shcherbina, Kundaje: Not Just a Black Box. arXiv:1605.01713 (2016).
    """

    name: ClassVar[str] = "input_x_gradient"
    title: ClassVar[str] = "Input × gradient"
    sentence: ClassVar[str] = "How much does each value contribute, if the model were linear around this input?"

    def maps(self, model: Model, inputs: Inputs, x: torch.Tensor, target: Target) -> torch.Tensor:
        """Compute the products."""
        return x * model.gradients(x, target)[1]


@dataclass(frozen=True, kw_only=True)
class Noisy(GradientMethod):
    """A method of gradients of noisy copies.

    The noise's standard deviation is `noise_level` times a range: with `background`, of each value that over the
    inputs given there, so that the columns of a table, each in its own unit, are each moved as far as they vary;
    otherwise the range of the input's own values, of several inputs each one's own.
    """

    uses: ClassVar[frozenset[str]] = frozenset({"gradients", "batches"})
    slopes: ClassVar[bool] = True

    noise_level: float = parameter(
        0.15, "Standard deviation of the noise, as a share of the input's range.", low=0.0, high=1.0, step=0.01
    )
    background: Any = parameter(
        None, "Inputs [n, …], such as rows of the table, whose range at each value scales the noise.", hidden=True
    )

    def scale(self, inputs: Inputs) -> tuple[torch.Tensor, tuple[str, ...]]:
        """Return the standard deviation of the noise, broadcastable to `x`, and what the reader should know of it.

        Raises
        ------
        ValueError
            For a background of another shape.
        """
        if self.background is None:
            row = inputs.x.ndim == 1 and inputs.layout is None and self.layer is None
            return self.noise_level * inputs.spread, (ONE_RANGE,) if row else ()
        rows = inputs.several(self.background)
        if rows is None:
            wanted, got = ", ".join(map(str, inputs.x.shape)), list(torch.as_tensor(self.background).shape)
            msg = f"{self.name}: background must be of shape [n, {wanted}], got {got}."
            raise ValueError(msg)
        return self.noise_level * (rows.amax(0) - rows.amin(0)), ()


@register
@dataclass(frozen=True, kw_only=True)
class SmoothGrad(Noisy):
    r"""Mean gradient over noisy copies of the input, :math:`E_{\epsilon}[\nabla F(x + \epsilon)]`.

    :math:`\epsilon \sim N(0, \sigma^2)` with :math:`\sigma` = `noise_level` times the input's range, of several inputs
    each one's own, or that of each value over the `background`. Each two copies have opposite noise, in which what
    changes in proportion to it cancels, unless sizes are averaged. The error is the standard error of the mean over
    such pairs, as a share of the map's norm.

    References
    ----------
    Smilkov, Thorat, Kim, Viégas, Wattenberg: SmoothGrad. arXiv:1706.03825 (2017).
    """

    name: ClassVar[str] = "smooth_grad"
    title: ClassVar[str] = "SmoothGrad"
    sentence: ClassVar[str] = "Where does the score react, averaged over slightly noisy copies of the input?"

    n_samples: int = parameter(50, "How many noisy copies are averaged.", low=1, high=1000)
    tolerance: float = parameter(0.05, "Stop when the estimated error falls below this.", low=0.0, high=1.0, step=0.01)
    absolute: bool = parameter(default=False, sentence="Average the size of the gradients without their direction.")

    def estimates(self, model: Model, inputs: Inputs, target: Target, seed: int = 0) -> Iterator[Estimate]:
        """Yield the running mean after each batch of noisy copies."""
        x = inputs.x
        generator = torch.Generator().manual_seed(seed)
        scale, notes = self.scale(inputs)
        mean = Mean(spread=independent if self.absolute else mirrored)

        def gradients(rows: slice) -> torch.Tensor:
            # One draw a row, so that the numbers do not depend on the size of the batches; repeated after
            # running out of memory, hence from the row's own seed.
            noise = (self._noise(generator, seed, row, x) for row in range(rows.start, rows.stop))
            found = model.gradients(x + scale * torch.stack(tuple(noise)).to(x), target)[1]
            return found.abs() if self.absolute else found

        for rows, batch in model.batches(self.n_samples, gradients, "backward", CHECKED):
            mean.add(batch)
            del batch  # the next one is made meanwhile
            error = mean.error()
            enough = error is not None and error <= self.tolerance and rows.stop % CHECKED == 0
            yield Estimate(mean.value, rows.stop, rows.stop if enough else self.n_samples, error, notes=notes)
            if enough:
                return

    def _noise(self, generator: torch.Generator, seed: int, row: int, x: torch.Tensor) -> torch.Tensor:
        # Of opposite noise, sizes are much the same: it would be the same sample two times.
        number, opposite = (row, 0) if self.absolute else divmod(row, 2)
        generator.manual_seed(seed * 1_000_003 + number)
        noise = torch.randn(x.shape, generator=generator, dtype=torch.float32)
        return -noise if opposite else noise
