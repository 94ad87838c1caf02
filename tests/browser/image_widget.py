"""The image widget in a notebook's output: what a test does to it and reads from it."""

from __future__ import annotations

import base64
import contextlib
import json
import time

import numpy as np
from browser.lab import PATIENCE, script
from playwright.sync_api import expect

# A classifier that is quick unless told otherwise, and a grey picture: whatever is coloured comes from the map.
# The flags are the class's, since the widget works on a copy of the module.
SETUP = """
import time
import torch
from torch import nn
import xai_widgets as xai

class Net(nn.Module):
    pause = 0.0
    broken = False

    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.net = nn.Sequential(
            nn.Conv2d(3, 8, 5, padding=2), nn.ReLU(inplace=True), nn.AdaptiveAvgPool2d(6),
            nn.Flatten(), nn.Linear(288, 6))
        nn.init.normal_(self.net[4].weight, std=0.5)

    def forward(self, x):
        if Net.broken:
            raise RuntimeError("the sky fell")
        time.sleep(Net.pause * len(x))
        return self.net(x)

labels = ["cat", "dog", "cow", "owl", "fox", "elk"]
rows, columns = torch.meshgrid(torch.linspace(0, 1, 48), torch.linspace(0, 1, 64), indexing="ij")
disc = (rows - 0.4) ** 2 + (columns - 0.6) ** 2 < 0.05
image = (0.3 + 0.4 * rows * columns + 0.3 * disc).expand(3, -1, -1).clone()
model = Net()
"""
SHOWN = """
Net.pause, Net.broken = 0.0, False
w = xai.explain(model, image, labels=labels, method="integrated_gradients")
w
"""


PROBABILITIES = "w.prediction.probabilities.tolist()"
VIEW, NEXT, MORE = 1, 2, 3
"""Cells of the notebook that many tests share: the one that shows the widget, and two below it."""


def evaluate(lab, code):
    """Run code in the kernel, as a cell that the notebook does not show, and return what it printed."""
    return lab.page.evaluate(
        script("""async code => {
            const future = PANEL.context.sessionContext.session.kernel.requestExecute({ code });
            let text = "";
            future.onIOPub = ({ header, content }) => {
                if (header.msg_type === "stream") text += content.text;
                if (header.msg_type === "error") text += content.traceback.join("\\n");
            };
            const late = new Promise((_, fail) => setTimeout(fail, 60_000, new Error("the kernel is busy")));
            await Promise.race([future.done, late]);
            return text; }"""),
        code,
    )


def value(lab, expression):
    """Return what an expression is in the kernel, if JSON can say it."""
    text = evaluate(lab, f"import json\nprint(json.dumps({expression}))")
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        raise AssertionError(text) from None


def becomes(lab, expression, expected):
    """Wait until an expression is so in the kernel, which may hear of a comm's messages after it is asked."""
    end = time.monotonic() + PATIENCE / 1000
    while (found := value(lab, expression)) != expected:
        assert time.monotonic() < end, found


def outputs(lab, i=0):
    """Return a cell's outputs, as a saved notebook holds them."""
    return lab.page.evaluate(script("i => PANEL.content.widgets[i].model.outputs.toJSON()"), i)


class ImageWidget:
    """One view of the widget, by the root of its DOM."""

    def __init__(self, root, page):
        self.root, self.page = root, page
        self.canvas = root.locator("canvas.xai-canvas")
        self.readout = root.locator("[data-xai=readout]")
        self.status = root.locator("[data-xai=status-a]")
        self.trouble = root.locator("[data-xai=error]")
        self.bars = root.locator(".xai-bar")

    def xai(self, expression):
        """Evaluate an expression of `xai`, the handle of the view."""
        return self.root.evaluate(f"root => {{ const xai = root.xai; return {expression}; }}")

    def until(self, expression):
        """Wait until an expression of `xai` is true."""
        handle = self.root.element_handle()
        self.page.wait_for_function(f"root => {{ const xai = root.xai; return {expression}; }}", arg=handle)
        return self

    def phase(self, phase, slot="a"):
        return self.until(f"xai.store.slots.{slot}.phase.value === {json.dumps(phase)}")

    def settled(self, slot="a"):
        """Wait until the newest question is answered in full, and the answer drawn."""
        return self.until(
            f"xai.store.slots.{slot}.map.value?.info.final"
            f" && xai.store.slots.{slot}.map.value.id >= xai.store.slots.{slot}.id"
            f" && xai.store.slots.{slot}.phase.value === 'idle'"
            " && xai.lastDrawnId === xai.store.slots.a.map.value.id"
        )

    def question(self):
        return self.xai("xai.store.request.value")

    def probabilities(self):
        return self.xai("[...xai.store.prediction.value.probabilities]")

    def slide(self, name, to):
        """Set a slider as one step of a drag does."""
        self.root.get_by_role("slider", name=name, exact=True).fill(str(to))
        return self

    def pixels(self):
        """Read the canvas once the pending frame is drawn: shape (height, width, 3)."""
        self.page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        width, height, data = self.canvas.evaluate(
            """c => { const bytes = c.getContext("2d").getImageData(0, 0, c.width, c.height).data;
            let text = "";
            for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192));
            return [c.width, c.height, btoa(text)]; }"""
        )
        return np.frombuffer(base64.b64decode(data), np.uint8).reshape(height, width, 4)[..., :3].astype(int)

    def picture(self):
        """The canvas as one string, to see whether it changed."""
        self.page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        return self.canvas.evaluate("c => c.toDataURL()")

    def point(self, x, y):
        """Return where a share of the canvas lies on the page."""
        self.canvas.scroll_into_view_if_needed()
        box = self.canvas.bounding_box()
        return box["x"] + x * box["width"], box["y"] + y * box["height"]


def source(lab, i, text):
    """Write a cell."""
    lab.page.evaluate(script("([i, text]) => PANEL.content.widgets[i].model.sharedModel.setSource(text)"), [i, text])


def cell(lab, i, text):
    """Write a cell and run it to its end."""
    source(lab, i, text)
    lab.run(i)


@contextlib.contextmanager
def running(lab, i):
    """Have a cell run that ends by no other means than the interrupt at the end of this."""
    state = f"() => PANEL.content.widgets[{i}].model.executionState === "
    lab.run(i, wait=False)
    lab.page.wait_for_function(script(f"{state} 'running'"))
    try:
        yield
        assert lab.state(i) == "running"
    finally:
        lab.page.evaluate(script("() => PANEL.context.sessionContext.session.kernel.interrupt().then(() => true)"))
        lab.page.wait_for_function(script(f"{state} 'idle'"))
    assert [one["ename"] for one in outputs(lab, i)] == ["KeyboardInterrupt"]


def shown(lab, i=0, number=0):
    """Return the view in the output of a cell that has run; an error there is the test's."""
    errors = [output for output in outputs(lab, i) if output["output_type"] == "error"]
    assert not errors, "\n".join(errors[0]["traceback"])
    root = lab.output(i).locator(".xai-root").nth(number)
    expect(root).to_be_visible()
    return ImageWidget(root, lab.page)


def one_widget(notebook):
    """Lend a shared notebook to a test, and close the widget that it showed."""
    yield notebook
    try:
        evaluate(notebook, "w.close()")
        notebook.check()
    finally:
        notebook.errors.clear()
