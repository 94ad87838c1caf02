"""A map finds back to the photo it explains."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from attribution.nets import convnet, image
from PIL import Image

import xai_widgets as xai


def test_a_map_lies_on_the_pixels_that_were_cropped() -> None:
    photo = Image.fromarray(np.random.default_rng(0).integers(0, 255, (40, 60, 3), dtype=np.uint8))

    def preprocess(picture: Image.Image) -> torch.Tensor:
        crop = picture.resize((30, 20)).crop((5, 2, 21, 18))
        return torch.from_numpy(np.asarray(crop)).permute(2, 0, 1).double() / 255

    result = xai.attribute(convnet(), photo, "occlusion", preprocess=preprocess, sliding_window_shapes=4, strides=4)
    over = result.on_photo(smooth=False)
    assert over.shape == (40, 60)
    seen = np.isfinite(over)
    assert seen[4:36, 10:42].all()
    assert seen.sum() == 32 * 32
    np.testing.assert_array_equal(over[4:36:2, 10:42:2], result.heat)


def test_without_a_photo_there_is_nothing_to_lie_on() -> None:
    result = xai.attribute(convnet(), image(), "saliency")
    assert result.on_photo().shape == (16, 16)  # the tensor itself is the picture
    with pytest.raises(ValueError, match="on_photo needs a map of a photo"):
        xai.attribute(torch.nn.Linear(4, 2), torch.zeros(4), "saliency").on_photo()
