import numpy as np
import pytest
import torch

from xai_widgets.inputs import BASELINES, STAND_INS


def tensor(im):
    return torch.from_numpy(np.atleast_3d(np.array(im))).permute(2, 0, 1).float() / 255


# ---- baselines ----


def test_baselines(read, photo):
    inputs = read(photo(40, 30), lambda im: (tensor(im) - 0.5) * 4)
    made = {kind: inputs.baseline(kind, seed=3) for kind in BASELINES}
    for baseline in made.values():
        assert baseline.shape == inputs.x.shape
        assert baseline.dtype == inputs.x.dtype
        baseline.add_(1)  # its own memory
    made = {kind: inputs.baseline(kind, seed=3) for kind in BASELINES}
    assert made["zero"].eq(0).all()
    torch.testing.assert_close(made["black"], torch.full_like(inputs.x, -2))
    torch.testing.assert_close(made["white"], torch.full_like(inputs.x, 2))
    torch.testing.assert_close(made["mean"].std((1, 2)), torch.zeros(3))
    torch.testing.assert_close(made["mean"].mean((1, 2)), inputs.x.mean((1, 2)))
    assert made["blur"].std() < 0.6 * inputs.x.std()
    assert -2 <= made["noise"].min() < -1.9 < 1.9 < made["noise"].max() <= 2
    assert torch.equal(made["noise"], inputs.baseline("noise", seed=3))
    assert not torch.equal(made["noise"], inputs.baseline("noise", seed=4))
    assert inputs.baseline(0.25).eq(0.25).all()
    assert inputs.baseline(torch.ones(3, 1, 1)).shape == inputs.x.shape


def test_baselines_of_a_tensor(read):
    inputs = read(torch.tensor([1.0, 2.0, 6.0]))
    assert inputs.baseline("mean").tolist() == [3, 3, 3]
    assert inputs.baseline("zero").tolist() == [0, 0, 0]
    with pytest.raises(ValueError, match=r"no baseline 'blur' for this input; there are 'zero', .*'mean', .*a number"):
        inputs.baseline("blur")
    for wrong in ("blur", "pad", "gray", None):
        with pytest.raises((ValueError, TypeError)) as caught:
            inputs.baseline(wrong)
        named = str(caught.value).partition("there are")[2] or str(caught.value)
        kinds = [one for one in (*BASELINES, *STAND_INS) if repr(one) in named]
        assert kinds
        assert all(inputs.baseline(one).shape == inputs.x.shape for one in kinds)


@pytest.mark.parametrize(
    ("kind", "error", "match"),
    [
        ("gray", ValueError, "'gray'; there are 'zero', 'black'"),
        (None, TypeError, "got NoneType"),
        (True, TypeError, "got bool"),
        (torch.zeros(2, 5, 6), ValueError, r"shape \(3, 5, 6\), got \(2, 5, 6\)"),
        (torch.full((3, 5, 6), float("nan")), ValueError, "90 NaN"),
        (float("nan"), ValueError, "NaN"),
    ],
)
def test_baseline_errors(read, kind, error, match):
    with pytest.raises(error, match=match):
        read(torch.rand(3, 5, 6)).baseline(kind)


# ---- back to the photo ----


def test_to_photo_is_the_map_where_sizes_agree(read, photo):
    inputs = read(photo(40, 30), tensor)
    values = np.random.default_rng(0).normal(size=(30, 40)).astype(np.float32)
    np.testing.assert_allclose(inputs.placement.lay(values), values, atol=1e-6)
    np.testing.assert_array_equal(inputs.placement.lay(values, smooth=False), values)


def test_to_photo_is_nan_outside_what_the_model_sees(read, photo):
    inputs = read(photo(40, 30), lambda im: tensor(im.crop((5, 10, 25, 26)).resize((10, 8))))
    over = inputs.placement.lay(np.ones((8, 10)))
    inside = np.zeros((30, 40), bool)
    inside[10:26, 5:25] = True
    np.testing.assert_array_equal(np.isfinite(over), inside)
    over = inputs.placement.lay(np.arange(80.0).reshape(8, 10), smooth=False)
    np.testing.assert_array_equal(over[10:26:2, 5:25:2], np.arange(80.0).reshape(8, 10))
