"""The table widget in a notebook's output: what a test does to it and reads from it."""

from __future__ import annotations

import math

from browser.lab import script
from playwright.sync_api import expect

# A judge of people that anyone can check by hand: the sum of its columns is the log-odds.
SETUP = """
import numpy as np, pandas as pd
import xai_widgets as xai
random = np.random.default_rng(0)
frame = pd.DataFrame({
    "age": random.integers(18, 80, 200),
    "job": random.choice(["boss", "clerk", "cook"], 200),
    "owns": random.random(200) < 0.4,
    "rate": np.where(random.random(200) < 0.1, np.nan, np.round(random.normal(size=200), 2)),
    "since": pd.to_datetime("2015-01-01") + pd.to_timedelta(random.integers(0, 3000, 200), "D"),
})
row = {"age": 30, "job": "clerk", "owns": False, "rate": 0.5, "since": pd.Timestamp("2020-01-01")}
def judge(rows):
    jobs = rows["job"].map({"clerk": -1.0, "boss": 1.5, "cook": 0.0}).to_numpy()
    z = (rows["age"] - 45) / 15 + jobs + 2.0 * rows["owns"] + rows["rate"].astype(float).fillna(0.0)
    return np.stack([np.zeros(len(rows)), z], 1)
"""
SHOWN = 'w = xai.explain(judge, row, background=frame, labels=["no", "yes"], target="yes")\nw'


def probability(age=30, job=-1.0, owns=0.0, rate=0.5):
    return 1 / (1 + math.exp(-((age - 45) / 15 + job + 2 * owns + rate)))


class TableView:
    """The table widget that a cell shows."""

    def __init__(self, lab, root):
        self.lab, self.root = lab, root

    def column(self, name):
        return self.root.locator(f'[data-column="{name}"]')

    def settled(self):
        self.root.page.wait_for_function(
            """root => { const { store } = root.xai; const map = store.slots.a.map.value;
                const text = edits => JSON.stringify(edits.map(e => [e.column, e.value]));
                const now = text(store.request.value.edits);
                return store.slots.a.phase.value === 'idle' && map?.info.final && text(map.info.request.edits) === now
                    && store.prediction.value && !store.prediction.value.guess && store.curves.value
                    && text(store.curves.value.edits) === now }""",
            arg=self.root.element_handle(),
        )
        return self

    def probability(self):
        return self.root.evaluate("root => root.xai.store.prediction.value.probabilities[1]")


def shown(lab, at):
    root = lab.output(at).locator(".xai-root")
    expect(root.locator(".xai-f-list")).to_be_visible()
    lab.page.evaluate(script("i => PANEL.content.widgets[i].node.scrollIntoView()"), at)
    return TableView(lab, root).settled()
