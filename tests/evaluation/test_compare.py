"""Several explanations of one input, measured one after the other."""

import numpy as np
import pytest
import torch
from torch import nn

import xai_widgets as xai
from xai_widgets.attribution import IntegratedGradients
from xai_widgets.evaluation import Subject, compare_steps, create_metrics
from xai_widgets.models import resolve_target
from xai_widgets.prepare import adapt, read_for


def test_maps_are_measured_one_after_the_other_and_one_that_fails_is_a_note():
    torch.manual_seed(0)
    model, x = nn.Sequential(nn.Linear(6, 4), nn.Tanh(), nn.Linear(4, 3)).eval(), torch.randn(6)
    fed, inputs = read_for(adapt(model, x), x)
    prediction = fed.predict(inputs.x)

    def refused():
        msg = "It does not fit.\nReally."
        raise ValueError(msg)
        yield

    def about(_title, result):
        return Subject.of(fed, inputs, resolve_target(0, prediction), prediction, result)

    runs = {
        name: lambda name=name: xai.attribute_iter(model, x, method=name, target=0)
        for name in ("saliency", "input_x_gradient")
    }
    metrics = create_metrics(["deletion", "insertion"])
    steps = list(
        compare_steps(
            {"Saliency": runs["saliency"], "Odd": refused, "Gradient": runs["input_x_gradient"]}, about, metrics
        )
    )
    shares = [one.fraction for one in steps]
    assert shares == sorted(shares)
    assert shares[-1] == 1
    assert next(len(one.evaluations) for one in steps if one.evaluations) == 1
    last = steps[-1]
    assert last.notes == ("Odd: It does not fit.",)
    table = last.to_dataframe().set_index("method")
    assert list(table.index) == ["saliency", "input_x_gradient"]
    for name in table.index:
        alone = xai.evaluate(model, x, xai.attribute(model, x, method=name, target=0), ["deletion", "insertion"])
        assert table.loc[name, "deletion"] == pytest.approx(alone["deletion"].value, rel=1e-6)
        assert table.loc[name, "verdict"] == alone.verdict


def test_methods_are_compared_by_name_and_as_instances():
    torch.manual_seed(0)
    model, x = nn.Sequential(nn.Linear(6, 4), nn.Tanh(), nn.Linear(4, 3)).eval(), torch.randn(6)
    methods = ["saliency", IntegratedGradients(n_steps=5), "integrated_gradients", "rise"]
    result = xai.compare_methods(model, x, methods, ["completeness", "seed_spread"], target=1)
    assert [one.method for one in result.evaluations] == ["saliency", *["integrated_gradients"] * 2]
    assert result.notes == (
        "rise: rise does not fit here. It needs a picture: an input of shape [channels, height, width].",
    )
    coarse = xai.attribute(model, x, method=methods[1], target=1)
    alone = xai.evaluate(model, x, coarse, ["completeness"])["completeness"]
    assert result.evaluations[1]["completeness"].value == pytest.approx(alone.value, rel=1e-6)
    assert result.evaluations[2]["completeness"].value < alone.value
    with pytest.raises(ValueError, match="Did you mean saliency"):
        xai.compare_methods_iter(model, x, ["salience"])
    with pytest.raises(TypeError, match="methods must be a list"):
        xai.compare_methods_iter(model, x, "saliency")


def test_rows_are_compared_against_the_background_by_methods_and_measures():
    draw = np.random.default_rng(0)
    background = draw.normal(size=(60, 4))
    found = xai.compare_methods(
        lambda rows: rows @ np.array([3.0, -2, 1, 0]),
        background[0],
        ["exact_shapley"],
        ["infidelity", "seed_spread"],
        background=background,
    )
    (one,) = found.evaluations
    assert one["infidelity"].value == pytest.approx(0, abs=1e-6)  # by the same rows in the place of what is hidden
    assert one["seed_spread"].value == 0


def test_what_was_not_measured_to_its_end_is_told():
    torch.manual_seed(0)
    model, x = nn.Linear(6, 3).eval(), torch.randn(6)
    result = xai.compare_methods(model, x, ["saliency", "input_x_gradient"], time_budget=1e-9)
    assert [one.fraction < 1 for one in result.evaluations] == [True, True]
    assert [note.split(":")[0] for note in result.notes] == ["saliency", "input_x_gradient"]
    assert all("Stopped after" in note for note in result.notes)
    assert not xai.compare_methods(model, x, ["saliency"], ["deletion"]).notes
