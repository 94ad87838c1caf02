"""Models as people write them: each gets the values of its plain twin, or a sentence that says what to do."""

from __future__ import annotations

import copy
import dataclasses
from typing import NamedTuple

import numpy as np
import pytest
import torch
from attribution.nets import convnet, image, mlp, row
from torch import nn
from torch.nn.utils import parametrizations, prune
from torch.utils.checkpoint import checkpoint

import xai_widgets as xai
from xai_widgets.models import private_copy
from xai_widgets.models.explanation import ExplanationCopy
from xai_widgets.models.feeds import feed_alone

METHODS = {
    "saliency": {},
    "integrated_gradients": {"n_steps": 9, "tolerance": 0.0},
    "guided_backprop": {},
    "deep_lift": {},
    "lrp": {},
    "occlusion": {},
    "grad_cam": {"relu": False},
}


def same(model: nn.Module, twin: nn.Module, x: object, plain: torch.Tensor, methods=METHODS) -> None:
    for method in methods:
        if method == "grad_cam" and plain.ndim == 1:
            continue
        got, wanted = (
            xai.attribute(one, given, method, target=1, **METHODS[method]) for one, given in ((model, x), (twin, plain))
        )
        np.testing.assert_allclose(got.values.ravel(), wanted.values.ravel(), rtol=1e-6, atol=1e-9, err_msg=method)
        assert got.values.any(), method


class Around(nn.Module):
    """Calls a network in some way."""

    def __init__(self, net: nn.Module, way) -> None:
        super().__init__()
        self.net, self.way = net, way

    def forward(self, *given, **named):
        return self.way(self.net, *given, **named)


@dataclasses.dataclass
class Answer:
    logits: torch.Tensor
    loss: torch.Tensor | None = None


class Named(NamedTuple):
    scores: torch.Tensor
    aux: torch.Tensor | None = None


def spectral(net: nn.Module) -> nn.Module:
    for one in (net[0], net[8]):
        parametrizations.spectral_norm(one)
    return net


def weighted(net: nn.Module) -> nn.Module:
    for one in (net[0], net[8]):
        parametrizations.weight_norm(one)
    return net


def weighted_as_of_old(net: nn.Module) -> nn.Module:
    with pytest.warns(FutureWarning, match="weight_norm"):
        nn.utils.weight_norm(net[0])
    return net


def pruned(net: nn.Module) -> nn.Module:
    prune.l1_unstructured(net[0], "weight", 0.5)
    return net


def compiled_inside(net: nn.Module) -> nn.Module:
    return Around(torch.compile(net, backend="eager"), lambda net, x: net(x))


def baked(net: nn.Module) -> nn.Module:
    """The same function with plain weights."""
    twin = convnet()
    with torch.no_grad():
        for place in (0, 8):
            twin[place].weight.copy_(net[place].weight)
    return twin


@pytest.mark.parametrize("change", [spectral, weighted, weighted_as_of_old, pruned])
def test_weights_that_are_made_in_each_pass(change) -> None:
    net = change(convnet()).eval()
    same(net, baked(net), image(), image())


WRAPPED = {
    "torch.compile": torch.compile,
    "a compiled part": compiled_inside,
    "DataParallel": nn.DataParallel,
    "torch.fx": torch.fx.symbolic_trace,
    "a dataclass": lambda net: Around(net, lambda net, x: Answer(net(x))),
    "a named tuple": lambda net: Around(net, lambda net, x: Named(net(x))),
    "a mapping": lambda net: Around(net, lambda net, x: {"loss": None, "logits": net(x)}),
    "channels last": lambda net: net.to(memory_format=torch.channels_last),
}


@pytest.mark.parametrize("wrap", WRAPPED)
def test_what_lies_around_a_network_changes_nothing(wrap) -> None:
    same(WRAPPED[wrap](convnet()), convnet(), image(), image())


def test_the_explanation_copy_compiles_no_part_anew() -> None:
    net = torch.compile(convnet(), backend=lambda *_: pytest.fail("It was compiled."))
    x = image()[None]
    fast = ExplanationCopy(private_copy(nn.Sequential(net)), [], torch.preserve_format, feed_alone, 0)
    torch.testing.assert_close(fast(x), convnet()(x))


