"""The explorer of word vectors with tables that ship: Word2Vec, and words that are one-hot."""

from __future__ import annotations

import numpy as np
import pytest
from widgets.fakes import Browser, answered

import xai_widgets as xai
from xai_widgets import samples


def test_word2vec_has_royal_neighbours_an_analogy_and_a_map():
    widget = xai.EmbeddingExplorer(samples.word2vec(), words=400, word="king", k=5)
    browser = Browser(widget)
    assert widget.wait(120)
    told = answered(browser, "near")
    assert [label for label, _, _ in told["entries"]] == ["kings", "queen", "monarch", "prince", "ruler"]
    assert [point for _, _, point in told["entries"]] == [None] * 5  # sought among all, not those of the map alone
    assert told["entries"][1][1] == pytest.approx(0.35, abs=0.005)
    browser.say(kind="analogy", id=2, a="man", b="king", c="woman")
    assert answered(browser, "analogy")["entries"][0][:2] == ["queen", pytest.approx(0.71, abs=0.005)]
    layout = widget.projection
    assert browser.array("layout", "positions").shape == layout.positions.shape == (len(widget.spec["words"]), 2)
    assert (widget.spec["total"], widget.spec["features"]) == (26_423, 300)
    assert 2 * answered(browser, "layout")["chance"] < layout.recall < 1
    widget.close()


def test_words_that_are_one_hot_have_no_neighbour_nearer_than_others():
    widget = xai.EmbeddingExplorer(xai.WordVectors.one_hot([f"w{i}" for i in range(40)]), word="w3", k=4)
    browser = Browser(widget)
    assert widget.wait(60)
    assert [distance for _, distance, _ in answered(browser, "near")["entries"]] == [1.0] * 4
    browser.say(kind="analogy", id=2, a="w1", b="w2", c="w3")
    assert [cosine for _, cosine, _ in answered(browser, "analogy")["entries"]] == [0.0] * 4
    assert np.isfinite(widget.projection.positions).all()
    widget.close()
