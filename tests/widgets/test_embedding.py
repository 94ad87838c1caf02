"""The explorer of word vectors, as its views and its users speak to it."""

from __future__ import annotations

import base64
import csv
import io
import threading
from types import SimpleNamespace
from xml.etree import ElementTree as ET

import numpy as np
import pytest
import torch
from PIL import Image
from texts.tokenizers_made import fast, wordpiece
from torch import nn
from widgets.fakes import CALLS, FAIL, HOLD, Browser, answered, until

import xai_widgets as xai
from xai_widgets.embeddings import neighbours
from xai_widgets.embeddings.contexts import reading
from xai_widgets.widgets import embedding_messages as messages
from xai_widgets.widgets.embedding_session import Space
from xai_widgets.wire import Message, decode

WORDS = [f"w{i}" for i in range(40)]
READER = fast(wordpiece())
PAIRS = [("w1", "w2", 3.0), ("w3", "w4", 1.0), ("w5", "W6", 2.0), ("w7", "none", 2.0), ("w8", "w9", 5.0)]


@pytest.fixture
def make():
    made = []

    def build(**options):
        vectors = xai.WordVectors(WORDS, np.random.default_rng(0).normal(size=(40, 6)))
        made.append(xai.EmbeddingExplorer(vectors, **{"words": 30, "k": 4, **options}))
        return made[-1]

    yield build
    for one in made:
        one.close()


def test_a_view_is_told_the_layout_and_what_it_keeps(make):
    widget = make()
    browser = Browser(widget)
    told = answered(browser, "layout")
    assert widget.wait(60)
    layout = widget.projection
    assert browser.array("layout", "positions") == pytest.approx(layout.positions, abs=1e-3)
    assert browser.array("layout", "kept").tolist() == layout.kept.tolist()
    assert (told["method"], told["metric"], told["k"]) == ("pca", "cosine", 4)
    assert (told["recall"], told["chance"]) == (layout.recall, 4 / 29)
    assert widget.spec["words"] == WORDS[:30]
    assert (widget.spec["total"], widget.spec["features"], widget.spec["pairs"]) == (40, 6, None)


def test_a_view_is_told_how_far_the_neighbours_are_known(make, monkeypatch):
    monkeypatch.setattr(neighbours, "BLOCK", 1)
    widget = make()
    *shares, layout = widget._space.layouts("pca", "euclidean", {})
    assert shares == [(i + 1) / 30 for i in range(30)]
    assert layout.metric == "euclidean"
    # What is known is kept: the next projection begins at once.
    assert [type(one) for one in widget._space.layouts("pca", "euclidean", {})] == [float, type(layout)]
    answer = Message("layout")
    messages.arranged(answer, shares[4])
    assert answer.content == {"kind": "layout", "sought": 5 / 30}


def test_a_view_asks_for_neighbours_and_python_follows(make):
    widget = make()
    browser = Browser(widget)
    browser.say(kind="near", id=7, word="w3", metric="euclidean")
    told = answered(browser, "near")
    expected = widget.vectors.neighbours("w3", 4, metric="euclidean")
    assert [entry[:2] for entry in told["entries"]] == [[one.label, one.distance] for one in expected]
    assert [entry[2] for entry in told["entries"]] == [one.row if one.row < 30 else None for one in expected]
    shown = xai.WordVectors(WORDS[:30], widget.vectors.matrix[:30])
    assert told["links"] == [one.row for one in shown.neighbours("w3", 4, metric="euclidean")]
    assert (told["id"], told["point"], told["label"]) == (7, 3, "w3")
    assert (widget.selected, widget.neighbours) == ("w3", expected)
    browser.say(kind="near", id=8, word="w35", metric="cosine")
    until(lambda: answered(browser, "near")["id"] == 8)
    told = answered(browser, "near")
    assert (told["point"], told["links"]) == (None, [])


def test_words_without_vectors_are_answered_with_a_sentence(make):
    widget = make(word="w1")
    assert widget.wait(60)
    browser = Browser(widget)
    browser.say(kind="near", id=1, word="none", metric="cosine")
    until(lambda: answered(browser, "near")["word"] == "none")
    assert answered(browser, "near")["error"] == "there is no vector of 'none'."
    assert widget.wait(60)
    assert widget.selected == "w1"
    with pytest.raises(xai.embeddings.UnknownWordError, match="no vector of 'none'"):
        widget.select("none")


