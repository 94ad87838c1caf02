"""A run goes on while its explanation copy is made, one pass after the other."""

import numpy as np
import pytest
import torch
from attribution.nets import image
from models.test_explanation_copy import Net, plain

import xai_widgets as xai
from xai_widgets.models import TorchModel, copying
from xai_widgets.models.explanation import ExplanationCopy
from xai_widgets.models.kernels import Convolution

pytestmark = pytest.mark.usefixtures("_copies_are_worth_it")


def test_the_copy_is_made_between_the_batches_of_a_run(monkeypatch):
    monkeypatch.setattr(copying, "BATCH_SECONDS", 0.0)
    passes, forward = [], Net.forward

    def counted(self, x):
        passes.append(len(x))
        return forward(self, x)

    monkeypatch.setattr(Net, "forward", counted)
    asked = {"method": "integrated_gradients", "target": 0, "n_steps": 129, "tolerance": 0.0}
    counts, found = [], None
    for result in xai.attribute_iter(Net(plain), image(8), **asked):
        counts.append(len(passes) - sum(counts))
        found = result
    made = [n for n in counts[1:] if n > 1]
    assert len(made) >= 4  # the watch, two inputs through the model, both through its copy
    assert (
        sum(n - 2 for n in made) <= 2
    )  # the batch itself and one step; in two of them, a second pass or whether rows mix
    monkeypatch.undo()
    assert found.values == pytest.approx(xai.attribute(Net(plain), image(8), **asked).values, rel=1e-5, abs=1e-7)


def test_weights_that_change_while_the_copy_is_made_begin_it_anew(monkeypatch):
    monkeypatch.setattr(copying, "BATCH_SECONDS", 0.0)
    net = Net(plain)
    model = TorchModel(net).fresh()
    x = torch.stack([image(8)] * 4)
    for k in range(12):
        if k == 5:
            with torch.no_grad():
                net.conv.weight.mul_(2)
        got = model.scores(x)
        assert torch.allclose(got, net(x), rtol=1e-9)
    assert model._copying.copy is not None


@pytest.mark.parametrize(
    ("owner", "name"), [(ExplanationCopy, "refresh"), (Convolution, "_pack"), (Convolution, "back")], ids=str
)
def test_a_model_that_fits_without_its_copy_is_explained_without_it(owner, name, monkeypatch):
    net, x = Net(plain, dtype=torch.float32), torch.rand(3, 8, 8)
    asked = {"method": "integrated_gradients", "target": 0, "n_steps": 129, "tolerance": 0.0}
    expected, tried = xai.attribute(net, x, **asked), []

    def full(*_):
        tried.append(name)
        raise torch.OutOfMemoryError

    monkeypatch.setattr(owner, name, full)
    found = xai.attribute(net, x, **asked)
    assert tried
    np.testing.assert_allclose(found.values, expected.values, atol=1e-4 * np.abs(expected.values).max())
