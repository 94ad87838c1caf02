"""What was saved comes back, and what is damaged is refused in words."""

import dataclasses
import random

import numpy as np
import pytest

import xai_widgets.export  # noqa: F401  fills the registry of formats
from xai_widgets.export import load
from xai_widgets.results import Attribution, Prediction

SUFFIXES = [".npz", ".xai.json"]


@pytest.fixture
def result():
    random_ = np.random.default_rng(0)
    values = random_.normal(size=(3, 5, 4)).astype(np.float32)
    values[0, 1, 2] = np.nan
    chances = np.array([0.7, 0.2, 0.1], np.float32)
    return Attribution(
        values=values,
        target=(0, 2),
        label='cat "rather" than \u202e</script>',
        prediction=Prediction(chances, np.log(chances), "classes", ("cat", "dog", "ünïcode\n")),
        method="occlusion",
        params={"size": (4, 4), "baselines": float("nan"), "layer": None},
        seed=7,
        fraction=0.5,
        error=None,
        gap=-0.25,
        forwards=12,
        seconds=1.5,
        model_hash="abc",
        notes=("a note",),
        photo=random_.integers(0, 256, (6, 7, 3)).astype(np.uint8),
        region=(0.0, 1.5, 7.0, 6.0),
        steps=(3, 6),
    )


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_everything_comes_back(result, suffix, tmp_path):
    result.save(tmp_path / f"why{suffix}")
    back = load(tmp_path / f"why{suffix}")
    for field in dataclasses.fields(result):
        got, want = getattr(back, field.name), getattr(result, field.name)
        if field.name == "prediction":
            assert np.array_equal(got.probabilities, want.probabilities)
            assert np.array_equal(got.scores, want.scores)
            assert (got.task, got.labels) == (want.task, want.labels)
        elif isinstance(want, np.ndarray):
            assert got.dtype == want.dtype
            assert np.array_equal(got, want, equal_nan=want.dtype.kind == "f")
        else:
            assert repr(got) == repr(want), field.name
    assert [one.name for one in tmp_path.iterdir()] == [f"why{suffix}"], "nothing is left beside it"


def test_a_picture(result, tmp_path):
    result.save(tmp_path / "why.PNG")
    assert (tmp_path / "why.PNG").read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"


def test_an_unknown_suffix_names_the_known_ones(result, tmp_path):
    with pytest.raises(ValueError, match=r"must end in .*\.npz, \.png, \.xai\.json"):
        result.save(tmp_path / "why.pkl")
    with pytest.raises(ValueError, match=r"must end in \.npz or \.xai\.json"):
        load(tmp_path / "why.pkl")


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_damage_is_a_value_error_that_names_the_file(result, suffix, tmp_path):
    path = tmp_path / f"why{suffix}"
    result.save(path)
    whole, dice = path.read_bytes(), random.Random(0)
    for _ in range(400):
        data = bytearray(whole)
        at = dice.randrange(len(data))
        what = dice.randrange(4)
        if what == 0:
            data[at] = dice.randrange(256)
        elif what == 1:
            del data[at:]
        elif what == 2:
            del data[at : at + dice.randrange(1, 9)]
        else:
            data[at:at] = dice.randbytes(4)
        path.write_bytes(data)
        try:
            load(path)
        except ValueError as error:
            assert str(error).startswith(f"cannot read 'why{suffix}': ")  # noqa: PT017  some damage does not matter


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_file_that_cannot_be_written_leaves_the_old_one(result, suffix, tmp_path):
    path = tmp_path / f"why{suffix}"
    result.save(path)
    before = path.read_bytes()
    with pytest.raises(ValueError, match="could not convert"):
        dataclasses.replace(result, values=np.array(["no number"])).save(path)
    assert path.read_bytes() == before
    assert [one.name for one in tmp_path.iterdir()] == [path.name]
