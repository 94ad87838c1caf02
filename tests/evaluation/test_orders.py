"""Deletion and insertion against closed forms: linear models, constant ones, inputs of one part."""

from __future__ import annotations

import dataclasses
import itertools

import numpy as np
import pytest
import torch
from torch import nn

import xai_widgets as xai
from xai_widgets.evaluation import Deletion, Insertion, Metric
from xai_widgets.evaluations import RANKED, beats

WEIGHTS = [4.0, 1.0, 3.0, 2.0]


def linear(weights=WEIGHTS, bias=0.5):
    model = nn.Linear(len(weights), 1).double()
    with torch.no_grad():
        model.weight[0] = torch.tensor(weights)
        model.bias[0] = bias
    return model


def area(left):
    """Under a curve at evenly spaced points."""
    return float(np.mean((np.array(left[1:]) + left[:-1]) / 2))


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
def test_a_linear_models_areas_are_those_of_its_cumulated_shares(order):
    model, x = linear(), torch.ones(4, dtype=torch.float64)
    found = xai.attribute(model, x, method="input_x_gradient")
    ranks = np.empty(4, np.float32)
    ranks[list(order)] = [4, 3, 2, 1]
    map_ = dataclasses.replace(found, values=ranks)
    result = xai.evaluate(model, x, map_, ["deletion", "insertion"])
    share = np.cumsum([0, *(WEIGHTS[i] for i in order)]) / sum(WEIGHTS)
    assert result["deletion"].value == pytest.approx(area(1 - share), abs=1e-9)
    assert result["insertion"].value == pytest.approx(area(share), abs=1e-9)
    np.testing.assert_allclose(result["deletion"].curve("this map").y, 1 - share, atol=1e-6)
    # The mean over all orders is the straight line.
    assert result["deletion"].reference == pytest.approx(0.5, abs=0.15)


def test_a_map_of_which_nothing_was_checked_passes_nothing():
    model, x = linear(), torch.ones(4, dtype=torch.float64)
    result = xai.evaluate(model, x, xai.attribute(model, x, "saliency"), ["sparseness"])
    assert (result.verdict, result.checked) == ("nothing was checked", 0)


def test_a_right_map_beats_random_orders_and_a_shuffled_one_does_not():
    generator = torch.Generator().manual_seed(0)
    weights = torch.randn(64, generator=generator).tolist()
    model, x = linear(weights), torch.ones(64, dtype=torch.float64)
    found = xai.attribute(model, x, method="input_x_gradient")
    right = xai.evaluate(model, x, found, ["deletion", "insertion"])
    assert (right.passed, right.checked, right.believable) == (2, 2, True)
    assert right.verdict == "passes 2 of 2 checks"
    fooled = 0
    for seed in range(20):
        values = np.random.default_rng(seed).permutation(found.values)
        wrong = xai.evaluate(model, x, dataclasses.replace(found, values=values), ["deletion"], seed=seed)
        fooled += wrong.believable
        assert wrong.believable or wrong.verdict == "no better than random"
    assert fooled <= 2  # 1 in 100 each


def test_a_model_that_says_the_same_of_everything_has_nothing_to_lose():
    model, x = linear([0.0] * 4), torch.ones(4, dtype=torch.float64)
    found = xai.attribute(model, x, method="input_x_gradient")
    result = xai.evaluate(model, x, found, ["deletion"])
    assert np.isnan(result["deletion"].value)
    assert result["deletion"].passed is None
    assert "nothing to lose" in result["deletion"].sentence
    assert (result.checked, result.fraction) == (0, 1.0)


def test_of_one_part_no_map_is_better_or_worse():
    model, x = linear([2.0]), torch.ones(1, dtype=torch.float64)
    result = xai.evaluate(model, x, xai.attribute(model, x, method="input_x_gradient"))
    for name in ("deletion", "insertion", "infidelity"):
        assert "one part" in result[name].sentence
        assert result[name].passed is None
    assert result.believable
    assert result.verdict == f"passes {result.checked} of {result.checked} checks"


@pytest.mark.parametrize("count", [2, 3, 4, 5])
def test_of_few_parts_a_right_map_is_not_called_chance(count):
    model, x = linear([3.0, 1.0, 0.5, 0.1, 0.05][:count]), torch.ones(count, dtype=torch.float64)
    found = xai.attribute(model, x, method="input_x_gradient")
    result = xai.evaluate(model, x, found, ["deletion", "insertion", "infidelity"])
    assert [one.passed for one in result.measures] == [None, None, None]
    assert result["infidelity"].value == pytest.approx(0, abs=1e-9)
    assert result.believable


def test_of_few_cells_a_map_is_not_called_chance():
    model = nn.Sequential(nn.Flatten(), nn.Linear(4, 3)).eval()
    x = torch.rand(1, 2, 2, generator=torch.Generator().manual_seed(0))
    result = xai.evaluate(model, x, xai.attribute(model, x, method="input_x_gradient"), ["deletion", "road"])
    assert [one.passed for one in result.measures] == [None, None]
    assert result.believable


@pytest.mark.parametrize("count", [6, 8, 20])
def test_a_right_map_is_believed_where_one_column_decides_alone(count):
    """Areas are then spread evenly: the best of them is not two standard deviations from their mean."""
    model = linear([10.0, *np.linspace(0.1, 0.2, count - 1)])
    x = torch.ones(count, dtype=torch.float64)
    found = xai.attribute(model, x, method="input_x_gradient")
    seeds = [xai.evaluate(model, x, found, ["deletion", "insertion"], seed=seed) for seed in range(20)]
    believed = [one.believable and all(each.passed for each in one.measures) for one in seeds]
    assert sum(believed) >= 18


