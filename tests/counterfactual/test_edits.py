"""Texts with changes: what is left is spaced as one would write it, in any script."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xai_widgets.changes import Edit
from xai_widgets.counterfactual import deletion, editable, insertion, replacement, rewritten
from xai_widgets.counterfactual.choosing import choose, overlap
from xai_widgets.counterfactual.edits import gaps, similarity


def span(text, word):
    return text.index(word), text.index(word) + len(word)


@pytest.mark.parametrize(
    ("text", "word", "want"),
    [
        ("A dull film.", "A", "dull film."),
        ("A dull film.", "dull", "A film."),
        ("A dull film.", "film", "A dull."),
        ("A dull film", "film", "A dull"),
        ("  A dull film", "A", "  dull film"),
        ("one,\ntwo three", "two", "one,\nthree"),
        ("你好世界", "好", "你世界"),
        ("שלום עולם טוב", "עולם", "שלום טוב"),
        ("ok 👩\u200d👩\u200d👧 fine", "👩\u200d👩\u200d👧", "ok fine"),
        ("cafe\u0301 bad", "cafe\u0301", "bad"),
        ("(dull) film", "dull", "() film"),
    ],
)
def test_a_word_leaves_no_gap(text, word, want):
    assert rewritten(text, [deletion(text, span(text, word))]) == want


@pytest.mark.parametrize(
    ("text", "before", "new", "want"),
    [
        ("A film.", "film", "dull", "A dull film."),
        ("A film.", "A", "Not", "Not A film."),
        ("你好", "好", "不", "你不好"),
        ("so-so film", "film", "\u4e0d", "so-so \u4e0dfilm"),
    ],
)
def test_a_word_put_in_gets_its_space(text, before, new, want):
    assert rewritten(text, [insertion(text.index(before), new)]) == want


def test_the_last_gap_is_before_the_final_mark():
    text = "A film."
    assert gaps(text, editable(text)) == [0, 2, 6]
    assert rewritten(text, [insertion(6, "indeed")]) == "A film indeed."


def test_edits_go_together_in_any_order():
    text = "A dull, lifeless film"
    edits = [
        deletion(text, span(text, "lifeless")),
        replacement(text, span(text, "dull"), "warm"),
        insertion(0, "not"),
        insertion(len(text), "indeed"),
    ]
    assert rewritten(text, edits) == rewritten(text, edits[::-1]) == "not A warm, film indeed"


@pytest.mark.parametrize(
    ("old", "new", "want"),
    [("Film", "movie", "Movie"), ("FILM", "movie", "MOVIE"), ("film", "Oslo", "Oslo"), ("A", "the", "The")],
)
def test_a_replacement_is_written_in_the_case_of_the_word(old, new, want):
    assert replacement(old, (0, len(old)), new).new == want


def test_what_nobody_sees_is_not_offered_for_change():
    text = "a \u202eevil\u202c b"
    assert [text[a:b] for a, b in editable(text)] == ["a", "evil", "b"]


TEXTS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=40)


@given(TEXTS, st.data())
def test_whatever_is_deleted_all_else_stays(text, data):
    spans = editable(text)
    gone = data.draw(st.sets(st.sampled_from(spans))) if spans else set()
    after = rewritten(text, [deletion(text, one) for one in gone])
    cut = "".join(c for i, c in enumerate(text) if not any(a <= i < b for a, b in gone))
    assert "".join(after.split()) == "".join(cut.split())
    if not gone:
        assert after == text


@given(TEXTS, st.text(st.characters(categories=["L"]), min_size=1, max_size=5), st.data())
def test_whatever_is_put_in_all_else_stays(text, new, data):
    places = gaps(text, editable(text))
    if places:
        at = data.draw(st.sampled_from(places))
        after = rewritten(text, [insertion(at, new)])
        assert "".join(after.split()) == "".join((text[:at] + new + text[at:]).split())
        assert len(after) - len(text) - len(new) in {0, 1, 2}


def test_similarity_counts_words():
    text = "a b c d"
    assert similarity(text, frozenset()) == 1.0
    assert similarity(text, frozenset([deletion(text, (0, 1))])) == 0.75
    assert similarity(text, frozenset([insertion(0, "x")])) == 0.8


def a_state(*places, new=""):
    return frozenset(Edit(p, p + 1, "delete" if not new else "replace", "x", new) for p in places)


def test_those_chosen_are_few_edits_first_then_unlike_each_other():
    near, same, other, big = a_state(0), a_state(0, new="y"), a_state(1), a_state(2, 3)
    order = {near: 0.0, same: 1.0, other: 2.0, big: 3.0}.__getitem__
    assert choose([big, other, same, near], 3, order) == [near, other, big]
    assert choose([big, other, same, near], 4, order) == [near, other, big, same]
    assert choose([], 3, order) == []
    assert overlap(near, same) == 1.0
    assert overlap(frozenset([insertion(0, "Not")]), frozenset([insertion(5, "not")])) == 1.0
