"""What single architectures need, to be small, beyond what all have in common."""

from __future__ import annotations

from typing import Any

FOUR = {"num_hidden_layers": 4}
"""Every fourth layer attends, the others do not."""

WINDOWS = {"embed_dim": 16, "depths": [1, 1], "num_heads": [2, 2], "window_size": 4, "image_size": 32, "patch_size": 2}

SETTINGS: dict[str, dict[str, Any]] = {
    "bailing_hybrid": {"num_hidden_layers": 3, "n_group": 1, "topk_group": 1, "layer_group_size": 3},
    "bamba": {"mamba_n_heads": 4, "mamba_d_head": 16, "mamba_n_groups": 1, "mamba_d_state": 8},
    "blt": {
        "cross_attn_k": 1,
        "encoder_config": {"cross_attn_k": 1},
        "decoder_config": {"cross_attn_k": 1, "hidden_size_global": 32},
    },
    "codegen": {"n_head": 4, "rotary_dim": 4, "n_embd": 64, "n_ctx": 64},
    "cohere_compass_text": {
        "rope_parameters": {"full_attention": {"rope_type": "default", "rope_theta": 1e4, "mrope_section": [4, 2, 2]}}
    },
    "dbrx": {"attn_config": {"clip_qkv": 8.0, "rope_theta": 1e4}, "ffn_config": {"hidden_size": 32}},
    "deepseek_v2": {"num_experts_per_tok": 2},
    "dots1": {"num_experts_per_tok": 2, "n_routed_experts": 4, "n_shared_experts": 1},
    # transformers 5.23 hands natten the picture's columns where its heads are meant: they have to be as many
    "dinat": {"embed_dim": 32, "depths": [2, 1], "num_heads": [8, 4], "kernel_size": 3, "dilations": [[1, 2], [1]]},
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
    "inkling2_text": {"num_key_value_heads": 2, "swa_num_key_value_heads": 2},
    "inkling_text": {"num_key_value_heads": 2, "swa_num_key_value_heads": 2},
    "jamba": {"attn_layer_period": 2, "attn_layer_offset": 1, "use_mamba_kernels": False},
    "kimi_linear": FOUR,
    "layoutlmv2": {
        "coordinate_size": 6,
        "shape_size": 4,
        "image_feature_pool_shape": [2, 2, 16],
        "detectron2_config_args": {"MODEL.PIXEL_STD": [57.375, 57.120, 58.395], "MODEL.FPN.OUT_CHANNELS": 16},
    },
    "layoutlmv3": {"coordinate_size": 6, "shape_size": 4},
    "levit": {"image_size": 224, "patch_size": 16, "initializer_range": 0.02},
    "lfm2_moe": {"layer_types": ["conv", "full_attention"]},
    "lfm3": FOUR,
    "lilt": {"hidden_size": 48},
    "longcat_flash": {"head_dim": 8, "qk_rope_head_dim": 8, "qk_nope_head_dim": 8, "qk_head_dim": 16},
    "mamba2": {"num_heads": 4, "head_dim": 16, "hidden_size": 32, "n_groups": 1},
    "mimo_v2_flash": {"num_key_value_heads": 1},
    "ministral": {"head_dim": 16},
    "mistral4": {"qk_rope_head_dim": 8, "qk_nope_head_dim": 8},
    "mobilebert": {"hidden_size": 32, "embedding_size": 32, "true_hidden_size": 32, "intra_bottleneck_size": 32},
    "musicgen": {"num_codebooks": 1},
    "musicgen_melody": {"num_codebooks": 1},
    "nemotron": {"num_key_value_heads": 2},
    "nemotron_h": {"n_groups": 1, "mamba_num_heads": 4, "mamba_head_dim": 16, "ssm_state_size": 8},
    "perceiver": {"num_latents": 8, "d_latents": 32, "num_self_attends_per_block": 1, "num_blocks": 1},
    "qwen3_5": {"text_config": FOUR},
    "qwen3_5_moe": {"text_config": FOUR},
    "qwen3_5_moe_text": FOUR,
    "qwen3_5_text": FOUR,
    "qwen3_next": FOUR,
    "qwen4_exp": {
        "num_hidden_layers": 4,
        "indexer_n_heads": 2,
        "indexer_kv_heads": 1,
        "indexer_head_dim": 16,
        "indexer_budget": 8,
        "indexer_compress_ratio": 2,
    },
    "qwen4_exp_text": {
        "num_hidden_layers": 4,
        "indexer_n_heads": 2,
        "indexer_kv_heads": 1,
        "indexer_head_dim": 16,
        "indexer_budget": 8,
        "indexer_compress_ratio": 2,
    },
    "recurrent_gemma": {"num_hidden_layers": 3},
    "reformer": {"axial_pos_embds_dim": [16, 16], "axial_pos_shape": [8, 8], "attention_head_size": 16},
    "shieldgemma2": {"mm_tokens_per_image": 4, "yes_token_index": 7, "no_token_index": 9},
    "swin": WINDOWS,
    "t5": {"decoder_start_token_id": 0},
    "xlm": {"emb_dim": 32},
    "xlstm": {"num_blocks": 2, "num_heads": 2, "hidden_size": 64},
    "xmod": {"default_language": "en_XX"},
    "zamba": {
        "num_hidden_layers": 5,
        "attn_layer_period": 2,
        "attn_layer_offset": 0,
        "attention_hidden_size": 64,
        "use_mamba_kernels": False,
    },
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

_NEEDS = {
    "timm and torchvision": ("timm_wrapper", "gemma3n"),
}
STOOD_IN = {"dinat": "natten", "layoutlmv2": "detectron2"}
"""Whose library cannot be had for a CPU, or from an index: `stand_ins` has what is asked of it, in plain torch."""

_DRAFTS = "it drafts for another model, whose keys and values it is given in place of tokens"
NEEDS: dict[str, str] = {
    **{name: f"needs {package}" for package, names in _NEEDS.items() for name in names},
    "gemma4_assistant": _DRAFTS,
    "gemma4_unified_assistant": _DRAFTS,
}
"""Why some cannot be built here."""

DAILY = (
    ("image classification", "resnet"),  # convolutions
    ("image classification", "efficientnet"),  # with gates
    ("image classification", "convnext"),  # with layer norms
    ("image classification", "vit"),  # patches
    ("image classification", "swin"),  # windows
    ("image classification", "poolformer"),  # pooling in place of attention
    ("sequence classification", "bert"),
    ("sequence classification", "gpt2"),
    ("sequence classification", "t5"),  # encoder and decoder
    ("sequence classification", "canine"),  # characters
    ("sequence classification", "fnet"),  # Fourier transforms in place of attention
    ("sequence classification", "perceiver"),
    ("causal language modelling", "gpt2"),
    ("causal language modelling", "llama"),
    ("causal language modelling", "mixtral"),  # a mixture of experts
    ("causal language modelling", "deepseek_v3"),
    ("causal language modelling", "mamba"),  # a selective scan
    ("causal language modelling", "qwen3_next"),  # linear attention
    ("causal language modelling", "recurrent_gemma"),
    ("causal language modelling", "rwkv"),
)
"""One architecture of each kind, for every run of the tests."""
