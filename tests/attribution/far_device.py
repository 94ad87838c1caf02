"""A device without a GPU: tensors that torch takes for another device's, and whose numbers lie on the CPU all the same.

As on a GPU, a tensor of one device and one of another do not meet: but for single numbers, and what is indexed by.
As on Apple's, there is no float64.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import numpy as np
import torch
from attribution.far_cases import CASES
from attribution.nets import TinyViT, convnet, image
from torch import Tensor, nn
from torch.nn import functional
from torch.utils._mode_utils import no_dispatch
from torch.utils._pytree import tree_leaves, tree_map
from torch.utils.backend_registration import _DummyBackendModule, _setup_privateuseone_for_python_backend

import xai_widgets as xai
import xai_widgets.attribution  # registers the methods
from xai_widgets.method import REGISTRY
from xai_widgets.models.precision import NARROW

TRANSFORMERS = {"attention_rollout", "attention_lrp"}
SEARCHED = ("regions", "smooth")
FEW = {"n_samples": 8, "n_steps": 6, "tolerance": 0.0}
NAME = "far"
MOVING = {"_to_copy", "copy_", "copy", "_copy_from"}
INDEXING = {"index", "index_put", "index_put_", "_index_put_impl_", "_unsafe_index", "_unsafe_index_put"}


def listless(index: Any) -> Any:
    """Make tensors of the lists in an index: torch does so on the device, in a way that this one cannot follow."""
    if isinstance(index, tuple):
        return tuple(map(listless, index))
    return torch.tensor(index) if isinstance(index, list) else index


class MixedDevicesError(RuntimeError):
    """Tensors of two devices met."""


class Far(Tensor):
    """A tensor of that device."""

    near: Tensor
    __torch_function__ = torch._C._disabled_torch_function_impl

    @staticmethod
    def __new__(cls, near):
        made = torch.Tensor._make_wrapper_subclass(
            cls,
            near.shape,
            strides=near.stride(),
            storage_offset=near.storage_offset(),
            dtype=near.dtype,
            device=torch.device(NAME, 0),
            requires_grad=near.requires_grad,
        )
        made.near = near
        return made

    def data_ptr(self) -> int:
        return self.near.data_ptr()

    def untyped_storage(self) -> Any:
        return self.near.untyped_storage()

    def __deepcopy__(self, memo: dict[int, Any]) -> Tensor:
        made: Tensor = Far(self.near.detach().clone())
        if isinstance(self, nn.Parameter):
            made = nn.Parameter(made, requires_grad=self.requires_grad)
        return memo.setdefault(id(self), made)

    def new_tensor(self, data: Any, **options: Any) -> Far:
        return Far(self.near.new_tensor(data, **options))

    def __getitem__(self, index: Any) -> Tensor:
        return super().__getitem__(listless(index))

    def __setitem__(self, index: Any, value: Any) -> None:
        super().__setitem__(listless(index), value)

    def tolist(self) -> Any:
        return self.near.tolist()

    def numpy(self, **_: Any) -> Any:
        msg = "can't convert a tensor of another device to numpy: use .cpu() first"
        raise TypeError(msg)

    __array__ = numpy

    def __repr__(self) -> str:  # type: ignore[override]
        return f"Far({self.near!r})"

    @classmethod
    def __torch_dispatch__(cls, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        return run(func, args, kwargs or {}, far=True)


def run(func: Any, args: Any, kwargs: dict[str, Any], *, far: bool) -> Any:
    name = func._schema.name.partition("::")[2]
    tensors = [one for one in tree_leaves((args, kwargs)) if isinstance(one, Tensor)]
    strangers = [one for one in tensors if not isinstance(one, Far) and one.ndim > 0]
    first = isinstance(args[0], Far) if args else False
    meet = len(strangers) < len(tensors) and strangers and name not in MOVING
    if meet and any(isinstance(one, Far) for one in tensors) and not (name in INDEXING and first):
        msg = f"{name} of {[(one.device.type, tuple(one.shape)) for one in tensors]}"
        raise MixedDevicesError(msg)
    device = kwargs.get("device")
    if name in MOVING:
        far = torch.device(device).type == NAME if device is not None else first
    kwargs = {**kwargs, "device": torch.device("cpu")} if device is not None else kwargs
    owners = {id(one.near): one for one in tensors if isinstance(one, Far)}
    given = tree_map(lambda one: one.near if isinstance(one, Far) else one, (args, kwargs))
    result = func(*given[0], **given[1])

    def back(one: Any) -> Any:
        if not isinstance(one, Tensor):
            return one
        if id(one) in owners:
            return owners[id(one)]
        if far and one.dtype == torch.float64:
            msg = f"Cannot convert a tensor of this device to float64, as {name} would"
            raise TypeError(msg)
        return Far(one) if far else one

    if torch.Tag.inplace_view in func.tags:
        with no_dispatch():  # the outer tensor's shape changes with the inner one's
            func(*args, **kwargs)
        return args[0]
    if name == "copy_":
        return args[0]
    return tree_map(back, result)


class Module(_DummyBackendModule):
    """What torch asks a device's module."""

    def get_amp_supported_dtype(self) -> list[torch.dtype]:
        return [torch.float16, torch.bfloat16]