def test_analogies_and_agreement_are_those_of_the_vectors(make):
    widget = make(pairs=PAIRS)
    browser = Browser(widget)
    browser.say(kind="analogy", id=3, a="w1", b="w2", c="w3")
    told = answered(browser, "analogy")
    expected = widget.vectors.analogy("w1", "w2", "w3", 4)
    assert [entry[:2] for entry in told["entries"]] == [[one.label, one.cosine] for one in expected]
    told = answered(browser, "agreement")
    assert widget.wait(60)
    assert widget.agreement == widget.vectors.agreement(PAIRS)
    assert (told["correlation"], told["n"], told["missing"], told["unknown"]) == (
        widget.agreement.correlation,
        4,
        1,
        ["none"],
    )


def test_groups_are_told_of_by_each_metric(make):
    groups = {"one": WORDS[:6], "two": [*WORDS[6:12], "none"]}
    widget = make(groups=groups)
    browser = Browser(widget)
    assert widget.wait(60)
    assert widget.spec["groups"] == 2
    expected = widget.vectors.separation(groups)
    assert widget.separation == expected
    assert f"12 words of 2 groups lie together no more than by chance: silhouette {expected.score:.2f}" in "\n".join(
        widget._repr_mimebundle_()[0]["text/plain"].splitlines()
    )
    browser.say(kind="separation", metric="euclidean")
    until(lambda: browser.of("separation") and browser.of("separation")[-1]["metric"] == "euclidean")
    told = answered(browser, "separation")
    other = widget.vectors.separation(groups, metric="euclidean")
    assert (told["score"], told["n"], told["missing"], told["together"]) == (other.score, 12, 1, False)
    assert (told["interval"], told["chance"]) == (other.interval, other.chance)
    bare = Browser(make())
    bare.say(kind="separation", metric="cosine")
    assert "has no answer to 'judge'" in bare.wait("error")["message"]


def test_a_projection_streams_is_stopped_and_superseded(make):
    widget = make()
    browser = Browser(widget)
    browser.say(kind="layout", open=True, method="tsne", metric="cosine", params={"n_iter": 10_000})
    until(lambda: browser.of("layout")[-1]["done"] >= 20)
    browser.say(kind="layout", open=False)
    told = answered(browser, "layout")
    assert 20 <= told["done"] < 10_250
    assert told["error"] is None
    widget.project("pca", metric="euclidean")
    assert widget.wait(60)
    assert (widget.projection.method, widget.projection.metric) == ("pca", "euclidean")


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ({"kind": "layout", "open": True, "method": "mds", "metric": "cosine"}, "one of pca, tsne, umap, got 'mds'"),
        (
            {"kind": "layout", "open": True, "method": "tsne", "metric": "cosine", "params": {"x": 1}},
            "no parameter 'x'",
        ),
        ({"kind": "layout", "open": 3}, "open must be true or false"),
        ({"kind": "near", "id": 1, "word": "w1", "metric": "dot"}, "got 'dot'"),
        ({"kind": "near", "id": 1, "word": ["w1"], "metric": "cosine"}, "word must be a text"),
        ({"kind": "analogy", "id": 1, "a": "w1", "b": "w2"}, "c must be a text"),
        ({"kind": "agreement", "metric": "cosine"}, "no answer to 'judge'"),
        ({"kind": "menu", "open": False}, "no answer to 'menu'"),
        ({"kind": "ask", "id": 1, "slot": "a", "request": {"method": "saliency"}}, "no answer to 'ask'"),
    ],
)
def test_hostile_messages_are_answered_with_an_error(make, message, said):
    browser = Browser(make())
    browser.say(**message)
    assert said in browser.wait("error")["message"]


def test_what_is_on_show_outlives_the_kernel_and_a_late_view_is_told(make):
    widget = make(word="w1", pairs=PAIRS)
    assert widget.wait(60)
    until(lambda: set(widget.snapshot) == {"layout", "near", "agreement"})
    kept = widget.snapshot["layout"]
    assert decode(kept["positions"], kept["buffers"][0]) == pytest.approx(widget.projection.positions, abs=1e-3)
    late = Browser(widget)
    assert {"welcome", "layout", "near", "agreement"} == {content["kind"] for content, _ in late.messages}


