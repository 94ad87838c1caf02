"""Several explanations of one input, measured one after the other."""

import pytest
import torch
from torch import nn

import xai_widgets as xai
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
    table = last.frame().set_index("method")
    assert list(table.index) == ["saliency", "input_x_gradient"]
    for name in table.index:
        alone = xai.evaluate(model, x, xai.attribute(model, x, method=name, target=0), ["deletion", "insertion"])
        assert table.loc[name, "deletion"] == pytest.approx(alone["deletion"].value, rel=1e-6)
        assert table.loc[name, "verdict"] == alone.verdict
