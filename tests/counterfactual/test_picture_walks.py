"""Pictures of another answer by gradients: in a smooth basis, and in the codes of a decoder."""

import numpy as np
import pytest
import torch
from torch import nn

import xai_widgets as xai
from xai_widgets.counterfactual.code_problem import _cosines


class Halves(nn.Module):
    """Class 1 where the left half is brighter than the right by a tenth."""

    def forward(self, x):
        lead = 10 * (x[..., : x.shape[-1] // 2].mean((1, 2, 3)) - x[..., x.shape[-1] // 2 :].mean((1, 2, 3)) - 0.1)
        return torch.stack([-lead, lead], 1)


class Grain(nn.Module):
    """Class 1 where a chess board of single pixels shows: nothing that survives blurring."""

    def forward(self, x):
        board = ((torch.arange(x.shape[-2])[:, None] + torch.arange(x.shape[-1])) % 2 * 2 - 1).to(x)
        lead = 100 * ((x * board).mean((1, 2, 3)) - 0.01)
        return torch.stack([-lead, lead], 1)


class Stripes(nn.Module):
    """A decoder of two numbers: brightness of the left and of the right half; in training, it would count its calls."""

    def __init__(self):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(2))
        self.norm = nn.BatchNorm1d(2, affine=False)

    def forward(self, codes):
        level = (self.norm(codes) * self.scale).repeat_interleave(8, 1)
        return level[:, None, None].expand(-1, 3, 16, 16)


GREY = torch.full((3, 16, 16), 0.5)
QUICK = {"starts": 4, "steps": 40, "n": 3}


def shift(one):
    picture = one.picture / 255
    return picture[:, :8].mean() - picture[:, 8:].mean()


def test_the_waves_are_orthogonal_and_of_size_one():
    waves = _cosines(20, 7, torch.zeros((), dtype=torch.float64))
    assert torch.allclose(waves.T @ waves / 20, torch.eye(7, dtype=torch.float64), atol=1e-12)


@pytest.mark.parametrize("seed", range(3))
def test_a_smooth_change_flips_survives_and_is_about_as_small_as_can_be(seed):
    found = xai.counterfactuals(Halves(), GREY, method="smooth", seed=seed, **QUICK)
    assert len(found)
    for one in found.candidates:
        picture = torch.from_numpy(one.picture).permute(2, 0, 1)[None] / 255
        assert Halves()(picture).argmax() == 1
        assert one.survives == 1
        # Just beyond a tenth: the copies need a little more.
        assert 0.1 < shift(one) < 0.13
        # Of 16 pixels, 8 waves a side: the highest half of the frequencies holds next to nothing.
        spectrum = np.abs(np.fft.fft2(one.picture[..., 0] - 127.5))
        assert spectrum[6:11, 6:11].sum() < 0.1 * spectrum.sum()
    # The way there by the gradient is the shortest: both halves move by a twentieth.
    assert found.candidates[0].distance == pytest.approx(0.05, rel=0.4)


def test_values_stay_between_black_and_white():
    bright = GREY.clone()
    bright[..., :8] = 0.99
    bright[..., 8:] = 0.95
    found = xai.counterfactuals(Halves(), bright, method="smooth", **QUICK)
    assert len(found)
    assert all(shift(one) > 0.1 for one in found.candidates)


def test_what_is_mere_noise_is_refused_and_said():
    flips = xai.counterfactuals(Grain(), GREY, method="smooth", grid=16, plausible=False, **QUICK)
    assert len(flips)
    assert all(one.survives < 1 for one in flips.candidates)
    none = xai.counterfactuals(Grain(), GREY, method="smooth", grid=16, **QUICK)
    assert not none.candidates
    assert "None found that is more than noise: 4 of 4 walks flipped" in none.notes[-1]


def test_a_change_that_nobody_can_see_is_none():
    class Sensitive(nn.Module):
        def forward(self, x):
            lead = 1e4 * (x.mean((1, 2, 3)) - 0.5 - 0.004)
            return torch.stack([-lead, lead], 1)

    grey = torch.full((3, 16, 16), 127 / 255)
    flips = xai.counterfactuals(Sensitive(), grey, method="smooth", plausible=False, **QUICK)
    seen = xai.counterfactuals(Sensitive(), grey, method="smooth", **QUICK)
    assert flips.candidates[0].distance < 3 / 255
    for one in seen.candidates:
        change = np.abs(one.picture.astype(float) - seen.original).reshape(8, 2, 8, 2, 3).mean((1, 3)).max()
        assert change >= 4 - 1e-6


def test_codes_are_followed_to_the_nearest_picture_of_the_decoder():
    decoder = Stripes().train()
    before = {name: one.clone() for name, one in decoder.state_dict().items()}
    start = torch.tensor([0.4, 0.6])
    found = xai.counterfactuals(
        Halves(), None, method="latent", decoder=decoder, start=start, step_size=0.05, plausible=False, **QUICK
    )
    # All is straight: both numbers move by 0.15, to a lead of a tenth.
    assert found.candidates[0].code == pytest.approx((0.55, 0.45), abs=0.01)
    assert found.original[0, 0, 0] == round(0.4 * 255)
    for one in found.candidates:
        drawn = decoder.eval()(torch.tensor(one.code)[None])[0].permute(1, 2, 0) * 255
        assert np.abs(drawn.detach().numpy() - one.picture).max() <= 0.51
        assert Halves()(torch.from_numpy(one.picture).permute(2, 0, 1)[None] / 255).argmax() == 1
    assert all(torch.equal(one, before[name]) for name, one in decoder.state_dict().items())
    assert decoder.scale.grad is None
    assert decoder.scale.requires_grad

    def encoder(x):
        return torch.stack([x[..., :8].mean((1, 2, 3)), x[..., 8:].mean((1, 2, 3))], 1)

    x = torch.cat([torch.full((3, 16, 8), 0.4), torch.full((3, 16, 8), 0.6)], 2)
    same = xai.counterfactuals(
        Halves(), x, method="latent", decoder=decoder, encoder=encoder, step_size=0.05, plausible=False, **QUICK
    )
    assert same.candidates[0].code == pytest.approx(found.candidates[0].code, abs=1e-4)


@pytest.mark.parametrize("method", ["smooth", "latent"])
def test_a_constant_model_has_none(method):
    class Constant(nn.Module):
        def forward(self, x):
            return torch.tensor([[1.0, 0.0]]) + 0 * x.mean((1, 2, 3))[:, None]

    more = {"decoder": Stripes(), "start": torch.tensor([0.4, 0.6])} if method == "latent" else {}
    found = xai.counterfactuals(Constant(), GREY, method=method, **more, **QUICK)
    assert not found.candidates
    assert found.fraction == 1
    assert "None found within 40 steps of 4 walks." in found.notes[-1]


def test_it_can_be_left_and_repeats():
    runs = [list(xai.counterfactuals_iter(Halves(), GREY, method="smooth", seed=2, **QUICK)) for _ in range(2)]
    first, second = (steps[-1].candidates for steps in runs)
    assert all(np.array_equal(a.picture, b.picture) for a, b in zip(first, second, strict=True))
    met = [min(one.distance for one in step.candidates) for step in runs[0] if step.candidates]
    assert len(met) > 3
    assert met[-1] <= met[0]
    assert any(step.candidates and step.fraction < 1 for step in runs[0])


@pytest.mark.parametrize(
    ("given", "error", "said"),
    [
        ({}, ValueError, "needs decoder"),
        ({"decoder": Stripes()}, ValueError, "needs decoder=..., and either start"),
        ({"decoder": 3, "start": [0.4, 0.6]}, TypeError, "decoder must be a module or a function"),
        ({"decoder": lambda z: z, "start": [0.4, 0.6]}, ValueError, "decoder must return pictures"),
        ({"decoder": Stripes(), "start": [float("nan"), 0.6]}, ValueError, "the code"),
    ],
)
def test_what_is_missing_is_named(given, error, said):
    with pytest.raises(error, match=said):
        xai.counterfactuals(Halves(), GREY, method="latent", **given)


def test_codes_are_for_latent_space():
    with pytest.raises(ValueError, match="decoder: codes are for method='latent', not 'smooth'"):
        xai.counterfactuals(Halves(), GREY, method="smooth", decoder=Stripes())
