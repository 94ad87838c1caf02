"""Models that eat tokens: their whole numbers cannot be differentiated, what the embedding layer makes of them can."""

from __future__ import annotations

import inspect
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from xai_widgets.models.errors import ModelError, describe
from xai_widgets.models.keras_models import is_embedding
from xai_widgets.models.outputs import tensor_of
from xai_widgets.models.taps import listening, tensor_in, with_tensor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from xai_widgets.models.feeds import Feed

TOKENS, POSITIONS = 2, 3
NO_TOKEN = -1
"""An identifier that no token has."""


class Embedded:
    """Feed of a model of tokens: rows (n, tokens, features) take the place of what its embedding layer puts out.

    Wherever the layer is given the very tokens; not where it is given others, such as a decoder's.

    Parameters
    ----------
    layer : str
        Name of the embedding layer.
    ids : Tensor, shape (tokens,)
    feed : callable
        Calls the module with the tokens (n, tokens).
    """

    def __init__(self, layer: str, ids: Tensor, feed: Feed) -> None:
        self.layer, self.ids, self.feed = layer, ids, feed

    def __call__(self, module: nn.Module, rows: Tensor) -> Any:
        """Return the model's output."""
        ids = self.ids.expand(len(rows), -1)

        def put(_name: str, given: tuple[Any, ...], output: Any) -> Any:
            now = tensor_in(output) if _eats(ids, given) else None
            return None if now is None else with_tensor(output, rows.to(now))

        with listening(module, put, [self.layer]), plainly(module):
            return self.feed(module, ids.clone())

    def describe(self, rows: Tensor) -> str:
        """Say what was fed."""
        return describe(self.ids.expand(len(rows), -1))


class LastPosition:
    """From scores at each position (n, tokens, words) to those at the last one; other scores pass as they are.

    Parameters
    ----------
    place : int
        The last position that is no padding, from the end: -1 or less.

    Attributes
    ----------
    used : bool
        Whether there were scores at each position.
    outputs : int
        How many there were at one.
    """

    def __init__(self, place: int = -1) -> None:
        self.place, self.used, self.outputs = place, False, 0

    def __call__(self, output: Any) -> Any:
        """Return the scores."""
        scores = tensor_of(output)
        if scores is None or scores.ndim != POSITIONS:
            return output
        self.used, self.outputs = True, scores.shape[-1]
        return scores[:, self.place]


def only_last(module: nn.Module, place: int = -1) -> dict[str, int]:
    """Return what tells a transformers language model to score no position before one, counted from the end.

    Over a large vocabulary the scores of all positions may take longer than all layers before them. A classifier may
    take the same word, and then look for the last token among all positions (BioGPT).
    """
    try:
        writes: bool = getattr(module, "can_generate", lambda: True)()
        told = writes and "logits_to_keep" in inspect.signature(module.forward).parameters
    except (TypeError, ValueError):
        return {}
    return {"logits_to_keep": -place} if told else {}


def find_embedding(module: nn.Module, ids: Tensor, run: Callable[[], object]) -> tuple[str, Tensor]:
    """Find the layer that makes vectors of the tokens, by watching one pass.

    Parameters
    ----------
    module : Module
        Hooks are put on it for that pass.
    ids : Tensor, shape (1, tokens)
    run : callable
        Passes the tokens through the module.

    Returns
    -------
    layer : str
        The innermost that is given the tokens and puts out vectors.
    vectors : Tensor, shape (tokens, features)

    Raises
    ------
    ModelError
        Where there is none.
    """
    found: dict[str, Tensor] = {}

    def watch(name: str, given: tuple[Any, ...], output: Any) -> None:
        vectors = tensor_in(output)
        fits = vectors is not None and vectors.shape[:TOKENS] == ids.shape and vectors.ndim == POSITIONS
        if fits and name not in found and _eats(ids, given):
            found[name] = vectors.detach()[0].clone()  # type: ignore[union-attr]

    with listening(module, watch), plainly(module):
        run()
    inner = [name for name in found if not any(other.startswith(f"{name}.") for other in found)]
    if not inner:
        msg = (
            "No layer of the model makes vectors of the whole numbers it is given, so it cannot be explained by them. "
            "Give floating-point numbers, such as x.float() where they are features, or inputs_embeds."
        )
        raise ModelError(msg)
    own = _own_embedding(module)
    best = min(
        inner, key=lambda name: (module.get_submodule(name) is not own, not _is_embedding(module.get_submodule(name)))
    )
    return best, found[best]


def takes_tokens(module: nn.Module) -> bool:
    """Tell whether a model has a layer that may eat tokens."""
    return _own_embedding(module) is not None or any(map(_is_embedding, module.modules()))


def size_of_vocabulary(module: nn.Module, *, told: bool = False) -> int | None:
    """Return how many tokens the model has vectors for; None where it does not say.

    Parameters
    ----------
    module : Module
    told : bool
        Whether to go by what the model names its table of tokens alone, and not by the largest that it has.
    """
    own = _own_embedding(module)
    if own is None and told:
        return None
    tables = [one for one in (own or module).modules() if isinstance(one, nn.Embedding)]
    return max((one.num_embeddings for one in tables), default=None)


def may_speak(module: nn.Module) -> bool:
    """Tell whether a model seems to score the tokens of a vocabulary, as language models do, before it has run."""
    find = getattr(module, "get_output_embeddings", None)
    try:
        return callable(find) and find() is not None
    except (NotImplementedError, AttributeError):
        return False


def longest_text(module: nn.Module) -> int | None:
    """Return how many tokens a transformers model takes at most; None where it does not say."""
    config = text_config(module)
    found = (getattr(config, name, None) for name in ("max_position_embeddings", "n_positions", "n_ctx"))
    return next((one for one in found if isinstance(one, int) and one > 0), None)


def _eats(ids: Tensor, given: tuple[Any, ...]) -> bool:
    # Keras may have made other whole numbers of them, or floating-point ones.
    return any(
        isinstance(one, Tensor) and one.shape == ids.shape and torch.equal(one.to(ids.dtype), ids) for one in given
    )


def _is_embedding(module: nn.Module) -> bool:
    return isinstance(module, nn.Embedding) or is_embedding(module)


def _own_embedding(module: nn.Module) -> nn.Module | None:
    find = getattr(module, "get_input_embeddings", None)
    try:
        found = find() if callable(find) else None
    except (NotImplementedError, AttributeError):
        return None
    return found if isinstance(found, nn.Module) else None


def text_config(module: nn.Module) -> Any:
    """Return the part of a transformers model's configuration that is of text; None where it has none."""
    config = getattr(module, "config", None)
    find = getattr(config, "gettext_config", None)
    return find() if callable(find) else config


@contextmanager
def plainly(module: nn.Module) -> Iterator[None]:
    """Let a transformers model return its scores for a batch of any size, and nothing that they do not need.

    Without a padding token a classifier refuses more than one input, since it looks for the last token that is no
    padding: here all are of one length. A cache of keys and values is of no use, and some architectures without
    attention fail to make theirs.
    """
    kept: list[tuple[Any, str, Any]] = []
    configs: list[Any] = [getattr(module, "config", None), text_config(module)]
    for config in configs:
        if getattr(config, "use_cache", None):
            kept.append((config, "use_cache", config.use_cache))
            config.use_cache = False
        if getattr(config, "pad_token_id", 0) is None:
            kept.append((config, "pad_token_id", None))
            config.pad_token_id = NO_TOKEN
    try:
        yield
    finally:
        for config, name, value in kept:
            setattr(config, name, value)
