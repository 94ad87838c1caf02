"""A list of inputs gives a list of results, each as if alone."""

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

import xai_widgets as xai

NET = nn.Sequential(nn.Flatten(), nn.Linear(12, 4), nn.Tanh(), nn.Linear(4, 3)).eval()


def test_each_input_of_a_list_is_explained_as_if_alone(tmp_path):
    pictures = [torch.rand(3, 2, 2), np.random.default_rng(0).random((3, 2, 2)), Image.new("RGB", (2, 2), "red")]
    Image.new("RGB", (2, 2), "navy").save(tmp_path / "navy.png")
    pictures.append(tmp_path / "navy.png")
    for method in ("integrated_gradients", "smooth_grad", "occlusion", "lime"):
        together = xai.attribute(NET, pictures, method, target=1, seed=3)
        assert isinstance(together, list)
        for one, picture in zip(together, pictures, strict=True):
            alone = xai.attribute(NET, picture, method, target=1, seed=3)
            np.testing.assert_allclose(one.values, alone.values, rtol=1e-4, atol=1e-7)
            assert (one.forwards, one.target, one.notes) == (alone.forwards, alone.target, alone.notes)


def test_every_input_has_its_own_most_likely_class():
    one_hot = [torch.eye(3)[i] for i in (2, 0, 1)]
    assert [one.target for one in xai.attribute(nn.Identity(), one_hot)] == [2, 0, 1]


def test_a_list_of_numbers_is_one_row_and_a_list_of_rows_are_many():
    weights = np.array([1.0, 2.0])
    one = xai.attribute(lambda rows: rows @ weights, [3, 4.5])
    np.testing.assert_allclose(one.values, [3, 9])
    several = xai.attribute(lambda rows: rows @ weights, [[3, 4.5], [1, 0]])
    np.testing.assert_allclose([a.values for a in several], [[3, 9], [1, 0]])


def test_a_wrong_input_is_refused_before_any_is_explained():
    calls = []

    def count(rows):
        calls.append(len(rows))
        return rows.sum(1)

    with pytest.raises(ValueError, match="NaN"):
        xai.attribute(count, [[1.0, 2.0], [float("nan"), 1.0]])
    assert sum(calls) <= 2
    with pytest.raises(ValueError, match="list of inputs is empty"):
        xai.attribute(count, [])
    with pytest.raises(ValueError, match="one for each of the 2 inputs, got 3"):
        xai.attribute(count, [[1.0, 2.0], [3.0, 1.0]], target=[0, 0, 0])
    with pytest.raises(ValueError, match=r"0\.\.2"):
        xai.attribute_iter(nn.Linear(12, 3), torch.rand(3, 12), "saliency", target=[0, 1, 9])