@pytest.mark.filterwarnings("ignore:`isinstance:FutureWarning")
def test_an_exported_graph_has_no_layers_but_all_rules() -> None:
    batch = torch.export.Dim("batch")
    graph = torch.export.export(convnet(), (torch.stack([image()] * 2),), dynamic_shapes=({0: batch},)).module()
    same(graph, convnet(), image(), image(), [one for one in METHODS if one != "grad_cam"])
    with pytest.raises(xai.ModelError, match="exported graphs no layer can be seen: give the module itself"):
        xai.attribute(graph, image(), "grad_cam")


def test_a_network_within_a_function_has_constant_weights() -> None:
    net = convnet()
    same(net.forward, convnet(), image(), image(), [one for one in METHODS if one != "grad_cam"])
    assert all(one.requires_grad and one.grad is None for one in net.parameters())


def by_keywords(net, **batch):
    return net(batch["pixel_values"])


def by_one_mapping(net, batch):
    return net(batch["pixel_values"])


class Whole(nn.Module):
    def __init__(self, net: nn.Module) -> None:
        super().__init__()
        self.net = net

    def forward(self, batch, *, training: bool = False):
        assert not training
        return self.net(batch["pixel_values"] if isinstance(batch, dict) else batch[0] + batch[1])


def test_all_inputs_may_be_one_argument() -> None:
    named = {"pixel_values": image()}
    same(Around(convnet(), by_keywords), convnet(), named, image())
    same(Whole(convnet()), convnet(), named, image())
    both = xai.attribute(Whole(mlp()), (row(), row()), "saliency", target=1)
    alone = xai.attribute(mlp(), 2 * row(), "saliency", target=1)
    for part in both.parts.values():
        np.testing.assert_allclose(part, alone.values, rtol=1e-6)
    of_function = xai.attribute(lambda batch: mlp()(batch["a"]), {"a": row()}, "saliency", target=1)
    np.testing.assert_allclose(of_function.values, xai.attribute(mlp(), row(), "saliency", target=1).values)


def test_scores_without_their_batch_axis_are_refused_with_what_to_write() -> None:
    for classes in (1, 3):
        with pytest.raises(xai.ModelError, match=r"Let it keep the batch axis: squeeze\(1\), not squeeze\(\)\.$"):
            xai.attribute(Around(mlp(classes=classes), squeezed), row())


def squeezed(net, x):
    return net(x).squeeze()


def checkpointed(*, reentrant: bool) -> nn.Module:
    return Around(convnet(), lambda net, x: net[5:](checkpoint(net[:5], x, use_reentrant=reentrant)))


def test_checkpoints_inside_go_with_gradients_and_where_rules_cannot_watch_are_refused_in_words() -> None:
    for_gradients = ["saliency", "integrated_gradients", "guided_backprop"]
    same(checkpointed(reentrant=False), convnet(), image(), image(), for_gradients)
    told = "Turn checkpointing off, which saves memory in training only\\.$"
    for method in ("lrp", "deep_lift"):
        with pytest.raises(xai.ModelError, match=told):
            xai.attribute(checkpointed(reentrant=False), image(), method)
    same(checkpointed(reentrant=True), convnet(), image(), image())


def test_autocast_inside_rounds_and_no_more() -> None:
    def way(net, x):
        with torch.autocast("cpu", torch.bfloat16):
            return net(x)

    net = convnet().float()
    x = image().float()
    for method in ("lrp", "attention_lrp", "deep_lift", "saliency", "rise", "score_cam"):
        few = {"n_samples": 60} if method == "rise" else {}
        got, wanted = (xai.attribute(one, x, method, target=1, **few).values for one in (Around(net, way), net))
        assert np.corrcoef(got.ravel(), wanted.ravel())[0, 1] > 0.97, method
    assert not [one for one in xai.check(Around(net, way), x).findings if one.name == "slope"]


