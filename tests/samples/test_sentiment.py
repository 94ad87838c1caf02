"""The sentiment sample: a real classifier, made once and kept, that every method can explain."""

import importlib
import random

import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression

import xai_widgets as xai
from xai_widgets import samples

module = importlib.import_module("xai_widgets.samples.sentiment")  # whose name its function has too
WARM = "A warm, funny and beautifully acted film."
DULL = "A dull, lifeless mess with no jokes that land."


def fresh(critic, texts):
    model, tokenizer, labels = critic
    with torch.no_grad():
        scores = model(**tokenizer(texts, padding=True, return_tensors="pt")).logits
    return scores.softmax(-1)[:, labels.index("fresh")]


def test_praise_is_told_from_blame(critic):
    good, bad, great, awful = fresh(critic, [WARM, DULL, "The film is great.", "The film is awful."])
    assert min(good, great) > 0.95
    assert max(bad, awful) < 0.15
    assert critic.labels == ["rotten", "fresh"]
    assert critic.model.config.id2label == {0: "rotten", 1: "fresh"}
    assert not any(one.training for one in critic.model.modules())


def test_its_stated_accuracy_holds_on_films_that_it_has_not_seen(critic):
    unseen, seen = samples.quotes(), samples.quotes(held_out=False)
    assert not {one.film for one in unseen} & {one.film for one in seen}
    assert len(unseen) + len(seen) == 12535  # of 12808, the rest have less than four words
    others = random.Random(1).sample(unseen, 160)
    right = (fresh(critic, [one.text for one in others]) > 0.5).tolist() == np.array(
        [one.label == "fresh" for one in others]
    )
    assert 0.72 < critic.accuracy < 0.85
    assert right.mean() == pytest.approx(critic.accuracy, abs=0.1)  # three standard errors of so few


def test_padding_changes_nothing(critic):
    alone, beside = fresh(critic, [WARM]), fresh(critic, [WARM, f"{DULL} {DULL}"])
    assert float(alone[0]) == pytest.approx(float(beside[0]), abs=1e-5)


@pytest.mark.parametrize(
    "method", ["saliency", "integrated_gradients", "attention_lrp", "attention_rollout", "feature_ablation"]
)
def test_it_is_explained_by_methods_of_each_kind(critic, method):
    model, tokenizer, _ = critic
    found = xai.attribute(model, WARM, method, tokenizer=tokenizer, target="fresh")
    assert found.label == "fresh"
    assert len(found.values) == len(tokenizer(WARM)["input_ids"])
    assert np.isfinite(found.values).all()
    assert "".join(word for word, _ in found.contributions()) == WARM.replace(" ", "")


def test_the_words_that_praise_are_found(critic):
    model, tokenizer, _ = critic
    found = xai.attribute(model, "A warm film with bad jokes", "integrated_gradients", tokenizer=tokenizer, target=1)
    words = dict(found.contributions())
    assert max(words, key=words.get) == "warm"
    assert min(words, key=words.get) == "bad"


@pytest.mark.parametrize("shrink", [0.02, 0.5])
def test_the_head_is_a_logistic_regression(shrink):
    draw = torch.Generator().manual_seed(0)
    x = torch.randn(200, 7, generator=draw, dtype=torch.float64) * torch.arange(1, 8) + 3
    y = (x[:, 0] + 0.3 * x[:, 3] + torch.randn(200, generator=draw) > 4).long()
    weight, bias = module.fit(x, y, shrink)
    z = (x - x.mean(0)) / x.std(0, correction=0)
    other = LogisticRegression(C=1 / (shrink * len(x)), tol=1e-10, max_iter=1000).fit(z, y)
    assert (x @ weight + bias).numpy() == pytest.approx(other.decision_function(z), abs=1e-5)


def test_training_is_repeatable_kept_and_touches_no_random_state(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(module, "TRAIN", 60)
    monkeypatch.setattr(module, "HELD", 20)
    states = torch.get_rng_state(), random.getstate(), np.random.get_state()[1].copy()  # noqa: NPY002  that of the user
    heads = []
    for place in ("one", "two"):
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / place))
        made = samples.sentiment()
        assert "once" in capsys.readouterr().err
        again = samples.sentiment()
        assert capsys.readouterr().err == ""
        assert torch.equal(made.model.classifier.weight, again.model.classifier.weight)
        assert made.accuracy == again.accuracy
        heads.append(made.model.classifier.weight)
    assert torch.equal(*heads)
    assert heads[0].abs().sum() > 0
    assert torch.equal(torch.get_rng_state(), states[0])
    assert random.getstate() == states[1]
    assert (np.random.get_state()[1] == states[2]).all()  # noqa: NPY002
