"""Rules through recurrent networks: the same by one call, by cells and by hand; all of the score arrives."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

import xai_widgets as xai

X = torch.randn(5, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
BASE = torch.randn(5, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(2))
KINDS = {
    "lstm": (nn.LSTM, nn.LSTMCell, {}),
    "gru": (nn.GRU, nn.GRUCell, {}),
    "tanh": (nn.RNN, nn.RNNCell, {}),
    "relu": (nn.RNN, nn.RNNCell, {"nonlinearity": "relu"}),
}
SHAPES = {
    "plain": {},
    "deep": {"num_layers": 2, "dropout": 0.5},
    "both_ways": {"bidirectional": True, "num_layers": 2},
    "without_biases": {"bias": False},
    "time_first": {"batch_first": False},
}


class Sequences(nn.Module):
    def __init__(self, kind, **shape):
        super().__init__()
        torch.manual_seed(3)
        layer, _, more = KINDS[kind]
        self.first = shape.setdefault("batch_first", True)
        self.body = layer(3, 4, **more, **shape)
        wide = shape.get("proj_size", 4) * (2 if self.body.bidirectional else 1)
        self.head = nn.Linear(wide, 3, bias=shape.get("bias", True))
        self.double().eval()

    def forward(self, x):
        out, last = self.body(x if self.first else x.transpose(0, 1))
        end = last[0] if isinstance(last, tuple) else last
        return self.head(out.mean(1 if self.first else 0)) + end.sum((0, 2))[:, None]


class Cells(Sequences):
    """The same, one step after the other."""

    def __init__(self, kind):
        super().__init__(kind)
        self.step = KINDS[kind][1](3, 4, **KINDS[kind][2]).double()
        self.step.load_state_dict({name.removesuffix("_l0"): one for name, one in self.body.state_dict().items()})

    def forward(self, x):
        state, out = None, []
        for one in x.unbind(1):
            state = self.step(one, state)
            out.append(state[0] if isinstance(state, tuple) else state)
        return self.head(torch.stack(out, 1).mean(1)) + out[-1].sum(1)[:, None]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("kind", KINDS)
def test_deep_lift_sums_to_the_rise(kind, shape):
    net = Sequences(kind, **SHAPES[shape])
    found = xai.attribute(net, X, "deep_lift", target=1, baselines=BASE)
    rise = float((net(X[None]) - net(BASE[None]))[0, 1])
    assert found.values.sum(dtype=float) == pytest.approx(rise, abs=1e-6)
    assert found.gap == pytest.approx(0, abs=1e-9)
    assert abs(rise) > 0.01


@pytest.mark.parametrize(("method", "params"), [("lrp", {"composite": "epsilon"}), ("attention_lrp", {"gamma": 0.0})])
@pytest.mark.parametrize("kind", KINDS)
def test_without_biases_all_of_the_score_arrives(kind, method, params):
    net = Sequences(kind, bias=False, bidirectional=True)
    found = xai.attribute(net, X, method, target=1, epsilon=1e-12, **params)
    assert found.values.sum(dtype=float) == pytest.approx(float(net(X[None])[0, 1]), rel=1e-5)
    assert np.abs(found.values).max() > 0.01


@pytest.mark.parametrize("method", ["deep_lift", "lrp", "attention_lrp"])
@pytest.mark.parametrize("kind", KINDS)
def test_layers_and_cells_agree(kind, method):
    whole, cells = Sequences(kind), Cells(kind)
    params = {"baselines": BASE} if method == "deep_lift" else {}
    wanted, got = (xai.attribute(net, X, method, target=1, **params) for net in (whole, cells))
    np.testing.assert_allclose(got.prediction.scores, wanted.prediction.scores, rtol=1e-6)
    np.testing.assert_allclose(got.values, wanted.values, rtol=1e-5, atol=1e-8)


def test_one_step_of_a_network_without_gates_is_a_dense_layer():
    net = Sequences("tanh", bias=False)
    row = X[:1]
    twin = nn.Sequential(nn.Flatten(), nn.Linear(3, 4, bias=False), nn.Tanh(), nn.Linear(4, 3, bias=False)).double()
    with torch.no_grad():
        twin[1].weight.copy_(net.body.weight_ih_l0)
        twin[3].weight.copy_(net.head.weight + 1)
    got, wanted = (xai.attribute(one, row, "lrp", target=1, composite="epsilon").values for one in (net, twin))
    np.testing.assert_allclose(got, wanted, rtol=1e-4)


def test_an_lstm_may_project_its_state():
    net = Sequences("lstm", proj_size=2)
    found = xai.attribute(net, X, "deep_lift", target=1, baselines=BASE)
    assert found.gap == pytest.approx(0, abs=1e-9)


def test_packed_sequences_are_refused():
    class Packed(Sequences):
        def forward(self, x):
            packed = nn.utils.rnn.pack_padded_sequence(x, [x.shape[1]] * len(x), batch_first=True)
            return self.head(self.body(packed)[1][-1])

    with pytest.raises(xai.ModelError, match="Packed sequences have no rules"):
        xai.attribute(Packed("gru"), X, "deep_lift", target=1)
