"""The text widget in a notebook's output: what a test does to it and reads from it."""

from __future__ import annotations

import re

from browser.lab import script
from playwright.sync_api import expect

# A classifier of words that anyone can check by hand: each word has a weight, and their sum is the log-odds.
SETUP = """
import re
import torch
from torch import nn
from tokenizers import Tokenizer, models, pre_tokenizers
from tokenizers.processors import TemplateProcessing
from transformers import PreTrainedTokenizerFast
import xai_widgets as xai

WEIGHTS = {"good": 1.5, "great": 2.0, "dreadful": -2.5, "boring": -1.75, "not": -1.0, "long": -0.5}
NEUTRAL = ["the", "film", "is", "a", "and", "but", "music", "script", "img", "x", "b", "alert", "1", "onerror"]
VOCABULARY = {word: i for i, word in enumerate(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *WEIGHTS, *NEUTRAL])}
words = Tokenizer(models.WordLevel(VOCABULARY, unk_token="[UNK]"))
words.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Whitespace()])
words.post_processor = TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
tok = PreTrainedTokenizerFast(tokenizer_object=words, pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]",
                              sep_token="[SEP]", mask_token="[MASK]")

class Reader(nn.Module):
    def __init__(self):
        super().__init__()
        self.words = nn.Embedding(len(VOCABULARY), 2, padding_idx=0)
        with torch.no_grad():
            self.words.weight.zero_()
            for word, weight in WEIGHTS.items():
                self.words.weight[VOCABULARY[word]] = torch.tensor([-weight / 2, weight / 2])

    def forward(self, input_ids, attention_mask=None):
        return self.words(input_ids).sum(1)

model = Reader().eval()
"""
SHOWN = """
text = {text!r}
w = xai.explain(model, text, tokenizer=tok, labels=["negative", "positive"], method="integrated_gradients", target=1)
w
"""
TEXT = "The music is good, but the film is boring and long."
VIEW = 1


class TextView:
    """The text widget that a cell shows."""

    def __init__(self, lab, root):
        self.lab, self.root = lab, root
        self.passage = root.locator("[data-xai=text-a]")
        self.readout = root.locator("[data-xai=readout]")
        self.spoken = root.locator("[data-xai=spoken]")

    def settled(self):
        """Wait until what was asked is answered."""
        self.root.page.wait_for_function(
            """root => { const { store } = root.xai;
                const last = store.slots.a.map.value;
                return store.slots.a.phase.value === 'idle' && last?.info.final
                    && JSON.stringify(last.info.request.edits.map(e => [e.name, e.start, e.stop, e.text])) ===
                       JSON.stringify(store.request.value.edits.map(e => [e.name, e.start, e.stop, e.text])) }""",
            arg=self.root.element_handle(),
        )
        return self

    def word(self, text):
        return self.passage.locator(".xai-t-piece").filter(has_text=re.compile(rf"^{re.escape(text)}$")).first

    def edits(self):
        return self.root.evaluate("root => root.xai.store.request.value.edits")

    def probability(self):
        return self.root.evaluate("root => root.xai.store.prediction.value.probabilities[1]")

    def colour(self, text):
        """Red, green and blue behind a word."""
        said = self.word(text).evaluate("element => getComputedStyle(element).backgroundColor")
        return [float(n) for n in re.findall(r"[\d.]+", said)]


def shown(lab, cell):
    root = lab.output(cell).locator(".xai-root")
    expect(root.locator("[data-xai=text-a]")).to_be_visible()
    lab.page.evaluate(script("i => PANEL.content.widgets[i].node.scrollIntoView()"), cell)
    return TextView(lab, root).settled()
