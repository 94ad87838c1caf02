"""Texts, tokenizers and models as they should not be: what is said, and what is shown all the same."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from texts.tokenizers_made import Slow, byte_level, fast, wordpiece
from torch import nn
from widgets.fakes import Browser
from widgets.texts import LABELS, SAID, TOKENIZER, Reader, tokenizer

import xai_widgets as xai

LONG = "a warm film " * 12_000
HOSTILE = "<script>alert(1)</script>\x00\x07 \u202eevil\u202c"


def lengths(texts):
    return [[0.0, float(len(one))] for one in texts]


def test_a_long_text_is_cut_with_a_note_and_fits_into_messages(make_text):
    widget = make_text(text=LONG, tokenizer=tokenizer(model_max_length=512), method="saliency")
    result = widget.result(60)
    assert result.notes[0].startswith("Of the 144,000 characters the first 100,000 are shown")
    assert result.notes[1].startswith("The last 97,960 of 100,000 characters were cut off: the model takes 512")
    assert "to explain the rest, give it as a text of its own" in result.notes[1]
    assert len(widget.spec["text"]) == 100_000
    browser = Browser(widget)
    assert browser.of("map", 1)[-1]["layout"]["cut"] == 97_960
    assert all(sum(map(len, buffers)) < 1_000_000 for _, buffers in browser.messages)


def test_a_function_is_not_asked_about_more_words_than_memory_holds(make_text):
    said = ("one two three " * 1000).strip()
    widget = make_text(lengths, said, tokenizer=None, labels=["no", "yes"], method="feature_ablation")
    result = widget.result(60)
    assert len(result.values) == 2000
    assert "Of the 3,000 words the first 2,000 are explained" in " ".join(result.notes)
    # The others stay in the text that the function is given: all it loses is the word, and a space beside it.
    assert result.contributions()[1] == ("two", pytest.approx(4))


@pytest.mark.parametrize("said", ["a", "👍", HOSTILE, "שלום עולם", "e\u0301" * 3])
def test_odd_texts_are_explained_as_they_are(make_text, said):
    widget = make_text(text=said, method="input_x_gradient")
    result = widget.result(30)
    assert widget.spec["text"] == result.text.text == said
    assert np.isfinite(result.values).all()
    assert not any("cut off" in note for note in result.notes)
    assert Browser(widget).of("map")[-1]["layout"]["cut"] == 0


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        ({"text": "  \n"}, ValueError, "the text is empty: give at least one word"),
        ({"text": "a \ud83d film"}, ValueError, "character 2 is half of a surrogate pair"),
        ({"text": ["a film"]}, TypeError, "needs a text, got list"),
        ({"tokenizer": str.split}, TypeError, "tokenizer must be a transformers tokenizer"),
        ({"model": Reader(size=20)}, ValueError, "The tokenizer does not belong to the model"),
        ({"edits": ["a"]}, TypeError, "edits must be a list of edits of a text"),
        ({"edits": [xai.Delete(0, 99)]}, ValueError, "must lie in the text of 28 characters"),
        ({"target": "god"}, ValueError, "There is no label 'god'"),
        ({"mlm": "bert"}, TypeError, "mlm must be a pair"),
    ],
)
def test_what_is_wrong_is_refused_in_words(make_text, given, error, message):
    with pytest.raises(error, match=message):
        make_text(**{"method": "saliency", **given})


def test_making_one_runs_no_model_and_what_only_a_pass_can_tell_is_shown(make_text, gate):
    gate.clear()
    widget = make_text(method="integrated_gradients", compare="occlusion", target="odd")  # would wait for ever
    assert (widget.spec["labels"], widget.spec["causal"]) == (LABELS, False)
    assert {one["name"]: one["why_not"] for one in widget.spec["methods"]}["cam"] is not None
    widget.explain("saliency", target="bad")
    gate.set()
    assert widget.result(30).label == "bad"
    wrong = make_text(nn.Linear(3, 3), method="saliency")
    with pytest.raises(RuntimeError, match="The model raised RuntimeError"):
        wrong.result(30)
    browser = Browser(wrong)
    browser.say(kind="layers", under="")
    assert browser.wait("layers")["entries"] == []
    browser.say(kind="check", open=True)
    assert "raised RuntimeError" in browser.wait("check", count=2)["error"]


class Speaker(nn.Module):
    """Says of each position which of 120 tokens may follow; nothing but a pass tells so."""

    def __init__(self):
        super().__init__()
        self.words, self.say = nn.Embedding(120, 4), nn.Linear(4, 120)

    def forward(self, input_ids):
        return self.say(self.words(input_ids))


def test_a_language_model_that_does_not_look_like_one_is_known_by_its_first_prediction(make_text):
    widget = make_text(Speaker(), labels=None, method="saliency")
    assert widget.spec["causal"] is False
    result = widget.result(30)
    assert (widget.spec["causal"], widget.spec["labels"]) == (True, None)
    assert result.label == TOKENIZER.decode([result.target])


def test_a_tokenizer_without_offsets_gives_the_same(make_text):
    quick, slow = (make_text(tokenizer=one, method="saliency").result(30) for one in (TOKENIZER, Slow(TOKENIZER)))
    assert quick.text.ids == slow.text.ids
    assert np.array_equal(quick.values, slow.values)


def test_without_a_mask_token_words_are_deleted(make_text):
    widget = make_text(tokenizer=wordpiece(), method="saliency")
    assert widget.spec["mask"] is None
    browser = Browser(widget)
    browser.ask(5, edits=[{"name": "mask", "start": 2, "stop": 6}])
    assert browser.wait("ended", 5)["outcome"] == "failed"
    assert "no mask token" in browser.of("error", 5)[-1]["message"]
    browser.ask(6, edits=[{"name": "delete", "start": 2, "stop": 6}])
    assert browser.wait("ended", 6)["outcome"] == "done"


def test_a_tokenizer_with_neither_padding_nor_a_mask_changes_texts_all_the_same(make_text):
    bare = fast(byte_level())
    assert (bare.pad_token, bare.mask_token) == (None, None)
    widget = make_text(Reader(size=len(bare)), "a warm funny film", tokenizer=bare, method="feature_ablation")
    assert np.isfinite(widget.result(30).values).all()
    browser = Browser(widget)
    browser.ask(5, edits=[{"name": "delete", "start": 2, "stop": 6}])
    assert browser.wait("ended", 5)["outcome"] == "done"
    assert browser.of("map", 5)[-1]["layout"]["text"] == "a funny film"


class Hungry(Reader):
    """Has no memory for texts of more than 9 tokens."""

    def forward(self, input_ids):
        if input_ids.shape[1] > 9:
            msg = "out of memory"
            raise torch.OutOfMemoryError(msg)
        return super().forward(input_ids)


def test_a_version_that_memory_does_not_hold_is_an_error_and_the_widget_goes_on(make_text):
    widget = make_text(Hungry(), method="saliency")
    first = widget.result(30)
    browser = Browser(widget)
    browser.ask(5, edits=[{"name": "replace", "start": 2, "stop": 6, "text": "warm " * 20}])
    assert browser.wait("ended", 5)["outcome"] == "failed"
    assert "memory" in browser.of("error", 5)[-1]["message"]
    browser.ask(6).wait("ended", 6)
    assert np.array_equal(widget.result(30).values, first.values)
    assert widget.edited == SAID