@pytest.mark.parametrize(("half", "alike"), [(torch.float16, 0.98), (torch.bfloat16, 0.8)])
def test_half_precision(half, alike) -> None:
    for method, params in METHODS.items():
        got, wanted = (
            xai.attribute(one, image().float(), method, target=1, **params).values
            for one in (convnet().to(half), convnet().float())
        )
        assert np.corrcoef(got.ravel(), wanted.ravel())[0, 1] > alike, method


class Graph(nn.Module):
    """Mixes columns by a sparse matrix, as networks on graphs do."""

    def __init__(self, matrix: torch.Tensor) -> None:
        super().__init__()
        self.net = mlp()
        self.register_buffer("matrix", matrix)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        mixed = torch.sparse.mm(self.matrix, x.T) if self.matrix.is_sparse else self.matrix @ x.T
        return self.net(mixed.T)


def test_sparse_buffers() -> None:
    matrix = torch.eye(6, dtype=torch.float64).roll(1, 0) + torch.eye(6)
    net = Graph(matrix.to_sparse())
    same(net, Graph(matrix), row(), row(), ["saliency", "integrated_gradients", "guided_backprop", "occlusion"])
    assert (
        xai.attribute(net, row(), "saliency").model_hash == xai.attribute(Graph(matrix), row(), "saliency").model_hash
    )
    with pytest.raises(xai.ModelError, match=r"lrp has no rule for _sparse_mm, called in test_strange"):
        xai.attribute(net, row(), "lrp")
    assert xai.check(net, row()).methods["saliency"].soundness == "sound"
    net.matrix = 2 * net.matrix
    twice = xai.attribute(Graph(2 * matrix), row(), "saliency", target=1).values
    np.testing.assert_allclose(xai.attribute(net, row(), "saliency", target=1).values, twice)


def by_vmap(net, x):
    return torch.vmap(net)(x)


def by_its_slope(net, x):
    return torch.vmap(torch.func.jacrev(net))(x).square().sum(-1)


def test_torch_func_inside_goes_with_gradients_and_has_no_rules() -> None:
    net = nn.Sequential(nn.Linear(6, 8), nn.Tanh(), nn.Linear(8, 3)).double()
    same(Around(net, by_vmap), net, row(), row(), ["saliency", "integrated_gradients", "occlusion"])
    slope = xai.attribute(Around(net, by_its_slope), row(), "saliency", target=1, absolute=False).values
    x = row().requires_grad_()
    torch.func.jacrev(net)(x)[1].square().sum().backward()
    np.testing.assert_allclose(slope, x.grad, rtol=1e-6)
    for method in ("lrp", "deep_lift", "guided_backprop"):
        with pytest.raises(xai.ModelError, match=r"no rule for \S+ of a nested tensor, or within torch\.func"):
            xai.attribute(Around(net, by_vmap), row(), method)
    assert xai.check(Around(net, by_its_slope), row()).methods["saliency"].soundness == "sound"


@pytest.mark.filterwarnings("ignore:The PyTorch API of nested")
def test_nested_tensors() -> None:
    def way(net, x):
        return net(torch.nested.as_nested_tensor(list(x))).to_padded_tensor(0.0).mean(1)

    net, x = nn.Sequential(nn.Linear(6, 8), nn.ReLU(), nn.Linear(8, 3)).double(), torch.stack([row(), row(seed=1)])
    same(Around(net, way), Around(net, lambda net, x: net(x).mean(1)), x, x, ["saliency", "integrated_gradients"])
    with pytest.raises(xai.ModelError, match="nested"):
        xai.attribute(Around(net, way), x, "guided_backprop")
    # Torch goes on with a line for each of some 90 backends of an operation that it lacks.
    with pytest.raises(xai.ModelError, match="aten::softplus") as caught:
        xai.attribute(Around(mlp(), way), x, "occlusion")
    assert "\n" not in str(caught.value)


