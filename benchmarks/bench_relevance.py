"""Layer-wise relevance propagation, beside zennit, in units of one pass forward and back.

The same relevance is a condition: it is compared in float64. For a residual network zennit has to be told where its
sums and means are, which it knows of torchvision's alone.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import torch
from measure import arguments, difference, missing, stand_in_for_unused, table, took
from nets import Residual, ResNet, net
from torch import Tensor, nn

import xai_widgets as xai
from xai_widgets.attribution import LayerwiseRelevance
from xai_widgets.inputs import read_inputs
from xai_widgets.models import Target, TorchModel

if TYPE_CHECKING:
    from collections.abc import Callable

COMPOSITE = "epsilon_plus_flat"
GOAL = 1.6
"""Passes forward and back that ours should take at most."""

SAME = 1e-6


def both_ways(model: nn.Module, x: Tensor, target: int) -> Callable[[], Tensor]:
    """Compute the gradient of one score, which is the unit."""

    def work() -> Tensor:
        leaf = x.clone().requires_grad_()
        [found] = torch.autograd.grad(model(leaf)[0, target], leaf)
        return found[0]

    return work


def ours(model: nn.Module, x: Tensor, target: int) -> Callable[[], Tensor]:
    """Run the method alone, of a model that is ready, as it is when a view asks again: the third time it is fastest."""
    adapter = TorchModel(model)
    inputs = read_inputs(x[0], device=adapter.device, dtype=adapter.dtype)
    adapter.predict(inputs.x)

    def work() -> Tensor:
        [found] = LayerwiseRelevance(composite=COMPOSITE).run(adapter, inputs, Target(target))
        return found.values

    return work


def whole(model: nn.Module, x: Tensor, target: int) -> Callable[[], Tensor]:
    """Call once, with the prediction and the fingerprint of the weights that go into the record."""

    def work() -> Tensor:
        return torch.as_tensor(xai.attribute(model, x[0], "lrp", target=target, composite=COMPOSITE).values)

    return work


def zennit(model: nn.Module, x: Tensor, target: int) -> Callable[[], Tensor]:
    stand_in_for_unused()
    from zennit.attribution import Gradient  # noqa: PLC0415
    from zennit.canonizers import AttributeCanonizer, CompositeCanonizer, SequentialMergeBatchNorm  # noqa: PLC0415
    from zennit.composites import EpsilonPlusFlat  # noqa: PLC0415
    from zennit.layer import Sum  # noqa: PLC0415

    def with_sum(self: Any, x: Tensor) -> Tensor:
        added: Tensor = self.relu(self.total(torch.stack([self.path(x), self.skip(x)], dim=-1)))
        return added

    def with_pool(self: Any, x: Tensor) -> Tensor:
        scores: Tensor = self.fc(self.pool(self.blocks(self.stem(x))).flatten(1))
        return scores

    def instead(_name: str, module: nn.Module) -> dict[str, Any] | None:
        if isinstance(module, Residual):
            return {"forward": with_sum.__get__(module), "total": Sum()}
        if isinstance(module, ResNet):
            return {"forward": with_pool.__get__(module), "pool": nn.AdaptiveAvgPool2d(1)}
        return None

    canonizer = CompositeCanonizer([SequentialMergeBatchNorm(), AttributeCanonizer(instead)])

    def start(scores: Tensor) -> Tensor:
        return scores * nn.functional.one_hot(torch.tensor([target]), scores.shape[1]).to(scores)

    def work() -> Tensor:
        with Gradient(model, EpsilonPlusFlat(canonizers=[canonizer]), attr_output=start) as attributor:
            _, found = attributor(x.clone().requires_grad_(), start)
        relevance: Tensor = found[0].detach()
        return relevance

    return work


def main() -> None:
    given = arguments(f"LRP {COMPOSITE} of one photo", only=["resnet-18", "vgg-16"])
    peers = {"gradient": both_ways, "ours": ours, "ours, xai.attribute": whole}
    if not missing("zennit==0.5.1"):
        peers["zennit"] = zennit
    for name in given.only or ["resnet-18", "vgg-16"]:
        model, x = net(name)
        for module in model.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.eps = 1e-12  # zennit leaves a merged BatchNorm its eps, which would count twice
        with torch.no_grad():
            target = int(model(x).argmax())
        times = took(*(make(model, x, target) for make in peers.values()), repeats=5 if given.quick else 7)
        unit = times[0]
        rows: list[list[Any]] = []
        for label, one in zip(peers, times, strict=True):
            goal = GOAL if label == "ours" else None
            rows.append([name, label, one.cpu, one.wall, one.cpu / unit.cpu, goal, one.cpu / times[1].cpu])
        table(["model", "", "CPU s", "wall s", "forward+back", "goal", "ours = 1"], rows)
        if "zennit" in peers:
            model, x = copy.deepcopy(model).double(), x.double()
            mine, theirs = (make(model, x, target)() for make in (ours, zennit))
            cosine = nn.functional.cosine_similarity(mine.flatten(), theirs.flatten(), dim=0, eps=0)
            apart = difference(mine, theirs)
            same = "the same" if apart < SAME else "NOT THE SAME"
            print(f"  {name} in float64: {same}: 1 - cosine {1 - float(cosine):.1e}, largest difference {apart:.1e}\n")


if __name__ == "__main__":
    main()
