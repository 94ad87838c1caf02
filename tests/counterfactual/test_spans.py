"""Several tokens of a text as a whole: what may come instead, and what before them would have to change for it."""

import itertools

import numpy as np
import pytest
import torch
from counterfactual.test_tokens import gpt2
from texts.tokenizers_made import byte_level, fast, wordpiece
from transformers import GPT2LMHeadModel

import xai_widgets as xai
from xai_widgets.api.sources import continued_subject, text_subject
from xai_widgets.counterfactual import TextProblem
from xai_widgets.counterfactual.menu import about
from xai_widgets.counterfactual.proposals import neighbours
from xai_widgets.counterfactual.slopes import slopes_of
from xai_widgets.inputs import whole_words
from xai_widgets.models import Target
from xai_widgets.models.departures import Departures
from xai_widgets.prepare import adapt

TOKENIZER = fast(byte_level())
BEFORE = "a warm film and a funny"


@pytest.fixture(scope="module")
def model():
    """A random model that is sure of what it says, and says words alone."""
    made = gpt2(GPT2LMHeadModel, TOKENIZER)
    words = torch.tensor([len(name := TOKENIZER.decode([i])) > 2 and name[0] == " " for i in range(len(TOKENIZER))])
    made.lm_head.weight = torch.nn.Parameter(made.lm_head.weight.detach() * 5 * words[:, None])
    return made.eval()


def chances(model, text, tokens=()):
    ids = [*TOKENIZER(text)["input_ids"], *tokens]
    with torch.no_grad():
        return model(torch.tensor([ids])).logits[0, -1].softmax(-1)


def written(model, before, count):
    tokens = []
    for _ in range(count):
        tokens.append(int(chances(model, before, tokens).argmax()))
    return tokens


def all_of(model, before, tokens):
    """How likely the tokens are as a whole, and the likeliest of what begins like them and goes on otherwise."""
    whole, other = 1.0, (0.0, ())
    for place, token in enumerate(tokens):
        here = whole * chances(model, before, tokens[:place])
        rest = [(float(one), (*tokens[:place], i)) for i, one in enumerate(here.tolist()) if i != token]
        other, whole = max(other, *rest), float(here[token])
    return whole, other


def asked(model, count, before=BEFORE):
    tokens = written(model, before, count)
    said = TOKENIZER.decode(tokens)
    assert TOKENIZER(before + said)["input_ids"] == [*TOKENIZER(before)["input_ids"], *tokens]
    return tokens, said, xai.TextSpan(len(before), len(before + said))


