"""The explanation copy is the same function as the model, or there is none."""

import gc
import weakref

import pytest
import torch
from attribution.nets import convnet, image
from captum.attr import IntegratedGradients, LayerGradCam
from torch import nn

import xai_widgets as xai
from xai_widgets.models import Target, TorchModel, copying, execution, private_copy
from xai_widgets.models.explanation import copy_in_steps
from xai_widgets.models.feeds import feed_alone
from xai_widgets.models.merging import watched

pytestmark = pytest.mark.usefixtures("_copies_are_worth_it")


def explanation_copy(net, x):
    """Make it at once."""
    try:
        steps = copy_in_steps(net, x)
        while True:
            next(steps)
    except StopIteration as end:
        return end.value


def busy(norm: nn.Module, seed: int = 0) -> nn.Module:
    """Give a BatchNorm weights and statistics as training leaves them."""
    generator = torch.Generator().manual_seed(seed)
    for name, low, high in [("weight", 0.5, 2), ("bias", -1, 1), ("running_mean", -1, 1), ("running_var", 0.2, 3)]:
        value = getattr(norm, name)
        if value is not None:
            with torch.no_grad():
                value.copy_(low + (high - low) * torch.rand(value.shape, generator=generator))
    return norm


class Net(nn.Module):
    """A convolution, a BatchNorm, and whatever `between` does; then scores."""

    def __init__(self, between, *, dtype=torch.float64, bias=True, affine=True) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.conv = nn.Conv2d(3, 8, 3, padding=1, bias=bias)
        self.bn = busy(nn.BatchNorm2d(8, affine=affine))
        self.head = nn.Linear(8, 4)
        self.between = between
        self.to(dtype).eval()

    def forward(self, x):
        return self.head(self.between(self, x).relu().mean((2, 3)))


def plain(net, x):
    return net.bn(net.conv(x))


def functional(net, x):
    h = nn.functional.conv2d(x, net.conv.weight, net.conv.bias, padding=1)
    return nn.functional.batch_norm(h, net.bn.running_mean, net.bn.running_var, net.bn.weight, net.bn.bias)


def used_twice(net, x):
    h = net.conv(x)
    return net.bn(h) + 1e-7 * h


def used_without_gradient(net, x):
    h = net.conv(x)
    return net.bn(h) * (1 + 1e-7 * (h > 0).double())


def used_in_place(net, x):
    return net.bn(net.conv(x).mul_(1.0))


def conv_twice(net, x):
    return net.bn(net.conv(x)) + 1e-7 * net.conv(-x)


def norm_twice(net, x):
    return net.bn(net.bn(net.conv(x)))


def through_identity(net, x):
    return net.bn(net.conv(x) + 0)


def in_a_list(net, x):
    h = net.conv(x)
    return net.bn(h) + 1e-7 * torch.stack([h, h]).sum(0)


def looks_at_shapes(net, x):
    h = net.conv(x)
    assert h.shape[1] == h.size(1) == 8
    assert h.dtype == x.dtype
    return net.bn(h)


def branches(net, x):
    h = net.conv(x)
    return net.bn(h) if x.mean() > -5 else h


