"""What would have to change of a row: the answers stream, a stop keeps them, and hard data are searched too."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn
from widgets.fakes import HOLD, Browser, answered
from widgets.tables import FRAME


class Halting(Browser):
    """A view that holds the model up as soon as it is shown something."""

    def _take(self, content, buffers=None):
        if content["kind"] == "search" and content["found"] and content["running"]:
            HOLD.clear()
        super()._take(content, buffers)

    def met(self):
        """Return the first answer that has something, which came while the search was running."""
        while not (found := [one for one in self.of("search") if one["found"]]):
            self.wait("search", count=len(self.of("search")) + 1)
        return found[0]


def test_stopping_keeps_what_was_found_and_a_new_view_is_told(make_table):
    widget = make_table(target="yes")
    widget.result(30)
    browser = Halting(widget)
    browser.say(kind="search", open=True, target=1, n=6, most=3)
    first = browser.met()
    assert first["running"]
    assert 0 <= first["fraction"] < 1
    assert all(one["valid"] for one in first["found"])
    browser.say(kind="search", open=False)
    HOLD.set()
    told = answered(browser, "search")
    assert told["error"] is None
    assert told["found"]
    assert told["fraction"] < 1
    assert min(one["effort"] for one in told["found"]) <= min(one["effort"] for one in first["found"])
    assert [one["effort"] for one in told["found"]] == [one.effort for one in widget.counterfactuals.candidates]
    other = Browser(widget)
    assert other.wait("search")["found"] == told["found"]


def test_one_row_of_background_is_searched_to_a_sentence(make_table):
    # It has the row's own values and one other: of what else there might be, nothing is known.
    widget = make_table(background=FRAME.iloc[:1].assign(job="clerk", age=70), target="yes")
    browser = Browser(widget)
    browser.say(kind="search", open=True, target=1, n=3, most=3)
    told = answered(browser, "search")
    assert told["error"] is None
    for one in told["found"]:
        assert one["valid"]
        assert one["density"] is None
    assert told["found"] or told["note"].startswith("None found")


def test_two_thousand_columns_are_searched(make_table):
    data = np.random.default_rng(0).normal(size=(40, 2000)).astype(np.float32)
    weights = np.zeros(2000, np.float32)
    weights[[7, 1500]] = 3, -2
    data[0, [7, 1500]] = 0
    net = nn.Linear(2000, 2)
    net.weight.data[:] = torch.as_tensor(np.stack([0 * weights, weights]))
    net.bias.data[:] = torch.tensor([0.0, -1.0])
    widget = make_table(net, data[0], background=data, labels=None, method="feature_ablation")
    browser = Browser(widget)
    browser.say(kind="search", open=True, target=1, n=3, most=2)
    told = answered(browser, "search")
    assert told["error"] is None
    assert told["found"]
    for one in told["found"]:
        assert {cell["column"] for cell in one["cells"]} <= {7, 1500}
        row = data[0].copy()
        for cell in one["cells"]:
            row[cell["column"]] = cell["value"]
        assert row @ weights > 1
    assert all(sum(map(len, buffers)) < 1_000_000 for _, buffers in browser.messages)
