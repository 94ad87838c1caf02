"""Passes that write into the model's own weights leave the user's as they were, and say what the model says."""

import copy

import pytest
import torch
from torch import nn
from torch.nn import functional

import xai_widgets as xai
from xai_widgets.models import TorchModel

IDS = torch.tensor([3, 1, 4, 1, 5])


class Table(nn.Embedding):
    """Finds vectors of tokens by `look`."""

    def __init__(self, look):
        super().__init__(9, 6)
        self.look = look

    def forward(self, ids):
        return self.look(self, ids)


class Net(nn.Module):
    """A classifier of tokens."""

    def __init__(self, look):
        super().__init__()
        torch.manual_seed(0)
        self.table, self.head = Table(look), nn.Linear(6, 3)
        self.eval()

    def forward(self, ids):
        return self.head(torch.tanh(self.table(ids)).mean(1))


class Stubborn(Net):
    def __deepcopy__(self, memo):
        msg = "no copies"
        raise TypeError(msg)


def plain(table, ids):
    return nn.Embedding.forward(table, ids)


def limited(table, ids):
    table.max_norm = 1.0
    return plain(table, ids)


def by_function(table, ids):
    return functional.embedding(ids, table.weight, None, 1.0)


def in_bags(table, ids):
    return functional.embedding_bag(ids.flatten()[:, None], table.weight, max_norm=1.0).unflatten(0, ids.shape)


def through_data(table, ids):
    table.weight.data.clamp_(-0.5, 0.5)
    return plain(table, ids)


def a_row(table, ids):
    with torch.no_grad():
        table.weight[1] = 0.25
    return plain(table, ids)


def a_part(table, ids):
    table.weight.data[2:5].mul_(0).add_(0.5)
    return plain(table, ids)


WRITES = [limited, by_function, in_bags, through_data, a_row, a_part]


@pytest.mark.parametrize("kind", [Net, Stubborn])
@pytest.mark.parametrize("look", WRITES)
def test_weights_are_exactly_as_before_and_scores_are_those_after_the_write(look, kind):
    net = kind(look)
    before = {name: (one.data_ptr(), one.detach().clone()) for name, one in net.named_parameters()}
    for method in ("saliency", "integrated_gradients", "occlusion", "deep_lift"):
        result = xai.attribute(net, IDS, method, target=1, **({} if method == "saliency" else {"baselines": "mean"}))
        after = {name: (one.data_ptr(), one.detach().clone()) for name, one in net.named_parameters()}
        for name, (place, value) in before.items():
            assert after[name][0] == place
            assert torch.equal(after[name][1], value), (method, name)
        wanted = Net(look)(IDS[None])[0]
        torch.testing.assert_close(torch.as_tensor(result.prediction.scores), wanted.detach())


def test_the_test_can_fail():
    net = Net(limited)
    before = net.table.weight.detach().clone()
    net(IDS[None])
    assert not torch.equal(before, net.table.weight)


def test_the_model_check_writes_nothing_either():
    net = Net(limited)
    before = copy.deepcopy(net.state_dict())
    xai.check(net, IDS)
    assert all(torch.equal(one, before[name]) for name, one in net.state_dict().items())


def test_what_is_trained_later_is_followed():
    net = Net(limited)
    model = TorchModel(net)
    model.predict(IDS)
    with torch.no_grad():
        net.table.weight.copy_(0.1 * torch.randn(9, 6))
    kept = net.table.weight.detach().clone()
    found = model.predict(IDS).scores
    assert torch.equal(net.table.weight, kept)
    torch.testing.assert_close(torch.as_tensor(found), net(IDS[None])[0].detach())


def test_weights_that_nobody_writes_into_stay_shared():
    net = Net(plain)
    model = TorchModel(net)
    model.predict(IDS)
    assert [a.data_ptr() for a in model.module.parameters()] == [b.data_ptr() for b in net.parameters()]
    model = TorchModel(Net(limited))
    model.predict(IDS)
    assert model.module.head.weight.data_ptr() == model.given.head.weight.data_ptr()


@pytest.mark.parametrize("kind", [nn.LSTM, nn.GRU])
def test_weights_that_lie_in_one_piece_of_memory(kind):
    rnn = kind(4, 5, batch_first=True).eval()
    flat = torch.cat([one.detach().flatten() for one in rnn.parameters()])
    start = 0
    for one in rnn.parameters():
        one.data = flat[start : start + one.numel()].view_as(one)
        start += one.numel()

    class Reader(nn.Module):
        def __init__(self):
            super().__init__()
            self.rnn = rnn

        def forward(self, x):
            self.rnn.weight_hh_l0.data[:2].zero_()
            return self.rnn(x)[0][:, -1]

    before, x = flat.clone(), torch.randn(7, 4)
    found = xai.attribute(Reader(), x, "saliency").prediction.scores
    assert torch.equal(flat, before)
    wanted = copy.deepcopy(Reader())(x[None])[0]
    torch.testing.assert_close(torch.as_tensor(found), wanted.detach())
