"""The image widget as VS Code shows it: by its own manager of widgets, in a page like its notebook's."""

from __future__ import annotations

import json
import subprocess
import sysconfig
from pathlib import Path

import numpy as np
import pytest
from browser.image_widget import SETUP, SHOWN, ImageWidget
from browser.lab import PATIENCE, ROOT, TOKEN
from playwright.sync_api import expect

# As VS Code marks its notebook's page in a dark theme.
PAGE = """<!DOCTYPE html><html lang="en" style="--vscode-editor-background: #1f1f1f; --vscode-foreground: #cccccc;
--vscode-sideBar-background: #181818; --vscode-focusBorder: #0078d4; --vscode-font-family: system-ui, sans-serif;">
<meta charset="utf-8"><link rel="icon" href="data:,">
<style>.cell-output-ipywidget-background { background: white !important }</style>
<body class="vscode-dark" style="background: var(--vscode-editor-background); color: var(--vscode-foreground)">
<script src="/require.js"></script><script src="/vscode.js"></script></body></html>"""


@pytest.fixture(scope="session")
def host_script(tmp_path_factory):
    """Bundle what stands for VS Code: its manager of widgets and a connection to a kernel."""
    path = tmp_path_factory.mktemp("vscode") / "vscode.js"
    esbuild = ROOT / "node_modules" / ".bin" / "esbuild"
    options = ["--bundle", "--format=iife", "--log-level=error", "--define:process.env={}", f"--outfile={path}"]
    subprocess.run([esbuild, "js/test/vscode.ts", *options], cwd=ROOT, check=True)
    return path


class Cells:
    """Cells that are run one after the other."""

    def __init__(self, page):
        self.page = page

    def run(self, code):
        """Run code, wait until what it shows is there, and return what it printed."""
        return self.page.evaluate("code => window.run(code)", code)

    def value(self, expression):
        return json.loads(self.run(f"import json\nprint(json.dumps({expression}))"))

    def shown(self, number=0):
        root = self.page.locator(".cell-output-ipywidget-background .xai-root").nth(number)
        expect(root).to_be_visible()
        return ImageWidget(root, self.page)


@pytest.fixture
def vscode(page, lab_server, host_script):
    """Open the page with a kernel of its own, hold it to silence, and end the kernel."""
    errors, external = [], []
    page.set_default_timeout(PATIENCE)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    own = (lab_server.url, lab_server.url.replace("http", "ws"), "data:", "blob:")
    page.on("request", lambda request: None if request.url.startswith(own) else external.append(request.url))
    anywidget = Path(sysconfig.get_path("data"), "share/jupyter/nbextensions/anywidget/index.js")
    files = {
        "require.js": ROOT / "node_modules/requirejs/require.js",
        "vscode.js": host_script,
        "nbextensions/anywidget/index.js": anywidget,
    }
    for name, path in files.items():
        page.route(f"{lab_server.url}/{name}", lambda route, *, path=path: route.fulfill(path=path))
    # A page that no server sent could not speak to the kernel: in place of one that a server did send
    page.goto(f"{lab_server.url}/login")
    page.set_content(PAGE)
    page.evaluate("token => window.start(token)", TOKEN)
    yield Cells(page)
    page.evaluate("() => window.end()")
    assert (errors, external) == ([], [])


def colours(locator):
    return locator.evaluate("one => [getComputedStyle(one).backgroundColor, getComputedStyle(one).color]")


def test_first_picture_slider_and_a_second_view(vscode):
    assert vscode.run(SETUP) == ""
    vscode.run(SHOWN)
    view = vscode.shown().settled()
    expect(view.bars).to_have_count(5)
    before = vscode.value("w.prediction.probabilities.tolist()")
    assert view.probabilities() == pytest.approx(before, abs=1e-6)
    assert (np.ptp(view.pixels(), axis=2) > 10).mean() > 0.2

    picture = view.picture()
    view.slide("Brightness", 0.3).settled()
    after = vscode.value("w.prediction.probabilities.tolist()")
    assert after != pytest.approx(before, abs=0.01)
    assert view.probabilities() == pytest.approx(after, abs=1e-6)
    assert view.picture() != picture

    vscode.run("w")
    second = vscode.shown(1)
    # It opens with what the model's mirror holds, which follows the kernel with a pause, until the kernel answers it.
    second.until(f"Math.abs(xai.store.prediction.value?.probabilities[0] - {after[0]}) < 1e-6").settled()
    assert second.probabilities() == pytest.approx(after, abs=1e-6)
    second.slide("Brightness", 0).settled()
    view.until(f"Math.abs(xai.store.prediction.value.probabilities[0] - {before[0]}) < 1e-6")


def test_a_dark_theme_is_followed_though_light_colours_of_jupyterlab_come_along(vscode):
    vscode.run(SETUP)
    vscode.run(SHOWN)
    root = vscode.shown().settled().root
    expect(root).to_have_attribute("data-xai-theme", "dark")
    assert vscode.page.evaluate("getComputedStyle(document.body).getPropertyValue('--jp-layout-color0')") == "white"
    assert colours(root) == ["rgb(31, 31, 31)", "rgb(204, 204, 204)"]
    expect(vscode.page.locator(".cell-output-ipywidget-background")).to_have_css("background-color", "rgba(0, 0, 0, 0)")
