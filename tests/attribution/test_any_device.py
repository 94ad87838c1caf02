"""Everything is computed on the model's own device: no tensor is made on another by mistake."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from attribution.far_cases import CASES
from attribution.far_device import SEARCHED

import xai_widgets.attribution  # noqa: F401  registers the methods
from xai_widgets.method import REGISTRY

HERE = Path(__file__).parent
ASKED = [*REGISTRY, *SEARCHED, "evaluate", *CASES]


def run(*code_or_module: str) -> subprocess.CompletedProcess[str]:
    """Run in a process of its own: what torch knows of devices cannot be taken back."""
    path = os.pathsep.join([str(HERE.parent), os.environ.get("PYTHONPATH", "")])
    asked = [sys.executable, *code_or_module]
    return subprocess.run(
        asked, check=False, capture_output=True, text=True, cwd=HERE.parents[1], env=os.environ | {"PYTHONPATH": path}
    )


@pytest.fixture(scope="module")
def found() -> dict[str, tuple[object, object]]:
    done = run("-m", "attribution.far_device", *ASKED)
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("[")]
    return {name: (near, far) for name, near, far in lines}


@pytest.mark.parametrize("name", ASKED)
def test_it_computes_on_the_models_own_device(found: dict[str, tuple[object, object]], name: str) -> None:
    near, far = found[name]
    assert not isinstance(far, str), far
    assert np.size(near)
    np.testing.assert_allclose(far, near, rtol=1e-3, atol=1e-4 * np.nanmax(np.abs(near)))


MIXED = """
import torch
from attribution.far_device import Far, set_up
set_up()
far = Far(torch.ones(3))
assert (far + 1).device.type == (far * torch.tensor(2.0)).device.type == torch.zeros(3, device=far.device).device.type
assert far.cpu().device.type == "cpu" and torch.ones(2).to(far.device).device.type == "far"
for wrong in (
    lambda: far + torch.ones(3), lambda: torch.stack([far, torch.ones(3)]), lambda: far.numpy(), lambda: far.double()
):
    try:
        wrong()
    except (RuntimeError, TypeError) as error:
        print(type(error).__name__)
"""


def test_the_device_is_as_strict_as_a_gpu() -> None:
    done = run("-c", MIXED)
    assert done.stdout.split() == ["MixedDevicesError", "MixedDevicesError", "TypeError", "TypeError"], done.stderr
