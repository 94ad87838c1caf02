"""One name for all widgets: it looks at what it is given."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from PIL import Image

from xai_widgets.models.callables import as_module
from xai_widgets.prepare import is_passage
from xai_widgets.widgets.image import ImageExplainer
from xai_widgets.widgets.population import PopulationExplorer
from xai_widgets.widgets.table import TabularExplainer
from xai_widgets.widgets.text import TextExplainer

if TYPE_CHECKING:
    from xai_widgets.widgets.explainer import Explainer


def explain(model: Any, x: Any, **options: Any) -> Explainer | PopulationExplorer:
    """Explain one prediction, or a model over a whole frame of rows, live, with the widget that fits `x`.

    Parameters
    ----------
    model : torch.nn.Module, scikit-learn estimator or function
    x : PIL image, path, ndarray, Tensor, text, row of a table, or DataFrame
        A picture, without batch axis; a text, with ``tokenizer=``, or for a function of a list of texts; a row, with
        ``background=``; or many rows: a frame, or with ``y=`` or ``features=`` an array.
    **options
        Of the widget; see :class:`ImageExplainer`, :class:`TextExplainer`, :class:`TabularExplainer` and
        :class:`PopulationExplorer`.

    Returns
    -------
    ImageExplainer, TextExplainer, TabularExplainer or PopulationExplorer

    Raises
    ------
    TypeError
        For a text without the tokenizer that the model needs, and for a single row without `background`.
    """
    if "background" in options:
        return TabularExplainer(model, x, **options)
    # An array alone may as well be a grey picture.
    framed = hasattr(x, "columns") and hasattr(x, "iloc")
    if framed and len(x) == 1:
        msg = "one row is explained against others: give background=, rows of the data."
        raise TypeError(msg)
    if framed or not {"y", "features"}.isdisjoint(options):
        return PopulationExplorer(model, x, **options)
    if "tokenizer" in options:
        return TextExplainer(model, x, **options)
    if not isinstance(x, str) or "preprocess" in options or _names_a_picture(x):
        return ImageExplainer(model, x, **options)
    if is_passage(as_module(model), x, None):
        return TextExplainer(model, x, **options)
    msg = (
        f"{x[:40]!r} is no file. If it is a text, give the model's tokenizer, xai.explain(model, text, tokenizer=...); "
        "a function of a list of texts needs none."
    )
    raise TypeError(msg)


def _names_a_picture(x: str) -> bool:
    """Whether it is a file, or looks like the name of one that is not there, of which the image widget tells more."""
    ending = "" if any(map(str.isspace, x)) else "." + x.lower().rpartition(".")[2]
    return os.path.exists(x) or ending in Image.registered_extensions()  # noqa: PTH110  a text may be no path at all
