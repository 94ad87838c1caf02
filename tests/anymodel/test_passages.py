"""A text, explained by what a model or a function makes of it."""

import numpy as np
import pytest
import torch
from models.test_untouched import assert_same, state
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from texts.tokenizers_made import Slow, byte_level, fast, wordpiece
from torch import nn
from transformers import (
    BertConfig,
    BertForSequenceClassification,
    GPT2Config,
    GPT2LMHeadModel,
    LlamaConfig,
    LlamaForCausalLM,
)

import xai_widgets as xai
from xai_widgets.inputs import mask_of

SAID = "A warm, funny film without jokes"


def bert(tokenizer, **more):
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(tokenizer), hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32,
        initializer_range=0.3, max_position_embeddings=24, pad_token_id=0, **more,
    )  # fmt: skip
    return BertForSequenceClassification(config).double()


class Bag(nn.Module):
    """Weights of tokens, summed: its explanation is known."""

    def __init__(self, size):
        super().__init__()
        torch.manual_seed(0)
        self.words = nn.Embedding(size, 3)
        self.double()

    def forward(self, tokens):
        return self.words(tokens).sum(1)


@pytest.mark.parametrize(
    "method", ["integrated_gradients", "input_x_gradient", "kernel_shap", "lime", "feature_ablation"]
)
def test_a_bag_of_tokens_gives_each_word_the_weights_of_its_tokens(method):
    tokenizer = wordpiece()
    net = Bag(tokenizer.get_vocab_size())
    found = xai.attribute(net, SAID, method, tokenizer=tokenizer, target=1)
    weights = net.words.weight[list(found.text.ids), 1].tolist()
    tight = 0.02 if method == "lime" else 1e-5  # which shrinks its weights
    assert found.values == pytest.approx(weights, rel=tight, abs=tight)
    assert [word for word, _ in found.contributions()] == ["A", "warm", ",", "funny", "film", "without", "jokes"]
    assert dict(found.contributions())["jokes"] == pytest.approx(
        sum(w for w, (a, _) in zip(weights, found.text.spans, strict=True) if a >= SAID.index("jokes")),
        rel=tight,
        abs=tight,
    )


@pytest.mark.parametrize("method", ["integrated_gradients", "feature_ablation"])
def test_the_tokenizers_mask_is_a_baseline(method):
    """Configurations of models do not name it."""
    tokenizer = fast(wordpiece(), mask_token="[UNK]")
    net = Bag(len(tokenizer))
    found = xai.attribute(net, SAID, method, tokenizer=tokenizer, target=1, baselines="mask")
    weights = net.words.weight[:, 1].detach().numpy()
    assert found.values == pytest.approx(weights[list(found.text.ids)] - weights[tokenizer.mask_token_id], rel=1e-5)
    with pytest.raises(ValueError, match="no baseline 'mask' for this input"):
        xai.attribute(net, SAID, method, tokenizer=fast(wordpiece()), target=1, baselines="mask")


@pytest.mark.parametrize("spelt", ["[MASK]", "<mask>", "<|mask|>"])
def test_the_mask_of_a_tokenizer_that_names_none_is_found_among_its_special_tokens(spelt):
    tokenizer = wordpiece()
    assert mask_of(tokenizer) is None
    tokenizer.add_tokens(["mask"])  # a word, which hides nothing
    assert mask_of(tokenizer) is None
    tokenizer.add_special_tokens([spelt])
    number = tokenizer.token_to_id(spelt)
    assert mask_of(tokenizer) == (number, spelt)
    net = Bag(tokenizer.get_vocab_size())
    found = xai.attribute(net, SAID, "feature_ablation", tokenizer=tokenizer, target=1, baselines="mask")
    weights = net.words.weight[:, 1].detach().numpy()
    assert found.values == pytest.approx(weights[list(found.text.ids)] - weights[number], rel=1e-5)
    masked = list(xai.word_effects(net, SAID, target=1, tokenizer=tokenizer, how="mask"))[-1]
    assert len(masked.options) == len(found.contributions())


