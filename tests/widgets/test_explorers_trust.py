"""Trust in what explorers show: measured while a view shows it, or when Python asks, after everything else."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from widgets.fakes import Browser, until

import xai_widgets as xai

ROWS = np.random.default_rng(0).normal(size=(120, 3))
RIGHT = (ROWS[:, 0] > 0).astype(int)


@pytest.fixture
def made():
    widgets = []
    yield lambda one: widgets.append(one) or one
    for one in widgets:
        one.close()


@pytest.fixture
def population(made):
    model = torch.nn.Linear(3, 2).double()
    model.weight.data[:] = torch.tensor([[-3.0, 0, 0], [3.0, 0, 0]])
    model.bias.data.zero_()
    return made(xai.PopulationExplorer(model, ROWS, y=RIGHT, features=["a", "b", "c"]))


@pytest.fixture
def words(made):
    vectors = xai.WordVectors([f"w{i}" for i in range(40)], np.random.default_rng(0).normal(size=(40, 6)))
    return made(xai.EmbeddingExplorer(vectors, k=4))


def whole(browser, count=1):
    """Wait until so many answers were measured to the end, and return what was told of the last."""

    def found():
        return [m for m in browser.of("trust") if m["fraction"] == 1 and not m["running"]]

    until(lambda: len(found()) >= count, 60)
    return found()[count - 1]


def test_nothing_is_measured_before_somebody_asks_and_a_view_is_told_as_it_comes(population):
    browser = Browser(population)
    browser.say(kind="study", question="importance", open=True, columns=[], params={})
    until(lambda: browser.of("study") and not browser.of("study")[-1]["running"])
    assert browser.of("trust") == []
    assert population.evaluation is None
    browser.say(kind="trust", open=True, slot="a")
    told, found = whole(browser), population.evaluation
    json.dumps(browser.of("trust"), allow_nan=False)
    assert told["id"] == browser.of("study")[-1]["id"]
    assert (told["verdict"], told["passed"], told["checked"]) == (found.verdict, found.passed, found.checked)
    assert [one["name"] for one in told["measures"]] == ["model_score", "shuffled_answers", "extrapolation", "halves"]
    assert found.method == "permutation_importance"
    assert found.believable
    assert found.forwards > 0
    assert found.model_hash == population.importances.model_hash
    shares = [one["fraction"] for one in browser.of("trust")]
    assert shares == sorted(shares)
    assert any(0 < one < 1 for one in shares)


def test_each_answer_of_a_population_is_measured_by_what_it_is(population):
    browser = Browser(population)
    browser.say(kind="trust", open=True, slot="a")
    population.show("importance")
    first = whole(browser)
    population.show("effect", "a")
    until(lambda: population.evaluation is not None and population.evaluation.method == "partial_dependence", 60)
    second = whole(browser, 2)
    assert second["id"] > first["id"]
    assert [one["name"] for one in second["measures"]] == ["model_score", "local_effects", "extrapolation", "halves"]
    assert population.effects("a").method == population.evaluation.method
    population.show("tree", depth=1)
    third = whole(browser, 3)
    assert [one["name"] for one in third["measures"]] == ["model_score", "tree_fidelity", "halves"]
    between = [one for one in browser.of("trust") if one["id"] is None]
    assert len(between) == 2, "what is about the answer before says so at once"
    # Nobody shows it: what comes next is not measured.
    browser.say(kind="trust", open=False, slot="a")
    population.show("importance")
    population.wait(60)
    assert population.evaluation is None


def test_python_measures_what_is_on_show(population, words):
    found = population.evaluate(60)
    assert (found.method, found.label, found.fraction) == ("permutation_importance", "accuracy", 1)
    assert population.evaluate(60) is found
    found = words.evaluate(60)
    names = ["trustworthiness", "continuity", "judgements", "hubness", "seed_agreement"]
    assert [one.name for one in found.measures] == names
    assert (found.method, found.label) == ("pca", "40 words by cosine")
    assert found.believable
    words.project("pca", metric="euclidean")
    assert words.evaluate(60).label == "40 words by euclidean"
    with pytest.raises(TimeoutError, match=r"not measured within 0 s|no answer to measure within 0 s"):
        words.project("tsne", n_iter=5000) or words.evaluate(0)


def test_another_layout_is_measured_anew_and_the_old_verdict_is_gone_at_once(words):
    browser = Browser(words)
    words.wait(60)
    browser.say(kind="trust", open=True, slot="b")  # there is one place alone
    first = whole(browser)
    assert first["slot"] == "a"
    assert first["id"] == browser.of("layout")[-1]["id"]
    browser.say(kind="layout", open=True, method="pca", metric="euclidean", params={})
    second = whole(browser, 2)
    assert (second["id"], second["label"]) == (first["id"] + 1, "40 words by euclidean")
    assert [one["id"] for one in browser.of("trust") if one["running"] is False] == [first["id"], None, second["id"]]


def test_what_was_found_outlives_the_kernel_and_a_page_tells_it(population, words):
    for widget in (population, words):
        found = widget.evaluate(60)
        until(lambda: widget.snapshot.get("trust"), 60)  # noqa: B023
        kept = widget.snapshot["trust"]
        assert kept["verdict"] == found.verdict
        assert kept["running"] is False
        assert len(widget.snapshot) > 1, "beside what it is about"
        other = Browser(widget)
        assert whole(other)["verdict"] == found.verdict, "a view that opens later is told"


def test_a_stopped_answer_is_not_measured_and_closing_ends_it(words):
    browser = Browser(words)
    words.wait(60)
    browser.say(kind="trust", open=True, slot="a")
    whole(browser)
    words.project("tsne", n_iter=10_000)
    until(lambda: browser.of("layout")[-1]["done"] > 0, 60)
    words.cancel()
    words.wait(60)
    assert browser.of("layout")[-1]["done"] < browser.of("layout")[-1]["total"]
    assert browser.of("trust")[-1]["id"] is None
    assert words.evaluation is None
    with pytest.raises(RuntimeError, match="Something else was asked before the answer was measured"):
        words.evaluate(60)
    question = words._trust._questions["a"]
    words.close()
    assert question.wait(30)


def test_importance_that_is_chance_is_told_as_such(made):
    noise = np.random.default_rng(5).integers(0, 2, len(ROWS))
    model = torch.nn.Linear(3, 2).double()
    widget = made(xai.PopulationExplorer(model, ROWS, y=noise))
    found = widget.evaluate(60)
    assert (found.verdict, found.believable) == ("no better than random", False)