def views(net, x):
    h = net.bn(net.conv(x))
    return h.view(len(h), -1)[:, :8, None, None]  # refuses channels_last


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("affine", [True, False])
@pytest.mark.parametrize("between", [plain, looks_at_shapes])
def test_a_batchnorm_behind_a_convolution_is_merged_and_the_function_stays(between, bias, affine):
    net = Net(between, bias=bias, affine=affine)
    x = torch.stack([image(8), image(8, 1)])
    found = explanation_copy(net, x[:1])
    assert len(found.merged) == 1
    assert torch.allclose(found(x), net(x), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(
    "between",
    [functional, used_twice, used_without_gradient, used_in_place, conv_twice, norm_twice, through_identity, in_a_list],
)
def test_what_is_not_surely_the_same_is_not_merged(between):
    net = Net(between)
    assert watched(net, image(8)[None], feed_alone)[0] == []
    assert explanation_copy(net, image(8)[None]) is None


@pytest.mark.parametrize("listener", ["register_forward_hook", "register_forward_pre_hook"])
@pytest.mark.parametrize("where", ["conv", "bn"])
def test_layers_that_somebody_listens_to_are_left_alone(where, listener):
    net = Net(plain)
    getattr(getattr(net, where), listener)(lambda *_: None)
    assert watched(net, image(8)[None], feed_alone)[0] == []


def test_parametrized_layers_are_left_alone():
    net = Net(plain)
    nn.utils.parametrizations.weight_norm(net.conv)
    assert watched(net, image(8)[None], feed_alone)[0] == []


def test_watching_leaves_no_hooks():
    net = Net(plain)
    explanation_copy(net, image(8)[None])
    assert not net.conv._forward_hooks
    assert not net.bn._forward_pre_hooks


@pytest.mark.parametrize(
    ("net", "x"),
    [
        (nn.Sequential(nn.Linear(6, 5), nn.BatchNorm1d(5), nn.ReLU(), nn.Linear(5, 2)), torch.rand(3, 6)),
        (nn.Sequential(nn.Conv1d(2, 5, 3, 2), nn.BatchNorm1d(5), nn.Flatten()), torch.rand(3, 2, 9)),
        (nn.Sequential(nn.Conv3d(1, 4, 2, groups=1), nn.BatchNorm3d(4), nn.Flatten()), torch.rand(3, 1, 3, 3, 3)),
        (
            nn.Sequential(
                nn.Conv2d(4, 8, 3, 1, 1, dilation=1, groups=4, padding_mode="reflect"), nn.BatchNorm2d(8), nn.Flatten()
            ),
            torch.rand(3, 4, 5, 5),
        ),
    ],
)
def test_layers_of_every_kind_are_merged(net, x):
    net, x = net.double().eval(), x.double()
    busy(net[1])
    found = explanation_copy(net, x[:1])
    assert len(found.merged) == 1
    assert torch.allclose(found(x), net(x), rtol=1e-12, atol=1e-12)


def test_a_linear_layer_of_sequences_is_left_alone():
    net = nn.Sequential(nn.Linear(6, 5), nn.BatchNorm1d(7), nn.Flatten()).eval()
    assert watched(net, torch.rand(1, 7, 6), feed_alone)[0] == []


def test_gradients_are_the_models():
    net = convnet()
    busy(net[1])
    adapter = TorchModel(net)
    adapter.predict(image())
    run = adapter.fresh()
    x = torch.stack([image(seed=i) for i in range(6)])
    slow = run.gradients(x, Target(1))
    fast = run.gradients(x, Target(1))
    assert len(run._fast.merged) == 1
    for a, b in zip(slow, fast, strict=True):
        assert torch.allclose(a, b, rtol=1e-10, atol=1e-12)


def test_channels_last_is_used_for_pictures_in_single_precision_and_given_up_where_refused():
    x = torch.rand(2, 3, 8, 8)
    last, first = (explanation_copy(Net(one, dtype=torch.float32), x[:1]) for one in (plain, views))
    assert last.layout is torch.channels_last
    assert first.layout is torch.preserve_format
    assert len(first.merged) == 1
    assert torch.allclose(first(x), Net(views, dtype=torch.float32)(x), rtol=1e-4, atol=1e-6)


def test_half_precision_is_left_alone():
    assert explanation_copy(Net(plain, dtype=torch.bfloat16), torch.rand(1, 3, 8, 8).bfloat16()) is None


def test_a_model_that_takes_another_path_later_is_run_as_it_is():
    net = Net(branches)
    run = TorchModel(net).fresh()
    run.scores(torch.rand(5, 3, 8, 8, dtype=torch.float64))
    run.scores(torch.rand(1, 3, 8, 8, dtype=torch.float64))
    assert run._fast is not None
    other = torch.rand(2, 3, 8, 8, dtype=torch.float64) - 10
    assert torch.equal(run.scores(other), net(other))
    assert run._fast is None
    again = run.fresh()
    again.scores(torch.rand(5, 3, 8, 8, dtype=torch.float64))
    again.scores(torch.rand(5, 3, 8, 8, dtype=torch.float64))
    assert again._fast is None  # given up for good


def test_a_model_that_raises_is_quoted_with_its_own_error():
    def fussy(net, x):
        if bool((x > 10).any()):
            msg = "too bright"
            raise ValueError(msg)
        return plain(net, x)

    run = TorchModel(Net(fussy)).fresh()
    run.scores(torch.rand(5, 3, 8, 8, dtype=torch.float64))
    run.scores(torch.rand(1, 3, 8, 8, dtype=torch.float64))
    with pytest.raises(xai.ModelError, match=r"ValueError.*too bright"):
        run.scores(torch.full((1, 3, 8, 8), 11.0, dtype=torch.float64))


def train(net, x):
    """Take one step of training, as a user does between two explanations."""
    net.train()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.5)
    nn.functional.cross_entropy(net(x), torch.arange(len(x)) % 4).backward()
    optimizer.step()
    net.eval()


def test_the_next_run_sees_weights_and_statistics_trained_further():
    net = Net(plain)
    adapter = TorchModel(net)
    x = torch.rand(6, 3, 8, 8, dtype=torch.float64)

    def ran():
        run = adapter.fresh()
        run.scores(x)
        found = run.scores(x)
        assert run._fast is not None
        return found

    before = ran()
    assert torch.allclose(before, net(x), rtol=1e-12)
    train(net, x)
    assert not torch.allclose(before, net(x), rtol=1e-3)
    assert torch.allclose(ran(), net(x), rtol=1e-12)
    with torch.no_grad():
        net.conv.weight.data.mul_(2)  # which no version counter tells
    assert torch.allclose(ran(), net(x), rtol=1e-12)


def test_weights_trained_further_in_the_middle_of_a_run_are_seen_by_every_layer():
    net, x = Net(plain), torch.rand(6, 3, 8, 8, dtype=torch.float64)
    run = TorchModel(net).fresh()
    run.scores(x)
    run.scores(x)
    assert run._fast is not None
    with torch.no_grad():
        net.conv.weight.mul_(2)
        net.head.weight.mul_(3)
    assert torch.allclose(run.scores(x), net(x), rtol=1e-12)