def test_a_sentence_classifier_knows_its_labels_and_its_limit_and_stays_as_it_was():
    tokenizer = fast(wordpiece())
    model = bert(tokenizer, id2label={0: "rotten", 1: "fresh"}).train()
    before = state(model)
    found = xai.attribute(model, SAID * 30, tokenizer=tokenizer, target="fresh", n_steps=17)
    assert_same(before, state(model))
    assert found.label == "fresh"
    assert len(found.values) == 24
    assert any(
        f"of {len(SAID) * 30:,} characters were cut off: the model takes 24 tokens" in note for note in found.notes
    )
    # The same tokens, given as such.
    given = tokenizer(SAID)
    apart = xai.attribute(model, {k: torch.tensor(v) for k, v in given.items()}, target=1, n_steps=17)
    text = xai.attribute(model, SAID, tokenizer=tokenizer, target=1, n_steps=17)
    np.testing.assert_allclose(apart.values, text.values, rtol=1e-5, atol=1e-7)
    slow = xai.attribute(model, SAID, tokenizer=Slow(tokenizer), target=1, n_steps=17)
    np.testing.assert_allclose(slow.values, text.values, rtol=1e-5, atol=1e-7)
    assert slow.text == text.text


def test_a_language_model_is_asked_for_its_next_token_by_name():
    tokenizer = fast(byte_level())
    torch.manual_seed(0)
    size = len(tokenizer) + 4  # padded, as many are
    config = GPT2Config(
        vocab_size=size, n_embd=16, n_layer=2, n_head=2, n_positions=32, initializer_range=0.3,
        bos_token_id=None, eos_token_id=None,
    )  # fmt: skip
    model = GPT2LMHeadModel(config).double().eval()
    found = xai.attribute(model, "a warm funny", "input_x_gradient", tokenizer=tokenizer, target=" film")
    scores = model(torch.tensor([tokenizer("a warm funny")["input_ids"]])).logits[0, -1]
    assert found.prediction.scores == pytest.approx(scores.detach().numpy(), rel=1e-5)
    assert found.prediction.labels[found.target] == " film"
    assert found.prediction.labels[-1] == ""
    rather = xai.attribute(model, "a warm funny", "input_x_gradient", tokenizer=tokenizer, target=(" film", " du"))
    other = xai.attribute(model, "a warm funny", "input_x_gradient", tokenizer=tokenizer, target=" du")
    assert rather.values == pytest.approx(found.values - other.values, abs=1e-6)
    with pytest.raises(ValueError, match="There is no label 'films'"):
        xai.attribute(model, "a warm funny", tokenizer=tokenizer, target="films")


@pytest.mark.parametrize("layers", [2, 24])  # where the gradient at zeros is merely huge, and where it overflows
def test_a_language_model_without_a_gradient_at_zeros_is_followed_from_the_mean(layers):
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=50, hidden_size=16, intermediate_size=32, num_hidden_layers=layers, num_attention_heads=2,
        num_key_value_heads=2, initializer_range=0.2, rms_norm_eps=1e-5, pad_token_id=0,
    )  # fmt: skip
    model = LlamaForCausalLM(config).eval()
    tokens, given = torch.tensor([5, 9, 30]), {"target": 7, "n_steps": 33}
    found = xai.attribute(model, tokens, **given)
    assert any("baseline is the mean of all tokens' vectors" in note for note in found.notes)
    chosen = xai.attribute(model, tokens, baselines="mean", **given)
    assert found.values == pytest.approx(chosen.values, rel=1e-4, abs=1e-4)
    assert not any("mean" in note for note in chosen.notes)
    mean = model.get_input_embeddings().weight.mean(0).detach().expand(1, 3, 16)
    rise = found.prediction.scores[7] - model(inputs_embeds=mean).logits[0, -1, 7].item()
    assert found.values.sum() == pytest.approx(rise + found.gap, abs=1e-4)
    # Secants of all its norms in a row, from vectors without a length, would overflow as well.
    secants = xai.attribute(model, tokens, "deep_lift", target=7)
    assert any("baseline is the mean of all tokens' vectors" in note for note in secants.notes)
    assert secants.values.sum() == pytest.approx(rise, rel=1e-2, abs=1e-2)


