"""Vectors as the embedding layer alone makes them: of tokens, of all there are, and of none in particular."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from xai_widgets.models.tokens import text_config
from xai_widgets.models.untouched import untouched
from xai_widgets.models.writing import OwnWeights

if TYPE_CHECKING:
    from collections.abc import Iterator


class StandIns(Mapping[str, Tensor]):
    """Vectors that stand for no token in particular, by name: the mean of all, padding, the mask.

    Each is computed when it is asked for: the mean takes as long as a pass where the vocabulary is large.

    Parameters
    ----------
    module : Module
    layer : str
        The embedding layer.
    like : Tensor, shape (tokens, features)
    mask : int, optional
        The tokenizer's number of it: configurations name it seldom.
    """

    def __init__(self, module: nn.Module, layer: str, like: Tensor, mask: int | None = None) -> None:
        self._module, self._layer, self._like, self._mask = module, layer, like, mask
        self._found: dict[str, Tensor] = {}
        embedding, config = module.get_submodule(layer), text_config(module)
        size = embedding.num_embeddings if isinstance(embedding, nn.Embedding) else 0
        padding = getattr(config, "pad_token_id", None)
        numbers = {
            "pad": getattr(embedding, "padding_idx", None) if padding is None else padding,
            "mask": getattr(config, "mask_token_id", mask),
        }
        self._numbers = {name: i for name, i in numbers.items() if isinstance(i, int) and 0 <= i < size}

    def of(self, module: nn.Module, like: Tensor) -> StandIns:
        """Return those of the same model with other weights, beside its vectors of the tokens."""
        return StandIns(module, self._layer, like, self._mask)

    def __getitem__(self, name: str) -> Tensor:
        """Return a vector (features)."""
        if name not in self._found:
            self._found[name] = self._find(name)
        return self._found[name]

    def __iter__(self) -> Iterator[str]:
        """Go through the names."""
        return iter(("mean", *self._numbers))

    def __len__(self) -> int:
        """Return how many there are."""
        return 1 + len(self._numbers)

    def __contains__(self, name: object) -> bool:
        """Tell whether the model has that one."""
        return name == "mean" or name in self._numbers

    def _find(self, name: str) -> Tensor:
        if name != "mean":
            embedding = self._module.get_submodule(self._layer)
            return _looked_up(embedding, torch.tensor([self._numbers[name]]), self._like)[0]
        every = all_vectors(self._module, self._layer, self._like)
        return (self._like if every is None else every).mean(0)


def all_vectors(module: nn.Module, layer: str, like: Tensor) -> Tensor | None:
    """Return the vectors of all tokens (vocabulary, features); None where the layer is no table of them.

    Parameters
    ----------
    module : Module
    layer : str
        The embedding layer.
    like : Tensor
        Of the type and device that is wanted.
    """
    embedding = module.get_submodule(layer)
    if not isinstance(embedding, nn.Embedding):
        return None
    return _looked_up(embedding, torch.arange(embedding.num_embeddings), like)


def vectors_of(module: nn.Module, layer: str, ids: Tensor) -> Tensor | None:
    """Return the vectors of some tokens (tokens, features); None where only a pass through the model tells them."""
    embedding = module.get_submodule(layer)
    if not isinstance(embedding, nn.Embedding):
        return None
    return _looked_up(embedding, ids, embedding.weight).detach().clone()


def _looked_up(embedding: nn.Module, ids: Tensor, like: Tensor) -> Tensor:
    with torch.no_grad(), untouched(embedding), OwnWeights(embedding):  # some write into rows whose norm is too large
        # By calling it, not its weights: some scale what they look up.
        return embedding(ids[None].to(like.device))[0].to(like)  # type: ignore[no-any-return]
