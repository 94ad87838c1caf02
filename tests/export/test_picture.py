import base64
import io
import itertools
import time
import unicodedata

import numpy as np
import pytest
from export.conftest import a_result
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageFont, ImageStat, features

from xai_widgets.export import SAVED_VIEW, mimebundle, picture, png, text
from xai_widgets.export.cells import cells
from xai_widgets.export.clusters import in_order
from xai_widgets.export.colours import look_of, ramp
from xai_widgets.export.draw import Pen
from xai_widgets.export.font import lettered
from xai_widgets.export.tones import CHOSEN, INK, PAPER
from xai_widgets.results import Prediction

WASHED = 163
"""What is left of the middle grey, 128, under a map."""


def opened(data):
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def photo_of(image, width=860):
    """The part of the picture where the photo stands, for a photo of 80 by 60."""
    wide = round((width - 72) * 0.64)
    return np.asarray(image.convert("RGB"))[62 : 62 + round(wide * 60 / 80), 24 : 24 + wide].astype(int)


def test_the_png_decodes_and_is_small(result):
    data = png(result)
    image = opened(data)
    assert image.size == picture(result).size
    assert image.size[0] == 860
    assert len(data) <= 300_000
    assert image.convert("RGB").getpixel((2, 2)) == PAPER


def test_the_worst_photo_stays_small():
    noise = np.random.default_rng(0).integers(0, 256, (1024, 768, 3)).astype(np.uint8)
    assert len(png(a_result(photo=noise, region=(0, 0, 768, 1024)))) <= 400_000


def test_256_colours_keep_text_bars_and_photo(result):
    full, small = picture(result), opened(png(result)).convert("RGB")
    a, b = np.asarray(full).astype(int), np.asarray(small).astype(int)
    for colour in (PAPER, INK, CHOSEN):
        assert (b[(a == colour).all(-1)] == colour).all()
    assert np.abs(a - b).mean() < 8


@pytest.mark.parametrize("width", [400, 640, 900])
def test_any_width(result, width):
    assert picture(result, width=width).width == width


@pytest.mark.parametrize(("width", "said"), [(420, 2), (860, 3)])
def test_what_the_colours_mean_is_said_where_there_is_room(monkeypatch, width, said):
    lines = []
    write = Pen.write

    def kept(pen, at, text, *, anchor="l", **options):
        wide = pen.width(text, options.get("size", 14))
        lines.append((at[1], at[0] - {"l": 0, "m": wide / 2, "r": wide}[anchor], wide, text))
        write(pen, at, text, anchor=anchor, **options)

    monkeypatch.setattr(Pen, "write", kept)
    picture(a_result(np.random.default_rng(0).normal(0, 1e-4, (1, 16, 16)).astype(np.float32)), width=width)
    [below] = {y for y, *_, text in lines if text.endswith("e-4") or "0.000" in text}
    legend = sorted((x, wide) for y, x, wide, _ in lines if y == below)
    assert len(legend) == said
    assert all(x + wide < after for (x, wide), (after, _) in itertools.pairwise(legend))


@pytest.mark.parametrize("width", [399, 901, float("nan")])
def test_another_width_is_refused(result, width):
    with pytest.raises(ValueError, match="width must lie in 400"):
        picture(result, width=width)


def test_the_map_lies_in_its_region_alone():
    grey = np.full((60, 80, 3), 128, np.uint8)
    left = np.zeros((1, 16, 16), np.float32)
    left[:, :, :8] = 1
    seen = photo_of(picture(a_result(left, photo=grey), opacity=1))
    x = 504 / 80
    strong = ramp("ember")[-1].astype(int)
    assert (seen[100, round(10 * x) + 8 : round(38 * x)] == strong).all()
    assert (seen[:, : round(10 * x) - 2] == 128).all()
    assert (seen[:, round(70 * x) + 2 :] == 128).all()


def test_a_region_beyond_the_photo_is_cut():
    values = np.zeros((1, 4, 4), np.float32)
    values[:, :, 2:] = 1
    grey = np.full((60, 80, 3), 128, np.uint8)
    seen = photo_of(picture(a_result(values, photo=grey, region=(-80, 0, 80, 60)), opacity=1))
    assert (seen[200, 140:] == ramp("ember")[-1]).all()


@pytest.mark.parametrize(
    "region", [(200, 200, 300, 300), (-9, -9, -5, -5), (79.9, 59.9, 80.4, 60.4), (0, 0, 1e-3, 1e-3)]
)
def test_a_region_off_the_photo_or_tiny_draws(region):
    picture(a_result(region=region))


def test_zero_lets_the_washed_photo_through():
    grey = np.full((60, 80, 3), 128, np.uint8)
    seen = photo_of(picture(a_result(np.zeros((1, 8, 8)), photo=grey, region=None)))
    assert (seen == WASHED).all()


def test_colour_is_washed_out_under_the_map_and_kept_beside_it():
    red = np.zeros((60, 80, 3), np.uint8)
    red[..., 0] = 255
    seen = photo_of(picture(a_result(np.zeros((1, 8, 8)), photo=red)))
    assert (seen[200, 20] == [255, 0, 0]).all()
    assert np.ptp(seen[200, 250]) < 20


