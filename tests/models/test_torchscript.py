"""What TorchScript compiled is explained like the module it came from, as far as Python can look into it."""

import numpy as np
import pytest
import torch
from torch import nn

import xai_widgets as xai

pytestmark = pytest.mark.filterwarnings("ignore:.*is deprecated:DeprecationWarning")
HIDDEN = "No layer put out a tensor"


class Net(nn.Module):
    """Acts otherwise in training, and has statistics to keep."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.body = nn.Sequential(
            nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Dropout(0.5), nn.Flatten(), nn.Linear(784, 3)
        )

    def forward(self, x):
        return self.body(x)


x = torch.rand(3, 16, 16, generator=torch.Generator().manual_seed(1))
COMPILED = {
    "script": lambda: torch.jit.script(Net().train()),
    "trace": lambda: torch.jit.trace(Net().eval(), x[None]),
    "freeze": lambda: torch.jit.freeze(torch.jit.script(Net().eval())),
}


@pytest.mark.parametrize("method", ["auto", "saliency", "smooth_grad", "occlusion", "rise", "kernel_shap"])
@pytest.mark.parametrize("compiled", COMPILED)
def test_it_has_the_map_of_the_module_it_came_from_and_is_left_alone(compiled, method):
    model = COMPILED[compiled]()
    training = getattr(model, "training", None)  # what was frozen has no such flag
    before = {name: one.clone() for name, one in model.state_dict().items()}
    ours = xai.attribute(model, x, method, target=0)
    np.testing.assert_allclose(ours.values, xai.attribute(Net(), x, method, target=0).values, atol=1e-5)
    assert getattr(model, "training", None) == training
    assert all(one.requires_grad for one in model.parameters())
    assert all(torch.equal(one, before[name]) for name, one in model.state_dict().items())
    assert all(one.grad is None for one in model.parameters())


def test_it_is_seen_as_it_is_now():
    model, plain = COMPILED["script"](), Net()
    widget = xai.explain(model, x, target=0, method="saliency")
    first = widget.result(60).values
    with torch.no_grad():
        for one in (*model.parameters(), *plain.parameters()):
            one.mul_(1.5)
    widget.explain(method="saliency")
    now = widget.result(60).values
    widget.close()
    assert not np.allclose(first, now)
    np.testing.assert_allclose(now, xai.attribute(plain, x, "saliency", target=0).values, atol=1e-5)


@pytest.mark.parametrize("compiled", COMPILED)
def test_its_layers_cannot_be_watched_which_is_said_in_words(compiled):
    model = COMPILED[compiled]()
    with pytest.raises(xai.ModelError, match=HIDDEN):
        xai.attribute(model, x, "grad_cam")
    with pytest.raises(xai.ModelError, match="has no rule"):
        xai.attribute(model, x, "deep_lift")
    found = xai.check(model, x)
    assert HIDDEN in found.methods["grad_cam"].reason
    assert found.methods["saliency"].soundness == "sound"


@pytest.mark.parametrize("compiled", ["script", "trace"])
def test_its_maps_are_measured(compiled):
    model = COMPILED[compiled]()
    before = [one.clone() for one in model.parameters()]
    found = xai.evaluate(model, x, xai.attribute(model, x, "saliency"), metrics=["randomisation", "deletion"])
    assert [one.name for one in found.measures] == ["randomisation", "deletion"]
    assert found.measures[0].value < 1  # its own copy has forgotten something
    assert all(map(torch.equal, model.parameters(), before))
