"""Models of tokens are explained by the vectors that they make of them, one value a token."""

import numpy as np
import pytest
import torch
from anymodel.zoo import build
from captum.attr import LayerIntegratedGradients
from models.test_untouched import assert_same, state
from torch import nn
from transformers import (
    BertConfig,
    BertForSequenceClassification,
    GPT2Config,
    GPT2ForSequenceClassification,
    GPT2LMHeadModel,
    T5Config,
    T5ForSequenceClassification,
)

import xai_widgets as xai

IDS = torch.tensor([5, 9, 30, 7, 2, 7])
MASK = torch.tensor([1, 1, 1, 1, 1, 0])
SHARES = ["integrated_gradients", "input_x_gradient", "deep_lift", "kernel_shap", "feature_ablation", "occlusion"]


def sizes(**more):
    return {"vocab_size": 50, "bos_token_id": None, "eos_token_id": None, **more}


def bert(seed=0):
    torch.manual_seed(seed)
    config = BertConfig(**sizes(hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32),
                        num_labels=3, initializer_range=0.3, pad_token_id=0)  # fmt: skip
    return BertForSequenceClassification(config).double()


def gpt(kind=GPT2LMHeadModel):
    torch.manual_seed(0)
    config = GPT2Config(**sizes(n_embd=16, n_layer=2, n_head=2, n_positions=16), num_labels=3, initializer_range=0.3)
    return kind(config).double()


class Bag(nn.Module):
    """Weights of words, summed."""

    def __init__(self, padding_idx=None):
        super().__init__()
        torch.manual_seed(0)
        self.words, self.head = nn.Embedding(50, 4, padding_idx), nn.Linear(4, 3)
        self.double()

    def forward(self, ids):
        return self.head(self.words(ids).sum(1))


@pytest.mark.parametrize("method", SHARES)
@pytest.mark.parametrize("given", [IDS, IDS[None], IDS.numpy(), {"ids": IDS}, (IDS,)], ids=range(5))
def test_each_word_of_a_linear_model_has_its_own_weight(method, given):
    net = Bag()
    result = xai.attribute(net, given, method, target=1)
    expected = (net.words(IDS) @ net.head.weight[1]).detach()
    np.testing.assert_allclose(result.values, expected, rtol=1e-5, atol=1e-6)


def test_slopes_have_the_norm_of_each_vector():
    net = Bag()
    for method in ("saliency", "smooth_grad"):
        result = xai.attribute(net, IDS, method, target=1)
        np.testing.assert_allclose(result.values, np.full(6, net.head.weight[1].detach().norm()), rtol=1e-5)


def test_baselines_are_vectors_of_words():
    net = Bag(padding_idx=3)
    with torch.no_grad():
        net.words.weight[3] = torch.arange(4)
    weights = (net.words.weight @ net.head.weight[1]).detach()
    for name, base in (("pad", weights[3]), ("mean", weights.mean()), ("zero", 0.0)):
        for method in ("integrated_gradients", "feature_ablation"):
            values = xai.attribute(net, IDS, method, target=1, baselines=name).values
            np.testing.assert_allclose(values, weights[IDS] - base, rtol=1e-5, atol=1e-6)
    with pytest.raises(ValueError, match="no baseline 'mask' for this input"):
        xai.attribute(net, IDS, target=1, baselines="mask")


@pytest.mark.parametrize("masked", [False, True])
def test_a_transformer_gets_captums_values(masked):
    net = bert()
    x = {"input_ids": IDS, "attention_mask": MASK if masked else torch.ones_like(IDS)}
    ours = xai.attribute(net, x, "integrated_gradients", target=2, n_steps=257, tolerance=0.0, spacing="even")

    def forward(ids, mask):
        return net(input_ids=ids, attention_mask=mask).logits

    oracle = LayerIntegratedGradients(forward, net.eval().bert.embeddings.word_embeddings)
    embedded = {"inputs_embeds": net.bert.embeddings.word_embeddings(IDS).detach(), **dict(list(x.items())[1:])}
    vectors = xai.attribute(net, embedded, "integrated_gradients", target=2, n_steps=257, tolerance=0.0, spacing="even")
    np.testing.assert_allclose(ours.values, vectors.values.sum(-1), rtol=1e-5, atol=1e-7)
    # Captum's baseline are tokens: the padding token's vector is zero, as ours.
    base = torch.zeros_like(IDS)[None]
    theirs = oracle.attribute(
        IDS[None], base, target=2, additional_forward_args=(x["attention_mask"][None],), n_steps=256,
        method="riemann_trapezoid", internal_batch_size=16,
    )  # fmt: skip
    # Captum's trapezoid halves other points than the ends.
    np.testing.assert_allclose(ours.values, theirs[0].sum(-1).detach(), rtol=1e-2, atol=1e-3)
    if masked:
        assert ours.values[5] == 0


