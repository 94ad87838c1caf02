"""What is asked of models on a device and on the CPU: texts, rows, tables, functions, half precision and widgets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import torch
from attribution.nets import convnet, image, mlp, row
from texts.tokenizers_made import fast, wordpiece
from torch import Tensor, nn

import xai_widgets as xai

Put = Callable[[nn.Module], nn.Module]
"""Puts a model where it is to compute."""

RANDOM = np.random.default_rng(0)
NUMBERS = pd.DataFrame({"age": RANDOM.integers(18, 80, 40).astype(float), "hours": RANDOM.normal(40, 8, 40)})
PEOPLE = NUMBERS.assign(job=RANDOM.choice(["a", "b", "c"], 40))
FEW = {"n_samples": 20}
TEXT = "A warm film, without jokes"
TOKENIZER = fast(wordpiece())
ROWS = {"background": NUMBERS, "target": 1}


def encode(frame: Any) -> np.ndarray[Any, Any]:
    """Make numbers of people."""
    frame = pd.DataFrame(frame)
    numbers = [frame[name].astype(float) / 40 - 1 for name in ("age", "hours")]
    return np.stack([*numbers, *(1.0 * (frame["job"] == job) for job in "abc")], 1).astype(np.float32)


class Reader(nn.Module):
    """The sum of its tokens' weights, bent."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(3)
        self.words = nn.Embedding(120, 3)

    def forward(self, input_ids: Tensor) -> Tensor:
        return self.words(input_ids).tanh().sum(1)


class Two(nn.Module):
    """Takes two inputs."""

    def __init__(self) -> None:
        super().__init__()
        self.net = mlp(12).float()

    def forward(self, a: Tensor, b: Tensor) -> Tensor:
        return self.net(torch.cat([a, b], 1))


def net(columns: int = 2) -> nn.Module:
    """Return a network that says of half of the people that they are of class 0, of the others class 1."""
    made = mlp(columns).float().eval()
    given = NUMBERS.to_numpy(np.float32) if columns == len(NUMBERS.columns) else encode(PEOPLE)
    with torch.no_grad():
        scores = made(torch.from_numpy(given))
        # Midway between two people: `median` is one person's own, whose class rounding would decide
        made[-1].bias[0] += (scores[:, 1] - scores[:, 0]).quantile(0.5)
        made[-1].bias[2] -= 9
    return made


def other(columns: int) -> int:
    """Return the class that the first row is not of."""
    x = first(NUMBERS) if columns == len(NUMBERS.columns) else encode([first(PEOPLE)])[0]
    return 1 - int(net(columns)(torch.tensor(list(x.values() if isinstance(x, dict) else x)).float()).argmax())


def picture(put: Put, half: torch.dtype = torch.float32) -> tuple[nn.Module, Tensor]:
    return put(convnet().to(half)), image().float()


def first(frame: pd.DataFrame) -> dict[str, Any]:
    return dict(frame.iloc[3])


def of_row(put: Put, method: str, **params: Any) -> Any:
    return xai.attribute(put(net()), first(NUMBERS), method, **ROWS, **params).values


def of_person(put: Put, method: str, **params: Any) -> Any:
    about = {"background": PEOPLE, "encode": encode, "target": 1}
    return xai.attribute(put(net(5)), first(PEOPLE), method, **about, **params).values


def of_text(put: Put, method: str, **params: Any) -> Any:
    return xai.attribute(put(Reader().eval()), TEXT, method, tokenizer=TOKENIZER, target=1, **params).values


def changed_row(put: Put, method: str) -> Any:
    found = xai.counterfactuals(put(net()), first(NUMBERS), other(2), n=1, method=method, background=NUMBERS)
    return [one.prediction.probabilities for one in found.candidates]


def changed_person(put: Put, method: str) -> Any:
    about = {"background": PEOPLE, "encode": encode}
    found = xai.counterfactuals(put(net(5)), first(PEOPLE), other(5), n=1, method=method, **about)
    return [one.prediction.probabilities for one in found.candidates]


def changed_text(put: Put) -> Any:
    found = xai.counterfactuals(put(Reader().eval()), TEXT, 1, n=1, tokenizer=TOKENIZER)
    return [one.prediction.probabilities for one in found.candidates]


def judged_text(put: Put) -> Any:
    model, about = put(Reader().eval()), {"tokenizer": TOKENIZER}
    result = xai.attribute(model, TEXT, "saliency", target=1, **about)
    return [one.value for one in xai.evaluate(model, TEXT, result, **about).measures]


