"""Models of tokens: what is proposed, who judges it, and that nothing is left behind."""

import copy

import pytest
import torch
from anymodel.test_passages import Bag, bert
from models.test_untouched import assert_same, state
from texts.tokenizers_made import byte_level, fast, wordpiece
from transformers import BertConfig, BertForMaskedLM, GPT2Config, GPT2ForSequenceClassification, GPT2LMHeadModel

import xai_widgets as xai
from xai_widgets.api.sources import text_subject
from xai_widgets.inputs import whole_words

SAID = "A warm, funny film without jokes"


def gpt2(kind, tokenizer, **more):
    torch.manual_seed(1)
    config = GPT2Config(
        vocab_size=len(tokenizer), n_embd=16, n_layer=2, n_head=2, n_positions=64, initializer_range=0.3,
        bos_token_id=None, eos_token_id=None, pad_token_id=None, **more,
    )  # fmt: skip
    return kind(config).double().eval()


def classifier(tokenizer, **more):
    return gpt2(GPT2ForSequenceClassification, tokenizer, **more)


def undecided(tokenizer):
    """A random model to which all classes of the text are nearly alike, so that a few edits will do."""
    model = bert(tokenizer, num_labels=4).eval()
    with torch.no_grad():
        model.classifier.bias -= model(**tokenizer(SAID, return_tensors="pt")).logits[0]
        model.classifier.bias[1] += 1e-3
    return model


def masked():
    made = wordpiece()
    made.add_special_tokens(["[MASK]"])
    tokenizer = fast(made, mask_token="[MASK]")
    torch.manual_seed(2)
    config = BertConfig(
        vocab_size=len(tokenizer), hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32,
        initializer_range=0.3, max_position_embeddings=24,
    )  # fmt: skip
    return BertForMaskedLM(config).eval(), tokenizer


def test_texts_of_any_length_are_scored_as_each_alone():
    for tokenizer, make in [(fast(wordpiece()), bert), (fast(byte_level()), classifier)]:
        model = make(tokenizer).eval()
        subject = text_subject(model, SAID, tokenizer=tokenizer)
        texts = [SAID, "dull", "a dull film", "a film", "你好 👍", "unlike a dull film without a joke"]
        found = subject.scorer.all(texts)
        for text, row in zip(texts, found, strict=True):
            with torch.no_grad():
                alone = model(**tokenizer(text, return_tensors="pt")).logits[0]
            assert row.numpy() == pytest.approx(alone.numpy(), rel=1e-9, abs=1e-9)


def test_the_first_order_finds_the_best_word_of_a_linear_model():
    tokenizer = wordpiece()
    net = Bag(tokenizer.get_vocab_size())
    weights = net.words.weight.detach()
    before = int(weights[tokenizer.encode(SAID).ids].sum(0).argmax())
    target = (before + 1) % 3
    words = whole_words(tokenizer)
    found = xai.counterfactuals(
        net, SAID, target, tokenizer=tokenizer, delete=False, insert=False, per_word=1, neighbours=0, max_edits=6
    )
    scores = weights[tokenizer.encode(SAID).ids].sum(0)
    rival = max((i for i in range(3) if i != target), key=lambda i: float(scores[i]))
    gains = weights[:, target] - weights[:, rival]
    best = [i for i in gains.argsort(descending=True).tolist() if words[i] is not None]
    for one in found.candidates:
        for edit in one.edits:
            # The best of all words, or the second where the best is what stands there.
            assert edit.new.lower() in {words[best[0]], words[best[1]]}
    assert found.candidates
    assert found.backwards == 1


