"""One method of every family on one model, and what came of each."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import torch
from anymodel.zoo import Sample, build
from anymodel.zoo_settings import NEEDS
from attribution.ledger import counting

import xai_widgets as xai

STEPS = {"n_steps": 3}
FEW = {"n_samples": 12}
MEAN = STEPS | {"baselines": "mean"}
FAMILIES: dict[str, tuple[tuple[str, str, dict[str, Any]], ...]] = {
    "gradients": (("", "saliency", {}),),
    "paths": (("", "integrated_gradients", STEPS), ("baselines='mean'", "integrated_gradients", MEAN)),
    "perturbation": (("", "feature_ablation", {}),),
    "surrogates": (("", "lime", FEW),),
    "shapley": (("", "kernel_shap", FEW),),
    "maps": (("", "grad_cam", {}), ("relu=False", "grad_cam", {"relu": False})),
    "relevance": (("lrp", "lrp", {}), ("attention_lrp", "attention_lrp", {})),
    "attention": (("", "attention_rollout", {}),),
}
"""What is tried, one after the other until something works: how that is told, the method and its parameters."""
WORKS = "works"
NO_MAP = "there is no picture"
NO_ATTENTION = "It needs a transformer: this model has no attention that can be seen."
GROUPED = ("feature_ablation", "lime", "kernel_shap")
LEAST = 1e-7
"""Of the scores: values below that are noise."""
MOST_LOST = 1e-3
"""Of the relevance that flows: an operation that keeps more has a wrong rule."""
ERRORS = (ValueError, RuntimeError, TypeError)


def report(task: str, name: str) -> dict[str, str]:
    """Return what came of each family, as :func:`outcome` says; under "model" why a small one cannot be had."""
    try:
        sample = build(task, name)
    except Exception as error:  # noqa: BLE001  of any kind: the library says in its own way what is missing
        return {"model": NEEDS.get(name, f"not built: {_short(error)}")}
    try:
        found = xai.attribute(sample.model, sample.x, "saliency").prediction.scores
    except xai.ModelError as error:
        if "way back" not in str(error):
            return {"model": f"does not run: {_short(error.__cause__ or error)}"}
    else:
        agree(sample, found)
    xai.check(sample.model, sample.x)
    return {family: outcome(sample, family) for family in FAMILIES}


def agree(sample: Sample, scores: np.ndarray) -> None:
    """Compare the scores that were explained with those of the model itself, where it runs with its own settings."""
    try:
        logits = sample.logits
    except Exception:  # noqa: BLE001  such as a cache that it makes for itself alone
        return
    np.testing.assert_allclose(scores, logits.float(), rtol=1e-3, atol=1e-4 * float(logits.abs().max()) + 1e-6)


def outcome(sample: Sample, family: str) -> str:
    """Return "works", with what does where that is not plain, or else the reason why not."""
    reason = ""
    floating = [one for one in (sample.x.values() if isinstance(sample.x, dict) else [sample.x]) if one.ndim == 3]
    if family == "maps" and not floating:
        return NO_MAP
    for told, name, params in FAMILIES[family]:
        more = {"n_segments": 4} if name in GROUPED and floating else {}
        reason = _attempt(sample, name, params | more)
        if not reason:
            return f"{WORKS} ({told})" if told else WORKS
    return reason


def _attempt(sample: Sample, name: str, params: dict[str, Any]) -> str:
    """Return why a method does not work, or nothing."""
    for target in (None, 0, 1):  # of one class there may be nothing but what speaks against it
        try:
            with counting() as ledger:
                result = xai.attribute(sample.model, sample.x, name, target=target, **params)
        except ERRORS as error:
            return _short(error)
        if not np.isfinite(result.values).all():
            return "values that are not finite"
        if np.abs(result.values).max() > LEAST * np.abs(result.prediction.scores).max():
            lost = {where: one for where, one in ledger.leaks().items() if abs(one) > MOST_LOST * ledger.flow}
            return f"relevance is lost in {', '.join(sorted(lost))}" if lost else ""
    return "all values are zero"


def _short(error: BaseException) -> str:
    text = " ".join(str(error).split()) or type(error).__name__
    text = re.sub(r"this model attends [^.]*", "this model attends to parts of them", text)
    text = re.sub(r", called in .*", "", text).removesuffix(" Use a perturbation method, such as occlusion.")
    return text if len(text) <= 160 else f"{text[:160].rsplit(' ', 1)[0]} …"


def quiet() -> None:
    """Keep the libraries from printing, and torch to one thread."""
    import transformers  # noqa: PLC0415

    transformers.logging.set_verbosity_error()
    torch.set_num_threads(1)
