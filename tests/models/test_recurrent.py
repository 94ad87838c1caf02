"""Recurrent networks on CUDA are run without cuDNN where they are differentiated, and only there."""

import pytest
import torch
from torch import nn

from xai_widgets.models.backends import differentiable_pass


@pytest.mark.parametrize("module", [nn.LSTM(2, 2), nn.Sequential(nn.GRU(2, 2)), nn.Linear(2, 2)])
@pytest.mark.parametrize("device", ["cpu", "cuda"])
@pytest.mark.parametrize("grad", [True, False])
def test_cudnn_rests_while_a_recurrent_network_is_differentiated_on_cuda(module, device, grad):
    before = torch.backends.cudnn.enabled
    recurrent = not isinstance(module, nn.Linear)
    with torch.set_grad_enabled(grad), differentiable_pass(module, torch.device(device)):
        assert torch.backends.cudnn.enabled == (before and not (recurrent and device == "cuda" and grad))
    assert torch.backends.cudnn.enabled == before
