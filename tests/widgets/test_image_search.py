"""What would have to change of a picture, asked by a browser that is not there."""

import numpy as np
import pytest
import torch
from torch import nn
from widgets.fakes import CALLS, HOLD, Browser, until

import xai_widgets as xai
from xai_widgets.wire import decode


class Corner(nn.Module):
    """Class 1 where the top left quarter is dark, class 2 never."""

    def forward(self, x):
        HOLD.wait()
        CALLS.append(len(x))
        lead = 50 * (0.75 - x[..., :8, :8].mean((1, 2, 3)))
        return torch.stack([-lead, lead, lead * 0 - 9], 1)


BRIGHT = torch.full((3, 16, 16), 0.85)


def ended(browser):
    until(lambda: browser.of("search") and not browser.of("search")[-1]["running"])
    return browser.of("search")[-1]


def test_regions_stream_in_and_the_edit_shows_the_same_picture(make):
    widget = make(Corner(), BRIGHT)
    browser = Browser(widget)
    widget.result(30)
    browser.say(kind="search", open=True, n=2, most=3, fill="noise")
    told = ended(browser)
    assert told["error"] is None
    assert told["of"] == "cat"
    assert "No smaller set of these" in told["note"]
    one = told["found"][0]
    assert one["label"] == "dog"
    assert one["before"] > 0.9
    assert one["after"] < 0.5
    off_screen = widget.counterfactuals.candidates[0]
    buffers = next(buffers for content, buffers in reversed(browser.messages) if content is told)
    small = decode(one["picture"], buffers[one["picture"]["buffer"]])
    assert small.shape == (112, 112, 3)
    assert (small == 255).all(2).any(), "a line stands around what is covered"
    assert browser.of("search")[0]["found"] == []

    browser.ask(9, edits=[one["edit"]]).wait("ended", 9)
    until(lambda: widget.perturbed is not None)
    shown = np.asarray(widget.perturbed).astype(int)
    assert np.abs(shown - off_screen.picture).max() <= 1
    assert int(widget.prediction.probabilities.argmax()) == 1
    assert "xai.Regions(size=(16, 16), runs=(" in widget.to_code()
    scope = {"xai": xai, "model": Corner(), "image": BRIGHT}
    (regions,) = eval(widget.to_code().partition("perturbations=")[2].partition("\n    seed")[0].rstrip(",\n "), scope)
    assert regions.to_dict() == one["edit"]


def test_a_search_begins_at_the_picture_on_show_and_says_what_is_wrong(make):
    browser = Browser(make(Corner(), BRIGHT))
    browser.say(kind="search", open=True, target=0)
    assert "is predicted already" in ended(browser)["error"]
    browser.say(kind="search", open=True, fill="magic")
    assert "fill must be one of 'mean'" in ended(browser)["error"]
    browser.say(kind="search", open=True, target=2, most=1)
    told = ended(browser)
    assert told["found"] == []
    assert "None found" in told["note"]
    dark = xai.Brightness(-0.5).to_dict()
    browser.ask(9, edits=[dark]).wait("ended", 9)
    browser.say(kind="search", open=True)
    told = ended(browser)
    assert told["edits"] == [dark]
    assert told["of"] == "dog"


def test_stopping_keeps_what_was_found_and_a_new_view_is_told(make):
    model = nn.Sequential(nn.Flatten(), nn.Linear(768, 3))
    widget = make(model, torch.rand(3, 16, 16, generator=torch.Generator().manual_seed(2)))
    browser = Browser(widget)
    browser.say(kind="search", open=True, n=6)
    until(lambda: any(one["found"] for one in browser.of("search")))
    browser.say(kind="search", open=False)
    known = ended(browser)
    assert known["found"]
    other = Browser(widget)
    assert other.wait("search")["found"] == known["found"]
    widget.close()


class Darkness(nn.Module):
    """A regression: how dark the top left quarter is, 0 to 10."""

    def forward(self, x):
        return 10 * (1 - x[..., :8, :8].mean((1, 2, 3)))[:, None]


@pytest.mark.parametrize("way", ["cover", "other", "smooth", "latent"])
def test_an_output_is_searched_for_in_a_range_in_every_way(make, way):
    other = torch.full((3, 16, 16), 0.05)
    codes = {"decoder": lambda z: z[:, :3, None, None] * torch.ones(16, 16), "encoder": lambda x: x.mean((2, 3))}
    browser = Browser(make(Darkness(), BRIGHT, labels=None, method="saliency", other=other, **codes))
    browser.say(kind="search", open=True, way=way, n=1, fill="mean")
    assert "A regression needs a range to reach" in ended(browser)["error"]
    browser.say(kind="search", open=True, way=way, within=[1, 2], n=1)
    assert "is 1.5, and 1..2 was asked for" in ended(browser)["error"]
    wanted = [1.55, None] if way == "cover" else [2, None]
    browser.say(kind="search", open=True, way=way, within=wanted, n=1, fill="noise")
    told = ended(browser)
    assert (told["error"], told["within"], told["target"]) == (None, wanted, None)
    assert told["found"]
    for one in told["found"]:
        assert one["after"] >= wanted[0]
        assert one["before"] == pytest.approx(1.5, abs=0.02)


def test_a_probability_of_a_class_is_searched_for_in_a_range(make):
    browser = Browser(make(Corner(), BRIGHT))
    browser.say(kind="search", open=True, target=1, within=[0.6, None], n=1, most=6, fill="noise")
    told = ended(browser)
    assert (told["error"], told["of"], told["within"]) == (None, "dog", [0.6, None])
    assert told["found"][0]["after"] >= 0.6
    browser.say(kind="search", open=True, target=1, within=[2, None])
    assert "within must reach into 0..1" in ended(browser)["error"]
