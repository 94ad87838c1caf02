"""A small real network for handwritten digits, and digits it has not seen."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn

from xai_widgets.samples.packages import folder

if TYPE_CHECKING:
    from collections.abc import Callable

WEIGHTS = "digit-recognizer-py==0.1.0"
IMAGES = "foolbox==3.3.4"
SIDE = 28
MEAN, DEVIATION = 0.1307, 0.3081  # of MNIST's pixels


class DigitNet(nn.Module):
    """Three convolutions and two dense layers, 390 thousand parameters."""

    def __init__(self) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for inputs, outputs in ((1, 32), (32, 64), (64, 128)):
            layers += [nn.Conv2d(inputs, outputs, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)]
        self.conv_layers = nn.Sequential(*layers)
        self.fc_layers = nn.Sequential(nn.Linear(128 * 3 * 3, 256), nn.ReLU(), nn.Linear(256, 10))

    def forward(self, x: Tensor) -> Tensor:
        """Return the logits of a batch of ``[1, 28, 28]`` digits."""
        logits: Tensor = self.fc_layers(self.conv_layers(x).flatten(1))
        return logits


class Digits(NamedTuple):
    """The network, what is needed to use it, and pictures with their answers."""

    model: DigitNet
    preprocess: Callable[[Image.Image], Tensor]
    labels: list[str]
    images: list[Image.Image]
    answers: list[int]


def preprocess(picture: Image.Image) -> Tensor:
    """Turn a picture of a white digit on black into ``[1, 28, 28]``.

    Parameters
    ----------
    picture
        A picture of any size and mode.

    Returns
    -------
    Tensor
        The pixels, normalised as in training.
    """
    picture = picture.convert("L")
    if picture.size != (SIDE, SIDE):
        picture = picture.resize((SIDE, SIDE), Image.Resampling.BILINEAR)
    pixels = np.asarray(picture, dtype=np.float32) / 255
    return (torch.from_numpy(pixels)[None] - MEAN) / DEVIATION


def digits() -> Digits:
    """Load a network trained on MNIST, on the CPU and in evaluation mode, with 20 digits of the test set.

    The weights come from the package ``digit-recognizer-py`` (MIT), the digits from ``foolbox`` (MIT; MNIST by LeCun
    and others).

    Returns
    -------
    Digits
        ``model, preprocess, labels, images, answers``.

    Raises
    ------
    ImportError
        If one of the packages is not installed.
    """
    weights = folder("digit_recognizer", WEIGHTS) / "models" / "handwriting_model.pth"
    files = sorted((folder("foolbox", IMAGES) / "data").glob("mnist_*.png"))
    model = DigitNet()
    model.load_state_dict(torch.load(weights, map_location="cpu", weights_only=True))
    images = []
    for file in files:
        with Image.open(file) as picture:
            images.append(picture.convert("L"))
    # mnist_05_1.png is the sixth picture, and shows a 1.
    answers = [int(file.stem.rsplit("_", 1)[1]) for file in files]
    return Digits(model.eval(), preprocess, [str(digit) for digit in range(10)], images, answers)
