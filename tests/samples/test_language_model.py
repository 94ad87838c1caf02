"""The language model sample: it knows the capital of France, and can be explained."""

import pytest
import torch
from torch import nn
from transformers.utils import logging

import xai_widgets as xai
from xai_widgets import samples

ASKED = "The capital of France is"


def test_it_knows_the_capital_of_france(storyteller):
    model, tokenizer = storyteller
    with torch.no_grad():
        p = model(**tokenizer(ASKED, return_tensors="pt")).logits[0, -1].softmax(-1)
    first = p.topk(3).indices
    assert [tokenizer.decode(one) for one in first] == [" Paris", " the", " London"]
    assert p[first[0]].item() == pytest.approx(0.773, abs=0.005)
    assert p[first[1]].item() == pytest.approx(0.065, abs=0.005)


def test_loading_it_touches_no_random_state_and_leaves_progress_bars_as_they_were(storyteller, capfd):
    state = torch.get_rng_state()
    assert logging.is_progress_bar_enabled()
    again = samples.language_model()
    assert logging.is_progress_bar_enabled()
    assert torch.equal(torch.get_rng_state(), state)
    assert capfd.readouterr().err == ""
    assert torch.equal(again.model.lm_head.weight, storyteller.model.lm_head.weight)


def test_it_is_an_ordinary_model_in_evaluation_mode(storyteller):
    model, tokenizer = storyteller
    assert model.dtype == torch.float32
    assert not any(one.training for one in model.modules())
    assert sum(one.numel() for one in model.parameters()) == pytest.approx(134.5e6, rel=0.001)
    assert model.get_output_embeddings().weight is model.get_input_embeddings().weight
    assert isinstance(model.get_input_embeddings(), nn.Embedding)
    assert not hasattr(model.config, "quantization_config")
    assert tokenizer.is_fast
    assert tokenizer(ASKED, return_offsets_mapping=True)["offset_mapping"][-1] == (21, 24)


def test_it_tells_a_story(storyteller):
    model, tokenizer = storyteller
    told = model.generate(
        **tokenizer("Once upon a time, there was a little", return_tensors="pt"), max_new_tokens=4, do_sample=False
    )
    assert tokenizer.decode(told[0]).endswith("a little girl named Emma who")


def test_its_answer_is_explained_by_the_country(storyteller):
    model, tokenizer = storyteller
    found = xai.attribute(model, ASKED, "feature_ablation", tokenizer=tokenizer, target=(" Paris", " Rome"))
    words = dict(found.contributions())
    assert max(words, key=words.get) == "France"
