"""The fewest edits, where they are known: in closed form, and by trying all."""

import itertools

import numpy as np
import pytest
from counterfactual.models import bag, words_of
from hypothesis import given, settings
from hypothesis import strategies as st

import xai_widgets as xai
from xai_widgets.counterfactual import rewritten

WORDS = [f"w{i}" for i in range(9)]
ONLY_DELETE = {"replace": False, "insert": False}


@given(st.lists(st.integers(-9, 9), min_size=2, max_size=9), st.integers(-5, 5))
@settings(max_examples=60)
def test_of_a_bag_of_words_as_many_deletions_as_the_heaviest_words_need(weights, bias):
    weights = [w + 1 / 7 for w in weights]  # no ties
    model = bag(dict(zip(WORDS, weights, strict=False)), bias + 1 / 70)
    total = bias + 1 / 70 + sum(weights)
    helpful = sorted((w * np.sign(total) for w in weights if w * total > 0), reverse=True)
    sums = np.cumsum(helpful)
    # All but one may go, since a text without words says nothing.
    need = next((k + 1 for k, s in enumerate(sums) if s > abs(total) and k + 1 < len(weights)), None)
    found = xai.counterfactuals(model, " ".join(WORDS[: len(weights)]), max_edits=8, n=1, **ONLY_DELETE)
    if need is None:
        assert not found.candidates
        assert found.notes[-1].startswith("None found within")
    else:
        assert len(found.candidates[0].edits) == need


def table_model(seed, words):
    """Any function at all of which words are there."""
    table = {}

    def scores(texts):
        keys = [frozenset(words_of(text)) & set(words) for text in texts]
        rows = []
        for key in keys:
            if key not in table:
                table[key] = np.random.default_rng([seed, *sorted(words.index(w) for w in key)]).normal(size=3)
            rows.append(table[key])
        return np.array(rows)

    return scores


@pytest.mark.parametrize("seed", range(8))
def test_no_smaller_set_of_deletions_does_it_where_all_can_be_tried(seed):
    words = WORDS[:7]
    model = table_model(seed, words)
    before = model([" ".join(words)])[0].argmax()
    target = int((before + 1) % 3)
    found = xai.counterfactuals(model, " ".join(words), target, n=3, max_edits=6, tries=128, **ONLY_DELETE)
    every = (gone for k in range(1, 7) for gone in itertools.combinations(words, k))
    fewest = next(
        len(gone) for gone in every if model([" ".join(w for w in words if w not in gone)])[0].argmax() == target
    )
    assert len(found.candidates[0].edits) == fewest
    assert found.fewest


@given(st.integers(0, 10**6), st.integers(1, 6), st.sampled_from([None, 0, 1, 2]), st.booleans())
@settings(max_examples=40)
def test_every_result_on_the_way_is_valid_minimal_and_spelt_as_its_edits_say(seed, count, target, small):
    text = " ".join(WORDS[:count])
    model = table_model(seed, [*WORDS, "x", "y", "not"])
    before = int(model([text])[0].argmax())
    if target == before:
        target = None

    def reached(said):
        now = int(model([said])[0].argmax())
        return now == target if target is not None else now != before

    steps = xai.counterfactuals_iter(
        model, text, target, n=3, replacements=["x", "y"], insertions=["not"], max_edits=3, tries=16 if small else 400
    )
    for found in steps:
        assert len(found.candidates) <= 3
        for one in found.candidates:
            assert one.valid
            assert reached(one.text)
            assert one.text == rewritten(text, one.edits)
            for edit in one.edits:
                rest = [other for other in one.edits if other != edit]
                assert not reached(rewritten(text, rest))
            after = model([one.text])[0]
            assert one.prediction.scores == pytest.approx(after, rel=1e-6)
    assert found.fraction == 1.0


def test_different_words_are_changed_where_that_is_possible():
    model = bag({"a": 2.0, "b": 2.0, "c": 2.0}, bias=-5.0)
    found = xai.counterfactuals(model, "a b c and much else", n=3, **ONLY_DELETE)
    assert sorted(one.edits[0].old for one in found.candidates) == ["a", "b", "c"]


def test_a_word_put_in_twice_is_one_idea():
    model = bag({"good": 2.0, "not": -3.0, "bad": -3.0})
    found = xai.counterfactuals(model, "a good film", n=2, insertions=["not"], replacements={"good": ["bad"]})
    assert len({one.edits[0].kind for one in found.candidates}) == 2


def test_the_same_seed_gives_the_same_and_reading_one_step_alone_leaves_nothing_behind():
    model = table_model(3, [*WORDS, "not"])
    text = " ".join(WORDS)
    first = xai.counterfactuals(model, text, n=3, seed=5, tries=20)
    next(xai.counterfactuals_iter(model, text, n=3, seed=5, tries=20))
    again = xai.counterfactuals(model, text, n=3, seed=5, tries=20)
    assert [one.text for one in first.candidates] == [one.text for one in again.candidates]