@pytest.mark.filterwarnings("ignore")  # torch itself is deprecating these
def test_quantised_layers_have_no_gradient_and_auto_hides_parts() -> None:
    net = torch.ao.quantization.quantize_dynamic(mlp().float(), {nn.Linear}, dtype=torch.qint8)
    found = xai.attribute(net, row(), target=1)
    assert found.method == "exact_shapley"
    assert any("differentiable operations" in note and note.endswith("exact_shapley instead.") for note in found.notes)
    plain = xai.attribute(mlp().float(), row(), "exact_shapley", target=1)
    np.testing.assert_allclose(found.values, plain.values, atol=0.05 * np.abs(plain.values).max())
    for method in ("saliency", "integrated_gradients", "smooth_grad", "guided_backprop", "deconvolution"):
        with pytest.raises(xai.ModelError, match="does not depend on its input by differentiable operations"):
            xai.attribute(net, row(), method)


@pytest.mark.parametrize("method", ["grad_cam", "hires_cam", "guided_grad_cam"])
@pytest.mark.parametrize("way", [torch.no_grad, torch.inference_mode])
def test_a_forward_without_gradients_is_not_told_that_no_layer_can_be_seen(way, method: str) -> None:
    net = Around(convnet(), way()(lambda net, x: net(x)))
    with pytest.raises(xai.ModelError, match=r"differentiable operations .* computed within torch\.no_grad\(\)"):
        xai.attribute(net, image(), method)


@pytest.mark.parametrize("way", [torch.no_grad(), torch.inference_mode()])
def test_without_a_gradient_auto_hides_parts(way) -> None:
    net = Around(convnet(), way(lambda net, x: net(x)))
    assert xai.attribute(net, image()).method == "occlusion"
    # With parameters of its own it is integrated gradients that was asked for.
    with pytest.raises(xai.ModelError, match="Use a perturbation method"):
        xai.attribute(net, image(), n_steps=9)
    function = convnet()
    with pytest.raises(xai.ModelError, match="was it detached"):
        xai.attribute(lambda x: function(x.detach()), image(), "saliency")


def test_hooks_of_the_user_take_part() -> None:
    net, seen = convnet(), []
    net[2].register_forward_hook(lambda _m, _x, out: out * 0.5)
    net[0].register_forward_pre_hook(lambda _m, given: (given[0] * 2,))
    net[5].register_forward_hook(lambda _m, _x, out: seen.append(tuple(out.shape)))
    twin = Around(convnet(), lambda net, x: net[3:](0.5 * net[:3](2 * x)))
    same(net, twin, image(), image(), [one for one in METHODS if one != "grad_cam"])
    assert seen


class Spectrum(nn.Module):
    def __init__(self, out=torch.abs) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.weight = nn.Parameter(torch.randn(4, 3, dtype=torch.complex128))
        self.out = out

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.out(torch.fft.rfft(x) @ self.weight)


def test_complex_numbers_inside_are_fine_and_as_scores_or_input_refused_in_words() -> None:
    for method in ("saliency", "integrated_gradients", "deep_lift", "exact_shapley", "smooth_grad"):
        assert xai.attribute(Spectrum(), row(), method, target=1).values.any()
    with pytest.raises(xai.ModelError, match=r"must return real scores, got complex128: explain lambda x"):
        xai.attribute(Spectrum(lambda z: z), row())
    with pytest.raises(TypeError, match=r"complex128: give torch\.view_as_real\(x\)"):
        xai.attribute(Spectrum(), torch.fft.rfft(row()))
    with pytest.raises(TypeError, match=r"torch\.view_as_real"):
        xai.check(Spectrum(), torch.fft.rfft(row()))


def test_weights_that_nothing_can_be_computed_with_are_refused_at_once() -> None:
    with pytest.raises(ValueError, match=r"float8_e4m3fn: give model\.bfloat16\(\)"):
        xai.attribute(mlp().to(torch.float8_e4m3fn), row())
    with pytest.raises(TypeError, match=r"x\.float\(\) of .*; only an nn\.Embedding takes whole numbers"):
        xai.attribute(nn.Sequential(nn.EmbeddingBag(9, 4), nn.Linear(4, 2)), torch.tensor([1, 2, 3]))


def test_a_model_that_no_copy_can_be_made_of() -> None:
    class Held(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.net = convnet()
            self.steps = (one for one in range(3))

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.net(x)

    with pytest.raises(TypeError):
        copy.deepcopy(Held())
    same(Held(), convnet(), image(), image())
