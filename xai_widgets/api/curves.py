"""What a model would say of one row if one of its values were another: its curves as a result."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xai_widgets.population import curves_of
from xai_widgets.prepare import adapt, row_subject

if TYPE_CHECKING:
    from collections.abc import Sequence

    import torch

    from xai_widgets.populations import Effects


def individual_curves(
    model: Any,
    x: Any,
    *,
    background: Any,
    target: int | str | None = None,
    features: Sequence[str] | None = None,
    encode: Any = None,
    labels: Sequence[str] | None = None,
    device: str | torch.device | None = None,
) -> Effects:
    """Tell what a model would say of one row if one value alone were another (individual conditional expectation).

    Parameters
    ----------
    model, x, background, features, encode, labels, device
        As of :func:`attribute`.
    target : int or str, optional
        The class whose probability is asked about; by default the likeliest of the row.

    Returns
    -------
    Effects
        ``result["age"]`` is a `Curve` whose `mean` is what would be said of this row, NaN where the model fails;
        ``result.to_dataframe()`` has one line a value.

    Raises
    ------
    ValueError, TypeError
        For wrong input, saying what was expected and what came.
    ModelError
        When the model fails for the row itself.
    """
    subject = row_subject(adapt(model, labels=labels, device=device, seed=0), x, background, features, encode)
    return curves_of(subject, target)
