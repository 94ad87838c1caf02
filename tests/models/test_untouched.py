"""The user's model and random state are exactly as before, whatever happens."""

from __future__ import annotations

import copy
import threading
from collections.abc import Callable

import pytest
import torch
from torch import nn

import xai_widgets as xai
from xai_widgets.models import ModelError, Target, TorchModel, private_copy, untouched


def build() -> nn.Module:
    torch.manual_seed(0)
    model = nn.Sequential(
        nn.Conv2d(3, 4, 3),
        nn.BatchNorm2d(4),
        nn.ReLU(inplace=True),
        nn.Dropout(0.5),
        nn.Flatten(),
        nn.Linear(4 * 36, 5),
    )
    model(torch.randn(2, 3, 8, 8)).sum().backward()  # gradients are there
    model[0].weight.requires_grad_(requires_grad=False)
    model[0].register_forward_hook(lambda *_: None)
    return model.train()


def state(model: nn.Module) -> dict[str, object]:
    """Everything that a guest could change."""
    return {
        "training": [m.training for m in model.modules()],
        "hooks": [
            (dict(m._forward_hooks), dict(m._forward_pre_hooks), dict(m._backward_hooks)) for m in model.modules()
        ],
        "requires_grad": [p.requires_grad for p in model.parameters()],
        "grads": [None if p.grad is None else p.grad.clone() for p in model.parameters()],
        "grad objects": [id(p.grad) for p in model.parameters()],
        "tensors": {k: v.clone() for k, v in model.state_dict().items()},
        "rng": torch.get_rng_state(),
        "grad mode": torch.is_grad_enabled(),
        "attributes": {k: set(m.__dict__) for k, m in model.named_modules()},
    }


def assert_same(before: object, after: object) -> None:
    if isinstance(before, torch.Tensor):
        assert isinstance(after, torch.Tensor)
        assert torch.equal(before, after)
    elif isinstance(before, dict):
        assert before.keys() == after.keys()
        for key in before:
            assert_same(before[key], after[key])
    elif isinstance(before, (list, tuple)):
        assert len(before) == len(after)
        for a, b in zip(before, after, strict=True):
            assert_same(a, b)
    else:
        assert before == after


class Uncopyable(nn.Module):
    """A model that holds something deepcopy refuses."""

    def __init__(self) -> None:
        super().__init__()
        self.inner = build()
        self.lock = threading.Lock()
        self.register_buffer("calls", torch.zeros(()))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.calls += 1
        return self.inner(x)


@pytest.mark.parametrize("make", [build, Uncopyable])
def test_everything_is_as_before(make: type[nn.Module]) -> None:
    model = make()
    model.train()
    before = state(model)
    x = torch.randn(1, 3, 8, 8, generator=torch.Generator().manual_seed(1))
    adapter = TorchModel(model)
    assert adapter.private == (make is build)
    adapter.predict(x[0])
    adapter.gradients(x, Target(1))
    assert len(list(adapter.taps_from_the_top(x, Target((1, 2))))) > 1
    adapter.tap(x, Target(0), "1" if make is build else "inner.1")
    assert_same(before, state(model))


