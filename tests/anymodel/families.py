"""One method of every family on one model, and what came of each."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import torch
from anymodel.zoo import Sample, build

import xai_widgets as xai

FAMILIES: dict[str, tuple[tuple[str, dict[str, Any]], ...]] = {
    "gradients": (("saliency", {}),),
    "paths": (("integrated_gradients", {"n_steps": 3}),),
    "perturbation": (("feature_ablation", {}),),
    "maps": (("grad_cam", {}),),
    "relevance": (("lrp", {}), ("attention_lrp", {})),
}
WORKS = "works"
NO_MAP = "there is no picture"
ERRORS = (ValueError, RuntimeError, TypeError)


def report(task: str, name: str) -> dict[str, str]:
    """Return what came of each family, as :func:`outcome` says; under "model" why a small one cannot be had."""
    try:
        sample = build(task, name)
    except Exception as error:  # noqa: BLE001  of any kind: the library says in its own way what is missing
        return {"model": f"not built: {_short(error)}"}
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
    """Return "works", with the method where the family has several, or else the reason why not."""
    reasons = []
    floating = [one for one in (sample.x.values() if isinstance(sample.x, dict) else [sample.x]) if one.ndim == 3]
    if family == "maps" and not floating:
        return NO_MAP
    for name, params in FAMILIES[family]:
        more = {"n_segments": 4} if name == "feature_ablation" and floating else {}
        for target in (None, 0, 1):  # of one class there may be nothing but what speaks against it
            try:
                result = xai.attribute(sample.model, sample.x, name, target=target, **params, **more)
            except ERRORS as error:
                reasons.append(_short(error))
                break
            if not np.isfinite(result.values).all():
                reasons.append("values that are not finite")
                break
            if result.values.any():
                return WORKS if len(FAMILIES[family]) == 1 else f"{WORKS} ({name})"
            reasons.append("all values are zero")
    return reasons[-1]


def _short(error: BaseException) -> str:
    text = " ".join(str(error).split()) or type(error).__name__
    text = re.sub(r", called in .*", "", text).removesuffix(" Use a perturbation method, such as occlusion.")
    return text if len(text) <= 160 else f"{text[:160].rsplit(' ', 1)[0]} …"


def quiet() -> None:
    """Keep the libraries from printing, and torch to one thread."""
    import transformers  # noqa: PLC0415

    transformers.logging.set_verbosity_error()
    torch.set_num_threads(1)
