"""A tiny model with random weights of any architecture in transformers' lists."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

os.environ.setdefault("HF_HUB_OFFLINE", "1")
sys.path.append(str(Path(__file__).parent / "stand_ins"))  # last: the libraries themselves come first

from anymodel.zoo_settings import DECODERS, IMAGES, SETTINGS
from transformers import AutoConfig, PreTrainedConfig
from transformers.models.auto import modeling_auto

TASKS = {
    "image classification": modeling_auto.MODEL_FOR_IMAGE_CLASSIFICATION_MAPPING_NAMES,
    "sequence classification": modeling_auto.MODEL_FOR_SEQUENCE_CLASSIFICATION_MAPPING_NAMES,
    "causal language modelling": modeling_auto.MODEL_FOR_CAUSAL_LM_MAPPING_NAMES,
}
WORDS, CLASSES = 64, 3

# What sizes are called, and what they become: the first pattern that fits the whole name counts.
SMALL: tuple[tuple[str, Any], ...] = (
    (r"pad_token_id", 0),
    (r"bos_token_id|decoder_start_token_id|cls_token_id", 1),
    (r"eos_token_id|sep_token_id", 2),
    (r"\w*_token_(id|index)|image_token\w*_id", 3),
    (r"\w*vocab_size\w*|n_vocab", WORDS),
    (r"\w*num_attention_heads|\w*num_heads|n_heads?|(en|de)coder_attention_heads|n_head_kv|multi_query_group_num", 2),
    (r"num_(encoder|decoder)_attention_heads|num_key_value_heads|num_kv_heads", 2),
    (r"\w*head_dim|kv_channels|d_kv", 16),
    (r"\w*lora_rank", 8),
    (r"num_hidden_layers|num_layers|n_layers?|(en|de)coder_layers|num_(en|de)coder_layers|num_blocks|depth", 2),
    (r"\w*hidden_size|d_model|n_embd|dim|hidden_dim|word_embed_proj_dim|embedding_size|d_embed|emb_dim", 32),
    (r"projection_dim", 32),
    (r"\w*intermediate_size|\w*ffn_dim|d_ff|n_inner|ffn_hidden_size|d_inner|mlp_dim|ffn_hidden_dim", 48),
    (r"max_position_embeddings|n_positions|n_ctx|max_seq_len\w*|max_(source|target)_positions|seq_length", 64),
    (r"num_experts_per_tok\w*|top_k|moe_k|moe_topk|num_selected_experts|expert_top_k", 2),
    (r"num_(local_|routed_)?experts|n_routed_experts|moe_num_experts", 4),
    (r"n_shared_experts|num_shared_experts|n_group|topk_group", 1),
    (r"num_nextn_predict_layers|mtp_num_layers|num_mtp_layers", 0),
    (r"first_k_dense_replace", 1),
    (r"sliding_window|attention_window_size|window_size", 8),
    (r"image_size|input_size", 32),
    (r"patch_size", 8),
)  # fmt: skip


@dataclass(frozen=True)
class Sample:
    """A model, one input, and how the model itself is called with it."""

    model: nn.Module
    x: Any

    @property
    def logits(self) -> Tensor:
        """What the model says."""
        with torch.no_grad():
            name = "pixel_values" if isinstance(self.x, Tensor) and self.x.is_floating_point() else "input_ids"
            given = self.x if isinstance(self.x, dict) else {name: self.x}
            output = self.model(**{k: v[None] if isinstance(v, Tensor) else v for k, v in given.items()})
        return output.logits[0] if output.logits.ndim == 2 else output.logits[0, -1]


def build(task: str, name: str) -> Sample:
    """Build the model and an input that it takes."""
    torch.manual_seed(0)
    listed = TASKS[task][name]
    kind = listed if isinstance(listed, str) else listed[0]
    import transformers  # noqa: PLC0415

    cls = getattr(transformers, kind)
    settings = SETTINGS.get(name, {}) | (DECODERS.get(name, {}) if "language" in task else {})
    listed_config = type(AutoConfig.for_model(name))
    wanted = cls.config_class
    if wanted is not None and not issubclass(listed_config, wanted):  # such as the text's part of one for pictures too
        listed_config, settings = wanted, settings.get("text_config", settings)
    config = shrunk(listed_config, settings)
    config.num_labels = CLASSES
    model = cls(config).eval()
    with torch.no_grad():
        for weight in model.parameters():  # biases of zero would leave an empty picture without any activity
            weight.add_(0.02 * torch.randn_like(weight))
    size = IMAGES.get(name, 32)
    if task == "image classification":
        _settle(model, torch.rand(4, 3, size, size))
        return Sample(model, GIVEN[name](config) if name in GIVEN else torch.rand(3, size, size))
    if name in DOCUMENTS:
        return Sample(model, DOCUMENTS[name]())
    # With the numbers that most take for the end of a text.
    return Sample(model, torch.tensor([5, 9, 30, 7, 1, 2]))


def _settle(model: nn.Module, pictures: Tensor) -> None:
    """Let BatchNorms see what is normal: with random weights, scores would vanish or grow without bound."""
    norms = [one for one in model.modules() if isinstance(one, nn.modules.batchnorm._BatchNorm)]
    for one in norms:
        one.train()
        one.momentum = 1.0
    if norms:
        with torch.no_grad():
            model(pictures)
    for one in norms:
        one.eval()
        one.momentum = 0.1


PATCHES = {"pixel_values": (16, 192), "pixel_attention_mask": (16,)}
GIVEN: dict[str, Callable[[Any], Any]] = {
    "imagegpt": lambda _: torch.tensor([5, 9, 30, 7, 1, 2]),
    "shieldgemma2": lambda _: {"input_ids": torch.tensor([5, 3, 3, 3, 3, 9]), "pixel_values": torch.rand(3, 32, 32)},
    "siglip2": lambda _: {**{k: torch.rand(s).ceil() if "mask" in k else torch.rand(s) for k, s in PATCHES.items()},
                          "spatial_shapes": torch.tensor([4, 4])},
}  # fmt: skip
"""What is given in place of a picture."""

DOCUMENTS: dict[str, Callable[[], Any]] = {
    "layoutlmv2": lambda: {
        "input_ids": torch.tensor([5, 9, 30, 7, 1, 2]),
        "bbox": torch.tensor([[x, 10, x + 8, 20] for x in range(0, 60, 10)]),
        "image": 255 * torch.rand(3, 32, 32),
    },
}
"""What is given in place of words alone."""


def shrunk(cls: type[PreTrainedConfig], settings: dict[str, Any]) -> PreTrainedConfig:
    """Make a configuration small: what is known by name, else as it is, and then the family's own settings."""
    default = cls()
    small = _small(default, settings)
    return cls(**{**settings, **{k: v for k, v in small.items() if k not in settings or isinstance(v, dict)}})


def _small(config: PreTrainedConfig, settings: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in vars(config).items():
        if isinstance(value, PreTrainedConfig):
            own = settings.get(key, {})
            found[key] = {**_small(value, own), **own, "model_type": value.model_type}
            continue
        if key.startswith("_") or isinstance(value, bool) or not isinstance(value, (int, float)):
            continue
        fitting = next((to for pattern, to in SMALL if re.fullmatch(pattern, key)), None)
        if fitting is not None and isinstance(value, int):
            found[key] = min(value, fitting) if value >= 0 else value
        elif key == "initializer_range":
            found[key] = 0.2
    return found
