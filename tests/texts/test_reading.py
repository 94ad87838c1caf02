"""Tokens lie where they are in the text that the user gave, whatever the tokenizer makes of it."""

import pytest
import torch
from texts.tokenizers_made import Slow, byte_level, fast, wordpiece

from xai_widgets.inputs import read_text

TRICKY = "  Unlike a café: naïve 你好 👍🏽 שלום e\u0301!\t<b>bold</b> \u202eevil "


def shown(text):
    return [text.text[a:b] for a, b in text.spans]


@pytest.mark.parametrize("make", [wordpiece, byte_level])
@pytest.mark.parametrize("wrap", [lambda made: made, fast], ids=["tokenizers", "transformers"])
def test_spans_cover_the_text_as_it_was_given(make, wrap):
    text, tensors = read_text(TRICKY, wrap(make()))
    assert text.text == TRICKY
    covered = {i for a, b in text.spans for i in range(a, b)}
    assert not "".join(c for i, c in enumerate(TRICKY) if i not in covered).strip("\u202e\u0301 \t")
    assert tensors["input_ids"].tolist() == [list(text.ids)]
    assert len(text.special) == len(text)
    assert text.cut == 0


def test_marks_that_the_tokenizer_adds_stand_for_nothing_and_unknown_words_for_themselves():
    text, _ = read_text("a film zzz€", wordpiece())
    assert text.special == (True, *[False] * (len(text) - 2), True)
    assert text.spans[0] == text.spans[-1] == (0, 0)
    assert "".join(shown(text)) == "afilmzzz€"


def test_a_tokenizer_without_offsets_is_aligned_like_one_that_has_them():
    quick = fast(wordpiece())
    for said in ["Unlike a café: naïve likes", "A dull film without jokes!", "a zzz film, a ☃ film"]:
        want, _ = read_text(said, quick)
        got, tensors = read_text(said, Slow(quick))
        assert got.spans == want.spans, said
        assert got.special == want.special
        assert tensors["attention_mask"].shape == tensors["input_ids"].shape


def test_what_is_too_long_is_cut_and_counted():
    long = "a warm film " * 10_000
    for tokenizer, limit in [
        (fast(wordpiece()), 20),
        (fast(wordpiece(), model_max_length=20), None),
        (wordpiece(), 20),
    ]:
        text, tensors = read_text(long, tokenizer, limit)
        assert tensors["input_ids"].shape == (1, 20)
        assert text.text == long
        assert text.cut == len(long.rstrip()) - max(b for _, b in text.spans) - 1


@pytest.mark.parametrize("empty", ["", "  \n\t"])
def test_an_empty_text_is_refused(empty):
    with pytest.raises(ValueError, match="the text is empty"):
        read_text(empty, wordpiece())


@pytest.mark.parametrize("nonsense", [str.split, 3, object(), torch.nn.Linear(1, 1)])
def test_what_is_no_tokenizer_is_refused(nonsense):
    with pytest.raises(TypeError, match="tokenizer must be a transformers tokenizer"):
        read_text("a film", nonsense)
