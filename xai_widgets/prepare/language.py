"""Language models as functions of texts: what stands behind a mask, how likely a text is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xai_widgets.inputs import encode_texts
from xai_widgets.models.texts import AtToken, Packed, TextScorer, likelihood
from xai_widgets.models.tokens import longest_text
from xai_widgets.prepare.read import adapt
from xai_widgets.prepare.scorers import names_for

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor


def masked_model(given: Any, device: Any = None) -> tuple[TextScorer, str]:
    """Make a masked language model a function of texts with one mask: scores of every token there.

    Parameters
    ----------
    given : (model, tokenizer)
    device : optional
        Where to compute; by default where the model is.

    Returns
    -------
    scorer : TextScorer
    mask : str
        How the mask is written.

    Raises
    ------
    TypeError, ValueError
        For anything else, and for a tokenizer without a mask.
    """
    model, tokenizer = _pair(given, "mlm")
    mask = getattr(tokenizer, "mask_token", None)
    if mask is None:
        msg = "mlm: the tokenizer has no mask token: give a masked language model, such as BERT with its tokenizer."
        raise ValueError(msg)
    return _language_scorer(model, tokenizer, AtToken(int(tokenizer.mask_token_id)), f"a {mask}", device), str(mask)


def language_model(given: Any, device: Any = None) -> TextScorer:
    """Make a causal language model a function of texts: the mean log-likelihood of a token.

    Parameters
    ----------
    given : (model, tokenizer)
    device : optional

    Raises
    ------
    TypeError
        For anything else.
    """
    model, tokenizer = _pair(given, "fluency")
    return _language_scorer(model, tokenizer, likelihood, "a b", device)


def _pair(given: Any, name: str) -> tuple[Any, Any]:
    if not isinstance(given, (tuple, list)) or len(given) != 2:  # noqa: PLR2004
        msg = f"{name} must be a pair, (model, tokenizer), got {type(given).__name__}."
        raise TypeError(msg)
    return given[0], given[1]


def _language_scorer(
    model: Any, tokenizer: Any, read: Callable[[Any, Tensor], Tensor], sample: str, device: Any
) -> TextScorer:
    adapter = adapt(model, device=device)
    names, named = names_for(adapter, sample, tokenizer)
    limit = longest_text(adapter.module)
    fed = adapter.fed(Packed(names, named=named, read=read), "value")
    fed.labels = None
    return TextScorer(fed, lambda texts: encode_texts(texts, tokenizer, names, limit))
