"""How Quantus is asked."""

from __future__ import annotations

import numpy as np

OPTIONS = {"disable_warnings": True, "display_progressbar": False, "normalise": False, "abs": False}


def asked(metric, small, x, found, **more):
    """Ask a metric of Quantus about one explanation."""
    scores = metric(
        model=small,
        x_batch=x[None].numpy(),
        y_batch=np.array([found.target]),
        a_batch=found.values[None],
        device="cpu",
        softmax=True,
        **more,
    )
    return np.asarray(scores[0])
