"""A run holds no more than one pass forward and back of as many inputs, and a fifth."""

from __future__ import annotations

import copy
from itertools import accumulate
from operator import itemgetter
from typing import TYPE_CHECKING

import pytest
import torch
from torch import Tensor, nn

import xai_widgets as xai
from xai_widgets import samples
from xai_widgets.method import REGISTRY
from xai_widgets.models import copying
from xai_widgets.models.pace import Pace

if TYPE_CHECKING:
    from collections.abc import Callable

GOAL, SIDE = 1.2, 64

PATCHES = (torch.arange(SIDE)[:, None] // 16 * 4 + torch.arange(SIDE) // 16)[None]
METHODS: dict[str, dict[str, object]] = {
    "saliency": {},
    "guided_backprop": {},
    "guided_grad_cam": {},
    "lrp": {},
    "attention_lrp": {},
    "deep_lift": {},
    "grad_cam": {},
    "smooth_grad": {"n_samples": 12, "tolerance": 0.0},
    "integrated_gradients": {"n_steps": 129, "tolerance": 0.0},
    "conductance": {"n_steps": 129, "tolerance": 0.0, "layer": "5"},
    "expected_gradients": {"n_samples": 12, "tolerance": 0.0},
    "var_grad": {"n_samples": 12, "tolerance": 0.0},
    "deep_shap": {"n_samples": 4, "tolerance": 0.0},
    "rise": {"n_samples": 16, "tolerance": 0.0},
    "lime": {"n_samples": 16, "tolerance": 0.0, "feature_mask": PATCHES},
    "feature_ablation": {"feature_mask": PATCHES},
    "exact_shapley": {"feature_mask": PATCHES // 4},
    "occlusion": {"sliding_window_shapes": 16, "strides": 16},
    "kernel_shap": {"n_samples": 16, "tolerance": 0.0, "feature_mask": PATCHES},
    "shapley_sampling": {"n_samples": 2, "tolerance": 0.0, "feature_mask": PATCHES},
    "input_x_gradient": {},
    "deconvolution": {},
    "cam": {},
    "grad_cam_plus_plus": {},
    "hires_cam": {},
    "layer_cam": {},
    "xgrad_cam": {},
    "eigen_cam": {},
    "score_cam": {},
    "ablation_cam": {},
}
"""With few samples: the most is taken early, but where something is kept of every pass."""

BESIDE = {"deep_lift": 2, "deep_shap": 2}
"""Inputs of a method's least batch: an input and its baseline are two."""


def network() -> nn.Module:
    """Make one whose upper layers have far more weights than activations, as those for photos have."""
    torch.manual_seed(0)
    layers: list[nn.Module] = []
    for inputs, outputs, stride in ((3, 32, 1), (32, 64, 4), (64, 128, 2), *[(128, 128, 1)] * 3):
        conv = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        layers += [conv, nn.BatchNorm2d(outputs), nn.ReLU(inplace=True)]
    net = nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(128, 5))
    return net.eval().requires_grad_(requires_grad=False)


def peak(work: Callable[[], object]) -> int:
    """Count the bytes of all tensors that are alive at once at most, as the allocator tells of them."""
    with torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CPU], profile_memory=True) as seen:
        work()
    told = [(one.start_ns(), one.nbytes()) for one in seen.profiler.kineto_results.events() if one.name() == "[memory]"]
    return int(max(accumulate(size for _, size in sorted(told, key=itemgetter(0)))))


def one_pass(net: nn.Module, x: Tensor, size: int) -> int:
    def both_ways() -> None:
        batch = x.expand(size, -1, -1, -1).clone().requires_grad_()
        net(batch)[:, 0].sum().backward(inputs=[batch])

    both_ways()
    return peak(both_ways)


@pytest.mark.usefixtures("_copies_are_worth_it")
@pytest.mark.parametrize("size", [1, 2])
@pytest.mark.parametrize("method", METHODS)
def test_a_run_holds_little_more_than_one_pass_forward_and_back(
    method: str, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Pace, "fit", lambda _, left: min(left, size))
    monkeypatch.setattr(copying, "BATCH_SECONDS", 1000.0)  # made at once: not after so many passes as the clock says
    net, x = network(), torch.rand(3, SIDE, SIDE)
    batched = "batches" in REGISTRY[method].uses
    beside = one_pass(net, x, (size if batched else 1) * BESIDE.get(method, 1))
    held = peak(lambda: xai.attribute(net, x, method, target=0, **METHODS[method]))
    assert held <= GOAL * beside, f"{held / beside:.3f}"


