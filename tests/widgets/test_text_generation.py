"""A language model goes on with the text, and each new token is explained."""

from __future__ import annotations

import io
import itertools
import json
import threading

import numpy as np
import pytest
import torch
from PIL import Image
from transformers import GPT2Config, GPT2LMHeadModel
from widgets.fakes import Browser
from widgets.test_text_asides import ended
from widgets.test_text_causal import PROMPT, SIZE, TOKENIZER, make_causal, model  # noqa: F401  fixtures

import xai_widgets as xai
from xai_widgets.attribution.runs import AGAIN, MIXED
from xai_widgets.models.continuations import drawn


@pytest.fixture
def widget(make_causal):  # noqa: F811
    made = make_causal(method="saliency")
    made.result(30)
    return made


def test_the_likeliest_tokens_are_those_of_the_model_itself(widget, model):  # noqa: F811
    found = widget.generate(6, temperature=0, timeout=60)
    ids = TOKENIZER(PROMPT)["input_ids"]
    for token, spelt, chance in found.tokens:
        with torch.no_grad():
            scores = model(torch.tensor([ids])).logits[0, -1]
        assert token == int(scores.argmax())
        assert spelt == TOKENIZER.decode([token])
        assert chance == pytest.approx(float(scores.softmax(-1)[token]), rel=1e-4)
        ids = [*ids, token]
    assert found.prompt + found.text == TOKENIZER.decode(ids)
    assert found.fraction == 1


def test_a_seed_draws_the_same_and_leaves_the_users_random_numbers_alone(widget):
    before = torch.get_rng_state()
    one, same, other = (widget.generate(8, temperature=2.0, seed=seed).tokens for seed in (1, 1, 2))
    assert one == same != other
    assert torch.equal(before, torch.get_rng_state())


def test_drawing():
    scores = torch.tensor([0.0, 1.0, 2.0, 3.0])
    generator = torch.Generator().manual_seed(0)
    counts = np.bincount([drawn(scores, 0.5, 2, generator) for _ in range(2000)], minlength=4)
    assert counts[:2].sum() == 0
    assert counts[3] / 2000 == pytest.approx(1 / (1 + np.exp(-2)), abs=0.03)
    assert drawn(scores, 0, 0, generator) == 3


def test_each_row_is_the_explanation_of_its_token(widget):
    found = widget.generate(3, temperature=1.0, seed=4)
    whole = found.whole
    assert whole.text == found.prompt + found.text
    assert found.rows.shape == (len(whole) - found.first, len(whole))
    for row, place in zip(found.rows, range(found.first, len(whole)), strict=True):
        assert np.isnan(row[place:]).all()
        alone = xai.attribute(
            widget._given["model"], whole.text, "input_x_gradient", tokenizer=TOKENIZER,
            target=lambda out, p=place: out.logits[:, p - 1].log_softmax(-1)[:, whole.ids[p]],
        )  # fmt: skip
        np.testing.assert_allclose(row[:place], alone.values[:place], rtol=1e-3, atol=1e-6)


TURNS = threading.Semaphore(0)


class Slow(GPT2LMHeadModel):
    """A language model that takes each pass when it is told to, once it is to wait."""

    waits = False

    def forward(self, *args, **kwargs):
        if Slow.waits:
            TURNS.acquire(timeout=30)
        return super().forward(*args, **kwargs)


@pytest.fixture
def slow(make_text, monkeypatch):
    torch.manual_seed(0)
    config = GPT2Config(vocab_size=SIZE, n_embd=16, n_layer=1, n_head=2, n_positions=64, bos_token_id=0, eos_token_id=0)
    made = make_text(Slow(config).eval(), PROMPT, tokenizer=TOKENIZER, labels=None, method="saliency")
    made.result(30)
    monkeypatch.setattr(Slow, "waits", True)
    yield made
    TURNS.release(1000)
    made._asides.generated.stop()
    made._asides.generated.wait(30)
    while TURNS.acquire(blocking=False):
        pass


def test_each_token_and_each_row_is_told_as_soon_as_it_is_there(slow):
    browser = Browser(slow)
    slow._asides.generated.interval = 0.0
    browser.say(kind="generate", count=3, temperature=0, top=0, seed=0)
    told = [browser.wait("generated")]
    for _ in range(6):  # a pass a token, and a pass a row
        assert told[-1]["running"]
        TURNS.release()
        told.append(browser.wait("generated", count=len(told) + 1))
    assert [len(one["tokens"]) for one in told] == [0, 1, 2, 3, 3, 3, 3]
    assert [one["rows"] and one["rows"]["shape"][0] for one in told] == [None] * 4 + [1, 2, 3]
    for one, longer in itertools.pairwise(told):
        assert longer["text"].startswith(one["text"])
        assert longer["tokens"][: len(one["tokens"])] == one["tokens"]
        assert longer["fraction"] > one["fraction"]
    assert ended(browser, "generated")["tokens"] == told[-1]["tokens"]