def test_neighbours_are_those_whose_vectors_lie_near():
    tokenizer = wordpiece()
    net = Bag(tokenizer.get_vocab_size())
    words = whole_words(tokenizer)
    known = [i for i, word in enumerate(words) if word is not None]
    vectors = torch.nn.functional.normalize(net.words.weight.detach(), dim=1)
    warm = tokenizer.token_to_id("warm")
    near = sorted(known, key=lambda i: -float(vectors[i] @ vectors[warm]))[1:4]
    (*_, last) = xai.word_menu(net, "warm film", (0, 4), tokenizer=tokenizer, n=50, tried=50)
    assert {one.edit.new for one in last.options} >= {words[i] for i in near}
    (*_, few) = xai.counterfactuals_iter(
        net, "warm film", tokenizer=tokenizer, delete=False, insert=False, neighbours=3, max_edits=2, n=9
    )
    allowed = {"warm": {words[i] for i in near}}
    for one in few.candidates:
        for edit in one.edits:
            assert edit.new in allowed.get(edit.old, {edit.new})


@pytest.mark.parametrize("make", ["bert", "gpt2", "bag"])
def test_the_model_as_the_user_calls_it_agrees_and_stays_as_it_was(make):
    tokenizer = fast(byte_level()) if make == "gpt2" else fast(wordpiece())
    model = {
        "bert": lambda: undecided(tokenizer),
        "gpt2": lambda: classifier(tokenizer, num_labels=4),
        "bag": lambda: Bag(len(tokenizer)),
    }[make]()
    model.train()
    before, config = state(model), copy.deepcopy(getattr(model, "config", None))
    random = torch.get_rng_state()
    found = xai.counterfactuals(model, SAID, tokenizer=tokenizer, n=3, tries=100, max_edits=3)
    assert_same(before, state(model))
    assert torch.equal(random, torch.get_rng_state())
    assert config is None or config.to_dict() == model.config.to_dict()
    model.eval()

    def answer(text):
        tokens = tokenizer(text, return_tensors="pt")
        with torch.no_grad():
            out = model(tokens["input_ids"]) if make == "bag" else model(**tokens).logits
        return out[0]

    assert found.forwards > 20
    assert found.candidates
    for one in found.candidates:
        assert one.prediction.scores == pytest.approx(answer(one.text).numpy(), rel=1e-5)
        assert answer(one.text).argmax() != answer(SAID).argmax()


def test_a_run_that_nobody_reads_to_its_end_leaves_nothing_behind():
    tokenizer = fast(wordpiece())
    model = bert(tokenizer).train()
    before = state(model)
    for stop in (1, 2, 5, 9):
        steps = xai.counterfactuals_iter(model, SAID, tokenizer=tokenizer)
        for _ in zip(range(stop), steps, strict=False):
            pass
        steps.close()
        assert_same(before, state(model))


def test_a_masked_model_writes_the_words():
    model, tokenizer = masked()
    judge = Bag(len(tokenizer))
    text = "a warm film"
    words = whole_words(tokenizer)
    with torch.no_grad():
        asked = tokenizer("a [MASK] film", return_tensors="pt")
        logits = model(**asked).logits[0, asked["input_ids"][0].tolist().index(tokenizer.mask_token_id)]
    likely = [words[i] for i in logits.argsort(descending=True).tolist() if words[i] not in {None, "warm"}]
    (*_, last) = xai.word_menu(judge, text, (2, 6), tokenizer=tokenizer, mlm=(model, tokenizer), n=5, tried=4)
    assert {one.edit.new for one in last.options if one.edit.kind == "replace"} == set(likely[:4])
    found = xai.counterfactuals(
        judge, text, tokenizer=tokenizer, mlm=(model, tokenizer), delete=False, replace=False, n=9, per_word=2
    )
    with torch.no_grad():
        asked = tokenizer("a [MASK] warm film", return_tensors="pt")
        logits = model(**asked).logits[0, asked["input_ids"][0].tolist().index(tokenizer.mask_token_id)]
    likely = [words[i] for i in logits.argsort(descending=True).tolist() if words[i] is not None]
    assert found.candidates
    for one in found.candidates:
        for edit in one.edits:
            assert edit.start != 2 or edit.new in likely[:2]


