"""The other ways in which a picture may change, asked by a browser that is not there."""

import io

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn
from widgets.fakes import CALLS, Browser, until

import xai_widgets as xai
from xai_widgets.wire import decode

GREY = torch.full((3, 16, 16), 0.5)


class Halves(nn.Module):
    """Class 1 where the left half is brighter than the right by a tenth."""

    def forward(self, x):
        CALLS.append(len(x))
        lead = 10 * (x[..., :8].mean((1, 2, 3)) - x[..., 8:].mean((1, 2, 3)) - 0.1)
        return torch.stack([-lead, lead, lead * 0 - 9], 1)


def decoder(codes):
    """Two numbers: brightness of the left and of the right half."""
    return codes.repeat_interleave(8, 1)[:, None, None].expand(-1, 3, 16, 16)


def encoder(x):
    return torch.stack([x[..., :8].mean((1, 2, 3)), x[..., 8:].mean((1, 2, 3))], 1)


def halves(left, right):
    return torch.cat([torch.full((3, 16, 8), left), torch.full((3, 16, 8), right)], 2)


def ended(browser, kind="search"):
    until(lambda: browser.of(kind) and not browser.of(kind)[-1]["running"])
    return browser.of(kind)[-1]


def arrays(browser, told):
    """Return what the pictures of an answer are."""
    buffers = next(buffers for content, buffers in reversed(browser.messages) if content is told)
    return lambda meta: decode(meta, buffers[meta["buffer"]])


def png(picture):
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "PNG")
    return file.getvalue()


@pytest.fixture
def show(make):
    def build(image=GREY, **options):
        widget = make(Halves(), image, method="saliency", **options)
        return widget, Browser(widget)

    return build


def reasons(widget):
    return {one["name"]: one["why_not"] for one in widget.spec["ways"]}


def test_regions_are_taken_over_from_the_picture_that_python_gave(show):
    other = halves(0.9, 0.2)
    widget, browser = show(other=other)
    told = ended(browser, "other")
    assert (told["label"], told["name"], told["error"]) == ("dog", "", None)
    small = arrays(browser, told)(told["picture"])
    assert (small == (other.permute(1, 2, 0) * 255).round().byte().numpy()).all()
    browser.say(kind="search", open=True, way="other", n=2)
    told = ended(browser)
    assert (told["error"], told["of"], told["way"]) == (None, "dog", "other")
    one, read = told["found"][0], arrays(browser, told)
    assert (one["edit"], one["label"]) == (None, "dog")
    was, whole = read(told["was"]), read(one["whole"])
    taken = (whole != was).any(2)
    assert taken.mean() == pytest.approx(one["area"])
    assert (whole[taken] == small[taken]).all()
    candidate = widget.counterfactuals.candidates[0]
    assert (whole == candidate.picture).all()
    assert one["regions"] == len(candidate.regions)
    assert "    other=other,\n" in widget.to_code()
    assert Browser(widget).wait("other")["label"] == "dog"


def test_a_reader_chooses_a_file_as_the_other_picture(show):
    widget, browser = show()
    browser.say(kind="search", open=True, way="other")
    assert "There is no other picture yet" in ended(browser)["error"]
    other = (halves(0.9, 0.2).permute(1, 2, 0) * 255).byte().numpy()
    browser.say(png(other), kind="other", name="dog.png")
    browser.say(kind="search", open=True, way="other", n=1)
    told = ended(browser)
    assert (told["error"], told["of"]) == (None, "dog")
    assert len(told["found"]) == 1
    assert browser.of("other")[-1]["name"] == "dog.png"
    assert (np.asarray(widget.other) == other).all()
    assert "    other=other,\n" in widget.to_code()


def bomb():
    """A picture of very many pixels in few bytes."""
    file = io.BytesIO()
    Image.new("L", (3000, 3000)).save(file, "PNG")
    return file.getvalue()


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"GIF89a and so on", "the file must be a JPEG or PNG picture"),
        (png(np.arange(768, dtype=np.uint8).reshape(16, 16, 3) * 7)[:90], "the file must be a JPEG or PNG picture"),
        (bomb(), "at most 4,194,304 pixels, got 3000 x 3000"),
        (png(np.zeros((8, 8, 3), np.uint8)), r"of shape [3, 16, 16], got [3, 8, 8]"),
    ],
    ids=["no picture", "damaged", "huge", "of another size"],
)
def test_a_file_that_is_no_second_picture_is_refused_in_words(show, data, says):
    _, browser = show(other=halves(0.9, 0.2))
    browser.say(data, kind="other", name="x")
    assert says in ended(browser, "other")["error"]
    browser.say(kind="search", open=True, way="other")
    assert "There is no other picture yet" in ended(browser)["error"]


