"""Shapley values against brute force, Captum, their axioms, and each other."""

from __future__ import annotations

import captum.attr
import numpy as np
import pytest
import torch
from attribution.games import Constant, Symmetric, brute_force, distance
from attribution.nets import convnet, image, linear, mlp, row
from hypothesis import given, settings
from hypothesis import strategies as st

import xai_widgets as xai

ALL = ("exact_shapley", "shapley_sampling", "kernel_shap")
SAMPLED = ALL[1:]
FEW = {"exact_shapley": {}, "shapley_sampling": {"n_samples": 6}, "kernel_shap": {"n_samples": 60}}


def test_exact_values_are_those_of_every_order() -> None:
    model, x = mlp(4), row(4)
    result = xai.attribute(model, x, "exact_shapley", target=1)
    np.testing.assert_allclose(result.values, brute_force(model, x, 1), rtol=1e-5, atol=1e-9)
    assert result.error is None
    assert result.forwards == 16


def test_exact_values_of_groups_are_captums() -> None:
    model, x = convnet(), image()
    mask = torch.arange(4).repeat_interleave(4)[:, None] // 2 * 2 + torch.arange(4).repeat_interleave(4) // 2
    ours = xai.attribute(model, x, "exact_shapley", target=2, feature_mask=mask, baselines=0.3)
    theirs = captum.attr.ShapleyValues(model).attribute(
        x[None], 0.3, target=2, feature_mask=mask.repeat(1, 3, 1, 1), perturbations_per_eval=4
    )
    np.testing.assert_allclose(ours.values, theirs[0, :1].numpy(), rtol=1e-6, atol=1e-9)


def test_kernel_shap_of_all_coalitions_is_exact() -> None:
    model, x = mlp(7), row(7)
    result = xai.attribute(model, x, "kernel_shap", target=0, n_samples=126)
    np.testing.assert_allclose(result.values, xai.attribute(model, x, "exact_shapley", target=0).values, rtol=1e-5)
    assert result.error is None
    assert result.forwards == 128


@settings(max_examples=25)
@given(seed=st.integers(0, 10_000), name=st.sampled_from(ALL))
def test_values_sum_to_the_rise_of_the_score(seed: int, name: str) -> None:
    model, x = mlp(seed=seed), row(seed=seed)
    result = xai.attribute(model, x, name, target=1, seed=seed, **FEW[name])
    rise = float((model(x[None]) - model(0 * x[None]))[0, 1].detach())
    assert result.values.sum() == pytest.approx(rise, abs=1e-5)
    assert result.gap == pytest.approx(0, abs=1e-9)


@settings(max_examples=25)
@given(seed=st.integers(0, 10_000), name=st.sampled_from(ALL))
def test_a_linear_model_gives_each_feature_its_term(seed: int, name: str) -> None:
    model, x = linear(), row(seed=seed)
    params = {"tolerance": 0.0, **FEW[name]} if name in SAMPLED else {}
    result = xai.attribute(model, x, name, target=2, seed=seed, **params)
    np.testing.assert_allclose(result.values, (model.weight[2] * x).detach().numpy(), rtol=1e-4, atol=1e-6)
    assert result.error in (None, pytest.approx(0, abs=1e-6))


@settings(max_examples=20)
@given(values=st.lists(st.floats(-2, 2), min_size=4, max_size=4))
def test_equal_features_get_equal_shares_and_idle_ones_nothing(values: list[float]) -> None:
    x = torch.tensor([values[0], values[0], *values[1:]], dtype=torch.float64)
    for name, params in (("exact_shapley", {}), ("kernel_shap", {"n_samples": 30})):
        found = xai.attribute(Symmetric(), x, name, target=0, **params).values
        assert found[0] == pytest.approx(found[1], abs=1e-6)
        assert found[2] == pytest.approx(0, abs=1e-6)
    assert xai.attribute(Symmetric(), x, "shapley_sampling", target=0).values[2] == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("name", ALL)
