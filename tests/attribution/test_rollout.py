"""Attention rollout in closed form, however attention is written, and against what transformers' models put out."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from attribution.nets import TinyViT, convnet, image, mlp, row
from torch import nn
from torch.nn import functional as F  # noqa: N812

import xai_widgets as xai
from xai_widgets.attribution import AttentionRollout
from xai_widgets.inputs import read_inputs
from xai_widgets.models import TorchModel

TOKENS, WIDTH, HEADS = 5, 8, 2


def fused(q, k, v, mask):
    return F.scaled_dot_product_attention(q, k, v, attn_mask=mask)


def by_hand(q, k, v, mask):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    weights = (scores if mask is None else scores + mask).softmax(-1)
    return F.dropout(weights, 0.1, training=False) @ v


def by_functions(q, k, v, mask):
    scores = torch.einsum("nhid,nhjd->nhij", q, k) * q.shape[-1] ** -0.5
    weights = F.softmax(scores if mask is None else scores.add_(mask), dim=3, dtype=torch.float64).to(q.dtype)
    return torch.einsum("nhij,nhjd->nhid", weights, v)


def by_batches(q, k, v, mask):
    """Heads folded into the batch, as older networks have it."""
    q, k, v = (one.flatten(0, 1) for one in (q, k, v))
    scores = torch.bmm(q, k.transpose(1, 2)) / math.sqrt(q.shape[-1])
    weights = nn.Softmax(-1)(scores if mask is None else scores + mask)
    return torch.bmm(weights, v)[None]


class Attends(nn.Module):
    """Two layers of attention over tokens, read at some of them."""

    def __init__(self, attend, read, mask=None, layers=2):
        super().__init__()
        torch.manual_seed(0)
        self.attend, self.read, self.mask = attend, read, mask
        self.qkv = nn.ModuleList(nn.Linear(WIDTH, 3 * WIDTH) for _ in range(layers))
        self.mlp, self.head = nn.Linear(WIDTH, WIDTH), nn.Linear(WIDTH, 3)
        self.double()

    def forward(self, x):
        for layer in self.qkv:
            q, k, v = layer(x).reshape(*x.shape[:2], 3, HEADS, WIDTH // HEADS).permute(2, 0, 3, 1, 4)
            out = self.attend(q, k, v, self.mask)
            x = x + out.transpose(1, 2).reshape(*x.shape)
            x = x + self.mlp(x).tanh()
        return self.head(self.read(x))

    def weights(self, x):
        """The weights of each layer and head, by hand."""
        found = []
        for layer in self.qkv:
            q, k, v = layer(x).reshape(*x.shape[:2], 3, HEADS, WIDTH // HEADS).permute(2, 0, 3, 1, 4)
            scores = q @ k.transpose(-2, -1) / math.sqrt(WIDTH // HEADS)
            found.append((scores if self.mask is None else scores + self.mask).softmax(-1))
            x = x + (found[-1] @ v).transpose(1, 2).reshape(*x.shape)
            x = x + self.mlp(x).tanh()
        return [one[0].detach() for one in found]


READS = {
    "first": (lambda x: x[:, 0], [0]),
    "last": (lambda x: x[:, -1], [TOKENS - 1]),
    "mean": (lambda x: x.mean(1), list(range(TOKENS))),
    "mean but the first": (lambda x: x[:, 1:].mean(1), list(range(1, TOKENS))),
    "two": (lambda x: (x[:, 0] + x[:, 1]) / 2, [0, 1]),
}
CAUSAL = torch.full((TOKENS, TOKENS), -math.inf, dtype=torch.float64).triu(1)


def tokens():
    return torch.randn(TOKENS, WIDTH, dtype=torch.float64, generator=torch.Generator().manual_seed(1))


def rolled(matrices, rows):
    flow = torch.zeros(len(matrices[0]), dtype=torch.float64)
    flow[rows] = 1 / len(rows)
    for one in reversed(matrices):
        whole = one + torch.eye(len(one))
        flow = flow @ (whole / whole.sum(1, keepdim=True))
    return flow.numpy()


@pytest.mark.parametrize("read", READS)
@pytest.mark.parametrize("attend", [fused, by_hand, by_functions, by_batches])
@pytest.mark.parametrize("mask", [None, CAUSAL], ids=["all", "causal"])
def test_it_is_the_product_of_the_layers_however_they_are_written(attend, read, mask):
    how, rows = READS[read]
    net, x = Attends(attend, how, mask), tokens()
    result = xai.attribute(net, x, "attention_rollout", target=1)
    wanted = rolled([one.mean(0) for one in net.weights(x[None])], rows)
    np.testing.assert_allclose(result.values, wanted, rtol=1e-6)
    assert result.values.sum() == pytest.approx(1)
    assert result.forwards == 1
    assert "asks for no class" in result.notes[-1]


@pytest.mark.parametrize("fusion", ["mean", "max", "min"])
@pytest.mark.parametrize("ratio", [0.0, 0.45])
def test_heads_are_fused_and_weak_weights_dropped(fusion, ratio):
    net, x = Attends(fused, READS["first"][0]), tokens()
    result = xai.attribute(net, x, "attention_rollout", head_fusion=fusion, discard_ratio=ratio)
    matrices = []
    for heads in net.weights(x[None]):
        one = {"mean": heads.mean(0), "max": heads.max(0).values, "min": heads.min(0).values}[fusion]
        if ratio:
            for weights in one:
                weights[weights.sort().indices[:2]] = 0
        matrices.append(one)
    np.testing.assert_allclose(result.values, rolled(matrices, [0]), rtol=1e-6)


def test_a_layer_of_equal_weights_mixes_half():
    """With nothing to tell keys apart, each layer keeps half and spreads half."""
    net, x = Attends(fused, READS["first"][0], layers=1), tokens()
    with torch.no_grad():
        net.qkv[0].weight[: 2 * WIDTH] = 0
        net.qkv[0].bias[: 2 * WIDTH] = 0
    values = xai.attribute(net, x, "attention_rollout").values
    np.testing.assert_allclose(values, [0.6, 0.1, 0.1, 0.1, 0.1], rtol=1e-6)


class Grouped(nn.Module):
    """Several heads of queries share keys, and the operation masks by itself."""

    def __init__(self, *, fused):
        super().__init__()
        torch.manual_seed(0)
        self.fused, self.q, self.kv = fused, nn.Linear(8, 8), nn.Linear(8, 8)
        self.head = nn.Linear(8, 2)
        self.double()

    def forward(self, x):
        n, length, _ = x.shape
        q = self.q(x).view(n, length, 4, 2).transpose(1, 2)
        k, v = self.kv(x).view(n, length, 2, 2, 2).permute(2, 0, 3, 1, 4)
        if self.fused:
            out = F.scaled_dot_product_attention(q, k, v, is_causal=True, scale=0.3, enable_gqa=True)
        else:
            k, v = k.repeat_interleave(2, 1), v.repeat_interleave(2, 1)
            scores = (0.3 * q @ k.transpose(2, 3)).masked_fill(torch.ones(length, length).triu(1).bool(), -torch.inf)
            out = scores.softmax(-1) @ v
        return self.head(out.transpose(1, 2).flatten(2))[:, -1]


def test_grouped_queries_scale_and_causal_mask():
    values = [xai.attribute(Grouped(fused=one), tokens(), "attention_rollout").values for one in (True, False)]
    np.testing.assert_allclose(*values, rtol=1e-6)
    assert np.ptp(values[0]) > 0.01


def test_torchs_own_modules():
    """TransformerEncoder and MultiheadAttention, with weights asked for or not, and with the batch second."""

    class Own(nn.Module):
        def __init__(self, *, need, first):
            super().__init__()
            torch.manual_seed(0)
            self.need, self.first = need, first
            self.attention = nn.MultiheadAttention(WIDTH, HEADS, batch_first=first)
            self.head = nn.Linear(WIDTH, 2)
            self.double()

        def forward(self, x):
            x = x if self.first else x.transpose(0, 1)
            out, _ = self.attention(x, x, x, need_weights=self.need)
            return self.head(out[:, 0] if self.first else out[0])

    x = tokens()
    values = [
        xai.attribute(Own(need=need, first=first).eval(), x, "attention_rollout").values
        for need in (True, False)
        for first in (True, False)
    ]
    attention = Own(need=True, first=True).eval().attention
    wanted = rolled([attention(x[None], x[None], x[None])[1][0].detach()], [0])
    for one in values:
        np.testing.assert_allclose(one, wanted, rtol=1e-6)


def test_a_vision_transformers_map_lies_on_its_patches():
    net, x = TinyViT(), image()
    result = xai.attribute(net, x, "attention_rollout")
    matrices, h = [], torch.cat([net.cls, net.embed(x[None]).flatten(2).transpose(1, 2)], 1) + net.pos
    for layer in net.encoder.layers:
        normed = layer.norm1(h)
        matrices.append(layer.self_attn(normed, normed, normed)[1][0].detach())
        h = layer(h)
    np.testing.assert_allclose(result.values, rolled(matrices, [0])[1:].reshape(1, 4, 4), rtol=1e-6)
    assert result.photo is not None
    assert result.on_photo().shape == (16, 16)
    other = xai.attribute(net, x, "attention_rollout", target=(1, 3))
    assert np.array_equal(result.values, other.values)


@pytest.mark.parametrize("kind", ["ViT", "DeiT", "Beit"])
def test_it_agrees_with_what_transformers_models_put_out(kind):
    import transformers  # noqa: PLC0415  slow to import

    config = getattr(transformers, f"{kind}Config")(
        hidden_size=16, num_hidden_layers=3, num_attention_heads=2, intermediate_size=24, image_size=16, patch_size=4,
        num_labels=4, initializer_range=0.3,
    )  # fmt: skip
    torch.manual_seed(0)
    net = getattr(transformers, f"{kind}ForImageClassification")(config).double().eval()
    x = image()
    ours = xai.attribute(net, x, "attention_rollout", target=1)
    net.set_attn_implementation("eager")
    seen = net(x[None], output_attentions=True).attentions
    # ViT and DeiT read the class token, BEiT the mean of the patches.
    rows = list(range(1, 17)) if kind == "Beit" else [0]
    wanted = rolled([one[0].mean(0).detach() for one in seen], rows)[-16:]
    np.testing.assert_allclose(ours.values, wanted.reshape(1, 4, 4), rtol=1e-6)
    assert len(seen) == 3


def test_tokens_of_a_language_model_have_one_value_each():
    import transformers  # noqa: PLC0415

    config = transformers.GPT2Config(n_embd=16, n_layer=2, n_head=2, vocab_size=20, n_positions=16)
    torch.manual_seed(0)
    net = transformers.GPT2LMHeadModel(config).double().eval()
    ids = torch.tensor([3, 1, 4, 1, 5])
    ours = xai.attribute(net, ids, "attention_rollout")
    net.set_attn_implementation("eager")
    seen = net(ids[None], output_attentions=True).attentions
    np.testing.assert_allclose(ours.values, rolled([one[0].mean(0).detach() for one in seen], [4]), rtol=1e-6)


class Pools(nn.Module):
    """A token of its own asks all others in the end."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.attention = nn.MultiheadAttention(WIDTH, HEADS, batch_first=True)
        self.pool = nn.MultiheadAttention(WIDTH, HEADS, batch_first=True)
        self.probe, self.head = nn.Parameter(torch.randn(1, 1, WIDTH)), nn.Linear(WIDTH, 2)
        self.double().eval()

    def forward(self, x):
        x = x + self.attention(x, x, x)[0]
        return self.head(self.pool(self.probe.expand(len(x), -1, -1), x, x)[0][:, 0])


