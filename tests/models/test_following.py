"""Prediction, map and fingerprint come from the same weights, whatever happens to them between two explanations."""

import numpy as np
import pytest
import torch
from attribution.nets import convnet, image
from torch import nn

from xai_widgets.attribution import Saliency
from xai_widgets.attribution.runs import run
from xai_widgets.inputs import read_inputs
from xai_widgets.models import Target, TorchModel
from xai_widgets.models.explanation import listeners


def train(net):
    net.train()
    x = torch.stack([image(seed=i) for i in range(4)])
    optimizer = torch.optim.SGD(net.parameters(), lr=0.5)
    nn.functional.cross_entropy(net(x), torch.arange(4)).backward()
    optimizer.step()
    net.eval()


def train_statistics_alone(net):
    net.train()
    with torch.no_grad():
        net(5 * torch.stack([image(seed=i) for i in range(4)]))
    net.eval()


def load(net):
    net.load_state_dict(convnet(seed=9).state_dict())


def exchange(net):
    """Give the parameters other memory, as averaging weights or `assign=True` does."""
    for p, other in zip(net.parameters(), convnet(seed=9).parameters(), strict=True):
        p.data = other.data


@pytest.mark.parametrize("change", [train, train_statistics_alone, load, exchange])
def test_what_happens_between_two_explanations_is_in_all_of_the_next(change):
    net = convnet()
    model, inputs = TorchModel(net), read_inputs(image(), device="cpu", dtype=torch.float64)

    def explain(model):
        prediction = model.predict(inputs.x)
        *_, last = run(Saliency(), model, inputs, Target(1), prediction)
        return last

    before, version = explain(model), model.version
    assert model.version == version
    kept = [p.data for p in net.parameters()]
    values = [p.clone() for p in kept]
    change(net)
    assert model.version != version
    after, wanted = explain(model), explain(TorchModel(net))
    assert not np.allclose(before.values, after.values, rtol=1e-3)
    np.testing.assert_allclose(after.values, wanted.values, rtol=1e-5, atol=1e-7)
    assert np.array_equal(after.prediction.scores, wanted.prediction.scores)
    assert after.model_hash == wanted.model_hash != before.model_hash
    if change is exchange:
        assert all(torch.equal(a, b) for a, b in zip(kept, values, strict=True))  # memory that was put aside


def test_what_is_remembered_is_found_anew_for_other_weights():
    net = convnet()
    model, found = TorchModel(net), iter(range(9))
    assert [model.remember("it", lambda: next(found)) for _ in range(3)] == [0, 0, 0]
    train(net)
    assert [model.fresh().remember("it", lambda: next(found)) for _ in range(3)] == [1, 1, 1]


def test_notes_belong_to_the_run_in_which_it_happened():
    model = TorchModel(convnet())
    model.paces["forward"].size = 4

    def work(rows):
        if rows.stop - rows.start > 1:
            raise MemoryError

    first = model.fresh()
    steps = first.batches(8, work)
    next(steps)
    second = model.fresh()
    assert len(first.notes) == 2
    assert not second.notes
    assert not model.notes
    list(second.batches(8, work))
    assert not second.notes  # the size that fits is common knowledge
    list(steps)
    assert len(first.notes) == 2


def test_a_model_made_in_inference_mode_has_a_version():
    with torch.inference_mode():
        net = convnet()
    assert isinstance(TorchModel(net).version, int)


def counted(module):
    runs = []
    module.register_forward_hook(lambda *_: runs.append(1))
    return runs


def test_the_gradient_of_what_was_just_predicted_takes_no_other_pass():
    net, x = convnet(), image()
    adapter, fresh = TorchModel(net), TorchModel(net)
    runs = counted(adapter.module[-1])
    adapter._listeners = listeners(adapter.module)
    adapter.predict(x)
    run = adapter.fresh()
    scores, gradient = run.gradients(x[None], Target(2))
    assert len(runs) == run.forwards == run.backwards == 1
    wanted = fresh.gradients(x[None], Target(2))
    torch.testing.assert_close((scores, gradient), wanted, rtol=0, atol=0)
    # Once: whoever asks again gets a pass of its own.
    torch.testing.assert_close(run.gradients(x[None], Target(2)), wanted, rtol=0, atol=0)
    assert len(runs) == 2


@pytest.mark.parametrize("other", ["input", "weights", "buffers", "weights through data"])
def test_it_is_not_the_gradient_of_something_else(other):
    net, x = convnet(), image()
    adapter = TorchModel(net)
    adapter.predict(x)
    with torch.no_grad():
        if other == "input":
            x = x + 0.1
        elif other == "weights":
            net[0].weight.mul_(2)
        elif other == "buffers":
            net[1].running_var.mul_(2)
        else:
            net[1].running_var.data.mul_(2)
    found = adapter.fresh().gradients(x[None], Target(2))
    torch.testing.assert_close(found, TorchModel(net).gradients(x[None], Target(2)), rtol=1e-12, atol=0)


def test_no_history_is_kept_that_nobody_asks_for():
    net, x = convnet(), image()
    adapter = TorchModel(net)
    adapter.predict(x)
    adapter.scores(x[None] + 1)
    adapter.predict(x)
    assert adapter._passed._history is None
    adapter.gradients(x[None], Target(0))  # as is asked for now
    adapter.predict(x)
    assert adapter._passed._history is not None