SPECKLE = np.random.default_rng(3).normal(size=(1, 100, 100)) * 10 ** np.random.default_rng(4).normal(
    size=(1, 100, 100)
)


def test_speckle_is_smoothed_by_itself_and_a_display_is_followed():
    made = a_result(SPECKLE)
    drawn = {smooth: np.asarray(picture(made, smooth=smooth)) for smooth in (None, 0, 1, 4)}
    assert (drawn[None] == drawn[1]).all()
    assert (drawn[0].shape, drawn[0].tobytes()) != (drawn[1].shape, drawn[1].tobytes())
    assert (drawn[4] != drawn[1]).any()
    for display in (
        {"scale": 0.1},
        {"opacity": 0.1},
        {"mass": 0.3},
        {"sign": "negative"},
        {"colormap": "purple_orange"},
    ):
        assert (np.asarray(picture(made, **display)) != drawn[None]).any(), display
    everything = dict.fromkeys(("scale", "opacity", "mass", "sign", "colormap", "smooth"))
    assert (np.asarray(picture(made, **everything)) == drawn[None]).all()
    with pytest.raises(ValueError, match="smooth must lie in 0"):
        picture(made, smooth=33)


def test_the_bundle_looks_as_the_view_does(result):
    display = {"opacity": 0.9, "sign": "positive", "curtain": 0.5, "layout": "beside", "scale": None, "smooth": 1}
    data, _ = mimebundle({}, result, display)
    assert data["image/png"] == base64.b64encode(png(result, opacity=0.9, sign="positive", smooth=1)).decode()
    assert data["image/png"] != mimebundle({}, result)[0]["image/png"]


def test_what_is_no_number_is_hatched():
    values = np.zeros((1, 8, 8), np.float32)
    values[:, :4] = np.nan
    grey = np.full((60, 80, 3), 128, np.uint8)
    seen = photo_of(picture(a_result(values, photo=grey, region=None)))
    half = len(seen) // 2
    assert len(np.unique(seen[: half - 2].reshape(-1, 3), axis=0)) == 2
    assert (seen[half + 2 :] == WASHED).all()


@pytest.mark.parametrize("shape", [(3, 5, 7), (5, 7), (1, 1, 1), (512, 2, 2), (1, 1, 900)])
def test_any_map_with_and_without_photo(shape):
    for fields in ({}, {"photo": None, "region": None}):
        assert picture(a_result(np.ones(shape), **fields)).width == 860


@pytest.mark.parametrize("shape", [(), (0,), (2, 2, 2, 2), (0, 3, 3), (3, 0, 3)])
def test_what_is_no_map_is_refused_in_words(shape):
    with pytest.raises(ValueError, match="one to three axes"):
        picture(a_result(np.ones(shape)))


label = st.text(max_size=300) | st.sampled_from(
    ["", "\n\n", "\u202e", "漢字", "<script>", "x" * 10**6, "\x00", "a\ud800"]
)
number = st.floats(width=32)


@settings(max_examples=30)
@given(
    st.lists(label, min_size=2, max_size=8),
    st.lists(number, min_size=4, max_size=4),
    st.sampled_from(["classes", "value"]),
)
def test_hostile_labels_and_numbers_draw_and_read(labels, numbers, task):
    given = np.resize(np.array(numbers, np.float32), len(labels))
    prediction = Prediction(given, given, task, tuple(labels))
    made = a_result(np.array(numbers).reshape(1, 2, 2), prediction=prediction, label=labels[1], notes=tuple(labels))
    assert picture(made).width == 860
    assert all(one.isprintable() for line in text(made).split("\n") for one in line)


def test_long_text_ends_in_an_ellipsis_where_its_place_ends():
    pen = Pen(Image.new("RGB", (1, 1)))
    fitted = pen.fit("a rather long label for a class", 14, 100)
    assert fitted.endswith("…")
    assert pen.width(fitted, 14) <= 100
    assert pen.width(fitted[:-1] + "xxx…", 14) > 100
    assert pen.fit("short", 14, 100) == "short"
    assert pen.fit("anything", 14, 0) == "…"


def test_the_words_say_it_all(result):
    lines = text(result).split("\n")
    assert lines[:4] == [
        "Why dog?",
        "Occlusion, values 3 × 16 × 16",
        "error ±5.0%; completeness gap −0.25; 186 forward passes; 1.5 s",
        "Prediction: dog 60.0%, fish 30.0%, cat 10.0%",
    ]
    assert lines[-1] == "Layer: head."


def test_the_strongest_cells_are_named_with_their_place():
    values = np.zeros((1, 40, 40))
    values[0, 3, 20], values[0, 4, 20], values[0, 30, 5] = 2.0, 1.9, -2.5
    assert "Strongest: −2.5 at x 5, y 30; +2 at x 20, y 3" in text(a_result(values))
    assert "Strongest: +3 at 1; −1 at 0" in text(a_result([-1, 3]))
    assert "Strongest: +3" in text(a_result(3))
    assert "All values are zero." in text(a_result(np.zeros((1, 2, 2))))
    assert "No value is a number." in text(a_result(np.full((1, 2, 2), np.nan)))


