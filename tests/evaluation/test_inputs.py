"""What is evaluated: pictures, tokens, words, rows, units, and a real classifier's photo."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch
from torch import nn

import xai_widgets as xai
from xai_widgets.evaluation import Insertion
from xai_widgets.evaluation.chance import elsewhere
from xai_widgets.evaluation.parts import Parts, ranked, sobel
from xai_widgets.inputs import Inputs, read_inputs

QUICK = ["deletion", "insertion", "sparseness"]


def shuffled(found, seed=0):
    values = np.random.default_rng(seed).permutation(found.values.ravel()).reshape(found.values.shape)
    return dataclasses.replace(found, values=values)


def test_a_picture_is_divided_into_cells_that_cover_it():
    inputs = read_inputs(torch.rand(3, 37, 50), device="cpu", dtype=torch.float32)
    values = np.random.default_rng(0).normal(size=(3, 37, 50)).astype(np.float32)
    parts = Parts.of(inputs, values)
    assert parts.shape == (13, 17)  # of 3 x 3 pixels
    np.testing.assert_allclose(parts.sums(values).sum(), values.sum(dtype=float), rtol=1e-6)
    assert parts.scores[0] == pytest.approx(values[:, :3, :3].sum(dtype=float) / 9)
    np.testing.assert_array_equal(parts.means(np.ones((37, 50))), 1)
    chosen = parts.chosen(torch.eye(parts.count, dtype=torch.bool))
    assert torch.equal(chosen.sum(0), torch.ones(1, 37, 50, dtype=torch.int64))


def test_edges_are_where_brightness_changes():
    x = torch.zeros(1, 8, 8)
    x[:, :, 4:] = 1
    strength = sobel(Inputs(x, "image"))
    assert (strength[:, 3:5] == 4).all()
    assert (np.delete(strength, [3, 4], 1) == 0).all()


def test_equal_scores_have_no_order_of_their_own():
    orders = np.stack([ranked(np.zeros(50), seed) for seed in range(200)])
    assert np.abs(orders.mean(0) - 24.5).max() < 4  # no place comes first
    assert (ranked(np.array([1.0, 3, 2]), 0) == [2, 0, 1]).all()


def test_chance_is_the_same_pattern_a_quarter_away():
    pattern = np.zeros((12, 12))
    pattern[5:8, 5:8] = 1
    for moved in elsewhere(pattern, range(50)):
        assert moved.sum() == 9
        rows, columns = np.nonzero(moved)
        shift = [min((one - 5) % 12, (5 - one) % 12) for one in (rows[0], columns[0])]
        assert (moved == np.roll(pattern, (rows[0] - 5, columns[0] - 5), (0, 1))).all() or max(shift) >= 3
        assert not (moved == pattern).all()
    assert sorted(elsewhere(np.arange(9.0), [0])[0]) == list(range(9))


class Sentiment(nn.Module):
    """Scores of whole numbers: a bag of tokens."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(2)
        self.embedding = nn.Embedding(60, 6)
        self.head = nn.Linear(6, 3)

    def forward(self, ids):
        return self.head(torch.tanh(self.embedding(ids)).mean(1) * 8)


def test_tokens_are_compared_with_their_position():
    model, ids = Sentiment(), torch.arange(40)
    found = xai.attribute(model, ids, method="integrated_gradients")
    result = xai.evaluate(model, ids, found, QUICK)
    assert {one.name for one in result["deletion"].curves} == {"this map", "random order", "position"}
    assert result.passed == 2
    fooled = [xai.evaluate(model, ids, shuffled(found, seed), QUICK, seed=seed).believable for seed in range(12)]
    assert sum(fooled) <= 3  # 1 in 20 each


@pytest.mark.parametrize("baselines", ["zero", "mean"])
def test_the_vectors_of_tokens_are_drawn_anew_too(baselines):
    model, ids = Sentiment(), torch.arange(40)
    model.head = nn.Identity()
    before = model.embedding.weight.detach().clone()
    found = xai.attribute(model, ids, method="integrated_gradients", baselines=baselines)
    measured = xai.evaluate(model, ids, found, ["randomisation"])["randomisation"]
    # The only weights are those of the embedding layer: with others the map is another.
    assert abs(measured.value) < 0.4
    assert measured.passed
    assert torch.equal(model.embedding.weight, before)


def test_words_of_a_text_are_taken_out():
    def funny(texts):
        return np.array([[0.0, 2.0 * text.count("good") - text.count("bad")] for text in texts])

    text = "good and bad and so good a film as any that I saw"
    found = xai.attribute(funny, text, method="feature_ablation", target=1)
    result = xai.evaluate(funny, text, found, [*QUICK, "infidelity", "max_sensitivity", "randomisation"])
    assert result["deletion"].passed
    assert result["infidelity"].value == pytest.approx(0, abs=0.02)
    assert "Words cannot be changed a little" in result["max_sensitivity"].sentence
    assert "no weights" in result["randomisation"].sentence


