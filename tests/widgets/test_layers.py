"""The tree of layers: what the picker is told at first, what when it is opened, and what of a huge model."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from widgets.fakes import FAIL, Browser

from xai_widgets.widgets.layers import MOST, outline


class Deep(nn.Module):
    """Blocks in blocks; the last one never runs."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 4, 3, stride=2, padding=1)
        self.blocks = nn.Sequential(nn.Sequential(nn.Conv2d(4, 6, 3, padding=1), nn.ReLU()), nn.ReLU())
        self.head = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(6, 3))
        self.unused = nn.Linear(2, 2)

    def forward(self, x):
        return self.head(self.blocks(self.stem(x)))


def test_the_spec_has_the_tree_without_running_the_model(make):
    widget = make(Deep())
    told = widget.spec["layers"]
    assert [entry[:4] for entry in told] == [
        [0, "stem", "Conv2d", 0],
        [0, "blocks", "Sequential", 0],
        [1, "0", "Sequential", 0],
        [2, "0", "Conv2d", 0],
        [2, "1", "ReLU", 0],
        [1, "1", "ReLU", 0],
        [0, "head", "Sequential", 0],
        [1, "0", "AdaptiveAvgPool2d", 0],
        [1, "1", "Flatten", 0],
        [1, "2", "Linear", 0],
        [0, "unused", "Linear", 0],
    ]
    assert {tuple(entry[4:]) for entry in told} == {(None, None)}


def test_the_picker_learns_shapes_and_which_layers_have_a_map(make):
    browser = Browser(make(Deep()))
    browser.say(kind="layers", under="")
    told = {(entry[0], entry[1], entry[2]): entry[4:] for entry in browser.wait("layers")["entries"]}
    assert told[0, "stem", "Conv2d"] == [[4, 6, 6], 2]
    assert told[2, "0", "Conv2d"] == [[6, 6, 6], 2]
    assert told[1, "0", "AdaptiveAvgPool2d"] == [[6, 1, 1], 0]
    assert told[1, "2", "Linear"] == [[3], 0]
    assert told[0, "unused", "Linear"] == [None, 0]
    browser.say(kind="layers", under="blocks")
    answer = browser.wait("layers", count=2)
    assert answer["under"] == "blocks"
    assert [(entry[0], entry[1]) for entry in answer["entries"]] == [(1, "0"), (2, "0"), (2, "1"), (1, "1")]
    browser.say(kind="layers", under="nowhere")
    assert browser.wait("layers", count=3)["entries"] == []


def test_patches_can_be_arranged_and_are_told_apart(make):
    class Patches(nn.Module):
        def __init__(self):
            super().__init__()
            self.embed, self.head = nn.Linear(48, 8), nn.Linear(8, 3)

        def forward(self, x):
            patches = x.unfold(2, 4, 4).unfold(3, 4, 4).permute(0, 2, 3, 1, 4, 5).reshape(len(x), 9, 48)
            return self.head(self.embed(patches).mean(1))

    browser = Browser(make(Patches()))
    browser.say(kind="layers", under="")
    assert [entry[1:] for entry in browser.wait("layers")["entries"]] == [
        ["embed", "Linear", 0, [9, 8], 1],
        ["head", "Linear", 0, [3], 0],
    ]


def test_a_model_that_fails_still_has_names(make):
    widget = make()
    browser = Browser(widget)
    widget.result(30)
    FAIL.set()
    browser.say(kind="layers", under="")
    told = browser.wait("layers")["entries"]
    assert told[0] == [0, "net", "Sequential", 0, None, None]
    FAIL.clear()
    browser.say(kind="layers", under="")
    assert browser.wait("layers", count=2)["entries"][1][4:] == [[6, 12, 12], 2]


def test_of_a_huge_model_containers_come_first():
    huge = nn.Sequential(
        *(nn.Sequential(*(nn.Sequential(nn.ReLU(), nn.Identity()) for _ in range(30))) for _ in range(40))
    )
    huge.add_module("head", nn.Linear(2, 2))
    told = outline(huge)
    assert len(told) == 40 + 40 * 30 + 1 <= MOST
    assert told[:3] == [
        [0, "0", "Sequential", 0, None, None],
        [1, "0", "Sequential", 2, None, None],
        [1, "1", "Sequential", 2, None, None],
    ]
    assert outline(huge, "3.4") == [[2, "0", "ReLU", 0, None, None], [2, "1", "Identity", 0, None, None]]
    flat = nn.Sequential(*(nn.ReLU() for _ in range(MOST + 5)))
    assert len(outline(flat)) == MOST


@pytest.mark.parametrize("under", [5, None, "x" * 300])
def test_what_is_no_name_is_refused(make, under):
    browser = Browser(make())
    browser.say(kind="layers", under=under)
    assert "under must be a text" in browser.wait("error")["message"]


def test_a_layer_is_asked_for_and_a_wrong_one_answered_with_near_ones(make):
    browser = Browser(make(Deep(), torch.rand(3, 12, 12)))
    browser.ask(5, "grad_cam", layer="blocks.0.0").wait("ended", 5)
    assert browser.of("map", 5)[-1]["notes"] == ["Layer: blocks.0.0."]
    assert browser.of("map", 5)[-1]["request"]["params"]["layer"] == "blocks.0.0"
    browser.ask(6, "grad_cam", layer="blocks.0.7").wait("ended", 6)
    assert "no layer 'blocks.0.7'. Did you mean 'blocks.0" in browser.wait("error", 6)["message"]
