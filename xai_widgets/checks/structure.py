"""What can be seen without running the model."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import torch
from torch import nn
from torch.nn.modules.batchnorm import _NormBase
from torch.nn.modules.dropout import _DropoutNd

from xai_widgets.checks.subject import finite, listed, using
from xai_widgets.findings import Finding
from xai_widgets.models.callables import Estimator, PlainFunction

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xai_widgets.checks.subject import Subject

COARSE = {torch.float16: "3 %", torch.bfloat16: "20 %"}
"""How far maps were seen to be from those in double precision."""


def mode(subject: Subject) -> Iterator[Finding]:
    """Look for parts in training mode."""
    if isinstance(subject.model.module, (Estimator, PlainFunction)):
        return  # neither has modes
    modules = dict(subject.given.named_modules())
    # What TorchScript has frozen has no such flag.
    training = {name: one for name, one in modules.items() if getattr(one, "training", False)}
    changing = [name or type(one).__name__ for name, one in training.items() if _acts_otherwise(one)]
    advice = "Call model.eval() where you predict, so that you see what is explained."
    if not training:
        yield Finding("mode", "ok", "The model is in evaluation mode.")
    elif not changing:
        sentence = "The model is in training mode, but has no layer that is known to act otherwise there."
        yield Finding("mode", "note", sentence, advice)
    elif subject.given.training:
        sentence = (
            f"The model is in training mode. Explanations run it in evaluation mode: there {_count(changing)} "
            "(dropout, batch normalisation) act otherwise, and your own predictions are of another function."
        )
        yield Finding("mode", "warning", sentence, advice, where=listed(changing))
    else:
        sentence = (
            f"The model is in evaluation mode, but {_count(changing)} in it are in training mode, as for Monte Carlo "
            "dropout. Explanations run all of it in evaluation mode."
        )
        advice = "Where that randomness is meant, remember that the map explains the model without it."
        yield Finding("mode", "warning", sentence, advice, where=listed(changing))


def _acts_otherwise(module: nn.Module) -> bool:
    if isinstance(module, _DropoutNd):
        return module.p > 0
    if isinstance(module, (nn.MultiheadAttention, nn.RNNBase)):
        return module.dropout > 0
    return isinstance(module, nn.RReLU) or (isinstance(module, _NormBase) and module.track_running_stats)


def _count(names: list[str]) -> str:
    return "1 layer" if len(names) == 1 else f"{len(names)} layers"


def types(subject: Subject) -> Iterator[Finding]:
    """Look at the devices and number types of the weights."""
    weights = [*subject.given.parameters(), *subject.given.buffers()]
    devices = Counter(str(one.device) for one in weights)
    if len(devices) > 1:
        sentence = f"The weights lie on several devices: {_shares(devices)}. Inputs are put on {subject.model.device}."
        yield Finding("devices", "warning", sentence, "Move the model to one device, if it fails.")
    floating = Counter(str(one.dtype).removeprefix("torch.") for one in weights if one.is_floating_point())
    coarse = COARSE.get(subject.model.dtype)
    if coarse is not None:
        name = str(subject.model.dtype).removeprefix("torch.")
        sentence = f"The model computes in {name}, whose rounding moves maps by about {coarse}."
        yield Finding("precision", "note", sentence, "Explain model.float() where small values matter.")
    elif len(floating) > 1:
        sentence = f"The weights are of several number types: {_shares(floating)}. The coarsest limits all."
        yield Finding("precision", "note", sentence)
    else:
        yield Finding("precision", "ok", f"All weights are {next(iter(floating), 'free of fractions')}, on one device.")


def _shares(counts: Counter[str]) -> str:
    return ", ".join(f"{name} ({count})" for name, count in counts.most_common())


def weights(subject: Subject) -> Iterator[Finding]:
    """Look at the weights: frozen ones are fine, numbers that are none are not."""
    named = [*subject.given.named_parameters(), *subject.given.named_buffers()]
    wrong = [name for name, one in named if not finite(one.detach())]
    if wrong:
        sentence = f"{len(wrong)} of the model's tensors hold NaN or infinity."
        yield Finding("weights", "error", sentence, "Load or train the weights again.", where=listed(wrong))
    elif named and not any(one.requires_grad for one in subject.given.parameters()):
        yield Finding("weights", "ok", "The weights are frozen, which does not matter: gradients are of the input.")
    if not subject.model.private:
        sentence = "The model cannot be copied, so it is explained in place and put back after each pass."
        yield Finding("copy", "note", sentence, "Do not train it meanwhile.")


def prepared(subject: Subject) -> Iterator[Finding]:
    """Pass on what was noticed while the input was read."""
    for note in subject.inputs.notes:
        yield Finding("input", "note", note)
    x = subject.inputs.x
    if x.numel() > 1 and float(x.min()) == float(x.max()):
        sentence = f"The input is the same value everywhere ({float(x.min()):.3g}): there is nothing to tell apart."
        yield Finding("input", "warning", sentence, "Check how it was prepared.", methods=using())
