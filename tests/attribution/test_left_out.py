"""A model that fails where some parts are hidden: what it cannot answer is left out and told; all of it is an error."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

import xai_widgets as xai
from xai_widgets.models import ModelError, OutOfMemoryError
from xai_widgets.models.left_out import HOPELESS, LeftOut

WEIGHTS = np.array([1.0, -2.0, 3.0, 0.5, 4.0])
ROW = np.array([1.0, 2.0, 1.0, 3.0, 1.0])
ONE_COLUMN = ["occlusion", "feature_ablation", "lime"]


def strict(rows: Any) -> Any:
    """Raise where the third value is hidden."""
    rows = np.asarray(rows)
    if (rows[:, 2] == 0).any():
        msg = "the third is missing"
        raise ValueError(msg)
    return rows @ WEIGHTS


def silent(rows: Any) -> Any:
    """Return no number there."""
    rows = np.asarray(rows)
    return np.where(rows[:, 2] == 0, np.nan, rows @ WEIGHTS)


@pytest.mark.parametrize("model", [strict, silent])
@pytest.mark.parametrize("method", ONE_COLUMN)
def test_the_column_that_must_not_be_hidden_is_unknown_and_the_others_are_what_they_are(model, method) -> None:
    options = {"n_samples": 400, "tolerance": 0.0, "ridge": 0.0} if method == "lime" else {}
    found = xai.attribute(model, ROW, method, **options)
    np.testing.assert_allclose(found.values, np.where(np.arange(5) == 2, np.nan, WEIGHTS * ROW), atol=1e-4)
    told = [note for note in found.notes if "were left out: the model fails for them. The model r" in note]
    assert len(told) == 1
    gone, of = int(told[0].split()[0]), int(told[0].split()[2])
    assert (gone, of) == (1, 5) if method != "lime" else (of == 400 and 120 < gone < 280)
    assert "1 of 5 values are unknown: no finite score tells them." in found.notes


@pytest.mark.parametrize("method", [*ONE_COLUMN, "kernel_shap"])
def test_a_model_that_fails_whatever_is_hidden_is_an_error_that_says_what_it_raised(method) -> None:
    def broken(rows: Any) -> Any:
        if not (np.asarray(rows) == ROW).all():
            msg = "only this one"
            raise ValueError(msg)
        return np.asarray(rows) @ WEIGHTS

    with pytest.raises(ModelError, match="only this one"):
        xai.attribute(broken, ROW, method)


class Normed(nn.Module):
    """Divide by the light of one pixel, which is none where that is hidden."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        light = x[:, 0, 2, 2]
        return torch.stack([x.sum((1, 2, 3)) * light / light, light], 1)


def test_pictures_too_keep_what_could_be_told() -> None:
    picture = 0.1 * torch.ones(1, 16, 16)
    picture[:, :8, :8] = 1
    found = xai.attribute(Normed(), picture, "occlusion", target=0, sliding_window_shapes=8, strides=8)
    assert np.isnan(found.values[0, :8, :8]).all()
    assert np.isfinite(found.values[0, 8:]).all()
    rise = xai.attribute(Normed(), picture, "rise", target=0, cells=2, n_samples=64, tolerance=0.0)
    assert np.isfinite(rise.values).all()
    assert any("inputs with hidden parts were left out" in note for note in rise.notes)


def test_the_widget_shows_the_note() -> None:
    table = np.random.default_rng(0).random((20, 5)) + 1
    widget = xai.TabularExplainer(strict, ROW, background=table, method="feature_ablation", baselines="zero")
    found = widget.result(60)
    widget.close()
    assert any("were left out" in note for note in found.notes)
    assert np.isnan(found.values).tolist() == [False, False, True, False, False]


def test_memory_and_broken_models_are_never_left_out() -> None:
    def full(_: Any) -> Any:
        msg = "too much"
        raise OutOfMemoryError(msg)

    with pytest.raises(OutOfMemoryError):
        LeftOut().tried(full, torch.zeros(4, 2))
    calls: list[int] = []

    def broken(rows: Any) -> Any:
        calls.append(len(rows))
        msg = "never"
        raise ModelError(msg)

    with pytest.raises(ModelError, match="never"):
        LeftOut().tried(broken, torch.zeros(10_000, 2))
    assert calls.count(1) == HOPELESS
    # One that breaks in the middle is no better.
    left_out = LeftOut()
    left_out.tried(lambda rows: rows[:, 0], torch.zeros(100, 2))
    with pytest.raises(ModelError, match="never"):
        left_out.tried(broken, torch.zeros(10_000, 2))
    # One of many costs the halves around it.
    one, asked = torch.arange(1024.0)[:, None], []

    def picky(rows: Any) -> Any:
        asked.append(len(rows))
        if (rows == 700).any():
            raise ModelError
        return rows[:, 0]

    found = LeftOut().tried(picky, one)
    assert found.isnan().nonzero().tolist() == [[700]]
    assert len(asked) == 2 * 10 + 1
