"""Vectors of words from what users have."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch import nn
from transformers import BertConfig, BertModel
from widgets.texts import TOKENIZER

import xai_widgets as xai

ROWS = np.arange(12, dtype=np.float64).reshape(4, 3)
WORDS = ["a", "b", "c", "d"]


def layer():
    return nn.Embedding.from_pretrained(torch.tensor(ROWS), freeze=False)


@pytest.mark.parametrize(
    ("source", "options"),
    [
        (dict(zip(WORDS, ROWS, strict=True)), {}),
        ((WORDS, ROWS), {}),
        (ROWS, {"labels": WORDS}),
        (torch.tensor(ROWS), {"labels": WORDS}),
        (SimpleNamespace(index_to_key=WORDS, vectors=ROWS), {}),
        (SimpleNamespace(wv=SimpleNamespace(index_to_key=WORDS, vectors=ROWS)), {}),
        (layer(), {"labels": {"c": 2, "a": 0, "d": 3, "b": 1}}),
        (layer(), {"tokenizer": SimpleNamespace(get_vocab=lambda: {"d": 3, "a": 0, "b": 1, "c": 2, "added": 9})}),
        (xai.WordVectors(WORDS, ROWS), {}),
    ],
)
def test_tables_of_any_kind_give_the_same_vectors(source, options):
    found = xai.word_vectors(source, **options)
    assert list(found.labels) == WORDS
    assert found.matrix.dtype == np.float32
    assert np.array_equal(found.matrix, ROWS)
    with pytest.raises(ValueError, match="read-only"):
        found.matrix[0, 0] = 1


def test_vectors_of_a_layer_stay_when_it_is_trained_on():
    module = layer()
    found = xai.word_vectors(module, WORDS)
    with torch.no_grad():
        module.weight.zero_()
    assert np.array_equal(found.matrix, ROWS)


@pytest.fixture(scope="module")
def bert():
    torch.manual_seed(0)
    sizes = {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 32}
    return BertModel(BertConfig(vocab_size=len(TOKENIZER), initializer_range=1.0, **sizes)).train()


def test_a_word_in_its_sentence_is_the_mean_of_its_tokens(bert):
    texts = ["warm film", "without film"]
    found = xai.word_vectors(bert, tokenizer=TOKENIZER, texts=texts)
    assert list(found.labels) == ["warm", "film", "without", "film 2"]
    assert found.contexts[3] == "without [film]"
    assert bert.training
    told = TOKENIZER(texts[1], return_tensors="pt", return_offsets_mapping=True)
    spans = told.pop("offset_mapping")[0].tolist()
    with torch.no_grad():
        states = bert.eval()(**told).last_hidden_state[0]
    bert.train()
    inside = [i for i, (a, b) in enumerate(spans) if a < b and a >= 8]
    assert found["film 2"] == pytest.approx(states[inside].mean(0).numpy(), abs=1e-5)
    # The same word elsewhere is another vector, but before the first layer only its place differs.
    assert found.similarity("film", "film 2") < 1 - 1e-6
    first = xai.word_vectors(bert, tokenizer=TOKENIZER, texts=texts, layer=0)
    assert first.similarity("film", "film 2") == pytest.approx(1, abs=1e-9)


@pytest.mark.parametrize(
    ("source", "options", "error", "message"),
    [
        (3, {}, TypeError, "expected vectors of words: .* got int"),
        (ROWS, {}, TypeError, "got ndarray"),
        (layer(), {}, TypeError, "got Embedding"),
        (ROWS, {"texts": ["a"]}, TypeError, "texts= needs a torch model"),
        (ROWS, {"labels": ["a"]}, ValueError, r"got 1 words and \(4, 3\)"),
    ],
)
def test_what_is_no_table_is_refused(source, options, error, message):
    with pytest.raises(error, match=message):
        xai.word_vectors(source, **options)


def test_texts_that_give_no_vectors_are_refused(bert):
    with pytest.raises(TypeError, match="a sequence of texts, got str"):
        xai.word_vectors(bert, tokenizer=TOKENIZER, texts="good film")
    with pytest.raises(ValueError, match="at least one word"):
        xai.word_vectors(bert, tokenizer=TOKENIZER, texts=["!"])
    with pytest.raises(ValueError, match="layer=7 among them, got 3 layers"):
        xai.word_vectors(bert, tokenizer=TOKENIZER, texts=["good film"], layer=7)