def test_a_stop_in_the_middle_keeps_what_was_written(slow):
    browser = Browser(slow)
    slow._asides.generated.interval = 0.0
    browser.say(kind="generate", count=5, temperature=0, top=0, seed=0)
    for number in (2, 3):
        TURNS.release()
        browser.wait("generated", count=number)
    browser.say(kind="generate", count=0)
    TURNS.release(1000)  # whoever did not stop would go on to the end
    told = ended(browser, "generated")
    assert (told["count"], told["error"], told["rows"]) == (5, None, None)
    assert 2 <= len(told["tokens"]) <= 3  # the pass that had begun is the last
    assert told["fraction"] < 0.5


def test_what_was_written_is_told_with_its_map_and_shown_by_an_ask(widget):
    browser = Browser(widget)
    browser.say(kind="generate", count=5, temperature=0, top=0, seed=0)
    told = ended(browser, "generated")
    assert (told["count"], told["error"], told["fraction"]) == (5, None, 1.0)
    assert len(told["tokens"]) == 5
    rows = browser.array("generated", "rows")
    assert rows.shape == (len(rows), told["layout"]["tokens"]["shape"][0])
    assert told["layout"]["text"] == PROMPT + told["text"]
    assert np.isnan(rows[0, told["first"] :]).all()
    json.dumps([content for content, _ in browser.messages], allow_nan=False)
    # What was written is shown by an ask, as any edit.
    units = len(PROMPT.encode("utf-16-le")) // 2
    browser.ask(99, edits=[{"name": "replace", "start": units, "stop": units, "text": told["text"]}])
    browser.wait("ended", 99)
    assert widget.edited == PROMPT + told["text"]


def test_a_full_text_and_a_classifier_cannot_go_on(make_causal, make_text):  # noqa: F811
    widget = make_causal("a warm film " * 40, method="saliency")
    widget.result(30)
    with pytest.raises(RuntimeError, match="fills the 64 tokens"):
        widget.generate(3)
    other = make_text(method="saliency")
    with pytest.raises(RuntimeError, match="Only a language model can go on"):
        other.generate(3)
    browser = Browser(other)
    browser.say(kind="generate", count=3)
    assert "no answer to 'generate'" in browser.wait("error")["message"]
    with pytest.raises(ValueError, match=r"count must lie in 0\.\.256"):
        widget.generate(10_000)


def test_weights_that_change_in_the_middle_begin_it_anew(make_text):
    torch.manual_seed(1)
    config = GPT2Config(vocab_size=SIZE, n_embd=16, n_layer=1, n_head=2, n_positions=64, bos_token_id=0, eos_token_id=0)
    own = GPT2LMHeadModel(config).eval()
    widget = make_text(own, PROMPT, tokenizer=TOKENIZER, labels=None, method="saliency")
    widget.result(30)  # its worker is the only one that runs the session's model, until it has nothing left to do
    session = widget._session
    steps = session.generate((), 4, temperature=0)
    assert [len(next(steps).tokens) for _ in range(2)] == [1, 2]
    with torch.no_grad():
        own.transformer.wte.weight.neg_()
    found = list(steps)
    assert len(found[0].tokens) == 1
    assert {one.notes for one in found} == {(AGAIN,)}
    assert [one.tokens for one in session.generate((), 4, temperature=0)][-1] == found[-1].tokens
    mixed = None
    for one in session.generate((), 4, temperature=0):
        mixed = one
        with torch.no_grad():
            own.transformer.wte.weight.mul_(1.01)
    assert mixed.notes == (AGAIN, MIXED)
    assert mixed.fraction == 1


def test_what_was_written_is_shown_in_a_notebook(widget):
    found = widget.generate(3, temperature=0)
    bundle = found._repr_mimebundle_()
    (_, said, chance), *_ = found.tokens
    lines = bundle["text/plain"].splitlines()
    assert lines[0].startswith(f"{PROMPT}⟶")
    assert lines[1].startswith(f"{said!r} {chance:.0%}, rests on ")
    image = np.asarray(Image.open(io.BytesIO(bundle["image/png"])))
    side, left = 24, 104
    assert image.shape[:2] == (left + side * len(found.rows) + 26, left + side * len(found.whole))
    # What nothing is known of stands on paper, all that it rests on has the colour of its value.
    row, column = 0, int(np.nanargmax(np.abs(found.rows[0])))
    at = [left + side * place + side // 2 for place in (row, column)]
    assert (image[at[0], -2] == 255).all()
    assert image[at[0], at[1]].min() < 200
