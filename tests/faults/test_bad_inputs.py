"""Pictures of extreme size, and what is no picture, through the whole way."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from faults.nets import CAMS, LABELS, METHODS, Net, picture
from PIL import Image
from torch import nn
from widgets.fakes import Browser

import xai_widgets as xai


def to_tensor(size):
    return lambda image: torch.from_numpy(np.array(image.resize((size, size)))).permute(2, 0, 1).float() / 255


def to_grey_or_colour(image):
    """Make of a picture as many channels as it has, as torchvision's ToTensor does."""
    return torch.from_numpy(np.atleast_3d(np.array(image))).permute(2, 0, 1).float() / 255


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("shape", [(1, 1), (1, 40), (40, 1)])
def test_pictures_of_one_row_or_column(make, method, shape):
    widget = make(image=picture(*shape), method=method)
    browser = Browser(widget)
    if method in {*CAMS, "conductance"} and shape == (1, 1):
        assert browser.wait("ended", 1)["outcome"] == "failed"
        assert browser.of("error")[0]["message"].startswith(("No layer has a map", "Values of shape [96] are no map"))
        return
    assert widget.result(30).heat.shape == shape
    edits = [{"name": "blur", "value": 3}, {"name": "noise", "value": 0.1}, {"name": "rotation", "value": 20}]
    stroke = {"name": "occlude", "points": [0, 0], "radius": 8, "fill": "blur", "colour": [0, 0, 0]}
    browser.ask(2, method, edits=[*edits, stroke]).wait("ended", 2)
    assert browser.of("ended", 2)[0]["outcome"] == "done"
    assert widget._repr_mimebundle_()[0]["image/png"]


@pytest.mark.parametrize("preprocess", [None, to_grey_or_colour], ids=["as it is", "prepared"])
@pytest.mark.parametrize("channels", [1, 3])
def test_a_grey_photo_suits_a_model_of_colour_too(make, preprocess, channels):
    net = nn.Sequential(nn.Conv2d(channels, 4, 3), nn.Flatten(), nn.LazyLinear(3))
    net(torch.zeros(1, channels, 12, 12))
    photo = Image.linear_gradient("L").resize((12, 12))
    result = make(net, photo, preprocess=preprocess, method="saliency").result(30)
    assert result.values.shape == (channels, 12, 12)
    assert (result.photo[0] < result.photo[-1]).all()


def test_48_megapixels_travel_as_a_small_copy(make):
    photo = Image.effect_noise((800, 600), 60).convert("RGB").resize((8000, 6000), Image.Resampling.NEAREST)
    widget = make(image=photo, preprocess=to_tensor(32), method="saliency")
    assert widget.result(60).photo.shape == (768, 1024, 3)
    assert len(widget.spec["photo"]["data"]) < 2**20
    assert widget.spec["grid"] == [32, 32]


def test_48_megapixels_that_the_model_eats_whole_stay_below_a_message(make):
    # No preprocess: grid and map are as large as the photo, so the wire carries them averaged down.
    model = nn.Sequential(nn.AvgPool2d(50), nn.Flatten(), nn.LazyLinear(3))
    x = torch.zeros(1, 1200, 1600)
    x[:, :600] = 1
    model(x[None])
    widget = make(model, x, method="saliency")
    browser = Browser(widget)
    browser.wait("ended", 1)
    browser.ask(2, "saliency", edits=[{"name": "brightness", "value": 0.1}]).wait("ended", 2)
    assert browser.of("ended", 2)[0]["outcome"] == "done"
    assert max(sum(map(len, buffers)) for _, buffers in browser.messages) < 2**20


BAD = [
    (torch.zeros(3, 0, 12), "empty"),
    (torch.full((3, 12, 12), float("nan")), "NaN"),
    (torch.full((3, 12, 12), float("inf")), "infinite"),
    (torch.zeros(7), "needs a picture"),
    (torch.zeros(5, 12, 12), "needs a picture"),
    (np.zeros((0, 0, 3), np.uint8), "empty"),
    ("no/such/photo.png", "no file"),
    (None, "got NoneType"),
]


@pytest.mark.parametrize(("image", "match"), BAD, ids=range(len(BAD)))
def test_what_is_no_picture_is_refused_at_the_call(image, match):
    with pytest.raises((ValueError, TypeError, FileNotFoundError), match=match) as caught:
        xai.explain(Net(), image)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("channels", [1, 4])
def test_a_wrong_number_of_channels_is_said_by_the_model(make, channels):
    widget = make(image=picture().mean(0, keepdim=True).expand(channels, -1, -1), method="saliency")
    browser = Browser(widget)
    browser.wait("ended", 1)
    message = browser.of("error")[0]["message"]
    assert message.startswith(f"The model raised RuntimeError for an input of shape [1, {channels}, 12, 12]")


def nan_for_bright(image):
    out = to_tensor(12)(image)
    return out / 0 if out.min() > 0.9 else out


@pytest.mark.parametrize(
    ("preprocess", "match"),
    [
        (lambda _image: {}["mean"], "preprocess raised KeyError: 'mean'"),
        (lambda _image: None, "got NoneType"),
        (lambda image: to_tensor(12)(image) * float("nan"), "what preprocess returned"),
        (lambda image: to_tensor(12)(image).long(), "int64"),
    ],
)
def test_a_preprocess_that_fails_is_refused_at_the_call(preprocess, match):
    photo = Image.effect_noise((40, 30), 60).convert("RGB")
    with pytest.raises((ValueError, TypeError, RuntimeError), match=match):
        xai.explain(Net(), photo, preprocess=preprocess, labels=LABELS)


def test_a_preprocess_that_fails_for_test_pictures_only_is_no_obstacle(make):
    photo = Image.effect_noise((40, 30), 60).convert("RGB")
    widget = make(image=photo, preprocess=nan_for_bright, method="saliency")
    assert widget.result(30).fraction == 1
