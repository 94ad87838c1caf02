"""Attention and norms by one call go back as they do step by step, and keep nothing of that until then."""

from __future__ import annotations

import functools
from typing import Any

import pytest
import torch
from torch import nn

import xai_widgets as xai
from xai_widgets.models.errors import ModelError
from xai_widgets.models.rules import fused
from xai_widgets.models.rules.compositions import COMPOSITIONS

TOKENS, HEADS, WIDTH = 6, 4, 3
GENERATOR = torch.Generator().manual_seed(0)
SEEN = torch.rand(TOKENS, TOKENS, generator=GENERATOR) < 0.7
SEEN |= torch.eye(TOKENS, dtype=torch.bool)
CASES: dict[str, dict[str, Any]] = {
    "plain": {},
    "causal": {"is_causal": True},
    "mask": {"attn_mask": SEEN},
    "bias by head": {"attn_mask": torch.randn(HEADS, TOKENS, TOKENS, generator=GENERATOR).double()},
    "scale": {"scale": 0.3},
    "grouped": {"enable_gqa": True},
}


class Attends(nn.Module):
    def __init__(self, options: dict[str, Any], heads: int = HEADS) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.query, self.key, self.value = (nn.Linear(5, n * WIDTH, bias=False) for n in (HEADS, heads, heads))
        self.options = options
        self.double().eval()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        split = [one(x).unflatten(-1, (-1, WIDTH)).transpose(1, 2) for one in (self.query, self.key, self.value)]
        return nn.functional.scaled_dot_product_attention(*split, **self.options).flatten(1)[:, :3]


class Normalizes(nn.Module):
    def __init__(self, norm: nn.Module) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.first, self.norm, self.last = nn.Linear(5, 8), norm, nn.Linear(8, 3)
        self.double().eval()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        normal: torch.Tensor = self.norm(self.first(x).transpose(1, 2)).transpose(1, 2)
        return self.last(normal.relu()).sum(1)  # type: ignore[no-any-return]


class OneByOne(nn.Module):
    """A norm of each token, where norms are of the last axis."""

    def __init__(self, norm: nn.Module) -> None:
        super().__init__()
        self.norm = norm

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        normal: torch.Tensor = self.norm(x.transpose(1, 2))
        return normal.transpose(1, 2)


NORMS = {"layer": OneByOne(nn.LayerNorm(8)), "root": OneByOne(nn.RMSNorm(8)), "group": nn.GroupNorm(2, 8)}
X = torch.randn(TOKENS, 5, generator=torch.Generator().manual_seed(1)).double()


def same_step_by_step(model: nn.Module, method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    found = xai.attribute(model, X, method, target=0).values
    for rules in ("attention", "rescale"):
        monkeypatch.setattr(f"xai_widgets.models.rules.{rules}.may_run_again", lambda _: False)
    stepwise = xai.attribute(model, X, method, target=0).values
    torch.testing.assert_close(torch.as_tensor(found), torch.as_tensor(stepwise), rtol=1e-5, atol=1e-9)
    assert abs(found).max() > 0


@pytest.mark.parametrize("method", ["attention_lrp", "deep_lift"])
@pytest.mark.parametrize("at_once", [1, 2**23])
@pytest.mark.parametrize("case", CASES)
def test_attention_at_once_and_step_by_step_are_the_same(
    case: str, at_once: int, method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fused, "AT_ONCE", at_once)
    same_step_by_step(Attends(CASES[case], 2 if case == "grouped" else HEADS), method, monkeypatch)


@pytest.mark.parametrize("method", ["attention_lrp", "deep_lift"])
@pytest.mark.parametrize("norm", NORMS)
def test_norms_at_once_and_step_by_step_are_the_same(norm: str, method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    same_step_by_step(Normalizes(NORMS[norm]), method, monkeypatch)


class Biased(Attends):
    """Attends with a bias that depends on the input, the same for all heads."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.options = {"attn_mask": (x @ x.transpose(1, 2))[:, None]}
        return super().forward(x)


@pytest.mark.parametrize("method", ["attention_lrp", "deep_lift"])
def test_what_all_heads_have_in_common_gets_something_by_each(method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fused, "AT_ONCE", 1)
    same_step_by_step(Biased({}), method, monkeypatch)


class Hides(Attends):
    """Hides tokens by what is in them."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.options = {"attn_mask": (x[..., 0] < 0.1)[:, None, None]}
        return super().forward(x)


def test_a_mask_that_is_another_for_the_baseline_is_refused() -> None:
    with pytest.raises(ModelError, match=r"deep_lift has no rule for .*scaled_dot_product_attention of this kind"):
        xai.attribute(Hides({}), X, "deep_lift", target=0)


def test_weights_are_computed_anew_some_heads_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    name, seen = "scaled_dot_product_attention", []
    call = COMPOSITIONS[name]

    @functools.wraps(call)
    def watched(query: torch.Tensor, *args: torch.Tensor, **options: object) -> Any:
        seen.append(query.shape[-3])
        return call(query, *args, **options)

    monkeypatch.setitem(COMPOSITIONS, name, watched)
    monkeypatch.setattr(fused, "AT_ONCE", 3 * TOKENS**2)
    xai.attribute(Attends({}), X, "attention_lrp", target=0)
    assert seen == [3, 1]
