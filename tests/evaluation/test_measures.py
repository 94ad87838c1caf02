"""Measures against closed forms, limits, and definitions worked out by hand."""

from __future__ import annotations

import copy
import dataclasses
import itertools
import math

import numpy as np
import pytest
import torch
from skimage.metrics import structural_similarity
from torch import nn

import xai_widgets as xai
from xai_widgets.evaluation import Infidelity, MaxSensitivity, Randomisation, SeedSpread, Subject
from xai_widgets.evaluation.base import beside, figures, hundredths
from xai_widgets.evaluation.imputing import impute
from xai_widgets.evaluation.infidelity import jackknife, unforetold
from xai_widgets.evaluation.randomisation import draw_anew, layers_from_the_top
from xai_widgets.evaluation.ssim import ssim
from xai_widgets.method import REGISTRY, Estimate, Method
from xai_widgets.models import resolve_target
from xai_widgets.prepare import adapt, read_for


def linear(weights, bias=0.5):
    model = nn.Linear(len(weights), 1).double()
    with torch.no_grad():
        model.weight[0] = torch.tensor(weights)
        model.bias[0] = bias
    return model


@pytest.fixture(scope="module")
def plane():
    generator = torch.Generator().manual_seed(3)
    return linear(torch.randn(20, generator=generator).tolist()), torch.randn(20, generator=generator).double()


@pytest.mark.parametrize("method", ["saliency", "input_x_gradient", "integrated_gradients"])
def test_a_linear_model_is_foretold_by_its_gradient(plane, method):
    model, x = plane
    params = {"absolute": False} if method == "saliency" else {}
    result = xai.evaluate(model, x, xai.attribute(model, x, method=method, **params), ["infidelity"])["infidelity"]
    assert result.value == pytest.approx(0, abs=1e-9)
    assert result.error == pytest.approx(0, abs=1e-6)
    assert result.passed
    assert result.reference > 0.3


def test_infidelity_of_an_opposite_map_is_1_and_scale_does_not_matter(plane):
    model, x = plane
    found = xai.attribute(model, x, method="input_x_gradient")
    opposite = xai.evaluate(model, x, dataclasses.replace(found, values=-found.values), ["infidelity"])["infidelity"]
    assert opposite.value > 0.95
    assert not opposite.passed
    larger = xai.evaluate(model, x, dataclasses.replace(found, values=1e3 * found.values), ["infidelity"])
    assert larger["infidelity"].value == pytest.approx(0, abs=1e-9)


def test_infidelity_is_what_the_best_scale_leaves():
    draw = np.random.default_rng(0)
    said, lost = draw.normal(size=30), draw.normal(size=30) + 1
    said += lost
    scales = np.linspace(0, 2, 20001)
    by_hand = min(np.mean((scale * said - lost) ** 2) / np.mean(lost**2) for scale in scales)
    assert unforetold(said[None], lost)[0] == pytest.approx(by_hand, abs=1e-6)
    assert unforetold(np.zeros((1, 30)), lost)[0] == 1
    held = []
    for seed in range(200):
        draw = np.random.default_rng(seed)
        lost = draw.normal(size=60)
        said = lost + draw.normal(size=60)
        held.append(abs(unforetold(said[None], lost)[0] - 0.5) <= jackknife(said, lost))
    assert np.mean(held) >= 0.93


def test_infidelity_streams_with_honest_errors(net, picture, saliency):
    steps = list(xai.evaluate_iter(net, picture, saliency, [Infidelity(n_samples=64)]))
    assert steps[-1]["infidelity"].passed is not None
    assert all(one.measures[0].passed is None for one in steps[:-1] if one.measures)
    single = xai.evaluate(net, picture, saliency, [Infidelity(n_samples=1)])["infidelity"]
    assert single.error is None
    assert single.value in {0.0, 1.0} or single.value == pytest.approx(0, abs=1e-9)  # one number is foretold or not