def test_an_answer_is_kept_while_a_view_that_opens_waits_for_it(make):
    widget = make()
    assert widget.wait(60)
    answer = widget._questions["layout"]._said
    widget.snapshot = {}
    with widget._lock:  # as while a view is told all that is known
        teller = threading.Thread(target=widget._tell, args=(answer,), daemon=True)
        teller.start()
        teller.join(60)
        assert not teller.is_alive()
    assert set(widget.snapshot) == {"layout"}


def test_words_in_sentences_come_with_their_contexts(make):
    vectors = xai.WordVectors(WORDS, np.random.default_rng(0).normal(size=(40, 6)), [f"[{word}]" for word in WORDS])
    widget = xai.EmbeddingExplorer(vectors, words=["w7", "w3", "w9", "w1"])
    assert widget.spec["contexts"] == ["[w7]", "[w3]", "[w9]", "[w1]"]
    assert make().spec["contexts"] is None
    widget.close()


class Reading(nn.Module):
    """Hidden states that are the tokens' vectors; it can be held up and made to fail."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.words = nn.Embedding(len(READER), 6)

    def forward(self, input_ids, output_hidden_states, **_):
        HOLD.wait()
        if FAIL.is_set():
            msg = "the ink ran out"
            raise RuntimeError(msg)
        CALLS.append(1)
        return SimpleNamespace(hidden_states=[self.words(input_ids)])


@pytest.fixture
def read():
    made = []

    def build(texts=("a warm film", "a dull film without jokes"), **options):
        made.append(xai.EmbeddingExplorer(Reading(), tokenizer=READER, texts=texts, k=2, **options))
        return made[-1]

    HOLD.set()
    FAIL.clear()
    CALLS.clear()
    yield build
    HOLD.set()
    FAIL.clear()
    for one in made:
        one.close()


def test_texts_are_read_in_the_background_and_all_else_waits_for_them(read):
    HOLD.clear()
    widget = read(word="film", pairs=[("warm", "dull", 1.0), ("film", "film 2", 2.0), ("a", "jokes", 3.0)])
    browser = Browser(widget)
    assert (widget.vectors, widget.spec["words"], widget.spec["total"], widget.spec["k"]) == (None, [], 0, 2)
    browser.say(kind="near", id=3, word="jokes", metric="cosine")  # what was asked last is answered
    assert not browser.of("near")
    HOLD.set()
    assert widget.wait(60)
    expected = xai.word_vectors(Reading(), tokenizer=READER, texts=["a warm film", "a dull film without jokes"])
    assert widget.spec["words"] == list(expected.labels) == list(widget.vectors.labels)
    np.testing.assert_array_equal(widget.vectors.matrix, expected.matrix)
    assert widget.spec["contexts"][2] == "a warm [film]"
    assert widget.spec["features"] == 6
    told = answered(browser, "near")
    assert (told["id"], told["label"]) == (3, "jokes")
    assert widget.agreement.n == 3
    shares = [one["sought"] for one in browser.of("layout") if one["positions"] is None]
    assert 0.5 in shares


def test_a_reader_that_is_stopped_goes_on_where_it_was():
    HOLD.set()
    CALLS.clear()
    space = Space(reading(Reading(), READER, ["a warm film", "a dull film"]), 5, 2, seed=0, pairs=None)
    steps = space.read()
    assert next(steps) == 0.5
    steps.close()
    assert list(space.read()) == [1.0]
    assert list(space.read()) == []
    assert (len(CALLS), len(space.vectors)) == (2, 6)


def test_a_reader_that_fails_says_so_and_begins_anew(read):
    FAIL.set()
    widget = read(words=5)
    browser = Browser(widget)
    assert "the ink ran out" in answered(browser, "layout")["error"]
    assert widget.vectors is None
    FAIL.clear()
    widget.project("pca")
    assert widget.wait(60)
    assert widget.projection.positions.shape == (5, 2)
    assert len(CALLS) == 2
    lost = read(layer=7)
    assert "layer=7" in answered(Browser(lost), "layout")["error"]
    with pytest.raises(RuntimeError, match="layer=7"):
        lost.save("map.png")
    few = read(["warm"])
    assert "4 to 50,000 words" in answered(Browser(few), "layout")["error"]
    with pytest.raises(TypeError, match="expected a sequence of texts"):
        read("a warm film")


def test_a_saved_notebook_has_a_picture_and_words(make):
    widget = make(word="w1", pairs=PAIRS)
    assert widget.wait(60)
    data, _ = widget._repr_mimebundle_()
    lines = data["text/plain"].splitlines()
    assert lines[0] == "PCA of 30 words by cosine"
    assert f"{widget.projection.recall:.1%}" in lines[1]
    assert lines[2].startswith(f"Nearest to w1 by cosine distance: {widget.neighbours[0].label} ")
    assert f"rank correlation {widget.agreement.correlation:.2f}" in lines[3]
    picture = np.asarray(Image.open(io.BytesIO(base64.b64decode(data["image/png"]))).convert("RGB"))
    assert (picture.std(2) > 20).sum() > 30 * 8  # coloured points


def test_a_word_that_turns_lines_around_is_named_in_what_is_saved():
    widget = xai.EmbeddingExplorer({"cat": [1, 0], "\u202etac": [1, 0.1], "dog": [1, 1], "\x07": [0, 1]}, word="cat")
    assert widget.wait(60)
    data, _ = widget._repr_mimebundle_()
    assert "distance: [U+202E]tac " in data["text/plain"]
    assert not {"\u202e", "\x07"} & set(data["text/plain"])


def test_the_map_is_saved_as_lines_and_as_a_table(tmp_path):
    labels = ["=cmd()", '"/><script>alert(1)</script>', *WORDS[2:]]
    vectors = xai.WordVectors(labels, np.random.default_rng(0).normal(size=(40, 6)))
    widget = xai.EmbeddingExplorer(vectors, words=30, k=4, word="w5")
    for suffix in (".svg", ".csv", ".png"):
        widget.save(tmp_path / f"map{suffix}")
    layout, near = widget.projection, widget._near

    root = ET.parse(tmp_path / "map.svg").getroot()
    assert not [one for one in root.iter() if one.tag.endswith("script")]
    said = [one.text for one in root.iter("{http://www.w3.org/2000/svg}text")]
    assert {"w5", *(labels[i] for i in near.links)} <= set(said)
    dots = [one for one in root.iter("{http://www.w3.org/2000/svg}ellipse") if one.get("fill") != "none"]
    assert len(dots) == 30
    # A line to each true neighbour: strong ones to those that are among the nearest in the plane as well.
    lines = [one.get("stroke") for one in root.iter("{http://www.w3.org/2000/svg}polyline")]
    away = np.hypot(*(layout.positions - layout.positions[5]).T)
    stays = set(near.links) & set(np.argsort(away)[1:5].tolist())
    assert (lines.count("#2563c9"), lines.count("#5c636b")) == (len(stays), 4 - len(stays))

    with (tmp_path / "map.csv").open(encoding="utf-8-sig", newline="") as file:
        head, *rows = csv.reader(file)
    assert head == ["word", "x", "y", "preserved"]
    assert rows[0][0] == "'=cmd()"
    numbers = np.array([row[1:] for row in rows], float)
    np.testing.assert_array_equal(numbers[:, :2].astype(np.float32), layout.positions)
    np.testing.assert_array_equal(numbers[:, 2], layout.kept / 4)
    assert Image.open(tmp_path / "map.png").size == (860, 748)
    with pytest.raises(ValueError, match=r"must end in \.csv, \.html, \.png, \.svg"):
        widget.save(tmp_path / "map.npz")
    widget.close()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"method": "mds"}, "got 'mds'"),
        ({"metric": "dot"}, "got 'dot'"),
        ({"k": 0}, "at least 1, got k=0"),
        ({"words": 2}, "4 to 50,000 words"),
        ({"word": "none"}, "no vector of 'none'"),
        ({"perplexity": 5}, "pca has no parameter 'perplexity'"),
    ],
)
def test_wrong_input_is_refused_at_once(make, options, message):
    with pytest.raises((ValueError, KeyError), match=message):
        make(**options)


def test_a_closed_widget_says_so_and_lets_go(make):
    widget = make()
    widget.close()
    with pytest.raises(RuntimeError, match="This widget is closed"):
        widget.project("pca")
    assert not hasattr(widget, "_space")
