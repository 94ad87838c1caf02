"""A small classifier of texts under the test's control, and what it is asked about."""

from __future__ import annotations

import torch
from texts.tokenizers_made import fast, wordpiece
from torch import nn
from widgets.fakes import CALLS, FAIL, HOLD

SAID = "A warm 👍 film, without jokes"
LABELS = ["bad", "good", "odd"]


def tokenizer(**options):
    """Words in parts, with a mask."""
    made = wordpiece()
    made.add_special_tokens(["[MASK]"])
    return fast(made, mask_token="[MASK]", **options)


class Reader(nn.Module):
    """The sum of its tokens' weights, bent; it can be held up and made to fail."""

    def __init__(self, size=120, classes=3):
        super().__init__()
        torch.manual_seed(3)
        self.words = nn.Embedding(size, classes)

    def forward(self, input_ids):
        HOLD.wait()
        if FAIL.is_set():
            msg = "the ink ran out"
            raise RuntimeError(msg)
        CALLS.append(len(input_ids))
        return self.words(input_ids).tanh().sum(1)


TOKENIZER = tokenizer()