def test_a_picture_of_the_same_class_is_refused_unless_a_class_is_named(show):
    _, browser = show(other=halves(0.4, 0.6))
    browser.say(kind="search", open=True, way="other")
    assert "the model says 'cat' of the other picture too" in ended(browser)["error"]
    browser.say(kind="search", open=True, way="other", target=1)
    told = ended(browser)
    assert told["error"] is None
    assert told["of"] == "dog"


def test_files_are_not_read_by_what_draws_random_numbers(show):
    def jitter(picture):
        return torch.rand(()) * 0 + torch.from_numpy(np.array(picture)).permute(2, 0, 1) / 255

    _, browser = show(Image.new("RGB", (16, 16)), preprocess=jitter)
    browser.say(png(np.zeros((16, 16, 3), np.uint8)), kind="other", name="x")
    assert "preprocess draws random numbers" in ended(browser, "other")["error"]


def test_a_smooth_change_comes_with_what_it_was_and_stopping_keeps_it(show):
    widget, browser = show()
    browser.say(kind="search", open=True, way="smooth", n=2)
    until(lambda: any(one["found"] for one in browser.of("search")))
    browser.say(kind="search", open=False)
    told = ended(browser)
    assert told["error"] is None
    one, read = told["found"][0], arrays(browser, told)
    assert (one["edit"], one["regions"], one["survives"]) == (None, None, 3)
    was, whole = read(told["was"]).astype(int), read(one["whole"]).astype(int)
    assert np.abs(whole - was).mean() / 255 == pytest.approx(one["distance"])
    assert whole[:, :8].mean() - whole[:, 8:].mean() > 25
    assert reasons(widget)["smooth"] is None


def test_codes_of_a_decoder_are_followed_from_the_picture_on_show(show):
    widget, browser = show(halves(0.4, 0.6), decoder=decoder, encoder=encoder)
    assert reasons(widget)["latent"] is None
    browser.say(kind="search", open=True, way="latent", n=1)
    told = ended(browser)
    assert told["error"] is None
    read = arrays(browser, told)
    assert set(np.unique(read(told["was"]))) == {102, 153}
    left, right = widget.counterfactuals.candidates[0].code
    assert left - right > 0.1
    assert read(told["found"][0]["whole"])[0, 0, 0] == pytest.approx(left * 255, abs=1)
    assert "    decoder=decoder,\n    encoder=encoder,\n" in widget.to_code()


def test_what_a_decoder_lacks_is_said(show):
    widget, browser = show()
    assert "No decoder was given" in reasons(widget)["latent"]
    browser.say(kind="search", open=True, way="latent")
    assert "No decoder was given" in ended(browser)["error"]
    browser.say(kind="search", open=True, way="by magic")
    assert "way must be one of 'cover', 'other', 'smooth', 'latent', got 'by magic'" in ended(browser)["error"]
    with pytest.raises(ValueError, match="needs decoder"):
        show(encoder=encoder)

    def broken(codes):
        raise KeyError(codes.shape)

    _, browser = show(decoder=broken, encoder=encoder)
    browser.say(kind="search", open=True, way="latent")
    assert "decoder raised KeyError for a batch of shape [1, 2]" in ended(browser)["error"]

    _, browser = show(halves(0.4, 0.6), decoder=decoder, start=torch.tensor([0.4, 0.6]))
    browser.ask(9, edits=[xai.Brightness(-0.5).to_dict()]).wait("ended", 9)
    browser.say(kind="search", open=True, way="latent")
    assert "undo them first" in ended(browser)["error"]


def test_gradients_are_needed_but_for_regions(make):
    def black_box(x):
        return Halves()(torch.as_tensor(np.asarray(x))).detach().numpy()

    told = reasons(make(black_box, GREY, method="occlusion"))
    assert told["cover"] is told["other"] is None
    assert told["smooth"] == told["latent"] != ""
