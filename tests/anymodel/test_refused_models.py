"""Models that need more, or return more, than is looked for: the error says what to write, and that works."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
import torch
from torch import Tensor, nn

import xai_widgets as xai


class Gated(nn.Linear):
    def forward(self, x: Tensor, *, mask: Tensor) -> Tensor:
        return super().forward(x * mask)


class ByName(nn.Linear):
    def forward(self, *, pixels: Tensor) -> Tensor:
        return super().forward(pixels)


class WithALength(nn.Linear):
    def forward(self, x: Tensor, length: int, *rest: Tensor, scale: float = 1.0) -> Tensor:
        return super().forward(x / length * scale)


@dataclass
class Head:
    hidden: Tensor
    scores: Tensor


@dataclass
class Output:
    head: Head


class InDicts(nn.Linear):
    def forward(self, x: Tensor) -> dict[str, object]:
        return {"loss": None, "head": {"hidden": x, "scores": super().forward(x)}}


class InDataclasses(nn.Linear):
    def forward(self, x: Tensor) -> Output:
        return Output(Head(x, super().forward(x)))


class Spatial(nn.Linear):
    def forward(self, x: Tensor) -> dict[str, object]:
        return {"head": [{"maps": super().forward(x)[..., None, None].expand(-1, -1, 2, 2)}]}


ROW = torch.tensor([0.5, -1.0, 2.0, 1.5])


def refused(net: nn.Module, x: object = ROW) -> str:
    with pytest.raises(xai.ModelError) as error:
        xai.attribute(net, x, "saliency", target=1)
    return str(error.value)


@pytest.mark.parametrize(
    ("kind", "written", "given"),
    [
        (Gated, "dict(x=…, mask=…)", {"mask": torch.tensor([1.0, 0.0, 1.0, 1.0])}),
        (ByName, "dict(pixels=…)", {}),
        (WithALength, "dict(x=…, length=…)", {"length": 2}),
    ],
)
def test_a_model_that_needs_more_says_how_to_give_it(kind, written: str, given: dict[str, object]) -> None:
    net = kind(4, 3)
    message = refused(net)
    assert "forward() " in message
    assert message.endswith(f". Give each input that it needs by its name: {written}.")
    x = {("pixels" if kind is ByName else "x"): ROW, **given}
    expected = net.weight[1].abs() * given.get("mask", 1.0) / given.get("length", 1)
    values = xai.attribute(net, x, "saliency", target=1).values
    np.testing.assert_allclose(np.ravel(values)[:4], expected.detach(), rtol=1e-6)


def test_what_is_missing_among_names_is_said_too() -> None:
    assert refused(Gated(4, 3), {"x": ROW}).endswith("by its name: dict(x=…, mask=…).")


def test_an_error_of_its_own_is_told_as_it_is() -> None:
    class Broken(nn.Linear):
        def forward(self, x: Tensor) -> Tensor:
            return super().forward(x, x)

    assert "by its name" not in refused(Broken(4, 3))


@pytest.mark.parametrize(
    ("kind", "way", "pick"),
    [
        (InDicts, "['head']['scores']", lambda out: out["head"]["scores"]),
        (InDataclasses, ".head.scores", lambda out: out.head.scores),
    ],
)
def test_scores_that_lie_deeper_are_pointed_at(kind, way: str, pick) -> None:
    net = kind(4, 3)
    assert refused(net).endswith(
        f"; got {type(net(ROW[None])).__name__}. Explain what holds them, lambda x: model(x){way}, "
        f"or a number of it, target=lambda out: out{way}[:, 0]."
    )
    weights = net.weight.detach().abs()
    whole = xai.attribute(lambda x: pick(net(x)), ROW, "saliency", target=1)
    np.testing.assert_allclose(whole.values, weights[1], rtol=1e-6)
    part = xai.attribute(net, ROW, "saliency", target=lambda out: pick(out)[:, 0])
    np.testing.assert_allclose(part.values, weights[0], rtol=1e-6)


def test_a_map_that_lies_deeper_is_made_a_number_of_each_input() -> None:
    net = Spatial(4, 3)
    written = "out['head'][0]['maps'][:, 0].flatten(1).mean(1)"
    assert refused(net).endswith(f"target=lambda out: {written}.")
    values = xai.attribute(net, ROW, "saliency", target=eval(f"lambda out: {written}")).values
    np.testing.assert_allclose(values, net.weight[0].detach().abs(), rtol=1e-6)


def test_where_there_is_no_tensor_nothing_is_pointed_at() -> None:
    class Words(nn.Linear):
        def forward(self, x: Tensor) -> dict[str, object]:
            return {"label": ["cat"], "count": len(x)}

    assert refused(Words(4, 3)).endswith("; got dict.")
