"""Layers are recorded whatever they return, and however the model was wrapped."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pytest
import torch
from attribution.nets import convnet, image
from torch import nn

import xai_widgets as xai
from xai_widgets.inputs import read_inputs
from xai_widgets.method import create
from xai_widgets.models import Target, TorchModel


class Pair(NamedTuple):
    values: torch.Tensor
    extra: int


class GivesPair(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 5, 3)

    def forward(self, x: torch.Tensor) -> Pair:
        return Pair(self.conv(x), 2)


class TakesPair(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.body = GivesPair()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out = self.body(x)
        return out.values.relu().mean((2, 3)) * out.extra


def test_layers_that_return_named_tuples_are_recorded() -> None:
    model = TakesPair().double()
    result = xai.attribute(model, image(), "grad_cam", layer="body", target=1)
    plain = xai.attribute(model, image(), "grad_cam", layer="body.conv", target=1)
    assert np.array_equal(result.values, plain.values)
    assert result.values.any()


def test_a_compiled_model_is_explained_by_the_layers_that_it_was_made_of() -> None:
    model, x = convnet(), image()
    compiled = torch.compile(model, backend="eager")
    assert np.array_equal(
        xai.attribute(compiled, x, "grad_cam", layer="4", target=1).values,
        xai.attribute(model, x, "grad_cam", layer="4", target=1).values,
    )


class Skips(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.unused, self.linear = nn.Linear(2, 2), nn.Linear(768, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.linear(x.flatten(1))


def test_a_layer_that_does_not_run_is_refused_in_words() -> None:
    with pytest.raises(xai.ModelError, match="The layer 'unused' put out"):
        xai.attribute(Skips().double(), image(), "grad_cam", layer="unused")


class Aside(Skips):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.unused(x[0, 0, :1, :2])
        return super().forward(x)


def test_a_layer_that_the_score_does_not_come_from_is_refused_in_words() -> None:
    for method in ("grad_cam", "conductance"):
        with pytest.raises(xai.ModelError, match="The score does not depend on the layer 'unused'"):
            xai.attribute(Aside().double(), image(), method, layer="unused")


class Body(nn.Module):
    """Puts out a map, and what it has pooled of it: as transformers do."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)

    def forward(self, x):
        y = self.conv(x)
        return y, y.mean((2, 3))


class PooledInside(nn.Module):
    def __init__(self):
        super().__init__()
        self.body, self.head = Body(), nn.Linear(4, 2)

    def forward(self, x):
        return self.head(self.body(x)[1])


def test_a_layer_whose_activation_the_score_passes_by_is_none_that_reaches_it():
    model, x = TorchModel(PooledInside()), torch.rand(1, 3, 8, 8)
    assert [name for name, *_ in model.taps_from_the_top(x, Target(0))] == ["head", "body.conv"]
    # What was found for one method serves the next one.
    for name in ("grad_cam", "hires_cam"):
        (estimate,) = create(name, {}).run(model, read_inputs(x[0], device="cpu", dtype=x.dtype), Target(0))
        assert estimate.notes == ("Layer: body.conv.",)


class LastIsFirst(nn.Module):
    """Lists its layers in another order than it runs them."""

    def __init__(self) -> None:
        super().__init__()
        self.last = nn.Sequential(nn.Conv2d(3, 3, 1), nn.ReLU(inplace=True))
        self.body = nn.ModuleList([nn.Conv2d(3, 3, 1) for _ in range(9)])

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for one in self.body:
            x = one(x)
        return self.last(x).mean((2, 3))


def test_layers_come_in_the_order_of_their_runs_whatever_the_order_of_their_listing():
    torch.manual_seed(0)
    net, x = LastIsFirst().double(), torch.rand(1, 3, 4, 4, dtype=torch.float64)
    ran = ["last", "last.1", "last.0", *(f"body.{i}" for i in reversed(range(9)))]
    found = {name: tap for name, *tap in TorchModel(net).taps_from_the_top(x, Target(1))}
    assert list(found) == ran
    for name, (activation, gradient) in found.items():
        _, want, slope = TorchModel(net).tap(x, Target(1), name)
        torch.testing.assert_close((activation, gradient), (want, slope))


class PoolsInside(nn.Module):
    """Puts out its map and, beside it, what it made of that; only the latter is used."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 5, 3)

    def forward(self, x: torch.Tensor) -> dict[str, torch.Tensor]:
        h = self.conv(x)
        return {"map": h, "pooled": h.relu().mean((2, 3))}


class TakesPooled(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.body, self.head = PoolsInside(), nn.Linear(5, 2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head(self.body(x)["pooled"])


def test_a_layer_is_found_by_what_leads_on_from_it() -> None:
    model = TakesPooled().double()
    found = xai.attribute(model, image(), "grad_cam", target=1)
    assert "Layer: body.conv." in found.notes
    assert np.array_equal(found.values, xai.attribute(model, image(), "grad_cam", layer="body.conv", target=1).values)
    assert "Layer: head." not in xai.attribute(model, image(), "conductance", target=1).notes


class Made(nn.Module):
    """Puts out memory that is not torch's own."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.from_numpy(2 * x.detach().numpy())


@pytest.mark.parametrize("above", [nn.ReLU(), nn.ReLU(inplace=True)])
@pytest.mark.parametrize("layer", [nn.Identity(), Made()])
def test_what_a_layer_put_out_stays_whatever_is_written_above(layer: nn.Module, above: nn.Module) -> None:
    x = torch.tensor([[-1.0, 2.0, -3.0]])
    expected = layer(x).clone()
    _, activation, gradient = TorchModel(nn.Sequential(layer, above)).tap(x, Target(1), "0")
    assert torch.equal(activation, expected)
    assert gradient.tolist() == [[0.0, 1.0, 0.0]]
