"""What is asked: targets, ranges, nothing to change, nothing to find, nonsense."""

import math

import numpy as np
import pytest
import torch
from counterfactual.models import bag, words_of
from hypothesis import given, settings
from hypothesis import strategies as st
from texts.tokenizers_made import wordpiece

import xai_widgets as xai
from xai_widgets.counterfactual import SEARCHES, FewestEdits, Goal, rewritten
from xai_widgets.counterfactual.goals import resolve_goal
from xai_widgets.results import Prediction

LABELS = ["rotten", "fresh"]
PRAISE = bag({"dull": -3.0, "lifeless": -2.0, "warm": 4.0, "not": -1.0})


def chance(text):
    z = PRAISE([text])[0]
    return 1 / (1 + math.exp(z[0] - z[1]))


def test_a_range_of_the_probability_is_reached():
    found = xai.counterfactuals(PRAISE, "a dull and lifeless film", "fresh", within=(0.4, 0.6), labels=LABELS)
    assert found.label == "fresh with a probability of 0.4..0.6"
    for one in found.candidates:
        assert 0.4 <= chance(one.text) <= 0.6
        assert one.delta == pytest.approx(chance(one.text) - chance("a dull and lifeless film"), abs=1e-6)
    assert found.candidates
    more = xai.counterfactuals(PRAISE, "a warm and lifeless film", within=(0.95, None), labels=LABELS)
    assert more.label == "fresh with a probability of at least 0.95"
    assert [edit.old for edit in more.candidates[0].edits] == ["lifeless"]


def test_a_regression_reaches_its_range():
    def length(texts):
        return np.array([[float(len(words_of(text)))] for text in texts])

    found = xai.counterfactuals(length, "one two three four", within=(None, 2.0), n=2)
    assert all(len(words_of(one.text)) == 2 for one in found.candidates)
    assert [one.delta for one in found.candidates] == [-2.0, -2.0]
    assert found.fewest
    with pytest.raises(ValueError, match="A regression needs a range"):
        xai.counterfactuals(length, "one two")


def test_one_logit_for_two_classes():
    def logit(texts):
        return torch.tensor([[PRAISE([text])[0, 1] * 2] for text in texts])

    found = xai.counterfactuals(logit, "a dull film and warm", "rotten", labels=LABELS)
    both = xai.counterfactuals(PRAISE, "a dull film and warm", "rotten", labels=LABELS)
    assert [one.text for one in found.candidates] == [one.text for one in both.candidates]
    assert found.candidates[0].delta == pytest.approx(both.candidates[0].delta, abs=1e-6)


def prediction(*scores):
    scores = np.array(scores, np.float32)
    return Prediction(scores, scores, "classes", None)


def test_labels_that_do_not_exclude_each_other_come_and_go():
    come = resolve_goal(1, None, prediction(0.9, 0.2), "multilabel")
    assert come.margins(torch.tensor([[2.0, -1.0], [2.0, 1.0]])).tolist() == [-1.0, 1.0]
    go = resolve_goal(None, None, prediction(0.9, 0.2), "multilabel")
    assert go.label == "not class 0"
    assert go.margins(torch.tensor([[2.0, -1.0], [-2.0, 1.0]])).tolist() == [-2.0, 2.0]
    with pytest.raises(ValueError, match="is predicted already"):
        resolve_goal(0, None, prediction(0.9, 0.2), "multilabel")
    with pytest.raises(ValueError, match="No label is predicted"):
        resolve_goal(None, None, prediction(0.3, 0.2), "multilabel")


def test_a_tie_is_no_flip():
    goal = Goal("logits", 0, None, None, "")
    assert goal.reached(goal.margins(torch.tensor([[1.0, 1.0], [1.0, 1.1]]))).tolist() == [False, True]


def test_the_slope_points_to_the_goal():
    three = prediction(0.5, 0.3, 0.2)
    assert Goal("logits", 0, None, None, "").slope(three)[0].index == (0, 1)
    assert Goal("logits", 0, None, None, "").slope(three)[1] == -1
    assert Goal("logits", 0, 2, None, "").slope(three)[0].index == (2, 0)
    assert Goal("logits", 0, 2, None, "").slope(three)[1] == 1
    assert Goal("logits", 0, 0, (0.8, math.inf), "").slope(three)[1] == 1
    assert Goal("logits", 0, 0, (-math.inf, 0.2), "").slope(three)[1] == -1
    assert Goal("value", 0, 0, (0.8, math.inf), "").slope(three)[0].index == 0