def test_a_language_model_is_asked_for_its_next_word_after_the_last_that_is_no_padding():
    net = gpt().eval()
    logits = net(input_ids=IDS[None], attention_mask=MASK[None]).logits[0].detach()
    for x, last in ((IDS, 5), ({"input_ids": IDS, "attention_mask": MASK}, 4)):
        result = xai.attribute(net, x, "integrated_gradients", tolerance=0.0)
        expected = net(input_ids=IDS[None]).logits[0, 5].detach() if last == 5 else logits[last]
        np.testing.assert_allclose(result.prediction.scores, expected, rtol=1e-5)
        assert result.target == int(expected.argmax())
        assert f"last position, {last}." in result.notes[0]
    ours = xai.attribute(net, IDS, "feature_ablation", target=11).values
    vectors = net.transformer.wte(IDS).detach()
    hidden = vectors.repeat(6, 1, 1)
    hidden[range(6), range(6)] = 0
    scores = net(inputs_embeds=torch.cat([vectors[None], hidden])).logits[:, -1, 11].detach()
    np.testing.assert_allclose(ours, scores[0] - scores[1:], rtol=1e-4, atol=1e-7)


def test_a_classifier_without_a_padding_token_takes_batches_and_keeps_its_settings():
    net = gpt(GPT2ForSequenceClassification)
    assert net.config.pad_token_id is None
    before = state(net)
    result = xai.attribute(net, IDS, "feature_ablation", target=1)
    assert_same(state(net), before)
    assert net.config.pad_token_id is None
    net.eval()
    vectors = net.transformer.wte(IDS).detach()
    for i in range(6):
        hidden = vectors.clone()
        hidden[i] = 0
        loss = [net(inputs_embeds=v[None]).logits[0, 1].detach() for v in (vectors, hidden)]
        np.testing.assert_allclose(result.values[i], float(loss[0] - loss[1]), rtol=1e-4, atol=1e-7)


def test_a_classifier_that_could_score_fewer_positions_scores_all_of_them():
    """It looks for the last token that is no padding, among those that it was told to leave out."""
    sample = build("sequence classification", "biogpt")
    result = xai.attribute(sample.model, sample.x, "saliency")
    wanted = sample.model(sample.x[None]).logits[0].softmax(0).detach()
    np.testing.assert_allclose(result.prediction.probabilities, wanted, rtol=1e-4)
    assert result.values.all()


def test_the_encoder_of_two_stages_is_explained_not_the_decoder():
    torch.manual_seed(0)
    shape = {"d_model": 16, "d_kv": 8, "d_ff": 32, "num_layers": 1, "num_decoder_layers": 1, "num_heads": 2}
    net = (
        T5ForSequenceClassification(T5Config(**shape, vocab_size=50, num_labels=3, decoder_start_token_id=0))
        .double()
        .eval()
    )
    ids = torch.tensor([5, 9, 30, 7, 1])  # its end of the text is 1
    # From zero on, a norm without a mean is constant and then falls at once, which no integral likes.
    result = xai.attribute(net, {"input_ids": ids}, target=0, baselines="mean", tolerance=0.0, n_steps=1025)
    assert result.values.all()
    assert abs(result.gap) < 1e-2 * np.abs(result.values).max()
    kept = xai.attribute(net, {"input_ids": ids}, "feature_ablation", target=0).values
    hook = net.transformer.encoder.register_forward_pre_hook(
        lambda _m, args, kw: (args, {**kw, "inputs_embeds": zeroed(net, ids), "input_ids": None}), with_kwargs=True
    )
    hidden = net(input_ids=ids[None]).logits[0, 0]
    hook.remove()
    np.testing.assert_allclose(kept[1], float(net(input_ids=ids[None]).logits[0, 0] - hidden), rtol=1e-4)


