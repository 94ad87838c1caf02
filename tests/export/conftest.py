from __future__ import annotations

import numpy as np
import pytest

from xai_widgets.results import Attribution, Prediction


def a_result(values=None, **fields):
    """A result with a photo and a map on a part of it; `fields` replace what they name."""
    rng = np.random.default_rng(0)
    values = rng.normal(size=(3, 16, 16)).astype(np.float32) if values is None else np.asarray(values, np.float32)
    probabilities = np.array([0.1, 0.6, 0.3], np.float32)
    prediction = Prediction(probabilities, np.log(probabilities), "classes", ("cat", "dog", "fish"))
    given = {
        "target": 1,
        "label": "dog",
        "prediction": prediction,
        "method": "occlusion",
        "photo": rng.integers(0, 256, (60, 80, 3)).astype(np.uint8),
        "region": (10.0, 0.0, 70.0, 60.0),
        **fields,
    }
    return Attribution(values=values, **given)


@pytest.fixture
def result():
    return a_result(
        params={"strides": 8, "sliding_window_shapes": (12, 12), "baselines": "zero"},
        error=0.05,
        gap=-0.25,
        forwards=186,
        seconds=1.5,
        notes=("Layer: head.",),
    )