def test_a_widget_explains_the_model_as_trained_by_then():
    net, x = Net(plain), image(16)
    w = xai.ImageExplainer(net, x, method="integrated_gradients", n_steps=33, tolerance=0, target=1)
    try:
        first = w.result(60).values
        train(net, torch.stack([image(16, seed) for seed in range(4)]))
        w.explain(target=2)
        w.result(60)
        w.explain(target=1)
        second = w.result(60).values
    finally:
        w.close()
    wanted = xai.attribute(net, x, "integrated_gradients", n_steps=33, tolerance=0, target=1).values
    assert abs(first - wanted).max() > 1e-3 * abs(wanted).max()
    assert abs(second - wanted).max() < 1e-6 * abs(wanted).max()


def test_integrated_gradients_through_the_copy_match_captum():
    net, x = Net(plain), image(16)
    ours = xai.attribute(net, x, "integrated_gradients", n_steps=2**8 + 1, tolerance=0, target=1).values
    theirs = IntegratedGradients(net).attribute(x[None], target=1, n_steps=257, method="riemann_trapezoid")[0]
    assert abs(ours - theirs.detach().numpy()).max() < 5e-3 * abs(ours).max()


def test_layers_are_recorded_as_the_model_has_them_even_after_merging():
    net, x = Net(plain), image(16)
    run = TorchModel(net).fresh()
    run.scores(torch.stack([x] * 5))
    run.scores(x[None])
    assert len(run._fast.merged) == 1
    for layer in ("conv", "bn"):
        _, activation, gradient = run.tap(x[None], Target(1), layer)
        cam = (gradient.mean((2, 3), keepdim=True) * activation).sum(1, keepdim=True)
        theirs = LayerGradCam(net, getattr(net, layer)).attribute(x[None], target=1)
        assert torch.allclose(cam, theirs, rtol=1e-10, atol=1e-12)


def test_short_runs_are_not_held_up_by_making_a_copy(monkeypatch):
    made = []
    monkeypatch.setattr(copying, "copy_in_steps", lambda *a: iter(made.append(a) or ()))
    net, x = Net(plain), image(16)
    for method in ("saliency", "grad_cam", "input_x_gradient"):
        xai.attribute(net, x, method)
    next(iter(xai.attribute_iter(net, x, "integrated_gradients")))
    assert not made
    xai.attribute(net, x, "integrated_gradients")
    assert len(made) == 1


def test_no_copy_is_made_where_what_is_to_come_takes_less_time(monkeypatch):
    made = []
    monkeypatch.setattr(copying, "copy_in_steps", lambda *a: iter(made.append(a) or ()))
    monkeypatch.setattr(execution, "WORTH", 1e9)
    run, x = TorchModel(Net(plain)).fresh(), torch.stack([image(16)] * 100)
    assert sum(len(scores) for _, scores in run.batches(100, lambda rows: run.scores(x[rows]))) == 100
    assert not made
    run.scores(x)  # nobody knows how much is to come
    assert len(made) == 1


def test_the_users_model_stays_as_it_was():
    net = Net(plain).train()
    before = {k: v.clone() for k, v in net.state_dict().items()}
    attributes = {name: set(vars(one)) for name, one in net.named_modules()}
    xai.attribute(net, image(16), "integrated_gradients")
    assert net.training
    assert all(torch.equal(v, before[k]) for k, v in net.state_dict().items())
    assert attributes == {name: set(vars(one)) for name, one in net.named_modules()}


def test_a_copy_dies_with_its_last_user_without_the_garbage_collector():
    twin = private_copy(Net(plain))
    gc.disable()
    try:
        found = explanation_copy(twin, image(8)[None])
        found(image(8)[None])
        gone = weakref.ref(found.module)
        del found
        assert gone() is None
    finally:
        gc.enable()


def test_a_norm_before_a_layer_is_not_taken_for_one_behind_it() -> None:
    """What the norm took is gone when the layer runs, and the layer's output may be the next to be given its id."""

    class NormFirst(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.norms = nn.ModuleList(busy(nn.BatchNorm2d(3), i) for i in range(20))
            self.convs = nn.ModuleList(nn.Conv2d(3, 3, 1) for _ in range(20))

        def forward(self, x):
            for norm, conv in zip(self.norms, self.convs, strict=True):
                x = conv(norm(1.5 * x))
            return x.mean((2, 3))

    assert watched(NormFirst().eval(), torch.randn(1, 3, 8, 8), feed_alone)[0] == []


def test_nothing_is_passed_through_a_model_that_has_nothing_to_merge_or_lay_out():
    net = nn.Sequential(nn.Linear(6, 8), nn.ReLU(), nn.Linear(8, 2)).eval()
    net.register_forward_pre_hook(lambda *_: pytest.fail("It was passed."))
    assert explanation_copy(net, torch.rand(1, 6)) is None