def test_completeness_is_the_methods_own_gap(plane, net, picture):
    model, x = plane
    exact = xai.evaluate(model, x, xai.attribute(model, x, method="integrated_gradients"), ["completeness"])
    assert exact["completeness"].value == pytest.approx(0, abs=1e-6)
    assert exact["completeness"].passed
    found = xai.attribute(net, picture, method="integrated_gradients", n_steps=5)
    scores = net(torch.stack([picture, torch.zeros_like(picture)])).detach()[:, found.target]
    lost = float(scores[0] - scores[1])
    one = xai.evaluate(net, picture, found, ["completeness"])["completeness"]
    assert one.value == pytest.approx(abs(float(found.values.sum()) - lost) / abs(lost), rel=1e-3)
    none = xai.evaluate(net, picture, xai.attribute(net, picture, method="saliency"), ["completeness"])["completeness"]
    assert math.isnan(none.value)
    assert none.passed is None


def test_a_score_may_rise_above_what_it_is_with_everything_shown_and_no_range_is_claimed():
    model, x = linear([3.0, -2.0]), torch.ones(2, dtype=torch.float64)
    wrong = dataclasses.replace(xai.attribute(model, x, method="saliency"), values=np.array([0, 1], np.float32))
    deletion = xai.evaluate(model, x, wrong, ["deletion"])["deletion"]
    assert deletion.value == pytest.approx((1 + 3) / 4 + 3 / 4)  # the score's way is 1; without the second it is 3
    assert (deletion.low, deletion.high) == (None, None)


@pytest.mark.parametrize(
    ("values", "gini", "entropy"),
    [
        ([1, 1, 1, 1], 0, math.log(4)),
        ([0, 0, 0, -5], 3 / 4, 0),
        ([1, 0, 0, 3], 5 / 8, math.log(4) - 0.75 * math.log(3)),
    ],
)
def test_sparseness_and_complexity_of_simple_maps(values, gini, entropy):
    model, x = linear([1.0] * 4), torch.ones(4, dtype=torch.float64)
    found = dataclasses.replace(xai.attribute(model, x, method="saliency"), values=np.array(values, np.float32))
    result = xai.evaluate(model, x, found, ["sparseness", "complexity"])
    assert result["sparseness"].value == pytest.approx(gini)
    assert result["complexity"].value == pytest.approx(entropy, abs=1e-9)
    assert result["complexity"].high == pytest.approx(math.log(4))
    empty = dataclasses.replace(found, values=np.zeros(4, np.float32))
    assert math.isnan(xai.evaluate(model, x, empty, ["sparseness"])["sparseness"].value)


def test_pointing_and_mass_inside_a_mask(net, picture, saliency):
    values = np.zeros((1, 32, 32), np.float32)
    values[0, 4:8, 4:8], values[0, 20, 20], values[0, 30, 30] = 1, 2, -9
    mask = np.zeros((32, 32))
    mask[2:10, 2:10] = 1
    found = dataclasses.replace(saliency, values=values)
    names = ["pointing_game", "relevance_mass"]
    result = xai.evaluate(net, picture, found, names, mask=mask)
    assert result["pointing_game"].value == 0
    assert result["pointing_game"].reference == pytest.approx(64 / 1024)
    assert result["relevance_mass"].value == pytest.approx(16 / 18)
    assert result["relevance_mass"].passed
    values[0, 20, 20] = 0.5
    assert xai.evaluate(net, picture, found, names, mask=mask)["pointing_game"].passed
    without = xai.evaluate(net, picture, found, names)
    assert all("mask=" in one.sentence for one in without.measures)
    assert "relevance_mass" not in [one.name for one in xai.evaluate(net, picture, found, time_budget=1e-9).measures]


def test_a_method_that_draws_nothing_is_the_same_for_every_seed(net, picture, saliency):
    spread = xai.evaluate(net, picture, saliency, ["seed_spread"])["seed_spread"]
    assert (spread.value, spread.passed) == (0.0, True)


