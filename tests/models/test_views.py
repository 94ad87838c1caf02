"""A model seen from a layer is the same model: every way to run it gives what its upper part alone would give."""

from __future__ import annotations

import gc
import weakref
from typing import NamedTuple

import pytest
import torch
from attribution.nets import convnet, image
from models.test_untouched import Uncopyable, assert_same, state
from torch import nn

import xai_widgets as xai
from xai_widgets.models import Target, TorchModel
from xai_widgets.models.rules import COMPOSITES, Rectifiers, Relevance, Rescale
from xai_widgets.models.rules.shares import Options


def seen_from(layer: str, net: nn.Module, x: torch.Tensor, **options):
    model = TorchModel(net, **options)
    return model.above(layer, x), model.activations(layer, x)


@pytest.mark.parametrize("layer", [1, 2, 4, 5])
def test_a_view_is_the_upper_part_of_the_network(layer):
    net, x = convnet(), image()[None]
    view, activation = seen_from(str(layer), net, x)
    lower, upper = net[: layer + 1], net[layer + 1 :]
    # Layer 1 is followed by an operation in place, which must not reach what was kept.
    torch.testing.assert_close(activation, lower(x).detach())
    rows = torch.randn(3, *activation.shape[1:], dtype=x.dtype)
    torch.testing.assert_close(view.scores(rows), upper(rows.clone()).detach())
    alone = TorchModel(upper)
    rules = [
        lambda: None,
        lambda: Rectifiers("guided_backprop"),
        lambda: Rescale(torch.zeros_like(rows)),
        lambda: Relevance(COMPOSITES["epsilon_plus"], Options(1e-6, 0.25, None, None)),
    ]
    for make in rules:
        for ours, theirs in zip(
            view.gradients(rows, Target(2), make()), alone.gradients(rows, Target(2), make()), strict=True
        ):
            torch.testing.assert_close(ours, theirs)
            assert theirs.any()


class Detour(nn.Module):
    """The input goes around the layer too."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.layer, self.head = nn.Linear(4, 4), nn.Linear(4, 3)
        self.double()

    def forward(self, x):
        return self.head(x.sin() + self.layer(x).relu())


def test_what_goes_around_the_layer_stays_as_it_is():
    net, x = Detour(), torch.randn(1, 4, dtype=torch.float64)
    view, activation = seen_from("layer", net, x)
    torch.testing.assert_close(view.scores(activation), net(x).detach())
    rows = torch.randn(5, 4, dtype=torch.float64)
    torch.testing.assert_close(view.scores(rows), net.head(x.sin() + rows.relu()).detach())


class Pair(NamedTuple):
    values: torch.Tensor
    rest: torch.Tensor


class Says(nn.Module):
    """Puts out its tensor with something else beside it."""

    def __init__(self, how):
        super().__init__()
        self.how = how

    def forward(self, x):
        return self.how(2 * x, x)


class Reads(nn.Module):
    def __init__(self, how, read):
        super().__init__()
        self.says, self.read = Says(how), read

    def forward(self, x):
        out = self.says(x)
        values, rest = self.read(out)
        return values * rest


def model_output(values, rest):
    from transformers.modeling_outputs import BaseModelOutput  # noqa: PLC0415  slow to import

    return BaseModelOutput(last_hidden_state=values, hidden_states=rest)


@pytest.mark.parametrize(
    ("how", "read"),
    [
        (lambda a, b: (a, b), tuple),
        (Pair, lambda out: (out.values, out.rest)),
        (lambda a, b: {"a": a, "b": b}, lambda out: (out["a"], out["b"])),
        (model_output, lambda out: (out.last_hidden_state, out["hidden_states"])),
    ],
    ids=["tuple", "named tuple", "dict", "model output"],
)
def test_the_rest_of_what_a_layer_puts_out_stays(how, read):
    x = torch.tensor([[1.0, 2, 3]])
    view, activation = seen_from("says", Reads(how, read), x)
    assert torch.equal(activation, 2 * x)
    rows = torch.tensor([[1.0, 1, 1], [0, 5, 0]])
    assert torch.equal(view.scores(rows), rows * x)


class Twice(nn.Module):
    def __init__(self):
        super().__init__()
        self.act, self.head = nn.Softplus(), nn.Linear(3, 2)

    def forward(self, x):
        h = self.act(x)
        return self.head(h * self.act(h - 1))


def test_the_last_run_of_a_layer_counts():
    net, x = Twice().double(), torch.randn(1, 3, dtype=torch.float64)
    view, activation = seen_from("act", net, x)
    first = net.act(x).detach()
    torch.testing.assert_close(activation, net.act(first - 1))
    rows = torch.randn(4, 3, dtype=torch.float64)
    torch.testing.assert_close(view.scores(rows), net.head(first * rows).detach())


class Folds(nn.Module):
    """Windows of an input lie in the batch axis, those of one input together or `n` apart."""

    def __init__(self, order):
        super().__init__()
        self.order, self.window = order, nn.Linear(3, 5)

    def forward(self, x):
        n, windows, _ = x.shape
        folded = x if self.order == "together" else x.transpose(0, 1)
        out = self.window(folded.reshape(n * windows, 3))
        out = out.reshape(*folded.shape[:2], 5)
        return (out if self.order == "together" else out.transpose(0, 1)).sin().mean(2)


class StepsFirst(nn.Module):
    def __init__(self):
        super().__init__()
        self.window = nn.Linear(3, 5)

    def forward(self, x):
        return self.window(x.transpose(0, 1)).transpose(0, 1).sin().mean(2)


@pytest.mark.parametrize("make", [lambda: Folds("together"), lambda: Folds("apart"), StepsFirst])
@pytest.mark.parametrize("steps", [1, 4])
def test_the_batch_is_found_wherever_it_is(make, steps):
    net, x = make().double(), torch.randn(2, steps, 3, dtype=torch.float64)
    view, activation = seen_from("window", net, x[:1])
    wanted = net.window(x).detach()
    torch.testing.assert_close(activation.reshape(1, steps, 5), wanted[:1])
    torch.testing.assert_close(TorchModel(net).activations("window", x).reshape(2, steps, 5), wanted)
    rows = torch.randn(3, *activation.shape[1:], dtype=torch.float64)
    torch.testing.assert_close(view.scores(rows), rows.reshape(3, steps, 5).sin().mean(2))


class Positions(nn.Module):
    """One activation serves the whole batch."""

    def __init__(self, *, axis):
        super().__init__()
        self.at, self.axis = nn.Embedding(4, 3), axis

    def forward(self, x):
        places = torch.arange(4)
        return (x + self.at(places[None] if self.axis else places)).square().sum(2)


@pytest.mark.parametrize("axis", [False, True])
def test_an_activation_that_serves_all_inputs_is_given_to_each(axis):
    net, x = Positions(axis=axis), torch.randn(1, 4, 3)
    view, activation = seen_from("at", net, x)
    torch.testing.assert_close(activation, net.at.weight.detach()[None])
    rows = torch.randn(5, 4, 3)
    torch.testing.assert_close(view.scores(rows), (x + rows).square().sum(2))


class Reader(nn.Module):
    """Takes whole numbers, and by name which of them count."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.embed, self.head = nn.Embedding(10, 4), nn.Linear(4, 3)
        self.double()

    def forward(self, input_ids, attention_mask=None, scale=1.0):
        h = self.embed(input_ids).tanh() * scale
        h = h if attention_mask is None else h * attention_mask[..., None]
        return {"logits": self.head(h.sum(1))}


