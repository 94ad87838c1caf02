"""What a run tells beside its values."""

import time

import pytest
import torch
from attribution.nets import convnet, image

import xai_widgets as xai


def test_the_fingerprint_is_taken_once_after_the_first_passes_and_its_time_is_told(monkeypatch):
    net, taken, passes = convnet(), [], []
    net.register_forward_hook(lambda *_: passes.append(1))

    def slow(_module):
        taken.append(len(passes))
        time.sleep(0.3)
        with torch.no_grad():
            net[0].weight.mul_(1.0)  # training goes on in another thread
        return "0123"

    monkeypatch.setattr("xai_widgets.models.module.fingerprint", slow)
    results = list(xai.attribute_iter(net, image(), "smooth_grad", n_samples=10))
    assert len(taken) == 1
    assert {one.model_hash for one in results} == {"0123"}
    assert all(one.seconds >= 0.3 for one in results)


@pytest.mark.parametrize("method", ["saliency", "grad_cam"])
def test_every_result_has_a_fingerprint(method):
    assert all(len(one.model_hash) == 16 for one in xai.attribute_iter(convnet(), image(), method))
