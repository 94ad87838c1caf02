"""Keras models on the torch backend: modules that keep most of their layers where torch does not look."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import nn


def is_keras(module: nn.Module) -> bool:
    """Tell a Keras model or layer: on its torch backend it is a module, whose pictures have their channels last."""
    return any(cls.__module__.split(".")[0] == "keras" for cls in type(module).__mro__)


def is_functional(module: nn.Module) -> bool:
    """Tell a Keras model that was put together from inputs, and takes several of them as one list or mapping."""
    return is_keras(module) and any(cls.__name__ == "Functional" for cls in type(module).__mro__)


def is_embedding(module: nn.Module) -> bool:
    """Tell Keras's layer that makes vectors of whole numbers."""
    return is_keras(module) and any(cls.__name__ == "Embedding" for cls in type(module).__mro__)


def show_layers(copy: nn.Module) -> None:
    """Register the layers of a Keras model as submodules under their own names, so that hooks and names find them.

    Parameters
    ----------
    copy : Module
        One of ours, since it is changed. Its parameters keep their order, as all of them are the model's own already.
    """
    if not is_keras(copy):
        return
    layers: Any = getattr(copy, "_layers", ())
    known = {id(one) for one in copy._modules.values()}  # noqa: SLF001
    for layer in layers:
        name = layer.name.replace(".", "_")
        if id(layer) not in known and name not in copy._modules:  # noqa: SLF001
            copy._modules[name] = layer  # noqa: SLF001  setattr is Keras's, which refuses changes to a built model
        show_layers(layer)
