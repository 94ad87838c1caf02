"""What holds for every method: which inputs it takes, lists of them, seeds, and one sample."""

from __future__ import annotations

import functools

import numpy as np
import pytest
import torch
from attribution.nets import TinyViT, convnet, image, mlp, row
from torch import nn

import xai_widgets as xai
from xai_widgets.method import REGISTRY

FEW = {"n_samples": 16, "n_steps": 17, "n_segments": 6, "tolerance": 0.0, "relu": False}
DRAWING = {name for name, one in REGISTRY.items() if "n_samples" in {p.name for p in one.parameters()}}
MAPS = {name for name, one in REGISTRY.items() if one.family == "Class activation maps"}


class Words(nn.Module):
    """A classifier of tokens, with one layer of attention."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.embed = nn.Embedding(20, 8)
        self.layer = nn.TransformerEncoderLayer(8, 2, 16, dropout=0.0, batch_first=True)
        self.head = nn.Linear(8, 3)
        self.double().eval()

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        return self.head(self.layer(self.embed(ids)).mean(1))


class Two(nn.Module):
    """Takes a matrix and a row."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.a, self.b, self.head = nn.Linear(6, 5), nn.Linear(4, 5), nn.Linear(5, 3)
        self.double().eval()

    def forward(self, a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
        return self.head(torch.relu(self.a(a.flatten(1)) + self.b(b)))


@functools.cache
def asked(kind: str) -> tuple[nn.Module, object, tuple[int, ...]]:
    """Return a model, an input of this kind, and the shape of its values."""
    if kind == "picture":
        return convnet(), image(), (3, 16, 16)
    if kind == "row":
        return mlp().eval(), row(), (6,)
    if kind == "tokens":
        return Words(), torch.tensor([3, 1, 4, 1, 5]), (5,)
    return Two(), (torch.rand(2, 3, dtype=torch.float64), row(4)), (10,)


def explain(name: str, kind: str, x: object = None, **params: object) -> xai.Attribution:
    model, own, _ = asked(kind)
    known = {one.name for one in REGISTRY[name].parameters()}
    options = {key: value for key, value in (FEW | params).items() if key in known}
    options |= {"layer": "0"} if name == "conductance" and kind == "row" else {}
    seed = params.get("seed", 0)
    return xai.attribute(model, own if x is None else x, name, target=1, seed=seed, **options)


REFUSED = {
    **{(name, kind): "picture" for name in {*MAPS, "rise"} for kind in ("row", "tokens", "several")},
    **{("attention_rollout", kind): "transformer" for kind in ("picture", "row", "several")},
    ("lrp", "tokens"): "use attention_lrp",
}
"""What does not fit, and a word of the sentence that says so."""


@pytest.mark.parametrize("kind", ["picture", "row", "tokens", "several"])
@pytest.mark.parametrize("name", REGISTRY)
def test_it_takes_every_input_that_makes_sense(name: str, kind: str) -> None:
    if (name, kind) in REFUSED:
        with pytest.raises((ValueError, xai.ModelError), match=REFUSED[name, kind]):
            explain(name, kind)
        return
    found = explain(name, kind)
    shape = asked(kind)[2]
    if not REGISTRY[name].inner:
        assert found.values.shape in {shape, (1, *shape[1:])}
    assert np.isfinite(found.values).all()
    assert found.values.any()
    assert found.fraction == 1


def kind_for(name: str) -> str:
    return "tokens" if name == "attention_rollout" else "picture"


@pytest.mark.parametrize("name", REGISTRY)
def test_a_seed_gives_the_same_values_and_another_one_others_where_something_is_drawn(name: str) -> None:
    first, again, other = (explain(name, kind_for(name), seed=seed).values for seed in (1, 1, 2))
    np.testing.assert_allclose(first, again, rtol=1e-5, atol=1e-7)
    assert np.allclose(first, other, rtol=1e-5, atol=1e-7) == (name not in DRAWING)


@pytest.mark.parametrize("name", REGISTRY)
def test_each_of_a_list_is_as_if_alone(name: str) -> None:
    kind = kind_for(name)
    own = asked(kind)[1]
    many = [own, own.flip(-1)]  # type: ignore[attr-defined]
    together = explain(name, kind, many)
    assert isinstance(together, list)
    for one, x in zip(together, many, strict=True):
        np.testing.assert_allclose(one.values, explain(name, kind, x).values, rtol=1e-5, atol=1e-9)


@pytest.mark.parametrize("name", sorted(DRAWING))
def test_one_sample_knows_no_error(name: str) -> None:
    found = explain(name, "picture", n_samples=1, n_segments=2)
    assert np.isfinite(found.values).all()
    assert found.fraction == 1
    # Of two superpixels, one pair of coalitions is all there is.
    assert found.error is None or (name == "kernel_shap" and found.error == 0)


def test_a_vision_transformer_is_a_picture_too() -> None:
    for name in ("attention_rollout", "attention_lrp", "grad_cam", "rise", "occlusion"):
        found = xai.attribute(TinyViT(), image(), name, target=1)
        assert found.heat is not None
        assert np.isfinite(found.heat).all()
