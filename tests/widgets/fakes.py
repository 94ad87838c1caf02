"""A browser that is not there: it speaks the protocol and waits for conditions."""

from __future__ import annotations

import threading
import time

import torch
from torch import nn

from xai_widgets.wire import decode


class Browser:
    """What a view would see of a widget: every message that the widget sends, with waiting."""

    def __init__(self, widget, *, hello=True):
        self.widget, self.messages = widget, []
        self._news = threading.Condition()
        widget.send = self._take
        if hello:
            self.say(kind="hello", v=1, version="0.1.0")

    def _take(self, content, buffers=None):
        with self._news:
            self.messages.append((content, [bytes(one) for one in buffers or []]))
            self._news.notify_all()

    def say(self, *buffers, **content):
        """Send a message as the browser would, on a thread that is not the main one."""
        beside = [memoryview(one) for one in buffers]
        thread = threading.Thread(target=self.widget._receive, args=(self.widget, content, beside))
        thread.start()
        thread.join()

    def ask(self, number, method="saliency", slot="a", target=None, edits=(), **params):
        request = {"method": method, "params": params, "target": target, "edits": list(edits)}
        self.say(kind="ask", id=number, slot=slot, request=request)
        return self

    def of(self, kind, number=None):
        return [c for c, _ in list(self.messages) if c["kind"] == kind and number in {None, c.get("id")}]

    def wait(self, kind, number=None, count=1, timeout=60):
        """Wait for messages of a kind and return the last of them."""
        with self._news:
            assert self._news.wait_for(lambda: len(self.of(kind, number)) >= count, timeout), (
                f"no {kind} {number}: {[(c['kind'], c.get('id')) for c, _ in self.messages]}"
            )
        return self.of(kind, number)[-1]

    def array(self, kind, name, number=None):
        """Decode an array of the last message of a kind."""
        content, buffers = [m for m in self.messages if m[0]["kind"] == kind and number in {None, m[0].get("id")}][-1]
        return decode(content[name], buffers[content[name]["buffer"]])


def until(condition, timeout=60.0):
    """Wait for something that another thread is about to do and announces by no event."""
    end, pause = time.monotonic() + timeout, threading.Event()
    while not condition():
        assert time.monotonic() < end, "it never came true"
        pause.wait(0.01)


class Gate(nn.Module):
    """A small classifier of pictures that can be held up in its forward pass."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.net = nn.Sequential(
            nn.Conv2d(3, 6, 3, padding=1),
            nn.ReLU(inplace=True),
            nn.AdaptiveAvgPool2d(4),
            nn.Flatten(),
            nn.Linear(96, 3),
        )

    def forward(self, x):
        HOLD.wait()
        if FAIL.is_set():
            msg = "the sky fell"
            raise RuntimeError(msg)
        CALLS.append(len(x))
        return self.net(x)


HOLD, FAIL = threading.Event(), threading.Event()
CALLS = []


def answered(browser, kind):
    """Wait for the end of the newest of a kind."""
    until(lambda: browser.of(kind) and not browser.of(kind)[-1]["running"])
    return browser.of(kind)[-1]
