"""A JupyterLab that has nothing of this package but what the kernel sends."""

import json

import pytest
from browser.image_widget import SETUP, SHOWN, shown, value
from browser.lab import Lab, Server
from playwright.sync_api import expect


@pytest.fixture
def bare(page, tmp_path):
    server = Server(tmp_path / "bare", bare=True)
    lab = Lab(page, server)
    yield lab
    lab.check()
    lab.shutdown()
    server.stop()


def test_widgets_live_without_the_extension_and_leave_their_picture(bare):
    view = shown(bare.open("bare.ipynb", [SETUP, SHOWN]).run(0).run(1), 1).settled()
    assert bare.page.evaluate("window.jupyterapp.hasPlugin('xai-widgets:saved')") is False
    view.slide("Brightness", 0.2).settled()
    assert view.probabilities() == pytest.approx(value(bare, "w.prediction.probabilities.tolist()"), abs=1e-6)
    bare.save()
    [output] = bare.server.read("bare.ipynb").cells[1].outputs
    assert {"image/png", "text/plain"} <= output.data.keys()
    assert len(json.dumps(output.data)) < 300_000
    # Whoever opens it later, without a kernel and without the extension, sees the picture.
    bare.server.write("later.ipynb", ["w"], outputs={0: [output.data]})
    bare.open("later.ipynb", kernel=False)
    expect(bare.output(0).locator("img")).to_be_visible()
