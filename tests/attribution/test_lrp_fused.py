"""Attention by one call goes back as it does step by step, and keeps no weights until then."""

from __future__ import annotations

import pytest
import torch
from torch import nn

import xai_widgets as xai
from xai_widgets.models.rules import fused

TOKENS, HEADS, WIDTH = 6, 4, 3
GENERATOR = torch.Generator().manual_seed(0)
SEEN = torch.rand(TOKENS, TOKENS, generator=GENERATOR) < 0.7
SEEN |= torch.eye(TOKENS, dtype=torch.bool)
CASES = {
    "plain": {},
    "causal": {"is_causal": True},
    "mask": {"attn_mask": SEEN},
    "bias by head": {"attn_mask": torch.randn(HEADS, TOKENS, TOKENS, generator=GENERATOR).double()},
    "scale": {"scale": 0.3},
    "grouped": {"enable_gqa": True},
}


class Attends(nn.Module):
    def __init__(self, options: dict, heads: int = HEADS) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.query, self.key, self.value = (nn.Linear(5, n * WIDTH, bias=False) for n in (HEADS, heads, heads))
        self.options = options
        self.double().eval()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        split = [one(x).unflatten(-1, (-1, WIDTH)).transpose(1, 2) for one in (self.query, self.key, self.value)]
        return nn.functional.scaled_dot_product_attention(*split, **self.options).flatten(1)[:, :3]


@pytest.mark.parametrize("at_once", [1, 2**23])
@pytest.mark.parametrize("case", CASES)
def test_at_once_and_step_by_step_are_the_same(case: str, at_once: int, monkeypatch: pytest.MonkeyPatch) -> None:
    model = Attends(CASES[case], 2 if case == "grouped" else HEADS)
    x = torch.randn(TOKENS, 5, generator=torch.Generator().manual_seed(1)).double()
    monkeypatch.setattr(fused, "AT_ONCE", at_once)
    found = xai.attribute(model, x, "attention_lrp", target=0).values
    monkeypatch.setattr("xai_widgets.models.rules.attention.attend", lambda *_: None)
    stepwise = xai.attribute(model, x, "attention_lrp", target=0).values
    torch.testing.assert_close(torch.as_tensor(found), torch.as_tensor(stepwise), rtol=1e-5, atol=1e-9)
    assert abs(found).max() > 0


def test_weights_are_computed_anew_some_heads_at_a_time() -> None:
    call, seen = fused.scaled_dot_product_attention, []

    def watched(query: torch.Tensor, *args: torch.Tensor, **options: object) -> torch.Tensor:
        seen.append(query.shape[-3])
        return call(query, *args, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fused, "scaled_dot_product_attention", watched)
        patch.setattr(fused, "AT_ONCE", 3 * TOKENS**2)
        xai.attribute(Attends({}), torch.randn(TOKENS, 5).double(), "attention_lrp", target=0)
    assert seen == [3, 1]
