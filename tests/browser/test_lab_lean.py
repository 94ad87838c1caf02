"""A JupyterLab whose server's environment has neither torch nor numpy: kernels have environments of their own."""

import json
import subprocess
import sys

import nbformat
import pytest
import torch
from browser.environment import environment
from browser.image_widget import SETUP, SHOWN, shown, value
from browser.lab import Lab, Server
from browser.test_lab_file import network, opened
from browser.test_lab_kept import alive
from playwright.sync_api import expect

import xai_widgets as xai

ABSENT = ("torch", "numpy", "PIL", "ipywidgets", "traittypes", "transformers", "pandas")
KERNEL = "elsewhere"


@pytest.fixture(scope="module")
def lean(tmp_path_factory):
    """Install what `docs/saved.md` says, and start a server there that can start kernels here."""
    folder = tmp_path_factory.mktemp("lean")
    python = environment(folder / "env", "jupyterlab", "jupyterlab_widgets", alone=("anywidget",))
    spec = folder / "lab" / "data" / "kernels" / KERNEL / "kernel.json"
    spec.parent.mkdir(parents=True)
    argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    spec.write_text(json.dumps({"argv": argv, "display_name": "Elsewhere", "language": "python"}))
    server = Server(folder / "lab", python=str(python))
    yield python, server
    server.stop()


@pytest.fixture
def lab(lean, page):
    driver = Lab(page, lean[1])
    yield driver
    driver.check()
    driver.shutdown()


def test_the_environment_has_nothing_that_computes(lean):
    python, server = lean
    look = f"from importlib.util import find_spec as found; print(*map(bool, map(found, {(*ABSENT, 'xai_widgets')})))"
    done = subprocess.run([python, "-P", "-c", look], capture_output=True, text=True, check=True, cwd=python.parent)
    assert done.stdout.split() == [*["False"] * len(ABSENT), "True"]
    assert "xai_widgets.lab.server" in server.log.read_text()


def test_files_are_drawn(lab):
    found = xai.attribute(network(), torch.rand(3, 16, 16), "saliency", labels=["cat", "dog", "owl"])
    found.save(lab.server.root / "picture.xai.json")
    lab.goto("lab?reset")
    view = opened(lab, "picture.xai.json").locator(".xai-root")
    expect(view.locator("canvas").first).to_be_visible()
    expect(view).to_contain_text("Saliency")


def test_widgets_live_by_a_kernel_elsewhere_and_saved_ones_without_any(lab):
    path = lab.server.write("lean.ipynb", [SETUP, SHOWN])
    notebook = nbformat.read(path, as_version=4)
    notebook.metadata.kernelspec = {"name": KERNEL, "display_name": "Elsewhere", "language": "python"}
    nbformat.write(notebook, path)
    view = shown(lab.open("lean.ipynb").run(0).run(1), 1).settled()
    view.slide("Brightness", 0.2).settled()
    assert view.probabilities() == pytest.approx(value(lab, "w.prediction.probabilities.tolist()"), abs=1e-6)
    lab.save()
    [output] = lab.server.read("lean.ipynb").cells[1].outputs
    lab.shutdown()
    lab.server.write("later.ipynb", ["w"], outputs={0: [output.data]})
    lab.open("later.ipynb", kernel=False)
    saved = alive(lab, 0)
    before = saved.picture()
    saved.slide("Opacity", 0.2)
    assert saved.picture() != before
