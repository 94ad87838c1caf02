"""Where Quantus measures the same and defines it otherwise: what agrees, and by how much the rest departs."""

from __future__ import annotations

import copy
import dataclasses

import numpy as np
import pytest
import torch
from evaluation.peers import OPTIONS, asked
from torch import nn

import xai_widgets as xai
from xai_widgets.evaluation import Randomisation, Road, randomisation
from xai_widgets.evaluation.imputing import impute
from xai_widgets.evaluation.infidelity import unforetold

pytestmark = pytest.mark.filterwarnings("ignore")


def test_what_is_hidden_is_filled_as_by_quantus(quantus, x):
    hidden = torch.rand(64, generator=torch.Generator().manual_seed(3)) < 0.6
    fill = quantus.functions.perturb_func.noisy_linear_imputation
    theirs = fill(x.double().numpy(), np.flatnonzero(hidden.numpy()), noise=0.0)
    ours = impute(x[None].double(), hidden.reshape(1, 1, 8, 8), 1e-10)[0]
    np.testing.assert_allclose(ours.numpy(), theirs, atol=1e-6)


def test_road_of_quantus_asks_whether_the_class_stays_and_ours_how_much_of_its_probability(quantus, x):
    torch.manual_seed(2)
    two = nn.Sequential(nn.Conv2d(1, 4, 3, padding=1), nn.ReLU(), nn.Flatten(), nn.Linear(256, 2)).eval()
    explained = xai.attribute(two, x, method="input_x_gradient")
    metric = quantus.ROAD(percentages=[10, 30, 50, 70, 90], noise=0.0, **OPTIONS)
    metric.perturb_func.keywords["noise"] = 0.0
    metric(
        model=two,
        x_batch=x[None].numpy(),
        y_batch=np.array([explained.target]),
        a_batch=explained.values[None],
        device="cpu",
        softmax=True,
    )
    theirs = list(metric.evaluation_scores.values())
    ours = xai.evaluate(two, x, explained, [Road(noise=0.0)])["road"]
    curve = ours.curve("this map")
    assert curve.x.tolist() == pytest.approx([0.1, 0.3, 0.5, 0.7, 0.9])
    # Of two classes, the one that stays the likeliest has more than half; Quantus rounds the count of pixels down.
    assert [float(y > 0.5) for y in curve.y] == theirs
    assert ours.value != pytest.approx(np.mean(theirs)), "and it hides the least important first too"


def test_layers_drawn_anew_as_quantus_resets_them_give_its_correlations(quantus, small, x, monkeypatch):
    explained = xai.attribute(small, x, method="saliency")

    def reset(module, *_):
        torch.manual_seed(43)
        module.reset_parameters()

    def explain(model, inputs, targets, **_):
        every = zip(torch.as_tensor(inputs).float(), targets, strict=True)
        return np.stack([xai.attribute(model, one, "saliency", target=int(y)).values for one, y in every])

    monkeypatch.setattr(randomisation, "draw_anew", reset)
    ours = xai.evaluate(small, x, explained, [Randomisation(n_stages=2)])["randomisation"]
    metric = quantus.MPRT(**OPTIONS)
    told = {
        "model": copy.deepcopy(small),
        "x_batch": x[None].numpy(),
        "y_batch": np.array([explained.target]),
        "a_batch": explained.values[None],
        "explain_func": explain,
        "device": "cpu",
    }
    theirs = {name: float(one[0]) for name, one in metric(**told).items()}
    assert list(theirs) == ["original", "3", "0"]
    np.testing.assert_allclose(ours.curve("rank correlation").y, list(theirs.values()), atol=1e-4)
    # Its average counts the model that nothing was done to.
    [average] = quantus.MPRT(**OPTIONS, return_average_correlation=True)(**told)
    assert average == pytest.approx((1 + 2 * ours.value) / 3, abs=1e-4)
    assert ours.value == pytest.approx(np.mean([theirs["3"], theirs["0"]]), abs=1e-4)


def test_completeness_of_quantus_is_equality_to_the_last_bit_and_ours_a_gap(quantus):
    whole = nn.Sequential(nn.Flatten(), nn.Linear(16, 2)).eval()
    with torch.no_grad():
        whole[1].weight.copy_(torch.arange(32).reshape(2, 16) - 7.0)
        whole[1].bias.zero_()
    ones = torch.arange(16.0).reshape(1, 4, 4)
    explained = xai.attribute(whole, ones, method="integrated_gradients", target=1, baselines=0.0)
    off = dataclasses.replace(explained, values=explained.values * np.float32(1 + 1e-6))
    for one, exact in ((explained, True), (off, False)):
        metric = quantus.Completeness(**OPTIONS)
        told = {"x_batch": ones[None].numpy(), "y_batch": np.array([1]), "a_batch": one.values[None], "device": "cpu"}
        [theirs] = metric(model=whole, softmax=False, **told)
        assert bool(theirs) is exact
    ours = xai.evaluate(whole, ones, explained, ["completeness"])["completeness"]
    assert (ours.value, ours.passed) == (pytest.approx(0, abs=1e-6), True)


def test_infidelity_of_quantus_hides_on_top_of_what_is_hidden_and_scales_nothing(quantus, small, x, found):
    metric = quantus.Infidelity(perturb_patch_sizes=[4], n_perturb_samples=1, perturb_baseline=0.0, **OPTIONS)
    theirs = float(asked(metric, small, x, found))
    score = lambda image: float(torch.softmax(small(image[None]).double(), 1)[0, found.target])  # noqa: E731
    hidden, said, lost, alone = x.clone(), [], [], []
    with torch.no_grad():
        for top in (0, 4):
            for left in (0, 4):
                single = x.clone()
                for image in (hidden, single):
                    image[:, top : top + 4, left : left + 4] = 0.0
                said.append(float((found.values * (x - hidden).numpy()).sum()))
                lost.append(score(x) - score(hidden))
                alone.append((float((found.values * (x - single).numpy()).sum()) - score(x) + score(single)) ** 2)
    said, lost = np.array(said), np.array(lost)
    assert theirs == pytest.approx(np.mean((said - lost) ** 2), rel=1e-4)
    assert theirs != pytest.approx(np.mean(alone), rel=0.1), "the paper hides each patch by itself"
    # The best scale leaves no more than scale 1 does, as a share.
    assert unforetold(said[None], lost)[0] <= theirs / np.mean(lost**2)
