"""One head of one layer at a time, as transformers itself would put it out."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from transformers import BertConfig, BertForSequenceClassification
from widgets.fakes import Browser
from widgets.test_text_asides import ended
from widgets.texts import SAID, TOKENIZER

import xai_widgets as xai


@pytest.fixture(scope="module")
def bert():
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(TOKENIZER), hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32,
        num_labels=3, attn_implementation="eager",
    )  # fmt: skip
    return BertForSequenceClassification(config).eval()


@pytest.fixture
def browser(make_text, bert):
    widget = make_text(bert, method="saliency")
    widget.result(30)
    return Browser(widget)


@pytest.mark.parametrize(("layer", "head"), [(0, 0), (1, 1), (1, None)])
def test_the_weights_are_those_of_the_model(browser, bert, layer, head):
    browser.say(kind="attention", layer=layer, head=head)
    told = ended(browser, "attention")
    assert (told["error"], told["layers"], told["heads"]) == (None, 2, 2)
    want = every(bert)[layer]
    want = want.mean(0) if head is None else want[head]
    sent = browser.array("attention", "weights")
    np.testing.assert_allclose(sent, want, atol=np.ptp(want) / 65534 + 1e-5)
    assert told["size"] == list(want.shape)
    assert told["layout"]["text"] == SAID


def every(bert):
    with torch.no_grad():
        found = bert(**TOKENIZER(SAID, return_tensors="pt"), output_attentions=True)
    return [one[0].numpy() for one in found.attentions]


def test_all_heads_of_a_layer_come_as_bytes_in_small(browser, bert):
    browser.say(kind="heads", layer=1)
    told = ended(browser, "heads")
    assert (told["error"], told["layer"], told["layers"], told["heads"]) == (None, 1, 2, 2)
    want = every(bert)[1]
    np.testing.assert_allclose(browser.array("heads", "weights"), want, atol=np.ptp(want) / 65534 + 1e-5)


def test_heads_over_many_tokens_are_means_over_blocks(make_text, bert):
    browser = Browser(make_text(bert, "a warm film " * 32, method="saliency"))
    browser.wait("ended", 1)
    browser.say(kind="heads", layer=0)
    ended(browser, "heads")
    small = browser.array("heads", "weights")
    assert small.shape == (2, 48, 48)
    browser.say(kind="attention", layer=0, head=1)
    ended(browser, "attention")
    whole = browser.array("attention", "weights")
    assert len(whole) > 96
    assert small[1].mean() == pytest.approx(whole.mean(), rel=0.05)


@pytest.mark.parametrize("layer", [0, 1])
def test_rollout_multiplies_the_layers_up_to_one(browser, bert, layer):
    first, second = (
        (w + np.eye(len(w))) / (w + np.eye(len(w))).sum(1, keepdims=True) for w in (one.mean(0) for one in every(bert))
    )
    browser.say(kind="attention", layer=layer, head=None, rollout=True)
    assert ended(browser, "attention")["error"] is None
    found = browser.array("attention", "weights")
    np.testing.assert_allclose(found, second @ first if layer else first, atol=2e-5)
    if layer:  # The method of that name asks where the score is read: here at the first token.
        plain = xai.attribute(bert, SAID, "attention_rollout", tokenizer=TOKENIZER)
        np.testing.assert_allclose(found[0], plain.values, atol=2e-5)


def test_it_follows_the_edits(browser):
    browser.ask(5, edits=[{"name": "delete", "start": 2, "stop": 6}]).wait("ended", 5)
    browser.say(kind="attention", layer=0, head=0)
    told = ended(browser, "attention")
    assert told["layout"]["text"] == browser.widget.edited
    assert told["size"][0] == told["layout"]["tokens"]["shape"][0]


@pytest.mark.parametrize(
    ("layer", "head", "message"),
    [(2, 0, "runs 2 attentions"), (1, 5, "attention 1 has 2 heads"), (10**9, None, "runs")],
)
def test_what_is_not_there_is_said(browser, layer, head, message):
    browser.say(kind="attention", layer=layer, head=head)
    assert message in ended(browser, "attention")["error"]
    if head is None:
        browser.say(kind="heads", layer=layer)
        assert message in ended(browser, "heads")["error"]


def test_a_model_without_attention(make_text, bert):
    widget = make_text(method="saliency")
    assert (widget.spec["attends"], make_text(bert, method="saliency").spec["attends"]) == (False, True)
    widget.result(30)
    browser = Browser(widget)
    browser.say(kind="attention", layer=0, head=None)
    assert "no attention that can be seen" in ended(browser, "attention")["error"]
    other = xai.TextExplainer(lambda texts: [[0.0, 1.0]] * len(texts), "A film", method="feature_ablation")
    other.result(30)
    browser = Browser(other)
    browser.say(kind="attention", layer=0, head=None)
    assert "A function of texts has no attention" in ended(browser, "attention")["error"]
    other.close()
