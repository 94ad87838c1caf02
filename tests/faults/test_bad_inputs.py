"""Pictures of extreme size, and what is no picture, through the whole way."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
import torch
from faults.nets import CAMS, LABELS, METHODS, Net, picture
from PIL import Image
from torch import nn
from widgets.fakes import Browser

import xai_widgets as xai
from xai_widgets.models import ModelError


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
    (torch.zeros(7), r"needs one picture .*got shape \[7\]. A row of a table takes background="),
    (torch.zeros(5, 12, 12), r"needs one picture .* xai.attribute explains an input of any shape"),
    (torch.zeros(4, 3, 12, 12), "needs one picture"),
    (np.zeros((0, 0, 3), np.uint8), "empty"),
    ("no/such/photo.png", "no file"),
    (None, "got NoneType"),
]


@pytest.mark.parametrize(("image", "match"), BAD, ids=range(len(BAD)))
def test_what_is_no_picture_is_refused_at_the_call(image, match):
    with pytest.raises((ValueError, TypeError, FileNotFoundError), match=match) as caught:
        xai.explain(Net(), image)
    assert "\n" not in str(caught.value)


def test_a_number_that_is_none_is_found_in_the_picture_that_was_given():
    values = np.zeros((12, 10, 3))
    values[7, 4, 1] = np.nan
    with pytest.raises(ValueError, match=r"1 NaN or infinite values of 360, the first at \[7, 4, 1\]"):
        xai.attribute(Net(), values, "saliency", preprocess=to_tensor(12))


@pytest.mark.parametrize("channels", [1, 4])
def test_a_wrong_number_of_channels_is_said_by_the_model(make, channels):
    widget = make(image=picture().mean(0, keepdim=True).expand(channels, -1, -1), method="saliency")
    browser = Browser(widget)
    browser.wait("ended", 1)
    message = browser.of("error")[0]["message"]
    assert message.startswith(f"The model raised RuntimeError for an input of shape [1, {channels}, 12, 12]")
    assert message.endswith(". The model takes pictures of shape [3, height, width].")


@pytest.mark.parametrize(
    ("shape", "hint"),
    [
        ((12, 12, 3), "The model takes pictures of shape [3, height, width]."),
        ((3, 20, 20), "If the model takes pictures of another size, let preprocess= make them."),
        ((2, 3, 20, 20), "If it is a batch, give one of it, x[0]."),
        ((12,), ""),
    ],
    ids=["channels last", "another size", "batch", "no picture"],
)
def test_a_shape_that_the_model_fails_for_says_what_is_probably_wrong(shape, hint):
    net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.Flatten(), nn.Linear(400, 2))
    with pytest.raises(ModelError) as caught:
        xai.attribute(net, torch.zeros(shape))
    said = str(caught.value)
    assert said.startswith(f"The model raised RuntimeError for an input of shape {[1, *shape]}")
    assert said.endswith(hint) if hint else "If " not in said


@pytest.mark.parametrize("channels", [2, 13])
def test_an_array_of_as_many_channels_as_the_model_takes_is_a_picture(make, channels):
    net = nn.Sequential(nn.Conv2d(channels, 4, 3, padding=1), nn.ReLU(), nn.Flatten(), nn.Linear(576, 3))
    x = torch.rand(channels, 12, 12)
    widget = make(net, x, method="occlusion")
    assert widget.result(30).heat.shape == (12, 12)
    assert np.ptp(widget.attribution.photo) > 0  # the mean of its channels, for want of colours
    assert xai.attribute(net, x, "grad_cam").heat.shape == (12, 12)
    browser = Browser(widget)
    browser.ask(2, "saliency", edits=[{"name": "blur", "value": 2}]).wait("ended", 2)
    assert browser.of("ended", 2)[0]["outcome"] == "done"


@pytest.mark.parametrize(
    ("options", "error", "match"),
    [
        ({"lables": LABELS}, TypeError, r"no parameter 'lables'.* Did you mean labels=\?"),
        ({"seed": "abc"}, TypeError, "seed must be a whole number, got 'abc'"),
        ({"device": "moon"}, ValueError, "The device 'moon' cannot be used here: "),
        ({"preprocess": torch.zeros(3, 12, 12)}, TypeError, "must be a callable .*, got Tensor"),
    ],
)
@pytest.mark.parametrize("call", [xai.explain, xai.attribute])
def test_options_that_are_none_are_refused_at_the_call(call, options, error, match):
    with pytest.raises(error, match=match) as caught:
        call(Net(), picture(), **options)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("model", "hint"),
    [
        (picture(), "got Tensor. The model comes first, then what is explained."),
        (Image.new("RGB", (3, 3)), "got Image. The model comes first, then what is explained."),
        (Net().state_dict(), "got OrderedDict. Load weights into a module first: module.load_state_dict(...)."),
        (Net, "Give an instance, not the class."),
    ],
    ids=["tensor", "photo", "weights", "class"],
)
def test_what_is_no_model_says_what_to_give(model, hint):
    with pytest.raises(TypeError) as caught:
        xai.explain(model, Net())
    assert str(caught.value).endswith(hint)


class Segments(nn.Module):
    """Returns a map of each class, and boxes."""

    def __init__(self, wrap):
        super().__init__()
        self.body, self.wrap = nn.Conv2d(3, 4, 3, padding=1), wrap

    def forward(self, x):
        return self.wrap(self.body(x).sigmoid())


def found(maps):
    """Return what a detector does: of each input a dict of so many boxes with their scores."""
    return [{"boxes": torch.zeros(6, 4), "scores": one.flatten()[:6]} for one in maps]


@pytest.mark.parametrize(
    ("wrap", "way"),
    [
        (lambda maps: maps, "out[:, 0].flatten(1).mean(1)"),
        (lambda maps: {"aux": maps[:, :1], "out": maps}, "out['out'][:, 0].flatten(1).mean(1)"),
        (lambda maps: (maps, 3), "out[0][:, 0].flatten(1).mean(1)"),
        (lambda maps: SimpleNamespace(logits=maps), "out.logits[:, 0].flatten(1).mean(1)"),
        (found, 'torch.stack([one["scores"].sum() for one in out])'),
    ],
    ids=["maps", "dict", "tuple", "object", "boxes"],
)
def test_what_returns_no_row_of_scores_says_how_to_ask_and_can_be_asked_so(make, wrap, way):
    model = Segments(wrap)
    with pytest.raises(ModelError, match="must return one row of scores") as caught:
        xai.attribute(model, picture())
    assert str(caught.value).endswith(f"target=lambda out: {way}.")
    measure = eval(f"lambda out: {way}", {"torch": torch})
    widget = make(model, picture(), target=measure, method="occlusion")
    shown = widget.result(30)
    assert shown.label == "the target"
    np.testing.assert_allclose(
        shown.values, xai.attribute(model, picture(), "occlusion", target=measure).values, atol=1e-6
    )
    assert "    target=target,\n" in widget.to_code()
    with pytest.raises(TypeError, match="A function is taken where an ImageExplainer is made"):
        widget.explain(target=measure)


def test_a_map_of_another_input_is_not_measured():
    result = xai.attribute(Net(), picture(), "saliency")
    with pytest.raises(ValueError, match=r"the map \(3, 12, 12\) is of another input than this \(3, 20, 20\)"):
        xai.evaluate(Net(), torch.rand(3, 20, 20), result)


def test_a_widget_is_not_measured_but_what_it_shows(make):
    widget = make(method="saliency")
    with pytest.raises(TypeError, match=r"got ImageExplainer: give its \.attribution\."):
        xai.evaluate(Net(), picture(), widget)


def test_one_perturbation_is_a_list_of_it(make):
    widget = make(method="saliency", perturbations=xai.Blur(2.0))
    assert widget.result(30).edits == make(method="saliency", perturbations=[xai.Blur(2.0)]).result(30).edits
    with pytest.raises(TypeError, match="got 'blur' in it"):
        make(perturbations=["blur"])


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