def test_values_are_linear_in_the_target(name: str) -> None:
    model, x = mlp(), row()
    params = {"tolerance": 0.0, **FEW[name]} if name in SAMPLED else {}
    a, b, both = (xai.attribute(model, x, name, target=t, **params).values for t in (0, 1, (0, 1)))
    np.testing.assert_allclose(a - b, both, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("name", ALL)
def test_a_constant_model_shares_nothing(name: str) -> None:
    result = xai.attribute(Constant(), image(), name)
    np.testing.assert_allclose(result.values, 0, atol=1e-12)
    assert result.error in (None, 0)
    assert result.fraction == 1


@pytest.mark.parametrize("name", SAMPLED)
def test_one_sample_is_one_pair_that_knows_no_spread(name: str) -> None:
    result = xai.attribute(mlp(), row(), name, n_samples=1)
    assert result.error is None
    assert result.gap == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("name", ALL)
def test_a_single_group_gets_everything(name: str) -> None:
    model, x = mlp(), row()
    result = xai.attribute(model, x, name, target=0, feature_mask=np.zeros(6, int))
    np.testing.assert_allclose(result.values, float((model(x[None]) - model(0 * x[None]))[0, 0].detach()), rtol=1e-5)
    assert result.error is None


@pytest.mark.parametrize("name", SAMPLED)
def test_the_size_of_batches_changes_nothing(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    model, x = mlp(), row()
    first = xai.attribute(model, x, name, tolerance=0.0, n_samples=20, seed=3)
    monkeypatch.setattr("xai_widgets.models.pace.Pace.learn", lambda *_: None)
    one_by_one = xai.attribute(model, x, name, tolerance=0.0, n_samples=20, seed=3)
    np.testing.assert_allclose(first.values, one_by_one.values, rtol=1e-6)
    other = xai.attribute(model, x, name, tolerance=0.0, n_samples=20, seed=4)
    assert not np.allclose(first.values, other.values)


@pytest.mark.parametrize("name", SAMPLED)
def test_it_stops_at_its_tolerance(name: str) -> None:
    steps = list(xai.attribute_iter(mlp(10), row(10), name, n_samples=900, tolerance=0.3))
    assert steps[-1].error <= 0.3
    assert steps[-1].fraction == 1
    assert steps[-1].forwards < 900
    fractions = [one.fraction for one in steps]
    assert fractions == sorted(fractions)


def test_the_first_picture_of_exact_values_comes_early(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xai_widgets.models.pace.Pace.learn", lambda *_: None)
    model, x = mlp(8), row(8)
    results = list(xai.attribute_iter(model, x, "exact_shapley", target=1))
    assert results[0].fraction < 0.05
    errors = [distance(one.values, results[-1].values) for one in results]
    assert errors[20] < 0.5
    assert errors[-2] < 0.2


def test_the_first_orders_show_something_after_each_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xai_widgets.models.pace.Pace.learn", lambda *_: None)
    model, x = mlp(24, seed=5), row(24, seed=5)
    steps = list(xai.attribute_iter(model, x, "shapley_sampling", target=0, n_samples=2, tolerance=0.0))
    assert len(steps) == 2 * 23
    assert len(set(steps[0].values.tolist())) == 2  # two halves of one order
    many = xai.attribute(model, x, "shapley_sampling", target=0, n_samples=60, tolerance=0.0)
    far = [distance(one.values, many.values) for one in steps]
    assert far[-1] < far[7] < far[0]
    for one in steps:
        assert one.gap == pytest.approx(0, abs=1e-9)
    short = xai.attribute(model, x, "shapley_sampling", target=0, time_budget=1e-9)
    assert short.forwards < 10


@pytest.mark.parametrize(("tolerance", "together"), [(1e-9, (4, 1)), (0.0, (5,))])
def test_texts_of_a_batch_are_about_as_long_and_the_whole_one_is_passed_but_once_more(
    tolerance: float, together: tuple[int, ...]
) -> None:
    lengths: list[list[int]] = []

    def function(texts: list[str]) -> list[float]:
        lengths.append([len(text.split()) for text in texts])
        return [float(len(text)) for text in texts]

    text = "one after the other some of these words go away until nobody is left to say any more of it"
    xai.attribute(function, text, "shapley_sampling", n_samples=10, tolerance=tolerance)
    words, passed = len(text.split()), [n for batch in lengths for n in batch]
    # Read, predicted, and beside another one, to see whether rows of a batch know of each other.
    assert passed.count(words) == 4
    # Nobody watches, and none of the first four pairs of orders can be the last; without a tolerance, no pair but one.
    falling = range(words - 1, 0, -1)
    assert passed[-10 * (words - 1) :] == [n for pairs in together for n in falling for _ in range(2 * pairs)]


def test_whether_somebody_watches_changes_neither_values_nor_where_it_stops() -> None:
    model, x = mlp(), row()
    watched = list(xai.attribute_iter(model, x, "shapley_sampling", n_samples=60, tolerance=0.2, seed=3))[-1]
    unwatched = xai.attribute(model, x, "shapley_sampling", n_samples=60, tolerance=0.2, seed=3)
    np.testing.assert_allclose(unwatched.values, watched.values, rtol=1e-6)
    assert unwatched.error == pytest.approx(watched.error)
    assert unwatched.forwards == watched.forwards < 60 * 5


def test_too_many_groups_are_refused_by_number() -> None:
    with pytest.raises(ValueError, match="coalitions of at most 16 groups, here are 17"):
        xai.attribute(mlp(17), row(17), "exact_shapley")
    joined = xai.attribute(mlp(17), row(17), "exact_shapley", feature_mask=np.arange(17) // 4)
    assert joined.forwards == 32
