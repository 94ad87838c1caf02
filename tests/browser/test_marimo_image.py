"""The image widget in marimo, which has messages of its own instead of Jupyter's kernels."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
import time
import urllib.request

import numpy as np
import pytest
from browser.image_widget import SETUP, ImageWidget
from browser.lab import ended, free_port, terminate

import xai_widgets as xai

pytest.importorskip("marimo", reason="marimo is not installed: pip install marimo")

START_SECONDS = 180
SHOWN = 'w = xai.explain(model, image, labels=labels, method="integrated_gradients")\nw'
APP = """
import marimo
app = marimo.App()

@app.cell
def _():
{setup}
    return image, labels, model, xai

@app.cell
def _(image, labels, model, xai):
{shown}
    return

if __name__ == "__main__":
    app.run()
"""


@pytest.fixture
def address(tmp_path):
    """Serve one notebook as an app on loopback."""
    indent = " " * 4
    text = APP.format(setup=textwrap.indent(SETUP, indent), shown=textwrap.indent(SHOWN, indent))
    (tmp_path / "app.py").write_text(text)
    port, log = free_port(), tmp_path / "marimo.log"
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "marimo", "-q", "run", "app.py", "--headless", "--no-token", f"--port={port}"]
    folders = {name: str(tmp_path) for name in ("HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME")}
    process = subprocess.Popen(
        [*command, "--host=127.0.0.1"],
        cwd=tmp_path,
        env={**os.environ, **folders},
        stdout=log.open("w"),
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    end = time.monotonic() + START_SECONDS
    while not answers(url):
        if ended(process, 0.05) or time.monotonic() > end:
            raise RuntimeError(log.read_text()[-3000:])
    yield url
    terminate(process)


def answers(url):
    try:
        with urllib.request.urlopen(f"{url}/health", timeout=2) as response:
            return response.status == 200
    except OSError:
        return False


def test_the_widget_is_shown_and_its_slider_followed(page, address):
    errors, external = [], []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("request", lambda request: external.append(request.url))
    page.goto(address)
    view = ImageWidget(page.locator(".xai-root"), page)
    view.root.wait_for()
    view.settled()
    space = {}
    exec(SETUP, space)
    model, image = space["model"], space["image"]
    plain = xai.attribute(model, image, "saliency").prediction.probabilities
    assert view.probabilities() == pytest.approx(plain.tolist(), abs=1e-4)
    assert (np.ptp(view.pixels(), axis=2) > 10).mean() > 0.2
    picture = view.picture()
    view.slide("Brightness", 0.3).settled()
    lighter = xai.attribute(model, (image + 0.3).clamp(0, 1), "saliency").prediction.probabilities
    assert np.abs(lighter - plain).max() > 0.01
    assert view.probabilities() == pytest.approx(lighter.tolist(), abs=1e-4)
    assert view.picture() != picture
    view.root.get_by_label("Explanation method").select_option("saliency")
    view.settled()
    assert view.xai("xai.store.slots.a.map.value.info.request.method") == "saliency"
    assert errors == []
    assert [url for url in external if not url.startswith((address, "data:", "blob:"))] == []