def test_a_reader_of_whole_numbers_is_explained_by_its_embeddings():
    net, ids, mask = Reader(), torch.tensor([[3, 1, 4]]), torch.tensor([[1.0, 0, 1]], dtype=torch.float64)
    model = TorchModel(net)
    view = model.above("embed", {"input_ids": ids, "attention_mask": mask, "scale": 2.0})
    rows = torch.randn(3, 3, 4, dtype=torch.float64)
    wanted = net.head((2 * rows.tanh() * mask[..., None]).sum(1)).detach()
    torch.testing.assert_close(view.scores(rows), wanted)
    _, gradients = view.gradients(rows, Target(1))
    assert not gradients[:, 1].any()
    assert gradients[:, 0].all()
    torch.testing.assert_close(model.activations("embed", ids), net.embed(ids).detach())
    fed = TorchModel(net, feed=lambda module, x: module(x, attention_mask=mask.expand(len(x), -1), scale=2.0))
    torch.testing.assert_close(fed.above("embed", ids).scores(rows), wanted)


def test_long_runs_take_the_explanation_copy():
    net, x = convnet(), image()[None]
    model = TorchModel(net).fresh()
    model.scores(x)
    for layer, merged in (("0", 0), ("1", 1), ("2", 1)):  # the BatchNorm right above a layer cannot be merged into it
        view = model.above(layer, x)
        activation = model.activations(layer, x)
        found = [view.scores(activation * share) for share in torch.linspace(0, 1, 8)]
        plain = net[int(layer) + 1 :]
        for share, one in zip(torch.linspace(0, 1, 8), found, strict=True):
            torch.testing.assert_close(one, plain(activation * share).detach())
        assert len(view._fast.merged if view._fast else []) == merged