@pytest.mark.usefixtures("_copies_are_worth_it")
def test_deep_lift_takes_no_more_where_a_picture_is_like_its_baseline(monkeypatch: pytest.MonkeyPatch) -> None:
    """There are the slopes at the points themselves, beside those of the secants."""
    monkeypatch.setattr(copying, "BATCH_SECONDS", 1000.0)
    net, x = network(), torch.rand(3, SIDE, SIDE)
    x[:, : SIDE // 4] = 0.0
    beside = one_pass(net, x, 2)
    held = peak(lambda: xai.attribute(net, x, "deep_lift", target=0))
    assert held <= GOAL * beside, f"{held / beside:.3f}"


@pytest.mark.usefixtures("_copies_are_worth_it")
@pytest.mark.parametrize(("layer", "most"), [("0", 1.55), ("1", 1.35), ("2", GOAL)])
def test_conductance_of_the_widest_layers_holds_few_of_its_maps(
    layer: str, most: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A map of it is a fifth of a pass: the last sum, and where what is above writes into it, what it has put out."""
    monkeypatch.setattr(Pace, "fit", lambda _, left: min(left, 1))
    monkeypatch.setattr(copying, "BATCH_SECONDS", 1000.0)
    net, x = network(), torch.rand(3, SIDE, SIDE)
    asked = {"target": 0, "n_steps": 17, "tolerance": 0.0, "layer": layer}
    held = peak(lambda: xai.attribute(net, x, "conductance", **asked))
    assert held <= most * (beside := one_pass(net, x, 1)), f"{held / beside:.3f}"


def test_every_method_is_measured() -> None:
    assert METHODS.keys() | TRANSFORMER_METHODS.keys() == REGISTRY.keys()


def reader(tokens: int) -> tuple[nn.Module, object]:
    """Give the sentence encoder positions beyond those that it has, of random vectors."""
    critic = samples.sentiment()
    config = type(critic.model.config)(**{**critic.model.config.to_dict(), "max_position_embeddings": tokens})
    model = type(critic.model)(config).eval().requires_grad_(requires_grad=False)
    weights = {name: one for name, one in critic.model.state_dict().items() if "position_embeddings" not in name}
    model.load_state_dict(weights, strict=False)
    tokenizer = copy.deepcopy(critic.tokenizer)
    tokenizer.model_max_length = tokens
    return model, tokenizer


def test_two_thousand_tokens_of_the_sentence_encoder_take_little_more_than_one_pass() -> None:
    model, tokenizer = reader(2000)
    text = "The cast is warm, but a dull second half makes it easier to admire than to love. " * 106
    ids = tokenizer(text, return_tensors="pt", truncation=True)["input_ids"]
    assert ids.shape == (1, 2000)
    vectors = model.get_input_embeddings()(ids)

    def both_ways() -> None:
        leaf = vectors.clone().requires_grad_()
        model(inputs_embeds=leaf).logits[:, 1].sum().backward(inputs=[leaf])

    both_ways()
    beside = peak(both_ways)
    found = []
    asked = {"tokenizer": tokenizer, "target": 1, "baselines": "mean", "n_steps": 3, "tolerance": 0.0}
    held = peak(lambda: found.append(xai.attribute(model, text, "integrated_gradients", **asked)))
    assert held <= GOAL * beside, f"{held / beside:.3f}"
    (result,) = found
    assert (len(result.values), result.fraction, result.backwards) == (2000, 1, 3)


class Attends(nn.Module):
    """A transformer's block whose parts by hand, or of one call, take far more room than what goes through."""

    def __init__(self, width: int, heads: int, *, by_hand: bool) -> None:
        super().__init__()
        self.heads, self.by_hand = heads, by_hand
        self.norms = nn.ModuleList([nn.LayerNorm(width), nn.LayerNorm(width)])
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.mlp = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))

    def forward(self, x: Tensor) -> Tensor:
        query, key, value = self.qkv(self.norms[0](x)).unflatten(-1, (3, self.heads, -1)).permute(2, 0, 3, 1, 4)
        if self.by_hand:
            met = (query @ key.transpose(-2, -1) / key.shape[-1] ** 0.5).softmax(-1) @ value
        else:
            met = nn.functional.scaled_dot_product_attention(query, key, value)
        x = x + self.out(met.transpose(1, 2).flatten(2))
        return x + self.mlp(self.norms[1](x))  # type: ignore[no-any-return]


TRANSFORMER_METHODS: dict[str, dict[str, object]] = {
    "deep_lift": {},
    "deep_shap": {"n_samples": 2, "tolerance": 0.0},
    "attention_lrp": {},
    "integrated_gradients": {"n_steps": 9, "tolerance": 0.0},
    "attention_rollout": {},
}


@pytest.mark.parametrize("by_hand", [False, True], ids=["one call", "by hand"])
@pytest.mark.parametrize("method", TRANSFORMER_METHODS)
def test_a_transformer_takes_little_more_than_one_pass(
    method: str,
    by_hand: bool,  # noqa: FBT001
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Pace, "fit", lambda _, left: min(left, 1))
    torch.manual_seed(0)
    blocks = [Attends(128, 2, by_hand=by_hand) for _ in range(8)]
    net = nn.Sequential(*blocks, nn.LayerNorm(128), nn.Flatten(1), nn.Linear(128 * 64, 3)).eval()
    x = torch.randn(64, 128)

    def both_ways() -> None:
        batch = x.expand(BESIDE.get(method, 1), -1, -1).clone().requires_grad_()
        net(batch)[:, 0].sum().backward(inputs=[batch])

    both_ways()
    beside = peak(both_ways)
    options = TRANSFORMER_METHODS[method]
    xai.attribute(net, x, method, target=0, **options)
    held = peak(lambda: xai.attribute(net, x, method, target=0, **options))
    assert held <= GOAL * beside, f"{held / beside:.3f}"
