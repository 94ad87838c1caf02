"""The numbers of Quantus and Captum, where they measure the same."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch
from captum.metrics import infidelity
from evaluation.peers import OPTIONS, asked

import xai_widgets as xai
from xai_widgets.attribution.groups import row_generator
from xai_widgets.evaluation import Deletion, Infidelity, MaxSensitivity
from xai_widgets.evaluation.infidelity import hiding

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.mark.parametrize("step", [1, 4])
def test_deletion_is_pixel_flipping(quantus, small, x, found, step):
    metric = quantus.PixelFlipping(features_in_step=step, perturb_baseline=0.0, **OPTIONS)
    theirs = asked(metric, small, x, found)
    ours = xai.evaluate(small, x, found, [Deletion(n_steps=64 // step, baselines=0.0)])["deletion"]
    # It has no point for the whole picture.
    np.testing.assert_allclose(ours.curve("this map").y[1:], theirs, atol=1e-5)


def test_shape_is_theirs(quantus, small, x, found):
    for name, metric in (("sparseness", quantus.Sparseness), ("complexity", quantus.Complexity)):
        theirs = asked(metric(**{**OPTIONS, "abs": True}), small, x, found)
        # It adds 1e-7 to every value.
        assert xai.evaluate(small, x, found, [name])[name].value == pytest.approx(float(theirs), rel=1e-3)


def test_pointing_and_mass_are_theirs(quantus, small, x, found):
    mask = np.zeros((8, 8), bool)
    mask[2:6, 1:5] = True
    positive = dataclasses.replace(found, values=np.abs(found.values))
    result = xai.evaluate(small, x, positive, ["pointing_game", "relevance_mass"], mask=mask)
    for name, metric in (("pointing_game", quantus.PointingGame), ("relevance_mass", quantus.RelevanceMassAccuracy)):
        theirs = asked(metric(**OPTIONS), small, x, positive, s_batch=mask[None, None])
        assert result[name].value == pytest.approx(float(theirs), abs=1e-6)


def test_max_sensitivity_is_theirs_for_the_same_draws(quantus, small, x, found):
    count, radius, draws = 5, 0.1, iter(range(99))
    reach = radius * float(x.max() - x.min())

    def perturb(arr, **_):
        draw = torch.rand(x.shape, generator=row_generator(0, next(draws)), dtype=torch.float64) * 2 - 1
        return arr + draw.reshape(1, -1).numpy() * reach

    def explain(inputs, targets, **_):
        every = zip(torch.as_tensor(inputs).float(), targets, strict=True)
        return np.stack([xai.attribute(small, one, found.method, target=int(y)).values for one, y in every])

    metric = quantus.MaxSensitivity(nr_samples=count, perturb_func=perturb, perturb_func_kwargs={}, **OPTIONS)
    theirs = asked(metric, small, x, found, explain_func=explain)
    ours = xai.evaluate(small, x, found, [MaxSensitivity(n_samples=count, radius=radius)])["max_sensitivity"]
    assert ours.value == pytest.approx(float(theirs), rel=1e-4)


def test_infidelity_is_captums_over_the_mean_square_of_the_changes(small, x, found):
    """Of the map as slopes: where its values are shares, what is hidden counts once."""
    count = 40
    masks = hiding((8, 8), 0)(slice(0, count)).reshape(count, 1, 8, 8)
    rows = iter(masks)

    def perturb(inputs):
        taken = torch.stack([next(rows) for _ in range(len(inputs))])
        return taken.float(), inputs * ~taken

    theirs = infidelity(
        lambda batch: small(batch)[:, found.target],
        perturb,
        x[None],
        torch.as_tensor(found.values)[None],
        n_perturb_samples=count,
        max_examples_per_batch=count,
        normalize=True,
    )
    with torch.no_grad():
        changes = small(x[None])[0, found.target] - small(x[None] * ~masks)[:, found.target]
    ours = xai.evaluate(small, x, found, [Infidelity(n_samples=count, baselines=0.0)])["infidelity"]
    assert ours.value == pytest.approx(float(theirs) / float(changes.square().mean()), rel=1e-4)
