"""Fixed linear operations, however they are written: the rules see the matrix that each of them is."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F  # noqa: N812

import xai_widgets as xai

N = 16
HANN = torch.hann_window(8, dtype=torch.float64)
FIXED = torch.randn(N, 5, dtype=torch.float64, generator=torch.Generator().manual_seed(2))
MIRROR = torch.tensor([[[-1.0, 0, 0], [0, 1, 0]]], dtype=torch.float64)
GRID = F.affine_grid(MIRROR, [1, 1, 4, 4], align_corners=False)


def parts(z):
    return torch.view_as_real(z).flatten(1)


def spectrum(x):
    return torch.stft(x, 8, 4, window=HANN, return_complex=True)


LINEAR = {
    "rfft": lambda x: parts(torch.fft.rfft(x)),
    "fft2": lambda x: parts(torch.fft.fftshift(torch.fft.fft2(x.view(-1, 4, 4)))),
    "hfft": lambda x: torch.fft.hfft(torch.fft.ihfft(x)),
    "filter": lambda x: torch.fft.irfft(torch.fft.rfft(x) * torch.linspace(0, 1, 9)),
    "conjugate": lambda x: parts(torch.fft.rfft(x).conj().resolve_conj()),
    "stft": lambda x: parts(spectrum(x)),
    "istft": lambda x: torch.istft(spectrum(x), 8, 4, window=HANN),
    "complex": lambda x: torch.complex(x, 2 * x).imag,
    "diff": lambda x: x.diff(),
    "trace": lambda x: torch.stack([one.view(4, 4).trace() for one in x])[:, None],
    "turned": lambda x: x.view(-1, 4, 4).rot90(1, (1, 2)).mT.flatten(1),
    "adjoint": lambda x: x.view(-1, 4, 4).mH.flatten(1),
    "nanmean": lambda x: x.nanmean(1, keepdim=True),
    "trapezoid": lambda x: torch.trapezoid(x, dim=1)[:, None],
    "inner": lambda x: torch.inner(x, FIXED.T),
    "tensordot": lambda x: torch.tensordot(x, FIXED, 1),
    "kron": lambda x: torch.kron(x, FIXED[:1]),
    "mirrored": lambda x: F.grid_sample(
        x.view(-1, 1, 4, 4), GRID.expand(len(x), -1, -1, -1), align_corners=False
    ).flatten(1),
}


class Net(nn.Module):
    """A layer, an operation, and a curved head."""

    def __init__(self, operation):
        super().__init__()
        self.operation, self.layer = operation, nn.Linear(N, N).double()
        generator = torch.Generator().manual_seed(0)
        with torch.no_grad():
            for one in self.layer.parameters():
                one.copy_(torch.randn(one.shape, dtype=torch.float64, generator=generator) / 2)

    def forward(self, x):
        y = self.operation(self.layer(x))
        return torch.stack([y.tanh().sum(1), y.square().mean(1)], 1)


def rows(seed=3):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(2, N, dtype=torch.float64, generator=generator)


@pytest.mark.parametrize("name", LINEAR)
def test_deep_lift_takes_a_linear_operation_for_the_matrix_that_it_is(name):
    operation, (x, base) = LINEAR[name], rows()
    matrix = operation(torch.eye(N, dtype=torch.float64))
    if name == "trace":
        matrix = torch.eye(4, dtype=torch.float64).flatten()[:, None]
    got = xai.attribute(Net(operation), x, "deep_lift", target=1, baselines=base)
    wanted = xai.attribute(Net(lambda y: y @ matrix), x, "deep_lift", target=1, baselines=base)
    np.testing.assert_allclose(got.values, wanted.values, rtol=1e-5, atol=1e-7)
    assert abs(got.gap) < 1e-12
    assert not got.notes


def test_relevance_shares_what_a_fourier_transform_mixes():
    x, _ = rows()
    matrix = torch.fft.fft(torch.eye(N, dtype=torch.float64)).real
    models = [
        nn.Sequential(nn.Linear(N, N), Operation(one), nn.ReLU(), nn.Linear(N, 3)).double()
        for one in (lambda y: torch.fft.fft(y).real, lambda y: y @ matrix)
    ]
    models[1].load_state_dict(models[0].state_dict())
    got, wanted = (xai.attribute(one, x, "lrp", target=1).values for one in models)
    np.testing.assert_allclose(got, wanted, rtol=1e-5, atol=1e-8)


class Operation(nn.Module):
    def __init__(self, operation):
        super().__init__()
        self.operation = operation

    def forward(self, x):
        return self.operation(x)


POWER = [
    lambda y: torch.fft.rfft(y).abs() ** 2,
    lambda y: torch.fft.rfft(y).abs().square(),
    lambda y: (torch.fft.rfft(y) * torch.fft.rfft(y).conj()).real,
    lambda y: torch.fft.rfft(y).real ** 2 + torch.fft.rfft(y).imag ** 2,
]


def test_the_power_of_a_spectrum_is_the_same_by_complex_numbers_and_by_their_parts():
    x, base = rows()
    got = [xai.attribute(Net(one), x, "deep_lift", baselines=base, target=0) for one in POWER]
    for one in got:
        np.testing.assert_allclose(one.values, got[-1].values, rtol=1e-5, atol=1e-7)
        assert abs(one.gap) < 1e-12


def test_functions_of_complex_numbers_are_complete_and_silence_gets_nothing():
    x, base = rows()
    for function in (torch.exp, torch.sin, torch.square, torch.abs):
        net = Net(lambda y, f=function: parts(f(torch.fft.rfft(y) / 9) + 0j))
        assert abs(xai.attribute(net, x, "deep_lift", baselines=base, target=1).gap) < 1e-12
    silence = nn.Sequential(Operation(lambda y: torch.fft.rfft(y).abs()), nn.Linear(N // 2 + 1, 2)).double()
    values = xai.attribute(silence, torch.zeros(N, dtype=torch.float64), "deep_lift").values
    assert np.array_equal(values, np.zeros(N))  # a root has no slope at 0