def test_attention_that_pools_is_where_the_score_is_read():
    net, x = Pools(), tokens()
    h = x[None]
    first = net.attention(h, h, h)[1][0].detach()
    h = h + net.attention(h, h, h)[0]
    pool = net.pool(net.probe, h, h)[1][0, 0].detach()
    wanted = pool @ ((first + torch.eye(TOKENS)) / 2)
    np.testing.assert_allclose(xai.attribute(net, x, "attention_rollout").values, wanted, rtol=1e-6)


class Windows(nn.Module):
    def __init__(self):
        super().__init__()
        self.head = nn.Linear(WIDTH, 2).double()

    def forward(self, x):
        folded = x.reshape(-1, 1, 2, WIDTH)
        return self.head(F.scaled_dot_product_attention(folded, folded, folded).reshape(x.shape).mean(1))


class Hides(nn.Module):
    """Nothing in it is named for what it does, and it does not do it."""

    def __init__(self):
        super().__init__()
        self.attention = nn.Linear(6, 3).double()

    def forward(self, x):
        return self.attention(x)


def test_what_cannot_be_rolled_out_is_refused_in_words():
    for net, x in ((convnet(), image()), (mlp(), row())):
        with pytest.raises(ValueError, match="It needs a transformer: this model has no attention"):
            xai.attribute_iter(net, x, "attention_rollout")
        assert not next(one for one in xai.methods(net, x) if one.name == "attention_rollout").usable
    with pytest.raises(xai.ModelError, match="this model has no attention that can be seen"):
        xai.attribute(Hides(), row(), "attention_rollout")
    with pytest.raises(xai.ModelError, match="this model attends in windows"):
        xai.attribute(Windows(), torch.randn(6, WIDTH, dtype=torch.float64), "attention_rollout")
    assert (
        AttentionRollout().why_not(TorchModel(Windows()), read_inputs(row(), device="cpu", dtype=torch.float64)) is None
    )


def test_a_shifted_window_transformer_is_refused():
    import transformers  # noqa: PLC0415

    config = transformers.SwinConfig(
        image_size=16, patch_size=2, embed_dim=8, depths=[1, 1], num_heads=[1, 2], window_size=4, num_labels=3
    )
    with pytest.raises(xai.ModelError, match="in windows"):
        xai.attribute(transformers.SwinForImageClassification(config).double(), image(), "attention_rollout")


def test_the_users_model_is_left_alone():
    net, x = TinyViT().train(), image()
    before = torch.get_rng_state()
    xai.attribute(net, x, "attention_rollout")
    assert net.training
    assert torch.equal(before, torch.get_rng_state())
    assert all(one.grad is None for one in net.parameters())
