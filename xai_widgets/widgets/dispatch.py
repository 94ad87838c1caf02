"""One name for all widgets: it looks at what it is given."""

from __future__ import annotations

from typing import Any

from xai_widgets.widgets.image import ImageExplainer


def explain(model: Any, x: Any, **options: Any) -> ImageExplainer:
    """Explain one prediction, live, with the widget that fits `x`.

    Parameters
    ----------
    model : torch.nn.Module
    x : PIL image, path, ndarray or Tensor
        A picture, without batch axis.
    **options
        Of the widget; see :class:`ImageExplainer`.

    Returns
    -------
    ImageExplainer
    """
    return ImageExplainer(model, x, **options)
