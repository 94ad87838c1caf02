"""What single architectures need, to be small, beyond what all have in common."""

from __future__ import annotations

from typing import Any

FOUR = {"num_hidden_layers": 4}
"""Every fourth layer attends, the others do not."""

WINDOWS = {"embed_dim": 16, "depths": [1, 1], "num_heads": [2, 2], "window_size": 4, "image_size": 32, "patch_size": 2}

SETTINGS: dict[str, dict[str, Any]] = {
    "bailing_hybrid": FOUR,
    "bamba": {"mamba_n_heads": 4, "mamba_d_head": 16, "mamba_n_groups": 1, "mamba_d_state": 8},
    "codegen": {"n_head": 4, "rotary_dim": 4, "n_embd": 64, "n_ctx": 64},
    "cohere_compass_text": FOUR,
    "deepseek_v2": {"num_experts_per_tok": 2},
    "dots1": {"num_experts_per_tok": 2, "n_routed_experts": 4, "n_shared_experts": 1},
    "donut-swin": WINDOWS,
    "efficientnet": {"width_coefficient": 0.125, "depth_coefficient": 0.2, "hidden_dim": 160, "image_size": 64},
    "esm": {"vocab_size": 64, "pad_token_id": 0},
    "falcon_h1": {"mamba_d_ssm": 32, "mamba_n_heads": 2, "mamba_d_head": 16, "mamba_d_state": 8, "mamba_chunk_size": 8},
    "flaubert": {"emb_dim": 32},
    "gemma3n_text": {"num_hidden_layers": 5, "num_kv_shared_layers": 0, "activation_sparsity_pattern": [0.0] * 5},
    "gpt_neo": {"attention_types": [[["global", "local"], 1]]},
    "gptj": {"rotary_dim": 8},
    "granitemoehybrid": {"mamba_n_heads": 4, "mamba_d_head": 16, "mamba_n_groups": 1, "mamba_d_state": 8},
    "hiera": {"image_size": [64, 64], "depths": [1, 1, 1, 1], "embed_dim": 16, "num_heads": [1, 2, 4, 8]},
    "hunyuan_v1_dense": {"head_dim": 16},
    "hunyuan_v1_moe": {"head_dim": 16},
    "jamba": {"attn_layer_period": 2, "attn_layer_offset": 1, "use_mamba_kernels": False},
    "kimi_linear": FOUR,
    "layoutlmv3": {"coordinate_size": 6, "shape_size": 4},
    "levit": {"image_size": 224, "patch_size": 16, "initializer_range": 0.02},
    "lfm2_moe": {"layer_types": ["conv", "full_attention"]},
    "lfm3": FOUR,
    "lilt": {"hidden_size": 48},
    "longcat_flash": {"head_dim": 8, "qk_rope_head_dim": 8, "qk_nope_head_dim": 8, "qk_head_dim": 16},
    "mamba2": {"num_heads": 4, "head_dim": 16, "hidden_size": 32, "n_groups": 1},
    "ministral": {"head_dim": 16},
    "mistral4": {"qk_rope_head_dim": 8, "qk_nope_head_dim": 8, "head_dim": 32},
    "mobilebert": {"hidden_size": 32, "embedding_size": 32, "true_hidden_size": 32, "intra_bottleneck_size": 32},
    "nemotron": {"num_key_value_heads": 2},
    "perceiver": {"num_latents": 8, "d_latents": 32, "num_self_attends_per_block": 1, "num_blocks": 1},
    "qwen3_5": {"text_config": FOUR},
    "qwen3_5_moe": {"text_config": FOUR},
    "qwen3_5_moe_text": FOUR,
    "qwen3_5_text": FOUR,
    "qwen3_next": FOUR,
    "qwen4_exp": {"text_config": FOUR},
    "qwen4_exp_text": FOUR,
    "recurrent_gemma": {"num_hidden_layers": 3},
    "reformer": {"axial_pos_embds_dim": [16, 16], "axial_pos_shape": [8, 8], "attention_head_size": 16},
    "shieldgemma2": {"mm_tokens_per_image": 4, "yes_token_index": 7, "no_token_index": 9},
    "swin": WINDOWS,
    "t5": {"decoder_start_token_id": 0},
    "xlm": {"emb_dim": 32},
    "xlstm": {"num_blocks": 2, "num_heads": 2, "hidden_size": 64},
    "xmod": {"default_language": "en_XX"},
    "zamba": {"num_hidden_layers": 4, "attn_layer_period": 2, "attn_layer_offset": 1, "use_mamba_kernels": False},
    "zamba2": {
        "num_hidden_layers": 2,
        "layers_block_type": ["mamba", "hybrid"],
        "attention_hidden_size": 64,
        "use_mamba_kernels": False,
    },
}

DECODERS: dict[str, dict[str, Any]] = {"reformer": {"is_decoder": True}}
"""The same for language models alone."""

IMAGES: dict[str, int] = {"efficientnet": 64, "hiera": 64, "levit": 224, "mobilevitv2": 64}
"""Sides of pictures that are not 32."""

DAILY = (
    ("image classification", "resnet"),
    ("image classification", "vit"),
    ("image classification", "swin"),
    ("sequence classification", "bert"),
    ("sequence classification", "gpt2"),
    ("sequence classification", "t5"),
    ("sequence classification", "canine"),
    ("causal language modelling", "gpt2"),
    ("causal language modelling", "llama"),
    ("causal language modelling", "rwkv"),
)
"""One architecture of each kind, for every run of the tests."""
