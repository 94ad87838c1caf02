"""A language model in a text widget: what comes next, what stands there already, and why not another token."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from texts.tokenizers_made import byte_level, fast
from transformers import GPT2Config, GPT2LMHeadModel
from widgets.fakes import Browser
from widgets.test_text_asides import ended

import xai_widgets as xai

PROMPT = "a warm 👍 funny"
TOKENIZER = fast(byte_level())
SIZE = len(TOKENIZER) + 4  # padded, as many are


@pytest.fixture(scope="module")
def model():
    torch.manual_seed(0)
    config = GPT2Config(vocab_size=SIZE, n_embd=24, n_layer=2, n_head=2, n_positions=64, bos_token_id=0, eos_token_id=0)
    return GPT2LMHeadModel(config).eval()


@pytest.fixture
def make_causal(make_text, model):
    return lambda text=PROMPT, **options: make_text(model, text, tokenizer=TOKENIZER, labels=None, **options)


def scores(model, text):
    ids = TOKENIZER(text)["input_ids"]
    with torch.no_grad():
        return ids, model(torch.tensor([ids])).logits[0].double().numpy()


def test_the_browser_gets_the_scores_of_all_tokens_and_names_of_the_likeliest(make_causal, model):
    widget = make_causal(method="input_x_gradient")
    browser = Browser(widget)
    assert (widget.spec["causal"], widget.spec["labels"]) == (True, None)
    widget.result(30)
    browser.ask(2, "input_x_gradient", edits=[{"name": "delete", "start": 0, "stop": 1}]).wait("ended", 2)
    _, before = scores(model, PROMPT)
    _, now = scores(model, PROMPT[2:])
    step = np.ptp(now[-1]) / 65534
    np.testing.assert_allclose(browser.array("prediction", "logits", 2), now[-1], atol=step + 1e-6)
    np.testing.assert_allclose(browser.array("prediction", "original_logits", 2), before[-1], atol=step + 1e-6)
    told = browser.of("prediction", 2)[-1]
    assert "probabilities" not in told
    assert told["target"] == int(before[-1].argmax())  # it stays while the text is edited
    names = dict(told["names"])
    assert names[told["target"]] == TOKENIZER.decode([told["target"]])
    assert {int(i) for i in np.argsort(-now[-1])[:200]} <= set(names)
    json.dumps(told, allow_nan=False)


def test_only_the_last_position_is_scored(model):
    rows = []
    watch = model.get_output_embeddings().register_forward_pre_hook(lambda _, given: rows.append(given[0].shape[1]))
    try:
        for method in ("saliency", "attention_lrp", "feature_ablation"):
            xai.attribute(model, PROMPT, method, tokenizer=TOKENIZER)
    finally:
        watch.remove()
    assert set(rows) == {1}


def test_what_stands_in_the_text_is_explained_by_what_stands_before(make_causal, model):
    widget = make_causal(method="input_x_gradient")
    start = PROMPT.index("funny")
    widget.explain(target=xai.TextSpan(start, start + 5))
    result = widget.result(30)
    ids, every = scores(model, PROMPT)
    text = result.text
    places = [i for i, (a, _) in enumerate(text.spans) if a >= start - 1 and text.text[a:].strip().startswith("f")]
    first = places[0]
    chance = sum(every[i - 1][ids[i]] - np.log(np.exp(every[i - 1]).sum()) for i in range(first, len(ids)))
    assert result.prediction.scores[0] == pytest.approx(chance, rel=1e-4)
    assert result.label == "funny"
    assert result.values[-1] == 0  # the last token is read by nobody
    assert np.abs(result.values[:first]).min() > 0


def test_why_this_token_rather_than_that_one(make_causal, model):
    other = TOKENIZER(" film")["input_ids"][0]
    browser = Browser(make_causal(method="input_x_gradient"))
    browser.wait("ended", 1)
    start = len(PROMPT.encode("utf-16-le")) // 2 - 5
    target = {"span": [start, start + 5], "rather": other}
    browser.ask(2, "input_x_gradient", target=target).wait("ended", 2)
    assert not browser.of("error")
    told = browser.of("map", 2)[-1]
    assert told["target"] == told["request"]["target"] == target
    assert "rather than" in told["label"]
    result = browser.widget.attribution
    ids, every = scores(model, PROMPT)
    first = next(i for i, (a, b) in enumerate(result.text.spans) if b > PROMPT.index("funny"))
    assert result.prediction.scores[0] == pytest.approx(
        every[first - 1][ids[first]] - every[first - 1][other], abs=1e-4
    )
    # The same off screen, and by a function of the model's output.
    span = xai.TextSpan(PROMPT.index("funny"), len(PROMPT), other)
    off = xai.attribute(model, PROMPT, "input_x_gradient", tokenizer=TOKENIZER, target=span)
    assert off.label == told["label"]
    np.testing.assert_allclose(off.values, result.values, rtol=1e-4, atol=1e-7)
    plain = xai.attribute(
        model, PROMPT, "input_x_gradient", tokenizer=TOKENIZER,
        target=lambda out: out.logits[:, first - 1, ids[first]] - out.logits[:, first - 1, other],
    )  # fmt: skip
    np.testing.assert_allclose(result.values, plain.values, rtol=1e-4, atol=1e-7)


@pytest.mark.parametrize(("edits", "text"), [([], PROMPT), ([{"name": "delete", "start": 0, "stop": 1}], PROMPT[2:])])
def test_what_might_have_stood_there_is_told_beside_a_question_about_words(make_causal, model, edits, text):
    browser = Browser(make_causal(method="saliency"))
    browser.wait("ended", 1)
    assert "there" not in browser.of("prediction", 1)[-1]
    stop = len(text.encode("utf-16-le")) // 2
    browser.ask(2, "saliency", target={"span": [stop - 5, stop], "rather": None}, edits=edits).wait("ended", 2)
    first, told = browser.of("prediction", 2)
    assert "there" not in first  # what an edit did is not kept waiting
    ids, every = scores(model, text)
    chances = np.exp(every[-2]) / np.exp(every[-2]).sum()
    tokens, shares = zip(*told["there"], strict=True)
    assert list(tokens) == [i for i in np.argsort(-every[-2], kind="stable")[:200].tolist() if i != ids[-1]]
    np.testing.assert_allclose(shares, chances[list(tokens)], rtol=1e-4)
    assert {*tokens} <= set(dict(told["names"]))
    assert len(ids) - 1 == len(TOKENIZER(text[: text.index(" funny")])["input_ids"])


def test_before_the_first_words_nothing_might_have_stood(make_causal):
    browser = Browser(make_causal(method="saliency"))
    browser.wait("ended", 1)
    browser.ask(2, "saliency", target={"span": [0, 2], "rather": None}).wait("error", 2)
    assert all("there" not in told for told in browser.of("prediction", 2))
    assert "nothing stands before" in browser.of("error", 2)[-1]["message"]


def test_beside_a_question_about_words_the_token_likeliest_to_follow_is_told(make_causal, model):
    widget = make_causal(method="saliency")
    widget.result(30)
    more = [xai.Replace(len(PROMPT), len(PROMPT), " film")]
    widget.explain(edits=more, target=xai.TextSpan(len(PROMPT), len(PROMPT) + 5))
    assert widget.result(30).label == "film"
    last = scores(model, PROMPT + " film")[1][-1]
    assert widget.versions[-1]["label"] == TOKENIZER.decode([int(last.argmax())])
    assert widget.versions[-1]["score"] == pytest.approx(float(np.exp(last.max()) / np.exp(last).sum()), rel=1e-4)


def searched(browser, count, **asked):
    browser.say(kind="search", open=True, **asked)
    told = ended(browser, "search", count)
    json.dumps(told, allow_nan=False)
    return told


def test_what_stands_before_is_changed_until_another_token_comes_there(make_causal, model):
    before = "👍 warm film"
    likely, _, rival = np.argsort(-scores(model, before)[1][-1])[:3].tolist()
    word, units = TOKENIZER.decode([likely]), len(before) + 1
    said = f"{before}{word}, too"
    widget = make_causal(said, method="saliency")
    widget.result(30)
    browser = Browser(widget)
    target = {"span": [units, units + len(word)], "rather": None}
    browser.ask(5, "saliency", target=target).wait("ended", 5)
    told = searched(browser, 1, n=2, most=2)
    assert told["error"] is None
    assert told["of"] == word
    assert told["part"] == target  # in UTF-16 units, as it was asked
    assert told["found"]
    for found in told["found"]:
        assert found["text"].endswith(f"{word}, too")
        last = scores(model, found["text"].removesuffix(f"{word}, too"))[1][-1]
        assert found["label"] == TOKENIZER.decode([int(last.argmax())]) != told["of"]
        assert found["score"] == pytest.approx(float(np.exp(last.max()) / np.exp(last).sum()), rel=1e-4)
    browser.ask(6, "saliency", edits=told["found"][0]["edits"], target=target).wait("ended", 6)
    assert widget.edited == told["found"][0]["text"]
    # One token rather than another, of the text as it is now.
    browser.ask(7, "saliency", target={**target, "rather": rival}).wait("ended", 7)
    for found in (told := searched(browser, 2, n=1, most=3))["found"]:
        last = scores(model, found["text"].removesuffix(f"{word}, too"))[1][-1]
        assert last[rival] > last[likely]
    assert told["found"]
    assert told["of"] == TOKENIZER.decode([rival])


def test_the_token_that_is_to_come_next_is_searched_for(make_causal, model):
    likely, wanted = np.argsort(-scores(model, "👍 film")[1][-1])[:2].tolist()
    browser = Browser(make_causal("👍 film", method="saliency"))
    browser.wait("ended", 1)
    told = searched(browser, 1, target=wanted, n=1, most=3)
    assert [found["label"] for found in told["found"]] == [TOKENIZER.decode([wanted])]
    assert int(scores(model, told["found"][0]["text"])[1][-1].argmax()) == wanted
    told = searched(browser, 2, target=likely)
    assert "is predicted already" in told["error"]


def test_relevance_of_what_stands_there_goes_back_from_its_score(make_causal, model):
    span = xai.TextSpan(9, 14)
    widget = make_causal(method="attention_lrp", target=span)
    result = widget.result(30)
    ids, every = scores(model, PROMPT)
    place = next(i for i, (a, b) in enumerate(result.text.spans) if b > 9)
    assert result.prediction.scores[0] == pytest.approx(every[place - 1][ids[place]], abs=1e-4)
    assert any("from the score of each token" in note for note in result.notes)
    assert not any("last position" in note for note in result.notes)
    off = xai.attribute(model, PROMPT, "attention_lrp", tokenizer=TOKENIZER, target=span)
    np.testing.assert_allclose(off.values, result.values, rtol=1e-4, atol=1e-7)
    assert np.abs(off.values[:place]).min() > 0


@pytest.mark.parametrize(
    ("span", "message"),
    [
        (xai.TextSpan(0, 1), "nothing stands before the first token"),
        (xai.TextSpan(50, 60), "no token begins in this part"),
        (xai.TextSpan(9, 14, 10**6), "The model knows"),
    ],
)
def test_a_span_that_nothing_can_be_said_of(make_causal, span, message):
    widget = make_causal(method="saliency")
    widget.result(30)
    widget.explain(target=span)
    with pytest.raises(RuntimeError, match=message):
        widget.result(30)


def test_in_the_middle_of_a_token_that_token_is_meant_and_a_new_line_is_one(model):
    said = PROMPT + "\n\n"
    ids, every = scores(model, said)
    spans = TOKENIZER(said, return_offsets_mapping=True)["offset_mapping"]
    for span, token, label in [((3, 4), spans.index((2, 5)), "war"), ((15, 16), len(ids) - 1, "\n")]:
        found = xai.attribute(model, said, "saliency", tokenizer=TOKENIZER, target=xai.TextSpan(*span))
        assert found.label == label
        chance = every[token - 1][ids[token]] - np.log(np.exp(every[token - 1]).sum())
        assert found.prediction.scores[0] == pytest.approx(chance, rel=1e-4)


def test_a_classifier_is_asked_about_classes(make_text):
    widget = make_text(method="saliency", target=xai.TextSpan(2, 6))
    with pytest.raises(RuntimeError, match="Only a language model, with its tokenizer, finds part of a text likely"):
        widget.result(30)
    with pytest.raises(ValueError, match="Only a language model"):
        xai.attribute(str.split, "a film", target=xai.TextSpan(2, 6))
    with pytest.raises(TypeError, match="Only a language model, with its tokenizer, goes on with a text: name a class"):
        xai.counterfactuals(str.split, "a film", xai.TextSpan(2, 6))
    for wrong in ((3, 3), (-1, 2), (0, 2, -1)):
        with pytest.raises(ValueError, match="no span"):
            xai.TextSpan(*wrong)
    with pytest.raises(TypeError, match="whole numbers"):
        xai.TextSpan(0.5, 2)


def test_code_of_a_span(make_causal):
    widget = make_causal(method="saliency", target=xai.TextSpan(9, 14))
    widget.result(30)
    assert "target=xai.TextSpan(start=9, stop=14, rather_than=None)," in widget.to_code()


def test_a_token_is_asked_about_by_its_text_before_the_model_has_run(make_causal):
    token = TOKENIZER(" film")["input_ids"][0]
    said = TOKENIZER.decode([token])
    widget = make_causal(method="saliency", target=said)
    assert widget.state["request"]["target"] == token
    assert widget.result(30).label == said
    with pytest.raises(ValueError, match="There is no label 'zebra'"):
        make_causal(method="saliency", target="zebra")
