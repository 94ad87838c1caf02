"""A model that takes more than one tensor is explained by the one that matters."""

import numpy as np
import torch
from torch import nn

from xai_widgets.attribution import IntegratedGradients, Occlusion, Saliency, SmoothGrad
from xai_widgets.inputs import read_inputs
from xai_widgets.models import Target, TorchModel


class Reader(nn.Module):
    """Takes embeddings and, by name alone, which of them count."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.body, self.norm, self.head = nn.Conv1d(4, 8, 1), nn.BatchNorm1d(8), nn.Linear(8, 3)
        self.double()

    def forward(self, embeds, *, mask):
        h = self.norm(self.body(embeds.transpose(1, 2))).relu() * mask[:, None]
        return {"logits": self.head(h.sum(2) / mask.sum(1, keepdim=True))}


MASK = torch.tensor([1.0, 1, 0, 1, 0], dtype=torch.float64)


def feed(module, x):
    return module(x, mask=MASK.expand(len(x), -1))


class Closed(nn.Module):
    """The same as a model of one tensor."""

    def __init__(self, inner):
        super().__init__()
        self.inner = inner

    def forward(self, x):
        return feed(self.inner, x)


def test_every_method_sees_one_tensor():
    net, x = Reader(), torch.randn(5, 4, dtype=torch.float64)
    inputs = read_inputs(x, device="cpu", dtype=x.dtype)
    model, closed = TorchModel(net, feed=feed), TorchModel(Closed(net))
    assert np.array_equal(model.predict(x).scores, closed.predict(x).scores)
    for method in (Saliency(), IntegratedGradients(), SmoothGrad(), Occlusion()):
        (*_, ours), (*_, theirs) = (method.run(one.fresh(), inputs, Target(1)) for one in (model, closed))
        torch.testing.assert_close(ours.values, theirs.values)
        assert not ours.values[2].any()
        assert ours.values[1].any()
    assert model.tap(x[None], Target(1), "norm")[1].shape == (1, 8, 5)


def test_the_explanation_copy_is_fed_the_same():
    net, x = Reader(), torch.randn(6, 5, 4, dtype=torch.float64)
    run = TorchModel(net, feed=feed).fresh()
    found = [run.scores(x) for _ in range(3)]
    assert len(run._fast.merged) == 1
    torch.testing.assert_close(found[-1], found[0])
    torch.testing.assert_close(found[0], feed(net.eval(), x)["logits"])