class Failing(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.inner = build()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        torch.rand(3)
        self.inner(x)
        msg = "the sky fell"
        raise RuntimeError(msg)


def test_everything_is_as_before_after_an_error() -> None:
    model = Failing()
    before = state(model)
    adapter = TorchModel(model)
    with pytest.raises(ModelError, match=r"raised RuntimeError for an input of shape \[1, 3, 8, 8\].*the sky fell"):
        adapter.scores(torch.zeros(1, 3, 8, 8))
    with pytest.raises(RuntimeError, match="the sky fell"), untouched(model):
        model(torch.zeros(1, 3, 8, 8))
    before.pop("rng"), (after := state(model)).pop("rng")
    assert_same(before, after)


class AlwaysDropping(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(6, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return nn.functional.dropout(self.linear(x), 0.5, training=True)


def test_a_model_that_draws_random_numbers_leaves_the_generator_alone_and_repeats() -> None:
    adapter = TorchModel(AlwaysDropping(), seed=3)
    x = torch.ones(4, 6)
    rng = torch.get_rng_state()
    start = adapter.scores(x)
    assert adapter.random is True
    assert torch.equal(start, adapter.scores(x))
    first, second = adapter.scores(x), adapter.scores(x)
    assert torch.equal(first, second)
    assert torch.equal(rng, torch.get_rng_state())
    assert TorchModel(build()).predict(torch.zeros(3, 8, 8)).scores.shape == (5,)


class Busy(nn.Module):
    """A model during whose first pass another thread draws random numbers."""

    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(6, 3)
        self.calls = 0

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.calls += 1
        if self.calls == 1:
            other = threading.Thread(target=torch.rand, args=(3,))
            other.start()
            other.join()
        return self.linear(x)


class Rebinding(Uncopyable):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.calls = self.calls + 1
        return self.inner(x)


def test_a_buffer_that_a_pass_replaces_is_put_back() -> None:
    model = Rebinding()
    calls = model.calls
    xai.attribute(model, torch.zeros(3, 8, 8), "saliency")
    assert model.calls is calls
    assert calls == 0


class Keeping(nn.Module):
    """A model that keeps what it computed."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second, self.kept = nn.Linear(6, 5), nn.Linear(5, 3), {}
        self.all: list[torch.Tensor] = []

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.h = self.first(x)
        self.kept["h"] = self.h
        self.all.append(self.h)
        return self.second(self.h.relu())


@pytest.mark.parametrize(
    "make",
    [
        Keeping,
        lambda: nn.Sequential(nn.utils.weight_norm(nn.Linear(6, 5)), nn.ReLU(), nn.Linear(5, 3)),
        lambda: nn.Sequential(nn.utils.spectral_norm(nn.Linear(6, 5)), nn.ReLU(), nn.Linear(5, 3)),
    ],
    ids=["keeping", "weight_norm", "spectral_norm"],
)
@pytest.mark.filterwarnings("ignore:.*weight_norm.*:FutureWarning")
def test_what_passes_have_left_on_a_model_is_no_obstacle_to_copying_it(make: Callable[[], nn.Module]) -> None:
    torch.manual_seed(0)
    model, x = make(), torch.randn(4, 6)
    model(x).sum().backward()
    adapter = TorchModel(model)
    assert adapter.private
    for _ in range(2):
        model.eval()
        adapter.predict(x[0])
        assert torch.allclose(adapter.scores(x), model(x))
        model.train()
        optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
        model(x).square().sum().backward()
        optimizer.step()


def test_random_numbers_drawn_elsewhere_are_not_the_models() -> None:
    adapter = TorchModel(Busy())
    expected = torch.get_rng_state()
    torch.rand(3)
    drawn = torch.get_rng_state()
    torch.set_rng_state(expected)
    adapter.scores(torch.ones(1, 6))
    assert adapter.random is False
    assert torch.equal(torch.get_rng_state(), drawn)  # what the other thread drew stays drawn


def test_a_private_copy_shares_weights_but_nothing_else() -> None:
    model = build()
    twin = private_copy(model)
    assert twin is not None
    assert twin[0].weight.data_ptr() == model[0].weight.data_ptr()
    assert twin[1].running_mean.data_ptr() != model[1].running_mean.data_ptr()
    assert not twin.training
    assert model.training
    with torch.no_grad():
        model[0].weight.add_(1)
    assert torch.equal(twin[0].weight, model[0].weight)


def test_training_in_another_thread_goes_on_in_training_mode() -> None:
    model = build()
    adapter = TorchModel(model)
    inside, go = threading.Event(), threading.Event()
    original = adapter.module.forward

    def pausing(x: torch.Tensor) -> torch.Tensor:
        inside.set()
        assert go.wait(60)
        return original(x)

    adapter.module.forward = pausing
    worker = threading.Thread(target=lambda: adapter.gradients(torch.zeros(1, 3, 8, 8), Target(0)))
    worker.start()
    assert inside.wait(60)
    assert all(m.training for m in model.modules())
    assert [p.requires_grad for p in model.parameters()] == [False, True, True, True, True, True]
    go.set()
    worker.join()


def test_the_hash_follows_the_weights_and_only_them() -> None:
    model = build()
    first = TorchModel(model).hash
    assert first == TorchModel(copy.deepcopy(model)).hash
    model.eval()
    assert first == TorchModel(model).hash
    with torch.no_grad():
        w = model[5].weight
        w[0, 0], w[0, 1] = w[0, 1].item(), w[0, 0].item()  # a swap keeps every sum but the weighted one
    assert first != TorchModel(model).hash


def test_hooks_that_a_model_makes_at_first_use_can_be_made_again() -> None:
    transformers = pytest.importorskip("transformers")
    tiny = {"hidden_size": 8, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 8}
    model = transformers.BertModel(transformers.BertConfig(vocab_size=11, **tiny)).eval()
    ids = torch.tensor([[1, 2, 3]])
    before = {name: set(vars(m)) for name, m in model.named_modules()}
    for _ in range(2):
        with untouched(model) as used:
            assert len(used(ids, output_hidden_states=True).hidden_states) == 3
        assert {name: set(vars(m)) for name, m in model.named_modules()} == before
    assert len(model(ids, output_hidden_states=True).hidden_states) == 3
