"""Models that are no picture classifiers: the check's verdict on every method is what comes of asking it."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from sklearn.ensemble import RandomForestClassifier
from torch import nn

import xai_widgets as xai
from xai_widgets.method import REGISTRY

FEW = {"n_samples": 16, "n_steps": 17, "tolerance": 0.0}
RNG = np.random.default_rng(0)
TABLE = RNG.normal(size=(40, 4))


class Recurrent(nn.Module):
    """A classifier of tokens, or of rows of numbers."""

    def __init__(self, kind: type[nn.RNNBase], *, tokens: bool) -> None:
        super().__init__()
        self.words = nn.Embedding(20, 4) if tokens else nn.Identity()
        self.body, self.head = kind(4, 8, batch_first=True), nn.Linear(8, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head(self.body(self.words(x))[0][:, -1])


class Generator(nn.Module):
    """Makes a picture of a latent code."""

    def __init__(self) -> None:
        super().__init__()
        up = nn.ConvTranspose2d(6, 8, 4), nn.BatchNorm2d(8), nn.ReLU(), nn.ConvTranspose2d(8, 3, 4, 2, 1), nn.Tanh()
        self.body = nn.Sequential(*up)

    def forward(self, code: torch.Tensor) -> torch.Tensor:
        return self.body(code[..., None, None])


class Alike(nn.Module):
    """Siamese: one body looks at two pictures."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(2), nn.Flatten())

    def forward(self, left: torch.Tensor, right: torch.Tensor) -> torch.Tensor:
        return nn.functional.cosine_similarity(self.body(left), self.body(right))


class Beside(nn.Module):
    """A picture and a row of numbers."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten())
        self.head = nn.Linear(9, 3)

    def forward(self, picture: torch.Tensor, facts: torch.Tensor) -> torch.Tensor:
        return self.head(torch.cat([self.body(picture), facts], 1))


def region(pictures: torch.Tensor) -> torch.Tensor:
    return pictures[:, :, 2:5, 2:5].mean((1, 2, 3))


def asked(name: str) -> tuple[object, object, object]:
    """Return a model, an input, and what is asked."""
    torch.manual_seed(0)
    kinds = {"RNN": nn.RNN, "LSTM": nn.LSTM, "GRU": nn.GRU}
    kind = kinds.get(name.split(maxsplit=1)[0])
    if kind is not None and name.endswith("tokens"):
        return Recurrent(kind, tokens=True), torch.tensor([3, 1, 4, 1, 5]), 1
    if kind is not None:
        return Recurrent(kind, tokens=False), torch.randn(7, 4), 1
    pictures = torch.rand(2, 3, 8, 8)
    return {
        "a generator": lambda: (Generator(), torch.randn(6), region),
        "two pictures": lambda: (Alike(), tuple(pictures), None),
        "a picture and facts": lambda: (Beside(), {"picture": pictures[0], "facts": torch.randn(5)}, 1),
        "a forest": lambda: (RandomForestClassifier(5, random_state=0).fit(TABLE, TABLE[:, 0] > 0), TABLE[0], 1),
        "a function of arrays": lambda: (lambda rows: np.tanh(rows) @ np.eye(4)[:, :2], TABLE[0], 1),
        "a function of tensors": lambda: (lambda x: x.tanh().mean((2, 3)), pictures[0], 1),
    }[name]()


CASES = [f"{kind} of {what}" for kind in ("RNN", "LSTM", "GRU") for what in ("tokens", "numbers")]
CASES += ["a generator", "two pictures", "a picture and facts", "a forest", "a function of arrays"]
CASES += ["a function of tensors"]


@pytest.mark.parametrize("name", CASES)
def test_each_method_does_what_the_check_says(name: str) -> None:
    model, x, target = asked(name)
    found = xai.check(model, x, target=target)
    assert set(found.methods) == set(REGISTRY)
    families = set()
    for method, verdict in found.methods.items():
        known = {one.name for one in REGISTRY[method].parameters()}
        params = {key: value for key, value in FEW.items() if key in known}
        if verdict.soundness == "impossible":
            with pytest.raises((ValueError, xai.ModelError)) as refused:
                xai.attribute(model, x, method, target=target, **params)
            assert len(str(refused.value)) < 400, method
            continue
        result = xai.attribute(model, x, method, target=target, **params)
        assert np.isfinite(result.values).all(), method
        assert result.values.any(), method
        families.add(REGISTRY[method].family)
    gradients = {"Gradients", "Paths"} if "forest" not in name and "arrays" not in name else set()
    assert {"Perturbation", "Shapley values", "Surrogates", *gradients} <= families


@pytest.mark.parametrize("name", [one for one in CASES if one not in {"a forest", "a function of tensors"}])
def test_a_widget_of_pictures_says_what_to_do_with_another_input(name: str) -> None:
    model, x, _ = asked(name)
    with pytest.raises(ValueError, match=r"A row of a table takes background=; xai\.attribute explains"):
        xai.explain(model, x)