@pytest.mark.parametrize(
    ("given", "error", "said"),
    [
        ({"target": "rotten"}, ValueError, "'rotten' is predicted already"),
        ({"target": "stale"}, ValueError, "There is no label 'stale'"),
        ({"target": 7}, ValueError, "must lie in 0..1"),
        ({"target": (0, 1)}, TypeError, "A counterfactual's target must be a class number"),
        ({"target": xai.Unit("a", 1)}, TypeError, "A counterfactual's target must be a class number"),
        ({"within": (0.9, 1.0)}, ValueError, "is 0.9526, and 0.9..1 was asked for"),
        ({"within": (0.9, 0.1)}, ValueError, "the low one first"),
        ({"within": (None, None)}, ValueError, "at least one end"),
        ({"within": 0.5}, TypeError, "within must be a pair"),
        ({"within": (math.nan, 1)}, ValueError, "at least one end"),
        ({"n": 0}, ValueError, "n must be a whole number in 1..1000, got 0"),
        ({"n": True}, ValueError, "n must be a whole number"),
        ({"x": "  "}, ValueError, "the text is empty"),
        ({"x": 3}, TypeError, "the input must be a text, or a row .* got int"),
        ({"model": torch.nn.Embedding(3, 3)}, TypeError, "needs its tokenizer"),
        ({"method": "magic"}, ValueError, "There is no method 'magic'. There are: fewest_edits, "),
        ({"max_edits": 0}, ValueError, "fewest_edits: max_edits must lie in 1..20"),
        ({"most": 3}, TypeError, "has no parameter 'most'"),
        ({"method": FewestEdits(), "beam": 3}, TypeError, "Give the parameters to FewestEdits"),
        ({"replacements": "warm"}, TypeError, "replacements must be words in a list, got 'warm'"),
        ({"insertions": [1]}, TypeError, "insertions must be words"),
        ({"mlm": 3}, TypeError, r"mlm must be a pair, \(model, tokenizer\), got int"),
        ({"fluency": torch.nn.Linear(1, 1)}, TypeError, r"fluency must be a pair"),
        ({"time_budget": -1}, ValueError, "time_budget must be more than 0"),
    ],
)  # fmt: skip
def test_nonsense_is_refused_at_the_call(given, error, said):
    asked = {"model": PRAISE, "x": "a dull film", "labels": LABELS, **given}
    with pytest.raises(error, match=said):
        xai.counterfactuals_iter(asked.pop("model"), asked.pop("x"), asked.pop("target", None), **asked)


def test_a_masked_model_needs_a_mask():
    net = torch.nn.Embedding(90, 90)
    with pytest.raises(ValueError, match="the tokenizer has no mask token"):
        xai.counterfactuals_iter(PRAISE, "a dull film", mlm=(net, wordpiece()))


def test_other_is_a_word_for_any_class_unless_a_class_is_called_so():
    any_ = xai.counterfactuals(PRAISE, "a dull film", "other", labels=LABELS)
    assert any_.label == "anything but rotten"
    assert xai.counterfactuals(PRAISE, "a warm film", "other", labels=["other", "this"]).label == "other"


def test_a_model_that_says_one_thing_is_found_out_after_single_edits():
    asked = []

    def same(texts):
        asked.extend(texts)
        return np.tile([1.0, 0.0], (len(texts), 1))

    found = xai.counterfactuals(same, "a b c d", max_edits=20)
    assert found.candidates == ()
    assert found.notes[0] == "No edit moves the score at all."
    assert found.notes[1].startswith("None found within 1 edit, made of 39 single ones. All sets of them were tried.")
    assert len(set(asked)) <= 1 + 39
    assert found.fraction == 1.0


def test_one_word_cannot_be_taken_away():
    found = xai.counterfactuals(PRAISE, "dull", replace=False, insert=False)
    assert found.candidates == ()
    assert found.notes == ("None found: no edit of this text is allowed.",)
    assert xai.counterfactuals(PRAISE, "dull", replacements=["warm"], insert=False).candidates[0].text == "warm"


def test_no_kind_of_edit_is_none_found():
    found = xai.counterfactuals(PRAISE, "dull film", delete=False, replace=False, insert=False)
    assert found.notes == ("None found: no edit of this text is allowed.",)


def test_of_a_long_text_those_words_are_changed_that_weigh_most_or_any():
    text = " ".join(["word"] * 30 + ["dull"])
    found = xai.counterfactuals(PRAISE, text, "fresh", places=8, labels=LABELS, insert=False, max_edits=1, seed=1)
    assert found.notes[0].startswith("Of 31 words, 8 may be changed: drawn at random")
    tokenizer = wordpiece()

    class Bag(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.words = torch.nn.Embedding(tokenizer.get_vocab_size(), 2)
            torch.nn.init.zeros_(self.words.weight)
            with torch.no_grad():
                self.words.weight[tokenizer.token_to_id("dull"), 0] = 1.0
                self.words.weight[:, 1] = 0.01

        def forward(self, tokens):
            return self.words(tokens).sum(1)

    text = "a film " * 20 + "dull " + "a film " * 20
    found = xai.counterfactuals(Bag(), text, tokenizer=tokenizer, places=2, n=1, replace=False, insert=False)
    assert found.notes[0].startswith("Of 81 words, 2 may be changed: those that weigh most.")
    assert [edit.old for edit in found.candidates[0].edits] == ["dull"]


def test_the_time_that_is_given_is_kept():
    found = xai.counterfactuals(PRAISE, "a dull film " * 30, "fresh", labels=LABELS, time_budget=1e-9)
    assert found.fraction < 1
    assert found.notes[-1].startswith("Stopped after ")


@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=30).filter(str.strip), st.integers(0, 99))
@settings(max_examples=60)
def test_any_text_at_all(text, seed):
    def odd(texts):
        return np.array([[0.0, float(np.random.default_rng([seed, *map(ord, t)]).normal())] for t in texts])

    *_, found = xai.counterfactuals_iter(odd, text, n=2, max_edits=2, tries=16)
    for one in found.candidates:
        assert (odd([one.text])[0, 1] > 0) != (odd([text])[0, 1] > 0)
        assert rewritten(text, one.edits) == one.text
        for edit in one.edits:
            assert text[edit.start : edit.stop] == edit.old
            assert (edit.kind == "insert") == (edit.start == edit.stop)


def test_a_search_is_one_registered_dataclass_with_a_sentence_papers_and_ranges():
    for name, cls in SEARCHES.items():
        assert cls.name == name
        assert cls.__dataclass_params__.frozen
        assert cls.sentence.endswith("?")
        assert "References" in cls.__doc__
        for one in cls.parameters():
            assert one.sentence.endswith(".")
            assert one.kind in {"bool", "choice"} or one.hidden or None not in {one.low, one.high}
