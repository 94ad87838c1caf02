"""Recomputing only what boxes reach, against full passes."""

from __future__ import annotations

import copy

import pytest
import torch
from attribution.nets import TinyViT, convnet, image
from hypothesis import given, settings
from hypothesis import strategies as st
from models.nets_local import HEADS, PARTS, Down, Net, Residual
from torch import nn

from xai_widgets.models import Incremental, NotIncrementalError, TorchModel
from xai_widgets.models.incremental import neighbourhoods
from xai_widgets.samples import imagenet, photo


def ready(module: nn.Module, x: torch.Tensor, passes: int = 1) -> TorchModel:
    model = TorchModel(module)
    model.predict(x)
    run = model.fresh()
    for _ in range(passes):
        run.scores(x[None])
    return run


def covered(x: torch.Tensor, boxes: torch.Tensor, fill: torch.Tensor) -> torch.Tensor:
    batch = x.repeat(len(boxes), 1, 1, 1)
    for one, ((y0, x0), (y1, x1)) in zip(batch, boxes.tolist(), strict=True):
        one[:, y0:y1, x0:x1] = fill.expand_as(x)[:, y0:y1, x0:x1]
    return batch


def off(model: TorchModel, x: torch.Tensor, boxes: torch.Tensor, fill: torch.Tensor, part: Incremental) -> float:
    """Largest error of the scores, as a share of the largest effect; of one that rounding would hide, of the scores."""
    full, clean = model.scores(covered(x, boxes, fill)), model.scores(x[None])
    visible = 1e-3 if x.dtype == torch.float64 else 0.1
    effect = (full - clean).abs().max() + visible * full.abs().max()
    return float((part.scores(boxes, fill) - full).abs().max() / effect)


def windows(size: int, step: int, shape: tuple[int, int]) -> torch.Tensor:
    """Every position, the last ones clipped at the border."""
    tops, lefts = ([*range(0, max(1, n - size + step), step)] for n in shape)
    return torch.tensor([[[y, x], [min(y + size, shape[0]), min(x + size, shape[1])]] for y in tops for x in lefts])


@st.composite
def cases(draw):
    shape = draw(st.tuples(st.integers(17, 40), st.integers(17, 40)))
    parts = draw(st.lists(PARTS, min_size=1, max_size=6))
    torch.manual_seed(draw(st.integers(0, 99)))
    try:
        net = Net([copy.deepcopy(one) for one in parts], draw(HEADS), shape)
    except RuntimeError:  # too small a map for that many steps
        net = Net([], "mean", shape)
    corner = draw(st.lists(st.tuples(*(st.integers(0, n - 1) for n in shape)), min_size=1, max_size=5))
    sides = draw(
        st.lists(st.tuples(st.integers(1, 12), st.integers(1, 12)), min_size=len(corner), max_size=len(corner))
    )
    boxes = [
        [[y, x], [min(y + h, shape[0]), min(x + w, shape[1])]] for (y, x), (h, w) in zip(corner, sides, strict=True)
    ]
    return net, shape, torch.tensor(boxes)


@settings(max_examples=100)
@given(cases())
def test_random_networks_in_double_precision(case) -> None:
    net, shape, boxes = case
    x, fill = torch.randn(3, *shape).double(), torch.randn(3, 1, 1).double()
    model = ready(net, x)
    assert off(model, x, boxes, fill, Incremental(model, x)) < 1e-10


@settings(max_examples=25)
@given(cases())
def test_random_networks_in_single_precision_and_merged(case) -> None:
    net, shape, boxes = case
    x, fill = torch.randn(3, *shape), torch.zeros(3, 1, 1)
    model = ready(net.float(), x, passes=6)
    part = Incremental(model, x)
    assert off(model, x, boxes, fill, part) < 1e-4


def small_resnet() -> nn.Module:
    torch.manual_seed(1)
    parts = [Residual(4, in_place=True), nn.ReLU(), Down(4), Residual(4, in_place=False)]
    return Net(parts, "mean", (64, 64))


@pytest.mark.parametrize(("size", "step"), [(1, 9), (8, 5), (16, 16), (63, 1), (64, 64)])
def test_windows_of_every_size_at_every_border(size: int, step: int) -> None:
    x = torch.randn(3, 64, 64).double()
    model = ready(small_resnet(), x)
    part = Incremental(model, x)
    boxes = windows(size, step, (64, 64))
    assert off(model, x, boxes, torch.randn(3, 64, 64).double(), part) < 1e-10
    assert part.share < (0.6 if size <= 8 else 1.05)