def zeroed(net, ids):
    vectors = net.transformer.shared(ids)[None].detach().clone()
    vectors[:, 1] = 0
    return vectors


class Uncopyable(Bag):
    def __deepcopy__(self, memo):
        raise TypeError


@pytest.mark.parametrize("kind", [Bag, Uncopyable])
def test_the_model_stays_as_it_was(kind):
    net = kind()
    before = state(net)
    for method in ("integrated_gradients", "kernel_shap"):
        xai.attribute(net, IDS, method)
    assert_same(state(net), before)


class Text(nn.Module):
    def __init__(self, kind):
        super().__init__()
        torch.manual_seed(0)
        self.words = nn.Embedding(50, 6)
        self.body = kind(6, 5, batch_first=True, bidirectional=True)
        self.head = nn.Linear(10, 3)
        self.double()

    def forward(self, ids):
        return self.head(self.body(self.words(ids))[0].mean(1))


@pytest.mark.parametrize("kind", [nn.RNN, nn.LSTM, nn.GRU])
def test_recurrent_classifiers(kind):
    net = Text(kind).train()
    result = xai.attribute(net, IDS, "integrated_gradients", target=1, tolerance=0.0, n_steps=129)
    assert result.gap == pytest.approx(0, abs=1e-4)
    vectors = net.eval().words(IDS).detach().requires_grad_()
    net.head(net.body(vectors[None])[0].mean(1))[0, 1].backward()
    slopes = xai.attribute(net, IDS, "saliency", target=1)
    np.testing.assert_allclose(slopes.values, vectors.grad.norm(dim=-1), rtol=1e-5)
    for method in ("exact_shapley", "occlusion", "lime"):
        assert xai.attribute(net, IDS, method, target=1).values.all()


def test_whole_numbers_that_no_layer_embeds_are_refused():
    with pytest.raises(TypeError, match="must hold floating point numbers"):
        xai.attribute(nn.Linear(6, 3), IDS)

    class Unused(Bag):
        def forward(self, ids):
            return self.head(ids[:, :4].double())

    with pytest.raises(RuntimeError, match="No layer of the model makes vectors"):
        xai.attribute(Unused(), IDS)
    with pytest.raises(ValueError, match="tokens are one row"):
        xai.check(Bag(), IDS.repeat(2, 1))
    with pytest.raises(ValueError, match="'input_ids' is a batch of 2"):
        xai.check(bert(), {"input_ids": IDS.repeat(2, 1)})


def test_several_texts():
    both = xai.attribute(Bag(), [IDS, IDS[:3]], "input_x_gradient", target=1)
    assert [len(one.values) for one in both] == [6, 3]
    np.testing.assert_allclose(both[0].values[:3], both[1].values, rtol=1e-6)
    ids = torch.stack([IDS, IDS.flip(0)])
    for model, given in ((Bag(), ids), (bert(), {"input_ids": ids, "attention_mask": torch.ones_like(ids)})):
        for one, row in zip(xai.attribute(model, given, "input_x_gradient", target=1), ids, strict=True):
            alone = xai.attribute(model, row, "input_x_gradient", target=1)
            np.testing.assert_allclose(one.values, alone.values, rtol=1e-4, atol=1e-6)


class Attentive(nn.Module):
    """Vectors of tokens weighed by a softmax over them: what moves a token's weight moves all of its vector."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.words, self.query, self.head = nn.Embedding(50, 32), nn.Linear(32, 8), nn.Linear(32, 3)
        self.double()

    def forward(self, ids):
        vectors = self.words(ids)
        weights = self.query(vectors).square().sum(-1).softmax(1)
        return self.head((vectors * weights[..., None]).sum(1)).tanh()


def test_the_error_is_that_of_the_tokens_not_of_their_vectors():
    net = Attentive()

    def values(seed, samples):
        return xai.attribute(net, IDS, "expected_gradients", target=1, seed=seed, tolerance=0.0, n_samples=samples)

    true = values(99, 3000).values
    runs = [values(seed, 200) for seed in range(20)]
    missed = [np.linalg.norm(one.values - true) > one.error * np.linalg.norm(true) for one in runs]
    assert sum(missed) <= 3  # of 20, where one is to be expected
