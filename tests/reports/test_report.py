"""A report says what the numbers say, and nothing in it runs."""

import base64
import dataclasses
import io
import itertools
import re
from html.parser import HTMLParser

import numpy as np
import pytest
from PIL import Image

import xai_widgets as xai
from xai_widgets.changes import Candidate, CellChange, Counterfactuals, Edit, RowCandidate
from xai_widgets.evaluations import Evaluation, Measure
from xai_widgets.picture_changes import PictureCandidate
from xai_widgets.results import Attribution, Prediction
from xai_widgets.text import Text

HOSTILE = "</h1><script>alert(1)</script><img src=x onerror=alert(1)>\u202e"
SAID = "a dull but warm film"
SPANS = ((0, 1), (2, 6), (7, 10), (11, 15), (16, 20))


class Reader(HTMLParser):
    """The text of a page, and its elements in order."""

    def __init__(self, source):
        super().__init__()
        self.words, self.tags = "", []
        self.feed(source)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self.words += " " * (tag not in {"q", "bdi", "strong"})

    def handle_data(self, data):
        self.words += data

    def of(self, name):
        return [attrs for tag, attrs in self.tags if tag == name]


def predicted(first=0.8, labels=("good", "bad", "odd")):
    rest = (1 - first) / 2
    chances = np.array([first, rest, rest], np.float32)
    return Prediction(chances, np.log(chances), "classes", labels)


def a_text(prediction=None, **more):
    values = np.array([0.0, -1.0, 0.0, 3.0, 1.0], np.float32)
    text = Text(SAID, SPANS, (1, 2, 3, 4, 5), (False,) * 5)
    return Attribution(
        values,
        0,
        "good",
        prediction or predicted(),
        method="integrated_gradients",
        params={"n_steps": 8},
        text=text,
        **more,
    )


def a_picture(**more):
    heat = np.zeros((9, 9), np.float32)
    heat[:3, :3], heat[6:, 6:] = 3.0, -1.0
    photo = np.full((18, 18, 3), 99, np.uint8)
    return Attribution(heat, 0, "good", predicted(0.36), method="occlusion", photo=photo, region=(0, 0, 18, 18), **more)


def told(path, *results):
    xai.report(*results, path)
    source = path.read_text(encoding="utf-8")
    page = Reader(source)
    page.words = re.sub(r"\s+", " ", page.words)
    return source, page


@pytest.fixture
def path(tmp_path):
    return tmp_path / "report.html"


def test_a_text_in_words(path):
    made = {"torch": "2.9", "time": "2026-11-22T12:00:00+00:00"}
    _, page = told(path, a_text(error=0.05, gap=-0.25, model_hash="abc", seed=7, provenance=made))
    for sentence in (
        "The model's answer is good , to which it gives 80.0%.",
        "Far behind comes bad with 10.0%.",
        "Most for the model's answer good speak the words warm (+3) and film (+1). Against it speaks dull (−1).",
        "the values are off by about 5.0% at most, in 95 of 100 cases.",
        "The values sum to 3, which misses what they should sum to by 0.25.",
        "was not measured",
        "fingerprint abc",
        "n_steps=8",
        "torch 2.9",
        "2026-11-22 12:00:00 UTC",
    ):
        assert sentence.replace(" ,", ",") in page.words.replace(" ,", ","), sentence


def test_a_picture_by_its_regions(path):
    _, page = told(path, a_picture())
    assert "This is a close call: bad gets 32.0%." in page.words
    assert "What speaks for the model's answer good lies most in the upper left (100% of it)." in page.words
    assert "What speaks against it lies most in the lower right (100% of it)." in page.words
    # 9 of 81 cells hold three quarters of the strength: 6 hold half of it.
    assert "half of its strength lies in 7% of the picture" in page.words
    assert all(image["alt"].startswith("Why good?") for image in page.of("img"))


def test_what_would_change_it(path):
    prediction, other = predicted(), predicted(0.1)
    edit = Edit(11, 15, "replace", "warm", "cold")
    one = Candidate(SAID.replace("warm", "cold"), (edit,), other, -0.7, 0.8)
    changes = Counterfactuals(SAID, prediction, 0, "anything else", (one,), method="fewest_edits")
    _, page = told(path, a_text(), changes)
    assert "1 change is enough: write cold for warm . Then the answer is bad (45.0%)." in page.words.replace(
        "warm.", "warm ."
    )
    row = {"age": 30, HOSTILE: "x"}
    way = RowCandidate({**row, "age": 45}, (CellChange("age", 30, 45),), other, -0.7, 1.0)
    _, page = told(path, Counterfactuals(row, prediction, 0, "bad", (way,), method="genetic"))
    assert "1 change is enough: age from 30 to 45." in page.words
    _, page = told(path, Counterfactuals(row, prediction, 0, "bad", notes=("age is locked.",)))
    assert "None was found. age is locked." in page.words