@pytest.mark.parametrize("part", ["reach", "stride", "padding"])
def test_a_wrong_neighbourhood_is_noticed(part: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The comparison above can fail: one cell too few around a patch shows."""
    original = neighbourhoods.Stencil.reached

    def narrower(self, region, shape):
        region = original(self, region, shape)
        sizes = [max(1, size - (size > 2)) for size in region.size]
        return type(region)(region.starts, tuple(sizes))

    def shifted(self, region, shape):
        region = original(self, region, shape)
        return type(region)((region.starts - 1).clip(0), region.size)

    def smaller(self, region, shape):
        region = original(self, region, shape)
        sizes = [size - 2 * (size > 2) for size in region.size]
        return type(region)(region.starts + 1, tuple(sizes))

    wrong = {"reach": narrower, "stride": shifted, "padding": smaller}[part]
    x, fill, boxes = torch.randn(3, 64, 64).double(), torch.zeros(()).double(), windows(8, 7, (64, 64))
    model = ready(small_resnet(), x)
    assert off(model, x, boxes, fill, Incremental(model, x)) < 1e-10
    monkeypatch.setattr(neighbourhoods.Stencil, "reached", wrong)
    assert off(model, x, boxes, fill, Incremental(model, x)) > 1e-4


def test_a_real_network() -> None:
    sample = imagenet()
    x = sample.preprocess(photo("cat"))
    model = ready(sample.model, x, passes=6)
    part = Incremental(model, x)
    boxes = torch.tensor([[[0, 0], [32, 32]], [[96, 80], [128, 112]], [[208, 200], [224, 224]], [[5, 190], [37, 222]]])
    assert off(model, x, boxes, torch.zeros(3, 1, 1), part) < 1e-4
    assert part.share < 0.6
    assert model.scores(covered(x, boxes, torch.zeros(3, 1, 1))).var(0).max() > 0.01  # it does make a difference


class Viewing(nn.Module):
    """Takes its maps for one long row, which other layouts refuse."""

    def __init__(self) -> None:
        super().__init__()
        self.maps = nn.Sequential(nn.Conv2d(3, 6, 3), nn.BatchNorm2d(6), nn.ReLU(), nn.AvgPool2d(7))
        self.last = nn.Linear(54, 3)

    def forward(self, x):
        return self.last(self.maps(x).view(len(x), 54))


def test_norms_are_merged_and_a_layout_that_is_refused_is_given_up() -> None:
    torch.manual_seed(0)
    net, x = Viewing(), torch.randn(3, 24, 24)
    net(torch.randn(8, 3, 24, 24))  # statistics that are not those of a new norm
    model = ready(net.eval(), x)
    part = Incremental(model, x)
    assert not any("norm" in step.name for step in part._trace.steps)
    boxes = windows(5, 4, (24, 24))
    assert off(model, x, boxes, torch.zeros(()), part) < 1e-4
    net.maps[1].bias.data.add_(1)  # the comparison can fail
    assert off(ready(net, x), x, boxes, torch.zeros(()), part) > 1e-2


def test_steps_of_a_sequence() -> None:
    class Steps(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv, self.more = nn.Conv1d(6, 8, 5, padding=2), nn.Conv1d(8, 8, 3, dilation=2)
            self.last = nn.Linear(8, 3)

        def forward(self, x):
            return self.last(self.more(self.conv(x.transpose(1, 2)).relu()).amax(2))

    x = torch.randn(50, 6).double()
    model = ready(Steps().double(), x)
    part = Incremental(model, x, axes=(0,))
    boxes = torch.tensor([[[s], [min(s + 3, 50)]] for s in range(0, 50, 3)])
    full = torch.stack([x.clone() for _ in boxes])
    for one, ((start,), (stop,)) in zip(full, boxes.tolist(), strict=True):
        one[start:stop] = 0
    torch.testing.assert_close(part.scores(boxes, torch.zeros(6).double()), model.scores(full), rtol=1e-11, atol=1e-12)
    assert part.share < 0.5


class Branching(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.net = convnet()

    def forward(self, x):
        return self.net(x) if x.mean() > 0 else self.net(-x)


class FromNumpy(Branching):
    def forward(self, x):
        return self.net(x * torch.from_numpy(x.detach().amax((1, 2, 3), keepdim=True).numpy()))


class Random(Branching):
    def forward(self, x):
        return self.net(x + torch.randn_like(x))


class InPlace(Branching):
    def forward(self, x):
        x = x.clone()
        x[:, :, :4] *= 2
        return self.net(x)


@pytest.mark.parametrize("net", [Branching, FromNumpy, Random, InPlace], ids=lambda one: one.__name__)
def test_what_is_no_fixed_row_of_operations_is_refused(net) -> None:
    model = ready(net().double(), image())
    with pytest.raises(NotIncrementalError):
        Incremental(model, image())


def test_a_transformer_is_right_but_not_cheaper() -> None:
    model = ready(TinyViT(), image())
    try:
        part = Incremental(model, image())
        assert off(model, image(), windows(4, 4, (16, 16)), torch.zeros(()), part) < 1e-9
    except (NotIncrementalError, RuntimeError):
        return
    assert part.share > 0.85


def test_it_knows_when_it_holds_no_longer() -> None:
    net, x = convnet(), image()
    model = ready(net, x)
    part = Incremental(model, x)
    assert part.holds()
    with torch.no_grad():
        net[0].weight.mul_(2)
    assert not part.holds()
    model = ready(net, x)
    part = Incremental(model, x)
    handle = model.module[2].register_forward_hook(lambda *_: None)
    assert not part.holds()
    with pytest.raises(NotIncrementalError, match="watches"):
        Incremental(model, x)
    handle.remove()
    assert part.holds()


def test_the_model_stays_as_it_was_and_can_be_differentiated() -> None:
    class Caching(nn.Module):
        """Keeps something from its last pass, as many models do."""

        def __init__(self) -> None:
            super().__init__()
            self.net, self.kept = convnet(), None

        def forward(self, x):
            if self.kept is None:
                self.kept = torch.ones(1, 3, 1, 1, dtype=x.dtype)
            return self.net(x * self.kept)

    net, x = Caching(), image()
    before = copy.deepcopy(net.state_dict())
    model = TorchModel(net).fresh()
    assert model.random is None
    with pytest.raises(NotIncrementalError):
        Incremental(model, x)  # not before it is known whether it draws random numbers
    model = ready(net, x)
    part = Incremental(model, x)
    part.scores(windows(4, 4, (16, 16)), torch.zeros(()).double())
    assert not part.scores(windows(4, 4, (16, 16)), torch.zeros(()).double()).is_inference()
    assert all(torch.equal(a, b) for a, b in zip(before.values(), net.state_dict().values(), strict=True))
    net.kept = None
    net(x[None]).sum().backward()
    assert net.net[0].weight.grad is not None
    assert net.training