@pytest.mark.parametrize("tokens", [[2], [3, 0], [4, 4, 1]])
def test_departures_are_all_that_may_come_and_nothing_twice(tokens):
    logits = torch.randn(2, 7, 5, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    departures = Departures(tokens)
    found = departures(logits).exp()
    steps = logits[:, -len(tokens) :].softmax(-1)
    every = [departures.spelt(i, 5) for i in range(found.shape[1])]
    assert len({tuple(one) for one in every}) == len(every) == 4 * (len(tokens) - 1) + 5
    for row, (i, one) in itertools.product(range(2), enumerate(every)):
        assert found[row, i] == pytest.approx(float(np.prod([float(steps[row, k, t]) for k, t in enumerate(one)])))
        assert one[:-1] == tokens[: len(one) - 1]
        assert (one == tokens) == (i == departures.whole(5))
        assert one != tokens[: len(one)] or len(one) == len(tokens)
    assert found.sum(1).tolist() == pytest.approx([1, 1])


def test_a_text_is_judged_by_the_whole_of_a_part(model):
    tokens, said, span = asked(model, 3)
    subject, goal = continued_subject(adapt(model), BEFORE + said + " jokes", span, TOKENIZER)
    whole, (chance, other) = all_of(model, BEFORE, tokens)
    assert subject.text == BEFORE
    assert goal.label == f"anything but {said}"
    assert subject.prediction.probabilities[goal.original] == pytest.approx(whole, rel=1e-5)
    assert subject.prediction.top(2) == [(said, pytest.approx(whole)), (TOKENIZER.decode(other), pytest.approx(chance))]
    # Of texts of other lengths too, each as if it were alone.
    texts = [BEFORE, "a film", "the jokes are warm and funny"]
    found = subject.scorer.all(texts)
    for text, row in zip(texts, found, strict=True):
        whole, (chance, _) = all_of(model, text, tokens)
        assert float(goal.values(row[None])) == pytest.approx(whole, rel=1e-6)
        assert float(goal.margins(row[None])) == pytest.approx(np.log(chance / whole), rel=1e-6)


def test_words_are_ranked_by_what_they_do_to_the_whole(model):
    tokens, said, span = asked(model, 2)
    subject, goal = continued_subject(adapt(model), BEFORE + said, span, TOKENIZER)
    problem = TextProblem(subject, goal)
    slopes = slopes_of(problem, problem.spans)
    ids = torch.tensor([[*TOKENIZER(BEFORE)["input_ids"], *tokens]])
    leaf = model.transformer.wte(ids).detach().requires_grad_()
    steps = model(inputs_embeds=leaf).logits[0].log_softmax(-1)
    (gradient,) = torch.autograd.grad(sum(steps[i - 3, t] for i, t in enumerate(tokens)), leaf)
    assert goal.slope(subject.prediction) == (Target(0), -1.0)
    torch.testing.assert_close(slopes.gradient, -gradient[0])


def test_what_comes_before_is_changed_until_something_else_is_likelier_than_the_whole(model):
    start = "a warm"
    tokens, said, span = asked(model, 3, start)
    found = xai.counterfactuals(model, start + said + " jokes", span, tokenizer=TOKENIZER, n=2)
    assert found.candidates
    assert any(repr(said.strip()) in note for note in found.notes)
    before, _ = all_of(model, start, tokens)
    later = 0
    for one in found.candidates:
        whole, (chance, other) = all_of(model, one.text, tokens)
        assert chance > whole
        assert one.prediction.top(1)[0] == (TOKENIZER.decode(other), pytest.approx(chance, rel=1e-5))
        assert one.delta == pytest.approx(whole - before, rel=1e-5)
        later += int(chances(model, one.text).argmax()) == tokens[0]
    assert later  # the first token alone would not have told


def test_a_part_that_would_not_come_as_a_whole_is_refused(model):
    tokens = written(model, BEFORE, 2)
    unlikely = int(chances(model, BEFORE, tokens[:1]).argmin())
    said = TOKENIZER.decode([tokens[0], unlikely])
    with pytest.raises(ValueError, match=r"is likelier than .* already. A shorter part of the text is likelier"):
        xai.counterfactuals(model, BEFORE + said, xai.TextSpan(len(BEFORE), len(BEFORE + said)), tokenizer=TOKENIZER)


class Weighed(torch.nn.Module):
    """Weights of tokens, by their place in the text: the gradient is another one at each token."""

    places = (0.0, 1.0, -2.0, -1.0, 1.0, 0.5, 0.5, 0.5, 0.5, 0.5)

    def __init__(self, size):
        super().__init__()
        # Of a generator of its own: a widget of another test may still compute, and draw, in its thread.
        drawn = torch.randn(size, 3, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
        self.words = torch.nn.Embedding.from_pretrained(drawn, freeze=False)

    def forward(self, tokens):
        weights = torch.tensor(self.places, dtype=torch.float64)[: tokens.shape[1], None]
        return (self.words(tokens) * weights).sum(1)


def test_the_words_proposed_for_a_word_of_several_tokens_are_ranked_by_all_of_them():
    tokenizer = wordpiece()
    net = Weighed(tokenizer.get_vocab_size())
    text = "jokesfilm warm"
    pieces = tokenizer.encode(text).ids
    assert len(pieces) > len(text.split())
    problem = about(text_subject(net, text, tokenizer=tokenizer), 0)
    slopes, span = slopes_of(problem, problem.spans), problem.spans[0]
    inside = [i for i, place in enumerate(slopes.places) if place == 0]
    assert len(inside) > 1
    found = neighbours(problem, [span], slopes, count=5, near=0, both=True)
    # What goes is the share of all of them, what comes has the mean of their slopes.
    table, places = net.words.weight.detach(), torch.tensor(Weighed.places, dtype=torch.float64)
    direction = slopes.gradient[inside].sum(0) / places[inside].sum()
    gone = sum(float(places[i] * (table[pieces[i]] @ direction)) for i in inside)
    gains = {i: float(places[inside].mean() * (table[i] @ direction)) - gone for i in range(len(table))}
    words = whole_words(tokenizer)
    known = [i for i, word in enumerate(words) if word is not None]
    best = sorted(known, key=lambda i: -abs(gains[i]))[:5]
    assert [edit.new for edit in found] == [words[i] for i in best]
    first = sorted(known, key=lambda i: -float(table[i] @ slopes.gradient[inside[0]]))[:5]
    assert best != first
