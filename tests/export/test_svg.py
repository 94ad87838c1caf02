"""Lines and letters as SVG: the same drawing as the pixels, and nothing in it runs."""

import io
from dataclasses import replace
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from PIL import Image

import xai_widgets.reports  # noqa: F401  fills the registry of formats
from xai_widgets.evaluations import Curve as Line
from xai_widgets.evaluations import Evaluation, Measure
from xai_widgets.export.picture import png
from xai_widgets.populations import Contributions, Curve, Effects, Importances, Node, Surface, SurrogateTree
from xai_widgets.results import Attribution, Prediction
from xai_widgets.text import Text

NAMES = {one: f"{{http://www.w3.org/2000/svg}}{one}" for one in ("rect", "text", "polyline", "ellipse", "image")}
HOSTILE = '"/><script>alert(1)</script> \u202e & b'
PREDICTION = Prediction(np.array([0.75, 0.25], np.float32), np.zeros(2, np.float32), "classes", ("good", "bad"))
AT = np.linspace(0, 1, 5)


def a_row(*values, names):
    return Attribution(np.array(values, np.float32), 0, "good", PREDICTION, method="occlusion", names=names)


def a_text():
    text = Text("dull, warm", ((0, 4), (4, 5), (6, 10)))
    return Attribution(np.array([-1, 0, 2], np.float32), 0, "good", PREDICTION, method="saliency", text=text)


def curve(name):
    return Curve(name, tuple(AT.tolist()), AT, AT**2, AT * 0 + 0.1, np.float32([AT, 1 - AT]), np.linspace(0, 1, 11))


def an_evaluation():
    lines = (Line("this map", AT, 1 - AT), Line("random order", AT, AT))
    more = {"title": "Deletion", "sentence": "It falls.", "definition": "d", "paper": "p"}
    one = Measure("deletion", value=0.2, error=None, low=0, high=1, better="lower", passed=True, reference=0.5,
                  curves=lines, **more)  # fmt: skip
    return Evaluation((one,), HOSTILE, "passes 1 of 1 checks", 1, 1, believable=True, method="occlusion")


ALL = {
    "row": a_row(1.0, -2.0, names=("age", HOSTILE)),
    "text": a_text(),
    "evaluation": an_evaluation(),
    "curves": Effects(label=HOSTILE, effects=(curve("age"), curve(HOSTILE)), unit="probability"),
    "map": Effects(
        label="x",
        effects=(Surface(("a", "b"), (tuple(AT.tolist()),) * 2, (AT, AT), np.outer(AT, AT), np.outer(AT, AT)),),
    ),
    "importances": Importances(label="x", names=("a", HOSTILE), values=np.array([1.0, 2.0]), interval=np.ones(2)),
    "swarm": Contributions(
        label="x",
        names=("a", "b"),
        values=np.ones(2),
        local=np.eye(2),
        data=np.eye(2),
        error=np.eye(2),
        places=np.arange(2),
    ),
    "tree": SurrogateTree(
        label="x",
        nodes=(Node("", 0, "good", 3, 1.0, leaf=False), Node(HOSTILE, 1, HOSTILE, 3, 1.0, leaf=True)),
        fidelity=1,
        guess=0.5,
        held_out=3,
        measure="agreement",
    ),
}


def saved(result, folder):
    result.save(folder / "x.svg")
    return ET.parse(folder / "x.svg").getroot()


def of(root, name):
    return list(root.iter(NAMES[name]))


@pytest.mark.parametrize("kind", ALL)
def test_nothing_from_outside_is_markup(kind, tmp_path):
    root = saved(ALL[kind], tmp_path)
    names = {one.tag.partition("}")[2] for one in root.iter()}
    assert names <= {"svg", "title", "desc", "rect", "text", "polyline", "polygon", "ellipse", "image"}
    assert all(one.get("href", "data:image/png;").startswith("data:image/png;") for one in root.iter())
    width, height = float(root.get("width")), float(root.get("height"))
    for one in of(root, "text"):
        assert 0 <= float(one.get("x")) <= float(one.get("x")) + float(one.get("textLength")) <= width + 1
        assert 0 < float(one.get("y")) < height
    if HOSTILE in repr(ALL[kind]):
        assert "<script>alert(1)</script>" in "".join(root.itertext())


def test_a_sentence_that_finds_no_room_says_that_it_goes_on(tmp_path):
    (one,) = an_evaluation().measures
    long = replace(one, sentence="It falls soon. " * 20)
    written = [text.text for text in of(saved(replace(an_evaluation(), measures=(long,)), tmp_path), "text")]
    said = [text for text in written if text.startswith(("It falls", "soon", "falls"))]
    assert len(said) == 2
    assert [text.endswith(("…", "...")) for text in said] == [False, True]
    written = [text.text for text in of(saved(an_evaluation(), tmp_path), "text")]
    assert "It falls." in written


def test_bars_are_as_long_as_their_values_and_lie_where_the_pixels_are(tmp_path):
    row = a_row(1.0, -2.0, 0.5, names=("for", "against", "a little"))
    root = saved(row, tmp_path)
    bars = [one for one in of(root, "rect") if float(one.get("height")) == 14]
    widths = [float(one.get("width")) for one in bars]
    assert widths == pytest.approx([widths[0], widths[0] / 2, widths[0] / 4], rel=1e-3)
    zero = float(bars[1].get("x"))
    assert float(bars[0].get("x")) + widths[0] == pytest.approx(zero, abs=0.02), "against lies to the left"
    pixels = np.asarray(Image.open(io.BytesIO(png(row))).convert("RGB")).astype(int)
    assert pixels.shape[:2] == (float(root.get("height")), float(root.get("width")))
    for one in bars:
        x, y = float(one.get("x")) + float(one.get("width")) / 2, float(one.get("y")) + 7
        colour = [int(one.get("fill")[k : k + 2], 16) for k in (1, 3, 5)]
        assert np.abs(pixels[round(y), round(x)] - colour).max() <= 6  # the picture has 256 colours


def test_a_curve_goes_through_its_points(tmp_path):
    root = saved(Effects(label="x", effects=(curve("age"),), unit=""), tmp_path)
    [mean] = [one for one in of(root, "polyline") if one.get("stroke-width") == "3"]
    x, y = np.array([pair.split(",") for pair in mean.get("points").split()], float).T
    assert np.ptp(np.diff(x)) < 0.02
    np.testing.assert_allclose((y[0] - y) / (y[0] - y[-1]), AT**2, atol=1e-3)


def test_words_stand_on_their_colours_in_the_words_of_the_text(tmp_path):
    root = saved(a_text(), tmp_path)
    words = {one.text: one for one in of(root, "text")}
    papers = {(one.get("x"), one.get("fill")) for one in of(root, "rect")}
    colours = {fill for x, fill in papers if x == words["warm"].get("x")}
    assert len(colours) == 1
    assert colours.isdisjoint({"#ffffff", "#fff"})


def test_a_map_of_pixels_has_no_lines(tmp_path):
    with pytest.raises(ValueError, match=r"save this map as \.png"):
        Attribution(np.ones((4, 4), np.float32), 0, "good", PREDICTION, method="saliency").save(tmp_path / "x.svg")