def test_a_function_of_texts_is_explained_by_its_words():
    said = ["good good film", "bad film", "a good day", "bad bad jokes", "dull", "warm"]
    pipe = make_pipeline(CountVectorizer(), LogisticRegression()).fit(said, [1, 0, 1, 0, 0, 1])
    names, weights = pipe[0].get_feature_names_out(), pipe[1].coef_[0]
    text = "Good film, bad jokes"
    found = xai.attribute(pipe.decision_function, text, "exact_shapley")
    want = [weights[list(names).index(w)] if w in names else 0 for w in ("good", "film", ",", "bad", "jokes")]
    assert [word for word, _ in found.contributions()] == ["Good", "film", ",", "bad", "jokes"]
    assert found.values == pytest.approx(want, abs=1e-6)
    whole = xai.attribute(pipe, text)  # an estimator of texts, which knows its classes
    assert whole.prediction.labels == ("0", "1")
    assert sum(whole.values) == pytest.approx(
        whole.prediction.scores[whole.target] - pipe.predict_proba([""])[0, whole.target], abs=0.02
    )


def test_a_function_sees_its_text_untouched_and_without_what_is_hidden():
    seen = []

    def length(texts):
        seen.extend(texts)
        return np.array([[len(t)] for t in texts], float)

    xai.attribute(length, "  One two,\nthree ", "feature_ablation")
    assert seen[0] == "  One two,\nthree "
    assert {"two,\nthree", "One ,\nthree", "One two\nthree", "One two,"} <= set(seen)


@pytest.mark.parametrize(
    ("given", "error", "said"),
    [
        ({"x": 3}, TypeError, "the input must be a text, got int"),
        ({"x": " "}, ValueError, "the text is empty"),
        ({"tokenizer": "bert"}, TypeError, "tokenizer must be a transformers tokenizer"),
    ],
)  # fmt: skip
def test_wrong_texts_are_refused(given, error, said):
    tokenizer = wordpiece()
    model = Bag(tokenizer.get_vocab_size())
    with pytest.raises(error, match=said):
        xai.attribute(model, **{"x": SAID, "tokenizer": tokenizer, **given})


def test_methods_and_check_take_a_text_too():
    tokenizer = fast(wordpiece())
    net = bert(tokenizer)
    listed = {one.name: one for one in xai.methods(net, SAID, tokenizer=tokenizer)}
    assert listed["attention_rollout"].usable
    assert "picture" in listed["grad_cam"].why_not
    found = xai.check(net, SAID, tokenizer=tokenizer)
    assert found.methods["integrated_gradients"].soundness == "sound"
    assert found.methods["rise"].soundness == "impossible"


@pytest.mark.parametrize("base", ["mean", "white", "noise", 0.7, torch.ones(3), True])
def test_nothing_is_put_in_the_place_of_words(base):
    def count(texts):
        return [[float(len(one.split()))] for one in texts]

    for method in ("occlusion", "kernel_shap"):
        with pytest.raises(ValueError, match=r"taken out of the text.* leave baselines at 'zero'"):
            xai.attribute(count, "one two three", method, baselines=base)
        assert xai.attribute(count, "one two three", method, baselines=0).values == pytest.approx(1)


def test_the_tokenizer_of_another_model_is_refused():
    with pytest.raises(ValueError, match="does not belong to the model: it made a token of number"):
        xai.attribute(Bag(20), SAID, tokenizer=wordpiece())


@pytest.mark.parametrize(("vectors", "refused"), [(1100, False), (1300, True)])
def test_a_tokenizer_that_knows_far_fewer_tokens_is_refused_and_padding_is_not(vectors, refused):
    tokenizer = fast(wordpiece())
    net = bert(tokenizer)
    net.resize_token_embeddings(vectors)  # its numbers are all found in the table, each as another word
    if refused:
        with pytest.raises(ValueError, match=rf"it knows {len(tokenizer)} tokens, and the model has vectors for 1,300"):
            xai.attribute(net, SAID, "saliency", tokenizer=tokenizer)
    else:
        assert len(xai.attribute(net, SAID, "saliency", tokenizer=tokenizer).values)


def test_a_result_keeps_its_text_in_a_file(tmp_path):
    tokenizer = fast(wordpiece())
    found = xai.attribute(bert(tokenizer), "A warm <b>film</b> \u202e☃", "saliency", tokenizer=tokenizer)
    for name in ("a.xai.json", "a.npz"):
        found.save(tmp_path / name)
        again = xai.load(tmp_path / name)
        assert again.text == found.text
        assert again.contributions() == found.contributions()
    with pytest.raises(ValueError, match="contributions needs a result for a text"):
        xai.attribute(nn.Linear(2, 2), torch.ones(2), "saliency").contributions()
