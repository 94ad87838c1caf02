"""Which method is chosen where none is named."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from attribution.nets import image, mlp, row
from torch import nn

import xai_widgets as xai

IDS = torch.tensor([3, 1, 4, 1, 5])


class Speaker(nn.Module):
    """A language model of one attention, as transformers writes them."""

    def __init__(self, end: nn.Module) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.words, self.end, self.head = nn.Embedding(9, 8), end, nn.Linear(8, 9)
        self.double().eval()

    def get_input_embeddings(self) -> nn.Module:
        return self.words

    def get_output_embeddings(self) -> nn.Module:
        return self.head

    def forward(self, input_ids: torch.Tensor) -> torch.Tensor:
        x = self.words(input_ids)
        attended = nn.functional.scaled_dot_product_attention(x, x, x, is_causal=True)
        return self.head(self.end(x + attended))


class Unruly(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.special.i0e(x) + x


def test_a_language_model_is_explained_by_relevance() -> None:
    found = xai.attribute(Speaker(nn.GELU()), IDS)
    assert found.method == "attention_lrp"
    assert np.array_equal(found.values, xai.attribute(Speaker(nn.GELU()), IDS, "attention_lrp").values)
    assert xai.attribute(Speaker(nn.GELU()), IDS, gamma=0.5).params["gamma"] == 0.5
    assert xai.attribute(Speaker(nn.GELU()), IDS, n_steps=5).method == "integrated_gradients"


def test_where_an_operation_has_no_rule_it_is_explained_by_gradients() -> None:
    found = xai.attribute(Speaker(Unruly()), IDS)
    assert found.method == "integrated_gradients"
    assert any("no rule for" in note and note.endswith("integrated_gradients instead.") for note in found.notes)
    wanted = xai.attribute(Speaker(Unruly()), IDS, "integrated_gradients")
    assert np.array_equal(found.values, wanted.values)
    assert found.params == wanted.params
    with pytest.raises(xai.ModelError, match="no rule for"):
        xai.attribute(Speaker(Unruly()), IDS, "attention_lrp")


def test_others_are_explained_by_gradients_or_without() -> None:
    assert xai.attribute(mlp(), row()).method == "integrated_gradients"
    assert xai.attribute(lambda x: np.asarray(x).sum(1, keepdims=True), row()).method == "exact_shapley"
    assert xai.attribute(lambda x: np.asarray(x).sum((1, 2, 3))[:, None], image()).method == "occlusion"
