"""What was saved comes back, and what is damaged is refused in words."""

import base64
import csv
import dataclasses
import errno
import json
import os
import random
import tempfile

import numpy as np
import pytest

import xai_widgets.reports  # noqa: F401  fills the registry of formats
from xai_widgets.export import load
from xai_widgets.results import Attribution, Prediction
from xai_widgets.text import Text

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
    with pytest.raises(ValueError, match=r"must end in \.html, \.npz, \.png, \.xai\.json"):
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


@pytest.mark.parametrize("suffix", [".npz", ".xai.json", ".png", ".html", ".csv"])
def test_a_disk_that_is_full_or_read_only_leaves_what_was_there(result, suffix, tmp_path, monkeypatch):
    path = tmp_path / f"why{suffix}"
    path.write_bytes(b"before")
    a = result if suffix != ".csv" else dataclasses.replace(result, values=np.ones(3, np.float32), photo=None)

    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def locked(**_):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space left") as caught:
            a.save(path)
    assert str(caught.value) == f"[Errno 28] could not write it: No space left on device: {str(path)!r}"
    with monkeypatch.context() as patched:
        patched.setattr(tempfile, "mkstemp", locked)
        with pytest.raises(PermissionError) as refused:
            a.save(path)
    assert str(refused.value) == f"[Errno 13] could not write it: Permission denied: {str(path)!r}"
    assert path.read_bytes() == b"before"
    assert [one.name for one in tmp_path.iterdir()] == [path.name]


def test_a_folder_that_is_not_there_is_named(result, tmp_path):
    with pytest.raises(FileNotFoundError, match="nowhere"):
        result.save(tmp_path / "nowhere" / "why.png")


def test_a_table_of_a_text_runs_nothing_in_a_spreadsheet(result, tmp_path):
    text = Text('=1+1, ünd "so"', ((0, 4), (4, 5), (6, 9)), (7, 8, 9), (False, False, True))
    a = dataclasses.replace(result, values=np.array([1.5, -0.25, np.nan], np.float32), text=text)
    a.save(tmp_path / "why.csv")
    with (tmp_path / "why.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["token", "start", "stop", "added", "value"]
    assert rows[1:] == [["'=1+1", "0", "4", "0", "1.5"], [",", "4", "5", "0", "-0.25"], ["ünd", "6", "9", "1", "nan"]]


def test_a_table_of_a_row(result, tmp_path):
    a = dataclasses.replace(result, values=np.array([1.5, 2.0], np.float32), photo=None, names=("age", "@sum"))
    a.save(tmp_path / "why.csv")
    assert (tmp_path / "why.csv").read_text(encoding="utf-8-sig").split() == [
        "column,contribution",
        "age,1.5",
        "'@sum,2.0",
    ]
    with pytest.raises(ValueError, match="only a text or a row"):
        result.save(tmp_path / "why.csv")


def test_a_saved_result_carries_what_a_viewer_shows_and_how_it_was_made(result, tmp_path):
    made = {"xai_widgets": "0.1.0", "python": "3.11", "torch": "2.9", "time": "2026-11-22T12:00:00+00:00"}
    dataclasses.replace(result, provenance=made).save(tmp_path / "why.xai.json")
    record = json.loads((tmp_path / "why.xai.json").read_text())
    assert record["version"] == "0.1.0"
    assert record["view"]["title"].startswith("Why cat")
    assert base64.b64decode(record["view"]["png"])[:4] == b"\x89PNG"
    assert load(tmp_path / "why.xai.json").provenance == made
    del record["provenance"]
    (tmp_path / "old.xai.json").write_text(json.dumps(record))
    assert load(tmp_path / "old.xai.json").provenance == {}