def test_seed_spread_is_that_of_the_maps(net, picture):
    found = xai.attribute(net, picture, method="smooth_grad", n_samples=2, noise_level=0.3)
    spread = xai.evaluate(net, picture, found, [SeedSpread(n_seeds=3)])["seed_spread"]
    others = [
        xai.attribute(net, picture, method="smooth_grad", n_samples=2, noise_level=0.3, seed=7919 * i).values
        for i in (1, 2)
    ]
    maps = np.stack([found.values, *others]).astype(float)
    by_hand = np.sqrt(np.square(maps - maps.mean(0)).sum() / 2) / np.linalg.norm(maps.mean(0))
    assert spread.value == pytest.approx(by_hand, rel=1e-4)
    shuffled = dataclasses.replace(found, values=-5 * found.values)
    assert xai.evaluate(net, picture, shuffled, ["seed_spread"]).verdict == "unstable between seeds"


def test_a_linear_models_gradient_does_not_move_and_its_product_moves_with_the_input(plane):
    model, x = plane
    exact = xai.evaluate(model, x, xai.attribute(model, x, method="saliency"), ["max_sensitivity"])
    assert exact["max_sensitivity"].value == pytest.approx(0, abs=1e-12)
    found = xai.attribute(model, x, method="input_x_gradient")
    moved = xai.evaluate(model, x, found, [MaxSensitivity(radius=0.1)])["max_sensitivity"]
    # Each value moves with its own input: by the radius times the range times its weight, at most.
    weights = model.weight[0].detach().numpy()
    most = 0.1 * float(x.max() - x.min()) * np.linalg.norm(weights) / np.linalg.norm(found.values)
    assert 0.2 * most < moved.value <= most


class Edges(Method):
    """Always the same map."""

    name, title, sentence, family = "edges_only", "Edges", "Where is it bright?", "Test"

    def run(self, model, inputs, target, seed=0):
        yield Estimate(inputs.x.abs(), 1, 1)


def test_what_does_not_look_at_the_weights_is_not_sensitive_to_the_model(net, picture, monkeypatch):
    before = copy.deepcopy(net.state_dict())
    found = xai.attribute(net, picture, method=Edges())
    gone = xai.evaluate(net, picture, found, ["randomisation", "sparseness"])
    assert "no method 'edges_only'" in gone["randomisation"].sentence
    assert gone["sparseness"].value > 0
    monkeypatch.setitem(REGISTRY, "edges_only", Edges)
    result = xai.evaluate(net, picture, found, ["randomisation"])
    assert result["randomisation"].value == pytest.approx(1)
    assert result.verdict == "not sensitive to the model"
    for name, weight in net.state_dict().items():
        assert torch.equal(weight, before[name])


def test_of_few_values_a_map_is_not_called_insensitive_by_chance():
    """Of four columns and one layer, one draw in four puts the map in nearly the same order."""
    seen = set()
    for seed in range(12):
        torch.manual_seed(seed)
        model, x = nn.Linear(4, 3).eval(), torch.rand(4)
        result = xai.evaluate(model, x, xai.attribute(model, x, method="input_x_gradient"), ["randomisation"])
        measure = result["randomisation"]
        assert measure.passed is (True if measure.value <= 0.5 else None if measure.value < 0.9 else False)
        assert ("that may be chance" in measure.sentence) is (measure.passed is None)
        seen.add(measure.passed)
    assert {True, None} <= seen


def test_layers_are_drawn_anew_from_the_last_one_down(net, picture, saliency):
    found = xai.evaluate(net, picture, saliency, [Randomisation(n_stages=2)])["randomisation"]
    curve = found.curve("rank correlation")
    np.testing.assert_allclose(curve.x, [0, 0.5, 1])
    assert curve.y[0] == 1
    assert found.value == pytest.approx(curve.y[1:].mean(), abs=1e-6)
    assert found.passed
    model, inputs = read_for(adapt(net), picture)
    prediction = model.predict(inputs.x)
    subject = Subject.of(model, inputs, resolve_target(None, prediction), prediction, saliency)
    assert layers_from_the_top(model, subject) == ["8", "6", "2", "0"]

    apart, draw = model.apart(), torch.Generator().manual_seed(0)
    for part in (apart.given[8], apart.given[6]):
        draw_anew(part, draw, set())
    halfway = xai.attribute(apart.given, picture, "saliency", target=saliency.target)
    looks = found.curve("SSIM")
    np.testing.assert_allclose(looks.x, curve.x)
    assert looks.y[0] == 1
    assert looks.y[1] == pytest.approx(ssim(saliency.values.sum(0), halfway.values.sum(0)), abs=1e-5)
    assert abs(looks.y[1] - curve.y[1]) > 0.01, "two curves, not one drawn twice"


