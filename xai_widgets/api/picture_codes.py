"""A decoder, and the code that a picture has among its codes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from xai_widgets.inputs.decode import check_finite
from xai_widgets.models.untouched import private_copy

if TYPE_CHECKING:
    from collections.abc import Callable

    from xai_widgets.models import TorchModel


@dataclass(frozen=True, eq=False)
class Codes:
    """What the user gave to speak of pictures by codes; none of it is changed.

    Attributes
    ----------
    decoder : callable
        From codes ``[n, …]`` to pictures as the model eats them.
    encoder : callable or None
        From what the model eats, ``[1, …]``, to its code.
    start : Tensor or None
        The code itself, in place of `encoder`.
    """

    decoder: Callable[[Tensor], Any]
    encoder: Callable[[Tensor], Any] | None
    start: Tensor | None

    @classmethod
    def given(cls, decoder: Any, encoder: Any, start: Any) -> Codes | None:
        """Check what was given; None where nothing was.

        Raises
        ------
        ValueError, TypeError
            For anything but a decoder with either an encoder or a code to start from.
        """
        if decoder is None and encoder is None and start is None:
            return None
        if decoder is None or (encoder is None) == (start is None):
            msg = "method='latent' needs decoder=..., and either start=... (a code) or encoder=..."
            raise ValueError(msg)
        code = None if start is None else torch.as_tensor(start)
        return cls(_frozen("decoder", decoder), None if encoder is None else _frozen("encoder", encoder), code)

    def origin(self, model: TorchModel, x: Tensor | None) -> Tensor:
        """Return the code of a picture, without batch axis.

        Raises
        ------
        ValueError, RuntimeError
            For an encoder that raises or returns no finite code.
        """
        if self.encoder is None or x is None:
            assert self.start is not None
            code = self.start.to(model.device, model.dtype)
        else:
            with torch.no_grad():
                codes = self.encoder(x[None])
            if not isinstance(codes, Tensor) or codes.ndim == 0 or len(codes) != 1:
                msg = f"encoder must return the code of one picture, [1, …], got {_came(codes)}."
                raise ValueError(msg)
            code = codes[0].detach()
        check_finite(code.cpu().float().numpy(), "the code")
        return code

    def decoded(self, code: Tensor) -> Tensor:
        """Return the picture of a code, without batch axis.

        Raises
        ------
        ValueError, RuntimeError
            For a decoder that raises or returns no pictures.
        """
        with torch.no_grad():
            pictures = self.decoder(code[None])
        if not isinstance(pictures, Tensor) or pictures.ndim != 4 or len(pictures) != 1:  # noqa: PLR2004
            came = _came(pictures)
            msg = f"decoder must return pictures [n, channels, height, width] for n codes, got {came} for one."
            raise ValueError(msg)
        return pictures[0].detach()


def _came(found: Any) -> Any:
    return list(found.shape) if isinstance(found, Tensor) else type(found).__name__


def _frozen(name: str, given: Any) -> Callable[[Tensor], Any]:
    """Return a copy that no search changes, or a function as it is, that says who raised what."""
    if not callable(given):
        msg = f"{name} must be a module or a function of a batch, got {type(given).__name__}."
        raise TypeError(msg)
    twin = private_copy(given) if isinstance(given, nn.Module) else given
    if twin is None:
        msg = f"{name} cannot be copied, and it must not be changed: give a function that calls it."
        raise TypeError(msg)

    def called(batch: Tensor) -> Any:
        try:
            return twin(batch)
        except Exception as error:
            msg = f"{name} raised {type(error).__name__} for a batch of shape {list(batch.shape)}: {error}"
            raise RuntimeError(msg) from error

    return called
