"""Widgets that are opened and closed again and again, looked at from several pages and stopped while they compute."""

from __future__ import annotations

import gc
import threading
import weakref
from collections import Counter

import numpy as np
import pandas as pd
import psutil
import pytest
import torch
from faults.nets import Net, picture
from torch import nn
from widgets.fakes import Browser, until
from widgets.texts import LABELS, SAID, TOKENIZER

import xai_widgets as xai
from xai_widgets.jobs import worker_for
from xai_widgets.widgets.living import living

TIMES = 200
WEIGHT = 1 << 18
"""Numbers in each model, 1 MB: what is kept of two hundred is seen in the memory of the process."""
MOST = 60 << 20
"""Bytes that the process may grow by; what is no leak takes up to 20 MB."""

OURS = {"xai_widgets", "anywidget", "ipywidgets", "comm"}
DRAW = np.random.default_rng(0)
FRAME = pd.DataFrame(DRAW.normal(size=(12, 3)), columns=["a", "b", "c"])
WORDS = [f"w{i}" for i in range(WEIGHT // 64)]


class Rows(nn.Module):
    """Three numbers in, one out."""

    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(3, 2)

    def forward(self, x):
        return self.linear(x).tanh()


class Reader(nn.Module):
    """The bent sum of its tokens' weights."""

    def __init__(self):
        super().__init__()
        self.words = nn.Embedding(120, 3)

    def forward(self, input_ids):
        return self.words(input_ids).tanh().sum(1)


def heavy(model):
    model.weight = nn.Parameter(torch.ones(WEIGHT))
    return model


def vectors():
    return xai.WordVectors(WORDS, np.resize(DRAW.normal(size=999), (WEIGHT // 64, 32)))


def asked(widget):
    """Begin what nobody computes before it is looked at."""
    widget.show("importance")
    return widget


def row(**options):
    return xai.explain(heavy(Rows()), FRAME.iloc[0], background=FRAME, **options)


def doubt(browser):
    """Have its map measured, and those of other methods, once there is one."""
    browser.wait("ended", 1)
    browser.say(kind="trust", open=True, slot="a")
    browser.say(kind="trial", open=True, methods=["saliency", "occlusion"])
    until(lambda: browser.of("trust") and browser.of("trial"), 30)


KINDS = {
    "picture": lambda: xai.explain(heavy(Net()), picture(), method="smooth_grad", n_samples=1000, tolerance=0.0),
    "text": lambda: xai.explain(heavy(Reader()), SAID, labels=LABELS, tokenizer=TOKENIZER, method="smooth_grad"),
    "row": row,
    "measured": lambda: row(method="saliency"),
    "population": lambda: asked(xai.explain(heavy(Rows()), FRAME, y=np.arange(12) % 2)),
    "embedding": lambda: xai.EmbeddingExplorer(vectors(), words=12, k=3),
}


def settle():
    """Wait until the worker has let go of what was closed: it finishes the step it is in."""
    until(lambda: not worker_for("cpu")._has_work(), 60)


def census():
    """Count what lives: of ours, of torch, and of what a widget is made of."""
    gc.collect()
    kinds = Counter(map(type, gc.get_objects()))
    return Counter(
        {
            kind: n
            for kind, n in kinds.items()
            if issubclass(kind, (torch.Tensor, nn.Module)) or str(kind.__module__).partition(".")[0] in OURS
        }
    )


def resident():
    return psutil.Process().memory_info().rss


def opened_and_closed(make, *, wait=False):
    """Open a widget, and close it while it computes what its page has asked for, or when it has."""
    widget = make()
    browser = Browser(widget)
    if make is KINDS["measured"]:
        doubt(browser)
    assert not wait or widget.wait(60) is not False
    widget.close()
    return weakref.ref(widget)


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_left_of_two_hundred(kind):
    make = KINDS[kind]
    for wait in (True, False, False):  # what is made once: caches, libraries, the worker's thread
        opened_and_closed(make, wait=wait)
    settle()
    others, before, memory = living(), census(), resident()
    widgets = [opened_and_closed(make) for _ in range(TIMES)]
    settle()
    until(lambda: gc.collect() is not None and not any(one() for one in widgets), 30)
    assert census() - before == Counter()
    assert living() == others
    assert resident() - memory < MOST
    until(
        lambda: [one for one in threading.enumerate() if one.name.startswith("xai")] in ([], [worker_for("cpu").thread])
    )
