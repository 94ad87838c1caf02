"""A text as a picture, and what a notebook keeps of it."""

import base64
import io
import json

import numpy as np
import pytest
from PIL import Image

from xai_widgets.export import SAVED_VIEW, mimebundle, png
from xai_widgets.export.colours import look_of, ramp
from xai_widgets.export.draw import Pen
from xai_widgets.export.passage import LINE, READABLE, Run, contrast, ink_on, passage, shades, sums, visible, visual
from xai_widgets.export.tones import INK, PAPER, painted, toned
from xai_widgets.results import Attribution, Prediction
from xai_widgets.text import Text, words


def explained(said, values=None, classes=2):
    spans = tuple(words(said))
    values = np.linspace(-1, 1, len(spans)) if values is None else np.array(values)
    chances = np.full(classes, 1 / classes, np.float32)
    labels = tuple(f"class of {i}" for i in range(classes))
    return Attribution(
        values.astype(np.float32), 0, labels[0], Prediction(chances, chances, "classes", labels), method="saliency",
        text=Text(said, spans),
    )  # fmt: skip


def drawn(said, values, width=400, **display):
    pieces = list(words(said))
    scene = passage(said, pieces, np.array(values, float), look_of(np.array(values), **display), width)
    return np.asarray(scene.image())


def test_each_word_stands_on_the_colour_of_its_value():
    image = drawn("good bad", [1.0, -1.0], opacity=1)
    pen = Pen(Image.new("RGB", (1, 1)))
    good, space = round(pen.width("good", 16)), round(pen.width(" ", 16))
    assert (image[3, 0] == ramp("blue_orange")[-1]).all()
    assert (image[3, good + space + 2] == ramp("blue_orange")[0]).all()
    assert (image[3, good + 1] == PAPER).all()
    assert (image[3, -1] == PAPER).all()


def test_what_is_not_drawn_stands_on_paper():
    assert (drawn("good bad", [1.0, -0.1], opacity=1, sign="positive")[3, 60:] == PAPER).all()


@pytest.mark.parametrize("values", [np.linspace(-1, 1, 257), np.linspace(0, 1, 257)])
def test_every_word_can_be_read(values):
    look = look_of(values)
    papers = shades(look, values)
    assert min(contrast(ink_on(paper), paper) for paper in papers) >= READABLE
    assert papers[128 if look.diverging else 0] == pytest.approx(PAPER, abs=1)
    assert contrast(INK, PAPER) == pytest.approx(15.8, abs=0.5)
    assert contrast((0, 0, 0), (255, 255, 255)) == pytest.approx(21)


@pytest.mark.parametrize("values", [np.linspace(-1, 1, 257), np.linspace(0, 1, 257)])
def test_every_word_can_be_read_on_dark_paper_where_the_strongest_is_brightest(values):
    with painted(dark=True):
        look, paper = look_of(values), toned(PAPER)
        papers = shades(look, values)
        assert min(contrast(ink_on(one), one) for one in papers) >= READABLE
    assert papers[128 if look.diverging else 0] == pytest.approx(paper, abs=1)
    for strongest in (papers[-1], papers[0]) if look.diverging else papers[-1:]:
        assert contrast(strongest, paper) >= READABLE
    assert toned(PAPER) == PAPER


def test_lines_are_broken_between_words_and_where_the_text_breaks_them():
    said = "one two three " * 20
    assert drawn(said, np.zeros(60), width=300).shape[0] > 3 * LINE
    assert drawn("one\n\ntwo", [0, 0]).shape[0] == 3 * LINE
    assert drawn("w" * 400, [1.0], width=300).shape[1] == 300
    assert drawn("a " * 50_000, np.zeros(50_000), width=300).shape[0] == 61 * LINE


def test_runs_from_right_to_left_stand_in_that_order():
    def order(*texts):
        found, right = visual([Run(one, None, 1.0) for one in texts])
        return [run.text for run in found], right

    assert order("a", " ", "b") == (["a", " ", "b"], False)
    assert order("see", " ", "שלום", " ", "עולם", " ", "now") == (["see", " ", "עולם", " ", "שלום", " ", "now"], False)
    assert order("שלום", " ", "my", " ", "dear", " ", "עולם") == (["עולם", " ", "my", " ", "dear", " ", "שלום"], True)


def test_what_acts_unseen_is_named():
    assert visible("a\u202eb\x00") == "a[U+202E]b[U+0000]"
    assert visible("é👍🏽") == "é👍🏽"


def test_pieces_are_summed_as_off_screen():
    result = explained("a warm film. It ends.", [1, 2, 3, 4, 5, 6, 7])
    for granularity in ("words", "sentences", "warm|ends"):
        pieces, values = sums(result.text, result.values, granularity)
        got = [(result.text.text[a:b], v) for (a, b), v in zip(pieces, values, strict=True)]
        assert got == result.contributions(granularity)


def test_a_notebook_keeps_a_picture_and_every_word():
    result = explained("a warm film", [0.5, -0.25, 0.0])
    data, _ = mimebundle({"text/plain": "w"}, result, {"granularity": "pattern", "pattern": "warm", "marks": "shade"})
    assert data["text/plain"].splitlines()[-1] == "Words: a +0.5; warm −0.25; film 0"
    image = Image.open(io.BytesIO(base64.b64decode(data["image/png"])))
    assert image.width == 860
    assert data[SAVED_VIEW]["text"].startswith("Why class of 0?")
    assert result.plot().size == image.size


def test_the_twin_of_512_tokens_and_6_classes_is_small():
    said = "This warm, funny and surprisingly moving film is never dull at all. " * 37
    result = explained(said, np.sin(np.arange(len(list(words(said))))), classes=6)
    assert len(result.values) >= 512
    data, metadata = mimebundle({"text/plain": "w"}, result)
    assert len(json.dumps([data, metadata])) <= 200_000
    assert len(png(result)) <= 120_000