def test_rows_are_hidden_by_those_of_the_background():
    draw = np.random.default_rng(0)
    background = draw.normal(size=(100, 6)) + 3
    weights = np.array([4.0, -3, 2, -1, 0.5, 0])

    def price(rows):
        return rows @ weights

    row = background[0]
    found = xai.attribute(price, row, method="exact_shapley", baselines=float(background.mean()))
    result = xai.evaluate(price, row, found, ["deletion", "road"], background=background)
    # With everything hidden, the mean answer over the rows that stand in is left.
    assert result["deletion"].curve("this map").y[[0, -1]].tolist() == pytest.approx([1, 0], abs=1e-6)
    assert "needs a picture" in result["road"].sentence


def test_a_unit_is_followed_by_its_own_number(net, picture):
    found = xai.attribute(net, picture, method="saliency", target=xai.Unit("2", 3))
    result = xai.evaluate(net, picture, found, [*QUICK, "road"])
    assert result["deletion"].curve("this map").y[0] == pytest.approx(1)
    assert "needs a probability" in result["road"].sentence


def test_pairs_are_followed_by_the_share_of_the_first(net, picture):
    found = xai.attribute(net, picture, method="saliency", target=(2, 0))
    scores = net(picture[None])[0].detach()
    start = xai.evaluate(net, picture, found, ["deletion"])["deletion"].curve("this map").y[0]
    assert start == pytest.approx(float(torch.sigmoid(scores[2] - scores[0])), abs=1e-5)


def test_a_model_without_a_copy_or_with_wild_outputs_ends_in_a_sentence(net, picture, saliency):
    class Once(nn.Module):
        def __init__(self):
            super().__init__()
            self.inner = net

        def __deepcopy__(self, memo):
            raise RuntimeError

        def forward(self, x):
            return self.inner(x)

    result = xai.evaluate(Once(), picture, saliency, ["randomisation", "sparseness"])
    assert "cannot be copied" in result["randomisation"].sentence
    assert result["sparseness"].value > 0


def test_nothing_is_changed_and_nothing_drawn(net, picture, saliency):
    before = {name: one.clone() for name, one in net.state_dict().items()}
    net.train()
    state = torch.get_rng_state()
    steps = xai.evaluate_iter(net, picture, saliency)
    for _ in range(5):
        next(steps)
    steps.close()
    xai.evaluate(net, picture, saliency, ["randomisation", "max_sensitivity"])
    assert net.training
    assert torch.equal(torch.get_rng_state(), state)
    assert all(torch.equal(one, before[name]) for name, one in net.state_dict().items())
    net.eval()


def test_a_model_that_is_trained_meanwhile_ends_it(picture):
    model = nn.Sequential(nn.Flatten(), nn.Linear(3 * 32 * 32, 4))
    steps = xai.evaluate_iter(model, picture, xai.attribute(model, picture, method="saliency"))
    next(steps)
    with torch.no_grad():
        model[1].weight.mul_(2)
    with pytest.raises(xai.WeightsChangedError):
        next(steps)


@pytest.fixture(scope="module")
def coffee():
    pytest.importorskip("skimage")
    model, preprocess, labels = xai.samples.imagenet()
    return model, xai.samples.photo("coffee"), {"preprocess": preprocess, "labels": labels}


def test_a_real_classifiers_map_is_told_from_chance(coffee):
    model, photo, options = coffee
    found = xai.attribute(model, photo, method="grad_cam", **options)
    few = Insertion(n_steps=6, n_random=6)
    good = xai.evaluate(model, photo, found, [few], **options)
    assert good.verdict == "passes 1 of 1 check"
    assert good["insertion"].value > good["insertion"].reference + 0.1
    bad = xai.evaluate(model, photo, shuffled(found, 1), [few], **options)
    assert bad.verdict == "no better than random"
    assert not bad.believable


def test_guided_backpropagation_of_a_real_classifier_hardly_depends_on_its_weights(coffee):
    model, photo, options = coffee
    for method, verdict in (
        ("guided_backprop", "not sensitive to the model"),
        ("input_x_gradient", "passes 1 of 1 check"),
    ):
        found = xai.attribute(model, photo, method=method, **options)
        assert xai.evaluate(model, photo, found, ["randomisation"], **options).verdict == verdict


@pytest.mark.parametrize("value", [0.0, 1.0, np.nan])
def test_a_map_that_is_the_same_everywhere_says_nothing(net, picture, saliency, value):
    level = dataclasses.replace(saliency, values=np.full_like(saliency.values, value))
    result = xai.evaluate(net, picture, level, mask=np.eye(len(saliency.values[0])))
    assert not result.believable
    assert result["pointing_game"].passed is None
    assert "same value everywhere" in result["pointing_game"].sentence
    assert not result["sparseness"].value < 0
    assert not any("-0.00" in one.sentence for one in result.measures)
    assert (f"{level.values.size:,} of {level.values.size:,} values" in " ".join(result.notes)) == np.isnan(value)
