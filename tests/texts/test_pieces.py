"""How a text is divided, and how the tokens' values are summed over the pieces."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xai_widgets.text import Text

TEXTS = st.text(st.characters(codec="utf-8"), max_size=60)


def pieces(text, granularity):
    return [text[a:b] for a, b in Text(text, ()).pieces(granularity)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("It's a well-made film.", ["It's", "a", "well-made", "film", "."]),
        ("3.5 of 1,000 stars!", ["3.5", "of", "1,000", "stars", "!"]),
        ("你好\uff0c世界", ["你", "好", "\uff0c", "世", "界"]),
        ("नमस्ते दुनिया", ["नमस्ते", "दुनिया"]),  # marks stay with their letters
        ("cafe\u0301 ok", ["cafe\u0301", "ok"]),
        ("👩\u200d👩\u200d👧 👍🏽!", ["👩\u200d👩\u200d👧", "👍🏽", "!"]),
        ("שלום עולם", ["שלום", "עולם"]),
        ("<b>'x'</b>", ["<", "b", ">", "'", "x", "'", "<", "/", "b", ">"]),
        (" \n\t", []),
    ],
)
def test_words(text, words):
    assert pieces(text, "words") == words


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("One. Two? “Three!” 3.5 stars", ["One.", "Two?", "“Three!”", "3.5 stars"]),
        ("wait... what?!", ["wait...", "what?!"]),
        ("你好。我很好\uff01", ["你好。", "我很好\uff01"]),
        ("a line\nanother", ["a line", "another"]),
        ("no end", ["no end"]),
        ("  ", []),
    ],
)
def test_sentences(text, sentences):
    assert pieces(text, "sentences") == sentences


@given(TEXTS, st.sampled_from(["words", "sentences", r"\w+"]))
def test_pieces_lie_in_order_and_leave_out_nothing_but_spaces(text, granularity):
    spans = Text(text, ()).pieces(granularity)
    assert all(a < b for a, b in spans)
    assert all(b <= c for (_, b), (c, _) in pairwise(spans))
    if granularity == "words":
        left = "".join(
            text[b:c] for b, c in zip([0, *(b for _, b in spans)], [*(a for a, _ in spans), len(text)], strict=True)
        )
        assert not left.strip()


@given(TEXTS.filter(str.strip), st.data())
def test_sums_over_words_lose_no_value(text, data):
    cuts = sorted(data.draw(st.sets(st.integers(0, len(text)), max_size=12)) | {0, len(text)})
    spans = tuple((a, b) for a, b in pairwise(cuts) if text[a:b].strip())
    values = data.draw(st.lists(st.integers(-9, 9), min_size=len(spans), max_size=len(spans)))
    assert sum(v for _, v in Text(text, spans).sums(values, "words")) == sum(values)


def test_a_token_counts_for_the_piece_where_it_begins_and_added_ones_for_none():
    text = Text(
        "unlike cats", ((0, 0), (0, 2), (2, 6), (6, 11), (0, 0)), (1, 5, 6, 7, 2), (True, False, False, False, True)
    )
    assert text.sums([100, 1, 2, 3, 100]) == [("unlike", 3), ("cats", 3)]
    assert text.sums([100, 1, 2, 3, 100], "tokens") == [("un", 1), ("like", 2), (" cats", 3)]
    assert text.sums([100, 1, 2, 3, 100], "like|t") == [("like", 2), ("t", 0)]
    assert (len(text), text.cut) == (5, 0)
    assert Text("one two three ", ((0, 3),)).cut == len("two three")


def test_wrong_questions_are_refused():
    with pytest.raises(ValueError, match=r"one value a token, 1, got 2"):
        Text("a", ((0, 1),)).sums([1, 2])
    with pytest.raises(
        ValueError, match=r"granularity must be one of tokens, words, sentences or a regular expression; '\['"
    ):
        Text("a", ((0, 1),)).pieces("[")
