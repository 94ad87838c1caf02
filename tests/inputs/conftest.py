import importlib.util
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from xai_widgets.inputs import read_inputs


@pytest.fixture(scope="session")
def cat():
    """A real photo: scikit-image's file, without importing scikit-image."""
    spec = importlib.util.find_spec("skimage")
    if spec is None or spec.origin is None:
        pytest.skip("scikit-image is not installed")
    return Path(spec.origin).parent / "data" / "chelsea.png"


@pytest.fixture
def read():
    def read(x, preprocess=None, dtype=torch.float32, **options):
        return read_inputs(x, preprocess=preprocess, device="cpu", dtype=dtype, **options)

    return read


@pytest.fixture
def photo():
    """Make a photo with broad, uneven shapes, so that crops and mirrors differ."""

    def photo(width, height, mode="RGB"):
        noise = np.random.default_rng(width * 7919 + height).integers(0, 256, (5, 7, 3), dtype=np.uint8)
        return Image.fromarray(noise).resize((width, height), Image.Resampling.BICUBIC).convert(mode)

    return photo
