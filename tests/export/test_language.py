"""Words in pictures: in the language that is written in, and in English where no font has its letters."""

import re
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest
from export.test_svg import ALL, NAMES

from xai_widgets.export import font
from xai_widgets.export.draw import measure
from xai_widgets.export.picture import png
from xai_widgets.language import read_by, spoken, written_in

HAN = r"[\u4e00-\u9fff]"


@pytest.fixture(autouse=True)
def no_fonts(monkeypatch):
    """Pillow's own font alone, whatever this machine has."""
    monkeypatch.setattr(font, "_others", tuple)
    font._writes.cache_clear()
    yield
    font._writes.cache_clear()


def said(drawing):
    return [(one.text or "", dict(one.attrib)) for one in ET.fromstring(drawing).iter(NAMES["text"])]


@pytest.mark.parametrize("kind", ["evaluation", "tree"])
def test_what_is_told_to_who_does_not_see_it_is_in_the_language(kind, tmp_path):
    path = tmp_path / "drawn.svg"
    with written_in("zh"):
        replace(ALL[kind], label="", method="occlusion").save(path)
    [told] = [one.text for one in ET.parse(path).getroot() if one.tag.endswith("desc")]
    for word in ("passes", "passed", "fidelity", "agreement", "rows", "Occlusion", "Deletion"):
        assert word not in told
    for line in told.splitlines()[:-1]:
        assert re.search(HAN, line)


@pytest.mark.parametrize("kind", ["row", "text", "evaluation", "curves", "swarm"])
def test_lines_and_letters_are_in_the_language_without_a_font_for_it(kind, tmp_path):
    path = tmp_path / "drawn.svg"
    with written_in("zh"):
        ALL[kind].save(path)
    chinese = [(words, at) for words, at in said(path.read_bytes()) if re.search(HAN, words)]
    assert len(chinese) >= 2
    for words, at in chinese:
        # Its reader's font writes each sign as wide as high.
        assert float(at["textLength"]) >= len(re.findall(HAN, words)) * float(at["font-size"])
    ALL[kind].save(path)
    assert not any(re.search(HAN, words) for words, _ in said(path.read_bytes()))


def test_pixels_are_in_english_where_no_font_has_the_letters(result, monkeypatch):
    english = png(result)
    with written_in("zh"):
        assert png(result) == english
        assert spoken() == "zh", "words beside the picture stay in it"
        monkeypatch.setattr(font, "_others", lambda: ("msyh.ttc",))
        known, path = font._has_glyph, font._font
        monkeypatch.setattr(font, "_has_glyph", lambda name, one: bool(name) or known(name, one))
        monkeypatch.setattr(font, "_font", lambda _, size: path("", size))
        font._writes.cache_clear()
        assert png(result) != english


def test_a_font_with_some_of_the_letters_alone_is_none(monkeypatch):
    monkeypatch.setattr(font, "_others", lambda: ("arial.ttf",))
    monkeypatch.setattr(font, "_has_glyph", lambda name, one: one.isascii() or (bool(name) and one == "\u4e3a"))
    assert not font._writes("zh")
    assert font._writes("en")


def test_a_line_ends_between_signs_that_have_no_spaces_and_never_before_a_mark():
    pen, text = measure(), "\u5148\u770b\u56fe\u7247\uff0c\u518d\u770b x = 12\u3002" * 9
    lines = pen.wrap(text, 13, 120)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(pen.width(line, 13) <= 120 for line in lines)
    assert not any(line[0] in "\uff0c\u3002" for line in lines)
    assert pen.wrap("two words", 13, 1000) == ["two words"]


def test_a_language_without_words_is_written_in_english():
    for code in ("fr", ""):
        with written_in("zh"), read_by(code):
            assert spoken() == "en"