def test_the_bundle_adds_the_twins_to_a_copy(result):
    live = ({"application/vnd.jupyter.widget-view+json": {"model_id": "1"}, "text/plain": "W()"}, {"a": {}})
    data, metadata = mimebundle(live, result)
    assert opened(base64.b64decode(data["image/png"], validate=True)).width == 860
    assert isinstance(data["image/png"], str)
    assert data["text/plain"] == text(result)
    assert data[SAVED_VIEW] == {"v": 1, "title": "Explanation", "text": text(result)}
    assert data["application/vnd.jupyter.widget-view+json"] == {"model_id": "1"}
    assert metadata == {"a": {}}
    assert live[0].keys() == {"application/vnd.jupyter.widget-view+json", "text/plain"}


def test_without_a_result_the_bundle_can_still_be_filled_at_save():
    data, _ = mimebundle({"text/plain": "W()"}, None)
    assert data == {"text/plain": "W()", SAVED_VIEW: {"v": 1, "title": "Explanation", "text": ""}}


def test_values_that_are_no_map_have_words_only():
    data, _ = mimebundle({}, a_result(np.ones((2, 2, 2, 2))))
    assert "image/png" not in data
    assert "Strongest" in data["text/plain"]


def test_a_row_is_drawn_as_bars_that_are_as_long_as_its_values():
    values = [1.0, -2.0, np.nan, 0.5, *[0.01] * 20]
    names = ("for", "against", "unknown", *[f"column {i}" for i in range(21)])
    drawn = np.asarray(cells(names, np.array(values), look_of(np.array(values)), 500).image()).astype(int)
    middle = (round(500 * 0.46) + 500 - 62) // 2
    ink = np.abs(drawn - drawn.mean(2, keepdims=True)).max(2) > 20
    # The strongest comes first: it is against, to the left and blue, and twice as long as the next.
    bars = [np.flatnonzero(ink[26 * k + 13]) for k in range(3)]
    assert bars[0].max() <= middle < bars[1].min() + 2
    assert len(bars[0]) == pytest.approx(2 * len(bars[1]), abs=4)
    assert drawn[13, bars[0][5], 2] > drawn[13, bars[0][5], 0]
    assert drawn[39, bars[1][5], 0] > drawn[39, bars[1][5], 2]
    data, _ = mimebundle({}, a_result([1.0, -2.0, 0.5], names=("a", "b", "c")))
    assert opened(base64.b64decode(data["image/png"])).width == 860
    assert "Strongest: b −2; a +1; c +0.5" in data["text/plain"]


def test_the_results_know_their_twins(result):
    assert result.plot().size == picture(result).size
    bundle = result._repr_mimebundle_()
    assert opened(bundle["image/png"]).width == 860
    assert bundle["text/plain"] == text(result)


def test_a_large_map_is_described_quickly():
    large = a_result(np.random.default_rng(0).normal(size=(3, 1024, 1024)))
    began = time.process_time()
    text(large)
    assert time.process_time() - began < 2


def test_letters_that_the_font_has_not_get_the_next_best():
    assert lettered("plain − 3", 14)[0] == "plain - 3"
    assert lettered("cafe\u0301", 14)[0] in {"café", "cafe"}
    assert lettered("plain", 14)[0] == "plain"
    own = lettered("plain", 14)[1]
    words, font = lettered("кот", 14)
    assert words == ("кот" if font is not own else "???")
    assert lettered("\U0010fffe", 14)[0] == "?"
    # All that is joined with a sign goes with it.
    family = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
    assert lettered(f"{family} \U0001f44d\U0001f3fd \U0001f1e9\U0001f1ea", 14)[0] == "? ? ?"


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("abc 12", "abc 12"),
        ("שלום", "םולש"),
        ("a (שלום) b", "a (םולש) b"),
        ("שלום (a)", "(a) םולש"),
        ("שלום 42 טוב", "בוט 42 םולש"),
        ("שָׁלוֹם", "םולש"),
    ],
)
def test_letters_stand_in_order_where_no_library_puts_them(said, shown):
    assert in_order(said) == shown
    if not features.check("raqm"):
        pytest.skip("this Pillow has no library to compare with")
    try:
        fonts = [ImageFont.truetype("DejaVuSans.ttf", 24, layout_engine=engine) for engine in ImageFont.Layout]
    except OSError:
        pytest.skip("there is no font that knows the letters")
    bare = "".join(one for one in said if not unicodedata.combining(one))
    as_they_come, ordered, wanted = (
        Image.frombytes("L", mask.size, bytes(mask)).resize((240, 24))
        for mask in (fonts[0].getmask(bare), fonts[0].getmask(shown), fonts[1].getmask(bare))
    )
    far, near = (ImageStat.Stat(ImageChops.difference(one, wanted)).mean[0] for one in (as_they_come, ordered))
    assert near < far / 2 or far == near == 0