def test_another_picture_is_shown_beside_the_one_that_was_asked_about(path):
    before, after = predicted(), predicted(0.1)
    pixels = np.full((16, 16, 3), 90, np.uint8)
    mask = np.arange(256).reshape(16, 16) < 64
    way = PictureCandidate(
        np.where(mask[..., None], 0, pixels).astype("u1"), mask, after, -0.7, 0.09, 1.0, regions=(0,)
    )
    found = Counterfactuals(pixels, before, 0, HOSTILE, (way,), method="regions", model_hash="abc")
    source, page = told(path, found)
    assert "What would change it" in page.words
    [image] = page.of("img")
    drawn = Image.open(io.BytesIO(base64.b64decode(image["src"].partition(",")[2])))
    assert drawn.width == 860
    assert "What would make it" in image["alt"]
    assert "Before, after, and what changed." in page.words
    assert "fingerprint abc" in page.words
    assert not page.of("script")
    assert "\u202e" not in source
    _, page = told(path, dataclasses.replace(a_picture(), prediction=before), found)
    assert len(page.of("img")) == 2
    assert page.words.count("What was predicted") == 1, "both are about one input"
    _, page = told(path, dataclasses.replace(found, candidates=()))
    assert "None was found." in page.words
    assert not page.of("img")


def test_how_far_to_trust_it(path):
    paper, definition = "Somebody 2020", "What is left."
    measure = Measure("deletion", "Deletion", 0.5, 0.1, 0, 1, "lower", False, 0.5, "No better.", definition, paper)
    a = a_text(model_hash="abc")
    found = Evaluation(
        (measure,), a.label, "no better than random", 0, 1, believable=False, method=a.method, model_hash="abc"
    )
    other = dataclasses.replace(a, values=-a.values, method="saliency", error=np.inf, fraction=0.5)
    _, page = told(path, a, other, found)
    assert "Do not rely on this map: it is no better than random." in page.words
    assert "Deletion 0.5 ± 0.1 not passed No better." in page.words
    assert "only 50% of the work was done. the error has no bound yet" in page.words
    assert "contradict each other: their rank correlation is −1." in page.words
    with pytest.raises(ValueError, match="not the explanation that it is of"):
        xai.report(found, path)


def test_several_inputs_have_sections_of_their_own_and_headings_in_order(path):
    _, page = told(path, [a_text(), a_picture()], dataclasses.replace(a_text(), method="saliency"))
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch(r"h\d", tag)]
    assert levels.count(1) == 1
    assert levels.count(2) == 2
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
    assert page.words.count("What was predicted") == 2


def test_nothing_in_it_runs_and_nothing_is_fetched(path):
    labels = (HOSTILE, "bad", "odd")
    text = Text(HOSTILE, ((0, 5),) * 5, (), ())
    hostile = dataclasses.replace(
        a_text(predicted(labels=labels)), label=HOSTILE, text=text, method=HOSTILE, notes=(HOSTILE,),
        model_hash=HOSTILE, params={HOSTILE: HOSTILE}, provenance={HOSTILE: HOSTILE},
    )  # fmt: skip
    source, page = told(path, hostile)
    assert not page.of("script")
    assert all(set(one) == {"src", "alt"} and one["src"].startswith("data:image/png;base64,") for one in page.of("img"))
    assert not [attrs for _, attrs in page.tags if "style" in attrs or any(name.startswith("on") for name in attrs)]
    assert "default-src 'none'" in source
    assert "script-src" not in source
    assert "http:" not in source.replace("http://www.w3.org", "")


@pytest.mark.parametrize(
    ("given", "error", "words"),
    [
        ((), TypeError, "the name of a file at the end"),
        ((5,), TypeError, "the name of a file at the end"),
        (("x.html",), ValueError, "needs a result"),
        ((a_text(), "x.pdf"), ValueError, "must end in .html"),
        (("why.xai.json", "x.html"), TypeError, "not of str"),
    ],
)
def test_errors_say_what_is_missing(given, error, words):
    with pytest.raises(error, match=words):
        xai.report(*given)
