"""A language model's text with one token hidden: what stands before it is not computed again."""

from __future__ import annotations

import pytest
import torch
from transformers import GPT2Config, GPT2LMHeadModel, LlamaConfig, LlamaForCausalLM

import xai_widgets as xai

COUNT, VOCABULARY = 24, 60


def gpt(**more):
    torch.manual_seed(0)
    config = {"n_layer": 2, "n_head": 2, "n_embd": 16, "vocab_size": VOCABULARY, "n_positions": 32, **more}
    return GPT2LMHeadModel(GPT2Config(**config, bos_token_id=0, eos_token_id=0)).eval()


def llama():
    torch.manual_seed(0)
    sizes = {"hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2}
    return LlamaForCausalLM(LlamaConfig(**sizes, num_key_value_heads=1, vocab_size=VOCABULARY)).eval()


@pytest.fixture
def ids():
    return torch.randint(1, VOCABULARY, (COUNT,), generator=torch.Generator().manual_seed(0))


def one_by_one(model, ids, target):
    """Hide each token in a pass of its own, with nothing but torch."""
    vectors = model.get_input_embeddings()(ids).detach()
    losses = []
    with torch.no_grad():
        whole = model(inputs_embeds=vectors[None]).logits[0, -1, target]
        for i in range(COUNT):
            hidden = vectors.clone()
            hidden[i] = 0
            losses.append(float(whole - model(inputs_embeds=hidden[None]).logits[0, -1, target]))
    return losses


@pytest.fixture
def passed():
    """Count the tokens that go through a layer, and the positions that are scored."""
    counts = {"tokens": 0, "scored": 0}

    def watch(model, inner):
        def count(name):
            def hook(_module, given):
                counts[name] += given[0].shape[0] * given[0].shape[1]

            return hook

        inner.register_forward_pre_hook(count("tokens"))
        model.lm_head.register_forward_pre_hook(count("scored"))
        return counts

    return watch


@pytest.mark.parametrize("build", [gpt, llama])
def test_values_are_those_of_whole_passes_for_fewer_tokens(build, ids, passed):
    model = build()
    wanted = one_by_one(model, ids, 7)
    counts = passed(model, model.transformer.h[0].ln_1 if build is gpt else model.model.layers[0].input_layernorm)
    found = xai.attribute(model, ids, "feature_ablation", target=7, baselines="zero")
    assert found.values.reshape(COUNT, -1)[:, 0] == pytest.approx(wanted, abs=1e-5)
    # Predicting the text and comparing both ways take a few whole passes more.
    assert counts["tokens"] < 0.85 * COUNT * (COUNT + 1)
    assert counts["scored"] < 2 * COUNT


def test_tokens_beside_each_other_share_a_pass(ids):
    model, passes = gpt(), []
    model.transformer.h[0].register_forward_pre_hook(lambda _module, given: passes.append(given[0].shape[:2]))
    xai.attribute(model, ids, "feature_ablation", target=7, baselines="zero")
    shared = [(rows, tokens) for rows, tokens in passes if rows > 2]
    assert sum(rows for rows, _ in shared) > COUNT / 2
    # The next ones begin where the first of them differs, not at the beginning of the text.
    assert len({tokens for _, tokens in shared}) > 1
    assert len(passes) < COUNT


def test_looking_around_takes_three_passes_and_a_half_of_the_text(ids):
    model, passes = gpt(), []
    model.transformer.h[0].register_forward_pre_hook(lambda _module, given: passes.append(tuple(given[0].shape[:2])))
    xai.attribute(model, ids, "feature_ablation", target=7, baselines="zero")  # which finds the embedding
    passes.clear()
    xai.attribute(model, ids, "feature_ablation", target=7, baselines="zero")
    # The prediction; the text beside a change of it, whose scores tell of mixing too; that change by what was kept.
    assert passes[:3] == [(1, COUNT), (2, COUNT), (1, COUNT // 2)]
    assert sum(rows for rows, _ in passes[3:]) == COUNT


class Both(GPT2LMHeadModel):
    """Takes a past, but its words look both ways."""

    def forward(self, input_ids=None, past_key_values=None, use_cache=None, logits_to_keep=0, **more):
        found = super().forward(input_ids, past_key_values=past_key_values, use_cache=use_cache, **more)
        found.logits = found.logits + found.logits.mean(1, keepdim=True).roll(1, -1)
        found.logits = found.logits[:, -1:] if logits_to_keep else found.logits
        return found


class Forgetful(GPT2LMHeadModel):
    """Says that it takes a past, and returns none."""

    def forward(self, input_ids=None, past_key_values=None, use_cache=None, logits_to_keep=0, **more):
        return super().forward(input_ids, use_cache=False, logits_to_keep=logits_to_keep, **more)


@pytest.mark.parametrize("kind", [Both, Forgetful])
def test_a_model_that_does_not_go_on_from_what_stands_before_is_passed_whole(kind, ids):
    torch.manual_seed(0)
    model = kind(gpt().config).eval()
    found = xai.attribute(model, ids, "feature_ablation", target=7, baselines="zero")
    assert found.values.reshape(COUNT, -1)[:, 0] == pytest.approx(one_by_one(model, ids, 7), abs=1e-5)
