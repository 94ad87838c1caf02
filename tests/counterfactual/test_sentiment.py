"""The real sentence classifier: what it is told would change its mind does."""

import pytest
import torch

import xai_widgets as xai
from xai_widgets import samples

SAID = "A warm, funny and beautifully acted film."


@pytest.fixture(scope="module")
def sentiment():
    return samples.sentiment()


def test_a_few_words_turn_praise_into_blame(sentiment):
    model, tokenizer, _ = sentiment
    found = xai.counterfactuals(model, SAID, "rotten", tokenizer=tokenizer, n=3, insert=False, tries=64)
    assert len(found.candidates) == 3
    assert len(found.candidates[0].edits) <= 2
    for one in found.candidates:
        with torch.no_grad():
            scores = model(**tokenizer(one.text, return_tensors="pt")).logits[0]
        assert model.config.id2label[int(scores.argmax())] == "rotten"
        assert one.delta == pytest.approx(
            float(scores.softmax(0)[found.index]) - found.prediction.probabilities[found.index], abs=1e-5
        )


def test_the_words_of_a_menu_are_words_that_belong_there(sentiment):
    model, tokenizer, _ = sentiment
    at = SAID.index("beautifully")
    *_, found = xai.word_menu(model, SAID, (at, at + len("beautifully")), tokenizer=tokenizer)
    assert {"poorly", "terribly"} & {one.edit.new for one in found.options}
    assert found.options[0].delta < -0.4
