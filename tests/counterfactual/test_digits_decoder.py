"""Latent space of a real decoder: handwritten digits become others, as a reader agrees who has not met the network."""

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits
from sklearn.neighbors import KNeighborsClassifier
from torch import nn

import xai_widgets as xai

SHOWN = 1500
"""So many pictures are learned from; the others are asked about."""


def trained(net, x, wanted, loss):
    adam = torch.optim.Adam(net.parameters(), 0.003)
    for _ in range(10):
        for some in torch.randperm(len(x)).split(64):
            adam.zero_grad()
            loss(net(x[some]), wanted[some]).backward()
            adam.step()
    return net.eval()


@pytest.fixture(scope="module")
def digits():
    """Pictures and numbers, a classifier, an encoder and a convolutional decoder, trained in some seconds."""
    data = load_digits()
    x, y = torch.tensor(data.images[:, None] / 16).float(), torch.tensor(data.target)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        net = nn.Sequential(nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.Flatten(), nn.Linear(1024, 10))
        net = trained(net, x[:SHOWN], y[:SHOWN], nn.functional.cross_entropy)
        encoder = nn.Sequential(nn.Flatten(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 8))
        decoder = nn.Sequential(
            nn.Linear(8, 256), nn.ReLU(), nn.Unflatten(1, (16, 4, 4)),
            nn.ConvTranspose2d(16, 8, 4, 2, 1), nn.ReLU(), nn.Conv2d(8, 1, 3, padding=1), nn.Sigmoid(),
        )  # fmt: skip
        trained(nn.Sequential(encoder, decoder), x[:SHOWN], x[:SHOWN], nn.functional.mse_loss)
    return x, y, net, encoder, decoder


def test_codes_of_a_trained_decoder_lead_to_other_digits(digits):
    x, y, net, encoder, decoder = digits
    assert (net(x[SHOWN:]).argmax(1) == y[SHOWN:]).float().mean() > 0.9
    reader = KNeighborsClassifier(5).fit(x[:SHOWN].flatten(1), y[:SHOWN])
    agree, drawn = [], []
    for place in (SHOWN, SHOWN + 3, SHOWN + 40, SHOWN + 77):
        with torch.no_grad():  # what is explained is the decoded code
            before, target = net(decoder(encoder(x[place : place + 1])))[0].topk(2).indices.tolist()
        # At the border between two digits, pictures look like either: they are to be well beyond it.
        # Blurred, 8 x 8 pixels are no digit any more; here the decoder vouches for what is drawn.
        given = {"decoder": decoder, "encoder": encoder, "within": (0.9, None)}
        found = xai.counterfactuals(net, x[place], target, method="latent", plausible=False, n=3, **given)
        assert int(found.prediction.probabilities.argmax()) == before
        assert found.candidates, found.notes
        for one in found.candidates:
            with torch.no_grad():
                painted = decoder(torch.tensor(one.code)[None])
            picture = torch.from_numpy(np.array(one.picture)).float()[..., 0] / 255
            assert (painted[0, 0] - picture).abs().max() <= 0.51 / 255
            says = int(net(picture[None, None]).argmax())
            assert says == target
            # A reader by likeness to real digits, who has not met the network.
            near = reader.predict_proba(picture.flatten()[None])[0]
            agree.append(near[says] > 0)
            drawn.append(float(((x[:SHOWN] - picture).flatten(1).norm(dim=1)).min()))
    assert np.mean(agree) > 0.7
    # Nearer to some real digit than most real ones are to each other.
    apart = torch.cdist(x[SHOWN:].flatten(1), x[:SHOWN].flatten(1))
    assert np.median(drawn) < float(apart.median()) / 2