def set_up() -> None:
    """Make the device known to torch, for good."""
    _setup_privateuseone_for_python_backend(NAME, backend_module=Module())
    library = torch.library.Library("_", "IMPL")
    library.fallback(lambda func, *args, **kwargs: run(func, args, kwargs, far=True), "PrivateUse1")
    KEPT.append(library)
    torch.tensor, torch.as_tensor = placing(torch.tensor), placing(torch.as_tensor)
    functional.embedding_bag = bag
    NARROW.add(NAME)


def bag(index: Tensor, weight: Tensor, mode: str) -> Tensor:
    """Sum what is looked up; torch's own operation knows no device of Python's."""
    assert mode == "sum"
    return functional.embedding(index, weight).sum(1)


def placing(make: Any) -> Any:
    """Return a function that makes a tensor of Python's numbers on the CPU first: torch cannot make it elsewhere."""

    def made(*args: Any, device: Any = None, **options: Any) -> Tensor:
        found = make(*args, **options)
        return found if device is None else found.to(device)

    return made


KEPT: list[Any] = []


def moved(module: nn.Module) -> nn.Module:
    """Put a module's weights on the device."""
    for one in module.modules():
        for name, p in one._parameters.items():
            if p is not None:
                one._parameters[name] = nn.Parameter(Far(p.data.clone()), requires_grad=p.requires_grad)
        for name, b in one._buffers.items():
            if b is not None:
                one._buffers[name] = Far(b.clone())
    return module


def explained(name: str, *, far: bool) -> Any:
    """Explain a picture by a method, or search or measure, or do as a case says, on this device or on the CPU."""
    if name in CASES:
        return np.nan_to_num(np.asarray(CASES[name](moved if far else lambda net: net), float)).tolist()
    net = (TinyViT if name in TRANSFORMERS else convnet)().float().eval()
    if name in SEARCHED:
        net[-1].bias.data[1] += 0.27  # nearly what it says: there is something to be found
    model, x = moved(net) if far else net, image().float()
    if name in SEARCHED:
        found = xai.counterfactuals(model, x, 1, n=1, method=name, seed=0)
        return [one.prediction.probabilities.tolist() for one in found.candidates]
    if name == "evaluate":
        return [one.value for one in xai.evaluate(model, x, xai.attribute(model, x, "saliency", target=1)).measures]
    known = {one.name for one in REGISTRY[name].parameters()}
    options = {key: value for key, value in FEW.items() if key in known}
    options |= {"layer": "0"} if name == "conductance" else {}
    return xai.attribute(model, x, name, target=1, **options).values.tolist()


def main(names: list[str]) -> None:
    """Print what each comes to on the CPU and on the device, or what it raised there."""
    set_up()
    for name in names:
        near = explained(name, far=False)
        try:
            far = explained(name, far=True)
        except Exception as error:  # noqa: BLE001  that is what the test asks
            far = f"{type(error).__name__}: {error}"
        sys.stdout.write(json.dumps([name, near, far]) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
