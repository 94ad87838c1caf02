"""Edits of a text: spans of the original, spliced in one way on both sides of the wire."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xai_widgets.inputs import Delete, Mask, Replace, check_edits, edit_from, edits_between, moved, rewritten
from xai_widgets.wire import Utf16

TEXT = "a very good film"


@pytest.mark.parametrize(
    ("text", "edits", "made"),
    [
        (TEXT, [], TEXT),
        (TEXT, [Delete(2, 6)], "a good film"),
        (TEXT, [Delete(2, 6), Delete(7, 11)], "a film"),
        (TEXT, [Delete(0, 1)], "very good film"),
        (TEXT, [Delete(12, 16)], "a very good"),
        (TEXT, [Delete(0, 16)], ""),
        ("very good.", [Delete(5, 9)], "very ."),
        ("unlike", [Delete(0, 2)], "like"),
        (TEXT, [Mask(2, 6), Replace(12, 16, "book")], "a [M] good book"),
        (TEXT, [Replace(2, 2, "not "), Replace(16, 16, "!")], "a not very good film!"),
        (TEXT, [Delete(2, 6), Replace(7, 11, "")], "a  film"),  # what is replaced by nothing takes no space
        ("a\tb c", [Delete(2, 3)], "a\t c"),  # a tab is no space
        ("👍 good 👎", [Delete(2, 6)], "👍 👎"),
    ],
)
def test_splicing(text, edits, made):
    assert rewritten(text, edits, "[M]") == made


TEXTS = st.text(st.sampled_from("ab .👍"), min_size=1, max_size=12)


@given(TEXTS, st.data())
def test_a_deletion_takes_its_span_and_one_space_at_most_and_replacing_by_the_same_changes_nothing(text, data):
    cuts = sorted(data.draw(st.sets(st.integers(0, len(text)), min_size=2, max_size=2)))
    made = rewritten(text, [Delete(*cuts)])
    exact = text[: cuts[0]] + text[cuts[1] :]
    assert made in {exact, text[: cuts[0]] + text[cuts[1] + 1 :], text[: max(0, cuts[0] - 1)] + text[cuts[1] :]}
    assert made.replace(" ", "") == exact.replace(" ", "")
    assert rewritten(text, [Replace(*cuts, text[cuts[0] : cuts[1]])]) == text


@given(st.text(st.characters(codec="utf-8"), max_size=20))
def test_places_in_units_and_back(text):
    units = Utf16(text)
    starts = units.units(range(len(text) + 1)).tolist()
    assert starts == [len(text[:i].encode("utf-16-le")) // 2 for i in range(len(text) + 1)]
    assert [units.character(one) for one in starts] == list(range(len(text) + 1))


def test_a_place_outside_or_within_a_character_is_refused():
    units = Utf16("a👍")
    with pytest.raises(ValueError, match="the place 2 splits a character"):
        units.character(2)
    for outside in (-1, 4):
        with pytest.raises(ValueError, match=r"must lie in 0\.\.3"):
            units.character(outside)


def test_edits_travel_whole():
    for one in (Replace(1, 1, "x"), Delete(0, 2), Mask(3, 4)):
        assert edit_from(one.to_dict()) == one
        assert eval(repr(one)) == one


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (None, "must be a mapping"),
        ({"name": "explode"}, "there is no edit 'explode' of a text; there are: delete, mask, replace"),
        ({"name": ["delete"]}, "there is no edit"),
        ({"name": "delete", "start": 0}, "has the keys start, stop, got start"),
        ({"name": "delete", "start": 0, "stop": 2, "text": "x"}, "has the keys start, stop, got start, stop, text"),
        ({"name": "replace", "start": 0, "stop": 2, "text": 7}, "text must be a text, got 7"),
        ({"name": "delete", "start": 2, "stop": 2}, "no span from 2 to 2"),
        ({"name": "mask", "start": 3, "stop": 2}, "no span from 3 to 2"),
        ({"name": "delete", "start": -1, "stop": 2}, "no span from -1 to 2"),
        ({"name": "delete", "start": 0.5, "stop": 2}, "whole numbers"),
        ({"name": "delete", "start": True, "stop": 2}, "whole numbers"),
    ],
)
def test_hostile_edits_are_refused_in_words(edit, message):
    with pytest.raises((TypeError, ValueError), match=message):
        edit_from(edit)


def test_edits_are_put_in_order_and_refused_where_they_meet():
    assert check_edits([Delete(7, 11), Delete(2, 6)], TEXT, None) == (Delete(2, 6), Delete(7, 11))
    with pytest.raises(ValueError, match="must not overlap"):
        check_edits([Delete(2, 6), Replace(5, 9, "x")], TEXT, None)
    with pytest.raises(ValueError, match="must lie in the text of 16 characters"):
        check_edits([Delete(2, 17)], TEXT, None)
    with pytest.raises(ValueError, match=r"has no mask token\. Use Delete"):
        check_edits([Mask(2, 6)], TEXT, None)
    with pytest.raises(TypeError, match=r"such as xai\.Delete\(0, 4\), got 'x'"):
        check_edits(["x"], TEXT, None)
    with pytest.raises(ValueError, match="within 100,000 characters"):
        check_edits([Replace(0, 0, "x" * 100_000)], TEXT, None)


@given(TEXTS, TEXTS)
def test_edits_between_two_texts_make_one_of_the_other(text, other):
    edits = edits_between(text, other)
    assert rewritten(text, edits) == other
    assert check_edits(edits, text, None) == edits


def test_edits_between_are_those_of_words():
    assert edits_between(TEXT, "a good film") == (Delete(2, 6),)
    assert edits_between(TEXT, "a very bad film") == (Replace(7, 11, "bad"),)
    # Which of the two spaces is the new one is for difflib to say, and Python 3.13's says otherwise.
    word, mark = edits_between(TEXT, "a not very good film!")
    assert word in {Replace(2, 2, "not "), Replace(1, 1, " not")}
    assert mark == Replace(16, 16, "!")
    assert edits_between(TEXT, TEXT) == ()


@given(TEXTS, st.data())
def test_what_is_not_edited_moves_along(text, data):
    cuts = sorted(data.draw(st.sets(st.integers(0, len(text)), min_size=2, max_size=2)))
    edits = [Replace(*cuts, "xyz")]
    made = rewritten(text, edits)
    for place in (*range(cuts[0]), *range(cuts[1], len(text))):
        assert made[moved(text, edits, place)] == text[place]
