"""Grad-CAM against its formula, Captum, and models whose layers must be found."""

from __future__ import annotations

import captum.attr
import numpy as np
import pytest
import torch
from attribution.nets import TinyViT, convnet, image, mlp, row
from torch import nn

import xai_widgets as xai
from xai_widgets.attribution.spatial import as_map


def test_it_agrees_with_captum() -> None:
    model, x = convnet(), image()
    ours = xai.attribute(model, x, "grad_cam", target=3, layer="4")
    theirs = captum.attr.LayerGradCam(model, model[4]).attribute(x[None], target=3, relu_attributions=True)
    theirs = nn.functional.interpolate(theirs, size=(16, 16), mode="bilinear")[0]
    np.testing.assert_allclose(ours.values, theirs.detach().numpy(), rtol=1e-6, atol=1e-12)
    assert ours.values.any()


def test_the_last_map_is_found() -> None:
    result = xai.attribute(convnet(), image(), "grad_cam")
    assert "Layer: 5." in result.notes  # the last activation before the pooling
    named = xai.attribute(convnet(), image(), "grad_cam", layer="5")
    assert np.array_equal(result.values, named.values)


def test_without_relu_the_map_is_linear_in_the_target() -> None:
    model, x = convnet(), image()
    a, b, both = (xai.attribute(model, x, "grad_cam", target=t, relu=False).values for t in (0, 1, (0, 1)))
    np.testing.assert_allclose(a - b, both, rtol=1e-5, atol=1e-9)


def test_a_vision_transformer_shows_its_patches() -> None:
    model, x = TinyViT(), image()
    result = xai.attribute(model, x, "grad_cam", target=1, relu=False)
    assert result.values.shape == (1, 16, 16)
    assert result.values.std() > 0
    name = result.notes[-1].removeprefix("Layer: ").removesuffix(".")
    assert name.startswith("encoder.layers.1.")

    # Its formula, by hand, on the layer that was found.
    seen = {}
    layer = dict(model.named_modules())[name]
    handle = layer.register_forward_hook(lambda _m, _a, out: seen.update(out=out))
    score = model(x[None].requires_grad_())[0, 1]
    handle.remove()
    gradient = torch.autograd.grad(score, seen["out"])[0][0, 1:]
    cam = (seen["out"][0, 1:] * gradient.mean(0)).sum(1).reshape(1, 1, 4, 4)
    cam = nn.functional.interpolate(cam, size=(16, 16), mode="bilinear")[0].detach()
    np.testing.assert_allclose(result.values, cam.numpy(), rtol=1e-5, atol=1e-9)


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ((1, 64, 7, 7), (64, 7, 7)),
        ((1, 7, 7, 64), (64, 7, 7)),
        ((1, 197, 64), (64, 14, 14)),
        ((1, 201, 64), (64, 14, 14)),
        ((1, 196, 64), (64, 14, 14)),
        ((1, 64, 1, 1), None),
        ((1, 64), None),
        ((1, 17, 64), (64, 4, 4)),
        ((1, 64, 7, 30), None),
        ((4, 49, 64), None),
        ((2, 64, 7, 7), None),
    ],
)
def test_maps_are_recognised(shape: tuple[int, ...], expected: tuple[int, ...] | None) -> None:
    found = as_map(torch.arange(float(np.prod(shape))).reshape(shape), (224, 224))
    assert (None if found is None else tuple(found.shape)) == expected


class Attending(nn.Module):
    """Written out by hand: the matrix of attention is what a module puts out."""

    def __init__(self, softmax: nn.Module) -> None:
        super().__init__()
        torch.manual_seed(4)
        self.embed, self.qkv, self.head = nn.Conv2d(3, 16, 8, 8), nn.Linear(16, 48), nn.Linear(16, 4)
        self.norm, self.softmax, self.after = nn.LayerNorm(16), softmax, nn.LayerNorm(16)
        self.cls = nn.Parameter(torch.randn(1, 1, 16))
        self.double()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        tokens = torch.cat([self.cls, self.embed(x).flatten(2).transpose(1, 2)], 1)
        q, k, v = self.qkv(self.norm(tokens)).unflatten(2, (3, 2, 8)).permute(2, 0, 3, 1, 4)
        mixed = self.softmax(q @ k.transpose(2, 3) / 8**0.5) @ v
        return self.head(self.after(mixed.transpose(1, 2).flatten(2))[:, 0])


class OwnSoftmax(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.softmax(-1)


@pytest.mark.parametrize("softmax", [nn.Softmax(-1), OwnSoftmax(), nn.Sequential(OwnSoftmax())])
def test_a_matrix_of_attention_is_no_picture(softmax: nn.Module) -> None:
    result = xai.attribute(Attending(softmax), image(32), "grad_cam")  # 17 tokens: 17 by 17 would fit on it
    assert result.notes[-1] == "Layer: norm."


def test_a_map_that_is_not_square() -> None:
    assert tuple(as_map(torch.zeros(1, 1 + 14 * 28, 8), (224, 448)).shape) == (8, 14, 28)
    # Of a convolution with two channels: (2, 3) is nearer to the picture's aspect than (3, 4), but both are rounded.
    assert tuple(as_map(torch.zeros(1, 2, 3, 4), (90, 128)).shape) == (2, 3, 4)


def test_what_has_no_map_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match=r"grad_cam does not fit here. It needs a picture"):
        xai.attribute(mlp(), row(), "grad_cam")
    flat = nn.Sequential(nn.Flatten(), nn.Linear(3 * 256, 4)).double()
    with pytest.raises(xai.ModelError, match="No layer has a map"):
        xai.attribute(flat, image(), "grad_cam")
    with pytest.raises(ValueError, match=r"no layer 'layer4'. Its last layers are: .*8"):
        xai.attribute(convnet(), image(), "grad_cam", layer="layer4")
    with pytest.raises(ValueError, match=r"no layer 'encoder.layers.1.norm'. Did you mean 'encoder.layers.1.norm2' or"):
        xai.attribute(TinyViT(), image(), "grad_cam", layer="encoder.layers.1.norm")
    with pytest.raises(TypeError, match=r"grad_cam: layer must be the name of a layer, .* got 5"):
        xai.attribute(convnet(), image(), "grad_cam", layer=5)
    with pytest.raises(xai.ModelError, match=r"'8' puts out shape \[1, 5\], which is no map"):
        xai.attribute(convnet(), image(), "grad_cam", layer="8")


def test_a_named_layer_costs_one_forward_and_the_tail() -> None:
    assert (one := xai.attribute(convnet(), image(), "grad_cam", layer="5")).forwards == 1
    assert one.backwards == 1


@pytest.mark.parametrize(
    ("shape", "last"), [((4, 5, 5), False), ((8, 5, 5), False), ((5, 5, 6), True), ((7, 7, 768), True)]
)
def test_few_channels_are_no_rows(shape, last):
    activation = torch.randn(1, *shape)
    wanted = activation[0].permute(2, 0, 1) if last else activation[0]
    assert torch.equal(as_map(activation, (12, 12)), wanted)
