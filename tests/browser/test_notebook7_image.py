"""The image widget in Notebook 7: the same code in another shell."""

from __future__ import annotations

import numpy as np
import pytest
from browser.image_widget import SETUP, SHOWN, running, shown, value
from playwright.sync_api import expect

PROBABILITIES = "w.prediction.probabilities.tolist()"


def test_first_picture_slider_and_an_answer_while_a_cell_runs(notebook7):
    lab = notebook7
    lab.open("image.ipynb", [SETUP, SHOWN, "while True:\n    time.sleep(0.02)\n    w.send_state('state')"])
    lab.run(0).run(1)
    view = shown(lab, 1).settled()
    expect(view.bars).to_have_count(5)
    before = value(lab, PROBABILITIES)
    assert view.probabilities() == pytest.approx(before, abs=1e-6)
    assert (np.ptp(view.pixels(), axis=2) > 10).mean() > 0.2

    picture = view.picture()
    view.slide("Brightness", 0.3).settled()
    after = value(lab, PROBABILITIES)
    assert after != pytest.approx(before, abs=0.01)
    assert view.probabilities() == pytest.approx(after, abs=1e-6)
    assert view.picture() != picture

    with running(lab, 2):
        for step in (0.2, 0.1, 0):
            view.slide("Brightness", step).settled()
        assert view.probabilities() == pytest.approx(before, abs=1e-6)