def test_ssim_agrees_with_scikit_image():
    draw = np.random.default_rng(0)
    one, other = draw.normal(size=(2, 40, 30))
    other = 0.5 * one + other
    scaled = [map_ / np.abs(map_).max() for map_ in (one, other)]
    assert ssim(one, other) == pytest.approx(structural_similarity(*scaled, data_range=2), abs=1e-9)
    assert ssim(one, 3 * one) == pytest.approx(1)


def test_imputing_solves_the_papers_equations():
    x = torch.rand(2, 3, 20, 17, generator=torch.Generator().manual_seed(0)).double()
    hidden = torch.rand(2, 1, 20, 17, generator=torch.Generator().manual_seed(1)) < 0.7
    found = impute(x, hidden, 1e-10)
    assert torch.equal(found[~hidden.expand_as(x)], x[~hidden.expand_as(x)])
    mask = hidden[0, 0].numpy()
    places = {place: i for i, place in enumerate(zip(*np.nonzero(mask), strict=True))}
    matrix, right = np.zeros((len(places),) * 2), np.zeros((len(places), 3))
    for (i, j), row in places.items():
        for di, dj in itertools.product((-1, 0, 1), repeat=2):
            other = (i + di, j + dj)
            if other == (i, j) or not (0 <= other[0] < 20 and 0 <= other[1] < 17):
                continue
            weight = 1 / 6 if 0 in (di, dj) else 1 / 12
            matrix[row, row] += weight
            if other in places:
                matrix[row, places[other]] -= weight
            else:
                right[row] += weight * x[0, :, other[0], other[1]].numpy()
    solved = np.linalg.solve(matrix, right)
    np.testing.assert_allclose(found[0].numpy()[:, mask].T, solved, atol=1e-7)
    alone = impute(x[:1], hidden[:1])
    torch.testing.assert_close(impute(x, hidden)[:1], alone)


def test_road_of_a_map_and_of_its_opposite(net, picture, saliency):
    found = xai.evaluate(net, picture, saliency, ["road"])["road"]
    against = xai.evaluate(net, picture, dataclasses.replace(saliency, values=-saliency.values), ["road"])["road"]
    assert against.value == pytest.approx(-found.value, abs=0.02)  # but for the noise
    assert len(found.random) == 10
    same = [one.name for one in xai.evaluate(net, picture, saliency, ["deletion"])["deletion"].curves]
    assert [one.name for one in found.curves] == same, "each has the same stroke in both charts"
    assert found.reference == pytest.approx(np.mean(found.random))


def test_numbers_that_are_compared_are_written_so_that_they_differ():
    assert beside(0.375, 0.379, 0.38) == ["0.375", "0.379", "0.380"]
    assert beside(0.25, 0.5) == ["0.25", "0.50"]
    assert beside(-0.0002, 0.0) == ["−0.0002", "0.0000"]
    assert beside(0.5, 0.5 + 1e-7) == ["0.50", "0.50"]


def test_numbers_below_zero_are_written_in_sentences_as_figures_elsewhere(picture):
    fall = nn.Sequential(nn.Flatten(), nn.Linear(picture.numel(), 2, bias=False))
    with torch.no_grad():
        fall[1].weight.copy_(-torch.rand(2, picture.numel(), generator=torch.Generator().manual_seed(0)))
    found = xai.attribute(fall, picture, method="integrated_gradients", target=0)
    told = xai.evaluate(fall, picture, found, ["completeness", "randomisation"])
    assert "add up to −" in told["completeness"].sentence
    assert [one.sentence for one in told.measures if "-" in one.sentence] == []
    assert (hundredths(-0.304), hundredths(-0.001), figures(-1e-7)) == ("−0.30", "0.00", "−1e−07")
