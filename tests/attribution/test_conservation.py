"""Relevance is conserved, layer by layer and in sum, through the families of networks that everybody uses."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from anymodel.families import quiet
from anymodel.zoo import Sample, build
from attribution.ledger import counting
from attribution.nets import image
from torch import nn

import xai_widgets as xai

CLOSE = 1e-7
"""What rounding and epsilon may take, of the most that flows."""
IMAGES, TEXTS, WORDS = "image classification", "sequence classification", "causal language modelling"


def plain_cnn():
    convolutions = [nn.Conv2d(3, 8, 3, padding=1), nn.ReLU(), nn.Conv2d(8, 8, 3, stride=2), nn.ReLU()]
    return nn.Sequential(*convolutions, nn.Flatten(), nn.Linear(392, 4))


def vgg():
    layers, width = [], 3
    for wide in (8, 8, 0, 12, 12, 0):
        layers += [nn.Conv2d(width, wide, 3, padding=1), nn.BatchNorm2d(wide), nn.ReLU(inplace=True)] if wide else []
        layers += [] if wide else [nn.MaxPool2d(2)]
        width = wide or width
    head = [nn.Linear(48, 16), nn.ReLU(inplace=True), nn.Dropout(), nn.Linear(16, 4)]
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(2), nn.Flatten(), *head)


def without_constants(module: nn.Module) -> nn.Module:
    """Set everything to zero that has a share of its own: biases, means of BatchNorms, positions, class tokens."""
    words = ("bias", "position", "cls_token", "distillation_token", "token_type", "wpe")
    with torch.no_grad():
        for name, one in (*module.named_parameters(), *module.named_buffers()):
            if one.is_floating_point() and (name.endswith("running_mean") or any(word in name for word in words)):
                one.zero_()
    if hasattr(module, "set_experts_implementation"):
        module.set_experts_implementation("eager")  # the other does not take double precision
    return module.double().eval()


@pytest.fixture(scope="module", autouse=True)
def _quiet():
    quiet()


RULES = ("epsilon", "gamma", "zplus", "epsilon_plus", "epsilon_plus_flat")
# What flat and w² hand to values that are 0, a pool above nothing but zeros cannot share.
SHARING = [
    *((name, one) for name in ("plain", "vgg", "resnet") for one in RULES),
    *(("plain", one) for one in ("flat", "w_square")),
]


@pytest.mark.parametrize(("name", "composite"), SHARING)
def test_of_convolutional_networks_all_of_the_score_arrives(name, composite):
    torch.manual_seed(2)
    known = {"plain": plain_cnn, "vgg": vgg}
    model = without_constants(known[name]() if name in known else build(IMAGES, name).model)
    x = image(16 if name in known else 32) + 0.1
    with counting() as ledger:
        found = xai.attribute(model, x, "lrp", composite=composite, epsilon=1e-12)
    score = float(found.prediction.scores.max())
    assert all(abs(kept) < CLOSE * ledger.flow for kept in ledger.kept.values()), ledger.kept
    assert found.values.sum(dtype=float) == pytest.approx(score, abs=1e-5 * ledger.flow)
    assert abs(score) > 1e-3 * ledger.flow


SHARED = {"bert": TEXTS, "gpt2": WORDS, "vit": IMAGES, "deit": IMAGES, "llama": WORDS}
STATES = {"mixtral": WORDS, "deepseek_v3": WORDS, "mamba": WORDS, "mamba2": WORDS, "recurrent_gemma": WORDS,
          "qwen3_next": WORDS, "rwkv": WORDS, "convnextv2": IMAGES, "lfm2": WORDS}  # fmt: skip
WITHOUT_SOFTMAX = ("mamba", "mamba2", "rwkv", "convnextv2")


@pytest.mark.parametrize(("name", "task"), (SHARED | STATES).items())
def test_of_transformers_and_their_kin_nothing_but_softmax_keeps_a_share(name, task):
    sample = build(task, name)
    model = without_constants(sample.model)
    x = sample.x.double() if sample.x.is_floating_point() else sample.x
    with counting() as ledger:
        found = xai.attribute(model, x, "attention_lrp", epsilon=1e-12)
    soft = sum(kept for where, kept in ledger.kept.items() if "softmax" in where)
    others = {where: kept for where, kept in ledger.kept.items() if "softmax" not in where}
    assert all(abs(kept) < 1e-6 * ledger.flow for kept in others.values()), others
    score = float(model_scores(Sample(model, x))[found.target])
    assert found.values.sum(dtype=float) + soft == pytest.approx(score, abs=1e-5 * ledger.flow)
    assert np.abs(found.values).max() > 1e-3 * abs(score)
    assert (soft == 0) == (name in WITHOUT_SOFTMAX)


def model_scores(sample: Sample) -> torch.Tensor:
    """The model's own word, which knows nothing of relevance."""
    return sample.logits