@pytest.mark.parametrize("make", [convnet, Uncopyable])
def test_the_users_model_stays_as_it_was(make):
    net = make().train()
    before = state(net)
    layer = "2" if make is convnet else "inner.2"
    x = torch.rand(1, 3, 8, 8, dtype=next(net.parameters()).dtype, generator=torch.Generator().manual_seed(1))
    model = TorchModel(net)
    view, activation = model.above(layer, x), model.activations(layer, x)
    view.gradients(activation, Target(1))
    view.gradients(activation, Target(1), Rectifiers("guided_backprop"))
    view.tap(activation, Target(1), layer.replace("2", "4"))
    with pytest.raises(xai.ModelError, match=r"where the layer '.*2' puts out shape \[1, 7\]"):
        view.scores(torch.zeros(1, 7))
    assert_same(before, state(net))


class AlwaysDropping(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = nn.Linear(6, 6)

    def forward(self, x):
        return nn.functional.dropout(self.inner(x), 0.5, training=True)


def test_a_random_model_is_the_same_in_every_pass():
    torch.manual_seed(0)
    net, x = AlwaysDropping(), torch.ones(1, 6)
    before = torch.get_rng_state()
    view, activation = seen_from("inner", net, x, seed=3)
    first, again = view.scores(activation), view.scores(activation)
    assert torch.equal(first, again)
    torch.testing.assert_close(first, TorchModel(net, seed=3).scores(x))
    assert torch.equal(before, torch.get_rng_state())


def test_views_count_together_and_note_together():
    model = TorchModel(convnet()).fresh()
    x = image()[None]
    view = model.above("1", x)
    found = model.forwards  # one input, then two of it
    assert found == 3
    activation = model.activations("1", x)
    view.gradients(activation, Target(0))
    assert (model.forwards, model.backwards) == (view.forwards, view.backwards) == (found + 2, 1)
    assert view.fresh().forwards == 0


def test_a_view_of_a_view():
    net, x = convnet(), image()[None]
    model = TorchModel(net)
    view = model.above("1", x)
    low, high = model.activations("1", x), model.activations("4", x)
    torch.testing.assert_close(view.activations("4", low), high)
    rows = torch.randn(2, *high.shape[1:], dtype=x.dtype)
    torch.testing.assert_close(view.above("4", low).scores(rows), net[5:](rows).detach())


def test_half_precision_is_kept():
    net, x = convnet().bfloat16(), image().bfloat16()[None]
    view, activation = seen_from("4", net, x)
    assert activation.dtype == torch.bfloat16
    assert view.gradients(activation, Target(0))[1].dtype == torch.bfloat16
    assert torch.equal(view.scores(activation), TorchModel(net).scores(x))


class OneByOne(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer, self.unused = nn.Linear(3, 2), nn.Linear(3, 2)

    def forward(self, x):
        return torch.stack([self.layer(one) for one in x])


class Whole(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Identity()

    def forward(self, x):
        return x * self.layer(torch.arange(3))


def test_what_cannot_be_cut_is_refused_in_words():
    x = torch.randn(1, 3)
    model = TorchModel(OneByOne())
    with pytest.raises(xai.ModelError, match=r"in 1 runs for one input, .* in 2 for two"):
        model.above("layer", x)
    with pytest.raises(xai.ModelError, match="'unused' put out no tensor of floating-point numbers: it does not run"):
        model.above("unused", x)
    with pytest.raises(xai.ModelError, match=r"'layer' put out no tensor .* puts out Tensor"):
        TorchModel(Whole()).above("layer", x)
    with pytest.raises(ValueError, match=r"no layer 'layr'\. Did you mean 'layer'\?"):
        model.above("layr", x)
    with pytest.raises(TypeError, match=r"by its name.*; got Linear"):
        model.above(model.module.layer, x)
    with pytest.raises(ValueError, match="a batch axis of 1"):
        model.above("layer", torch.randn(2, 3))


class Halts(nn.Module):
    """How often its layer runs depends on what the layer puts out."""

    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(2, 2)

    def forward(self, x):
        h = self.layer(x)
        return self.layer(h) if float(x.detach().max()) > 0 else h


def test_a_layer_that_runs_more_or_less_often_than_before_is_refused():
    model = TorchModel(Halts())
    x = torch.ones(1, 2)
    model.activations("layer", x)
    with pytest.raises(xai.ModelError, match="ran 1 times where it had run 2 times before"):
        model.activations("layer", -x)


def test_nothing_of_a_pass_is_left_that_ends_at_a_layer():
    """The exception that ends it must not keep alive what it passed by."""
    net, left = convnet(), []
    net[0].register_forward_hook(lambda _module, _given, output: left.append(weakref.ref(output)))
    model = TorchModel(net)
    gc.disable()
    try:
        model.activations("1", image()[None])
        alive = [one() is not None for one in left]  # before the collector finds any
    finally:
        gc.enable()
    assert left
    assert not any(alive)