@pytest.mark.parametrize("spread", ["uniform", "exponential", "lognormal"])
def test_a_map_of_chance_is_rarely_believed_however_areas_are_spread(spread):
    areas = getattr(np.random.default_rng(0), spread)(size=(20_000, RANKED + 1))
    for higher in (True, False):
        believed = np.mean([beats(one[0], one[1:], higher=higher) for one in areas])
        assert 0.045 < believed < 0.055  # three standard errors about 1 in 20
    assert not beats(0.5, np.full(RANKED, 0.5), higher=True)


def test_estimates_get_better_and_their_errors_hold(monkeypatch):
    monkeypatch.setattr("xai_widgets.models.pace.Pace.begin", lambda *_: None)  # so that there are many
    torch.manual_seed(0)
    model = nn.Sequential(nn.Flatten(), nn.Linear(3 * 16 * 16, 32), nn.Tanh(), nn.Linear(32, 5)).double()
    held = []
    for seed in range(30):
        x = torch.rand(3, 16, 16, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))
        found = xai.attribute(model, x, method="input_x_gradient")
        steps = list(xai.evaluate_iter(model, x, found, [Deletion(n_steps=32)], seed=seed))
        assert [one.fraction for one in steps] == sorted(one.fraction for one in steps)
        last = steps[-1]["deletion"]
        assert last.error is None
        known = [one["deletion"] for one in steps[:-1] if one["deletion"].error is not None]
        held += [abs(one.value - last.value) <= one.error for one in known]
        assert all(one["deletion"].passed is None for one in steps[:-1])
    assert len(held) > 30
    assert np.mean(held) >= 0.95


def test_seeds_and_batches_give_the_same_numbers(monkeypatch):
    torch.manual_seed(1)
    model, x = nn.Sequential(nn.Flatten(), nn.Linear(48, 3)).double(), torch.rand(3, 4, 4).double()
    found = xai.attribute(model, x, method="saliency")
    first = xai.evaluate(model, x, found, seed=3)
    monkeypatch.setattr("xai_widgets.models.pace.Pace.learn", lambda self, *_: setattr(self, "size", 7))
    second = xai.evaluate(model, x, found, seed=3)
    for one, other in zip(first.measures, second.measures, strict=True):
        assert other.value == pytest.approx(one.value, rel=1e-9, nan_ok=True)
        assert other.reference == pytest.approx(one.reference, rel=1e-9) if one.reference is not None else True


def test_a_seed_below_zero_is_one_like_others():
    model, x = linear([2.0, -1.0, 0.5, 0.25, 1.0, 3.0, 0.1]), torch.ones(7, dtype=torch.float64)
    found = xai.attribute(model, x, method="smooth_grad", seed=-3)
    first, again = (xai.evaluate(model, x, found, seed=-3) for _ in range(2))
    assert [one.sentence for one in first.measures] == [one.sentence for one in again.measures]
    assert not any("integer" in one.sentence for one in first.measures)


def test_what_is_wrong_is_refused_at_the_call():
    model, x = linear(), torch.ones(4, dtype=torch.float64)
    found = xai.attribute(model, x, method="input_x_gradient")
    with pytest.raises(ValueError, match="Did you mean deletion"):
        xai.evaluate_iter(model, x, found, ["deletoin"])
    with pytest.raises(TypeError, match=r"result of xai\.attribute, got ndarray"):
        xai.evaluate_iter(model, x, found.values)
    with pytest.raises(TypeError, match="got list: give each with its own input"):
        xai.evaluate_iter(model, [x, x], xai.attribute(model, [x, x], method="input_x_gradient"))
    with pytest.raises(ValueError, match="the map must be of the input"):
        xai.evaluate_iter(model, x, dataclasses.replace(found, values=np.zeros(7, np.float32)))
    with pytest.raises(ValueError, match="different names"):
        xai.evaluate_iter(model, x, found, ["deletion", Deletion()])
    with pytest.raises(ValueError, match="mask must have the shape"):
        xai.evaluate_iter(model, x, found, mask=np.ones(7))
    for mask in (np.ones(4), np.zeros(4), np.full(4, np.nan)):
        with pytest.raises(ValueError, match=f"mask marks {'everything' if mask[0] == 1 else 'nothing'}"):
            xai.evaluate_iter(model, x, found, mask=mask)
    with pytest.raises(ValueError, match=r"True where .* of <U1"):
        xai.evaluate_iter(model, x, found, mask=np.full(4, "a"))
    with pytest.raises(ValueError, match="n_random must lie in 4"):
        Insertion(n_random=1)


def test_another_input_is_noticed_and_time_runs_out():
    model, x = linear(), torch.ones(4, dtype=torch.float64)
    found = xai.attribute(model, x, method="input_x_gradient")
    assert any("something else" in note for note in xai.evaluate(model, 2 * x, found, ["deletion"]).notes)
    stopped = xai.evaluate(model, x, found, time_budget=1e-9)
    assert stopped.fraction < 1
    assert any("Stopped after" in note for note in stopped.notes)


def test_a_measure_that_never_knows_anything_does_not_pass_for_another_one():
    @dataclasses.dataclass(frozen=True, kw_only=True)
    class Silent(Metric):
        name, title, sentence, paper = "silent", "Silent", "Nothing.", "Nobody"

        def run(self, subject, seed=0):
            yield None

    model, x = linear(), torch.ones(4, dtype=torch.float64)
    found = xai.attribute(model, x, method="input_x_gradient")
    result = xai.evaluate(model, x, found, ["deletion", Silent(), "sparseness"])
    assert [one.name for one in result.measures] == ["deletion", "silent", "sparseness"]
    assert np.isnan(result["silent"].value)