def test_fluency_is_the_mean_log_likelihood_beside_the_originals():
    tokenizer = fast(byte_level())
    judge, reader = classifier(tokenizer, num_labels=3), gpt2(GPT2LMHeadModel, tokenizer)
    found = xai.counterfactuals(judge, SAID, tokenizer=tokenizer, fluency=(reader, tokenizer), n=4, insert=False)

    def likelihood(text):
        ids = tokenizer(text, return_tensors="pt")["input_ids"]
        with torch.no_grad():
            return -float(reader(ids, labels=ids).loss)

    assert found.candidates
    for one in found.candidates:
        assert one.fluency == pytest.approx(likelihood(one.text) - likelihood(SAID), abs=1e-4)
    assert found.candidates[0].fluency >= max(
        one.fluency for one in found.candidates if len(one.edits) == len(found.candidates[0].edits)
    )


def test_a_language_models_next_word_is_changed():
    tokenizer = fast(byte_level())
    model = gpt2(GPT2LMHeadModel, tokenizer)
    text = "a warm funny"
    found = xai.counterfactuals(model, text, tokenizer=tokenizer, n=2)
    for one in found.candidates:
        with torch.no_grad():
            now = [model(**tokenizer(t, return_tensors="pt")).logits[0, -1].argmax() for t in (text, one.text)]
        assert now[0] != now[1]
        assert one.prediction.top(1)[0][0] == tokenizer.decode([int(now[1])])
    assert found.candidates


def test_what_stands_before_is_changed_until_another_token_comes():
    tokenizer = fast(byte_level())
    model = gpt2(GPT2LMHeadModel, tokenizer)

    def scores(text):
        with torch.no_grad():
            return model(**tokenizer(text, return_tensors="pt")).logits[0, -1]

    before = "a warm funny film"
    token = int(scores(before).argmax())
    text = before + tokenizer.decode([token]) + " without jokes"
    ids = tokenizer(text)["input_ids"]
    assert ids[: len(tokenizer(before)["input_ids"])] == tokenizer(before)["input_ids"]
    span = xai.TextSpan(len(before), len(before) + len(tokenizer.decode([token])))
    found = xai.counterfactuals(model, text, span, tokenizer=tokenizer, n=2)
    assert found.original == before
    assert found.candidates
    for one in found.candidates:
        assert int(scores(one.text).argmax()) != token
        assert one.delta < 0
    rival = int(scores(before).topk(4).indices[3])
    other = xai.TextSpan(span.start, span.stop, rather_than=rival)
    found = xai.counterfactuals(model, text, other, tokenizer=tokenizer, n=2)
    assert found.label == f"{tokenizer.decode([rival])} rather than {tokenizer.decode([token])}"
    for one in found.candidates:
        now = scores(one.text)
        assert now[rival] > now[token]  # whatever else is likelier still
    assert found.candidates
    unlikely = before + tokenizer.decode([int(scores(before).argmin())])
    with pytest.raises(ValueError, match="likelier than"):
        xai.counterfactuals(model, unlikely, xai.TextSpan(len(before), len(before) + 1, token), tokenizer=tokenizer)
    with pytest.raises(ValueError, match="nothing stands before"):
        xai.counterfactuals(model, text, xai.TextSpan(0, 1), tokenizer=tokenizer)
    with pytest.raises(TypeError, match="Only a language model"):
        xai.counterfactuals(lambda texts: [[0.0, 1.0]] * len(texts), text, span)


def test_whole_words_are_told_from_parts_and_marks():
    pieces = wordpiece()
    words = whole_words(pieces)
    assert [word for word in words if word and not word.isalpha()] == []
    assert words[pieces.token_to_id("[PAD]")] is None
    assert words[pieces.token_to_id("film")] == "film"
    parts = [i for i in range(pieces.get_vocab_size()) if pieces.id_to_token(i).startswith("##")]
    assert parts
    assert all(words[i] is None for i in parts)
    tokens = byte_level()
    words = whole_words(tokens)
    assert words[tokens.token_to_id("\u0120film")] == "film"
    assert words[tokens.token_to_id("a")] is None  # within words only
    assert whole_words(fast(pieces))[pieces.token_to_id("warm")] == "warm"