def judged_row(put: Put) -> Any:
    model, x = put(net()), first(NUMBERS)
    result = xai.attribute(model, x, "saliency", **ROWS)
    return [one.value for one in xai.evaluate(model, x, result, background=NUMBERS).measures]


def randomised(put: Put) -> Any:
    model, x = picture(put)
    result = xai.attribute(model, x, "saliency", target=1)
    return [one.value for one in xai.evaluate(model, x, result, metrics=["randomisation"]).measures]


def checked(put: Put) -> Any:
    found = xai.check(*picture(put))
    return [one.soundness == "sound" for one in found.methods.values()]


def several(put: Put, method: str, **params: Any) -> Any:
    x = {"a": row().float(), "b": row(seed=2).float()}
    return np.concatenate(list(xai.attribute(put(Two()), x, method, target=1, **params).parts.values()))


def through_a_frame(put: Put) -> Any:
    model = put(net(5))
    place = next(model.parameters()).device

    def ask(frame: Any) -> Any:
        return model(torch.as_tensor(encode(frame)).to(place)).detach().cpu().numpy()

    return xai.attribute(ask, first(PEOPLE), "kernel_shap", background=PEOPLE, target=1, **FEW).values


def in_half(put: Put, half: torch.dtype, method: str) -> Any:
    return xai.attribute(*picture(put, half), method, target=1, **(FEW if method == "kernel_shap" else {})).values


def on_screen(put: Put, make: Callable[[Put], Any]) -> Any:
    widget = make(put)
    try:
        return widget.result(60).values
    finally:
        widget.close()


def of_table(put: Put, ask: Callable[..., Any], **more: Any) -> Any:
    return ask(put(net()), NUMBERS, **more).to_dataframe().select_dtypes("number").to_numpy()


CASES: dict[str, Callable[[Put], Any]] = {
    **{f"row {m}": lambda put, m=m: of_row(put, m) for m in ("saliency", "exact_shapley")},
    **{f"row {m}": lambda put, m=m: of_row(put, m, **FEW) for m in ("expected_gradients", "deep_shap", "smooth_grad")},
    **{f"person {m}": lambda put, m=m: of_person(put, m) for m in ("exact_shapley", "feature_ablation")},
    **{f"person {m}": lambda put, m=m: of_person(put, m, **FEW) for m in ("kernel_shap", "lime")},
    **{f"text {m}": lambda put, m=m: of_text(put, m) for m in ("saliency", "integrated_gradients", "exact_shapley")},
    **{f"text {m}": lambda put, m=m: of_text(put, m, **FEW) for m in ("kernel_shap", "lime", "smooth_grad")},
    "text from the mean": lambda put: of_text(put, "integrated_gradients", baselines="mean"),
    **{f"changed row {m}": lambda put, m=m: changed_row(put, m) for m in ("random", "gradient", "growing_spheres")},
    **{f"changed person {m}": lambda put, m=m: changed_person(put, m) for m in ("gradient", "genetic", "nearest")},
    "changed text": changed_text,
    "text judged": judged_text,
    "row judged": judged_row,
    "randomised": randomised,
    "checked": checked,
    "several saliency": lambda put: several(put, "saliency"),
    "several kernel_shap": lambda put: several(put, "kernel_shap", **FEW),
    "a function of frames": through_a_frame,
    "an array": lambda put: xai.attribute(picture(put)[0], image().float().numpy(), "saliency", target=1).values,
    **{
        f"{half} {m}": lambda put, half=half, m=m: in_half(put, half, m)
        for half in (torch.float16, torch.bfloat16)
        for m in ("integrated_gradients", "lrp", "grad_cam", "kernel_shap")
    },
    "importance": lambda put: of_table(put, xai.permutation_importance, y=np.arange(40) % 2),
    "dependence": lambda put: of_table(put, xai.partial_dependence),
    "local effects": lambda put: of_table(put, xai.accumulated_local_effects),
    "global importance": lambda put: of_table(put, xai.global_importance),
    "tree": lambda put: of_table(put, xai.surrogate_tree),
    "sensitivity": lambda put: of_table(put, xai.sensitivity),
    "a picture on screen": lambda put: on_screen(put, lambda put: xai.ImageExplainer(*picture(put), target=1)),
    "a text on screen": lambda put: on_screen(
        put, lambda put: xai.TextExplainer(put(Reader().eval()), TEXT, tokenizer=TOKENIZER, target=1)
    ),
    "a row on screen": lambda put: on_screen(put, lambda put: xai.TabularExplainer(put(net()), first(NUMBERS), **ROWS)),
}
