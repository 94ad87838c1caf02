"""A file from a stranger: nothing runs, nothing is taken on trust, and the error names the file."""

import base64
import functools
import io
import json
import math
import pickle
import tempfile
import tracemalloc
import zipfile
import zlib
from pathlib import Path

import numpy as np
import pytest
from export.conftest import a_result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from xai_widgets.export import load
from xai_widgets.export.bundle import dumped
from xai_widgets.export.files import MOST_PARTS
from xai_widgets.export.record import record_of
from xai_widgets.results import Prediction
from xai_widgets.text import Text

plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3).map(tuple) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    hnp.arrays(np.float32, hnp.array_shapes(min_dims=0, max_dims=4, max_side=5), elements=st.floats(width=32)),
    st.dictionaries(st.text(max_size=9), plain, max_size=4),
    st.text(max_size=50),
    st.none() | st.floats(),
    st.sampled_from([".npz", ".xai.json"]),
)
def test_any_result_comes_back(  # noqa: PLR0917
    tmp_path, values, params, label, doubt, suffix
):
    scores = np.array([0.5, np.nan], np.float32)
    made = a_result(
        values, params=params, label=label, error=doubt, gap=doubt, target=0,
        prediction=Prediction(scores, scores, "value", (label, "b")), photo=None, region=None, notes=(label,),
    )  # fmt: skip
    path = tmp_path / f"any{suffix}"
    made.save(path)
    back = load(path)
    assert back.values.shape == values.shape
    assert back.values.tobytes() == values.tobytes()
    assert repr(vars(back) | {"values": 0}) == repr(vars(made) | {"values": 0})


class Trap:
    def __reduce__(self):
        return Path.touch, (Path("sprung"),)


@functools.cache
def saved(suffix):
    """Return what a result is as a file. Saving draws it, so it is saved once."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"x{suffix}"
        a_result().save(path)
        return path.read_bytes()


def a_record(tmp_path, **changes):
    path = tmp_path / "x.xai.json"
    path.write_text(json.dumps(json.loads(saved(".xai.json")) | changes))
    return path


def an_archive(tmp_path, **members):
    path = tmp_path / "x.npz"
    with zipfile.ZipFile(io.BytesIO(saved(".npz"))) as whole:
        found = {one: whole.read(one) for one in whole.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in {**found, **{f"{k}.npy": v for k, v in members.items()}}.items():
            archive.writestr(name, data)
    return path


def an_array(header, body=b""):
    text = repr(header).encode().ljust(117) + b"\n"
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text + body


def test_a_pickle_is_never_opened(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    stream = io.BytesIO()
    np.save(stream, np.array([Trap()], dtype=object), allow_pickle=True)
    for path in (an_archive(tmp_path, values=stream.getvalue()), an_archive(tmp_path, record=stream.getvalue())):
        with pytest.raises(ValueError, match=r"cannot read 'x\.npz': its array (values|record)\.npy should hold"):
            load(path)
    path.write_bytes(pickle.dumps(Trap()))
    with pytest.raises(ValueError, match=r"no \.npz file"):
        load(path)
    assert not Path("sprung").exists()


def a_bomb():
    """Pack a gigabyte of zeros into a megabyte: in the test, for every worker reads this file."""
    packer = zlib.compressobj(9)
    return base64.b64encode(b"".join(packer.compress(bytes(2**20)) for _ in range(1024)) + packer.flush()).decode()


HUGE = [
    lambda to: an_archive(to, values=an_array({"descr": "<f4", "fortran_order": False, "shape": (2**40,)})),
    lambda to: an_archive(to, photo=an_array({"descr": "|u1", "fortran_order": False, "shape": (0, 2**62, 2**62)})),
    lambda to: a_record(to, arrays={"values": {"dtype": "<f4", "shape": [2**40], "zlib": ""}}),
    lambda to: a_record(to, arrays={"values": {"dtype": "<f4", "shape": [2**62, 2**62, 0], "zlib": ""}}),
    lambda to: a_record(to, arrays={"values": {"dtype": "<f4", "shape": [4], "zlib": a_bomb()}}),
]


@pytest.mark.parametrize("make", HUGE)
def test_a_claim_of_size_takes_no_memory(make, tmp_path):
    path = make(tmp_path)
    tracemalloc.start()
    try:
        with pytest.raises(ValueError, match="cannot read 'x"):
            load(path)
        assert tracemalloc.get_traced_memory()[1] < 2**25
    finally:
        tracemalloc.stop()


CROWD = b"[" + b"[]," * 5_000_000 + b"[]]"


def a_crowd(to):
    path = to / "x.xai.json"
    path.write_bytes(CROWD)
    return path


@pytest.mark.parametrize(
    "make",
    [
        a_crowd,
        lambda to: an_archive(
            to, record=an_array({"descr": "|u1", "fortran_order": False, "shape": (len(CROWD),)}, CROWD)
        ),
    ],
    ids=[".xai.json", ".npz"],
)
def test_a_crowd_of_tiny_lists_is_not_read(make, tmp_path):
    path = make(tmp_path)
    tracemalloc.start()
    try:
        with pytest.raises(ValueError, match=r"cannot read 'x\.(npz|xai\.json)': it has more than 10,000,000 lists"):
            load(path)
        assert tracemalloc.get_traced_memory()[1] < 5 * len(CROWD), "read, it takes twenty times its size"
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("suffix", [".npz", ".xai.json"])
def test_a_text_of_many_tokens_is_read(suffix, tmp_path):
    n = 200_000
    spans = tuple((2 * i, 2 * i + 1) for i in range(n))
    text = Text("a," * n, spans, tuple(range(n)), (False,) * n)
    made = a_result(np.zeros(n, np.float32), text=text, photo=None, region=None)
    path = tmp_path / f"x{suffix}"
    made.save(path)
    assert load(path).text == text
    record = dumped(record_of(made)[0])
    assert sum(map(record.count, b"[{,")) * 1_000_000 / n < MOST_PARTS, "a million tokens, a comma behind each"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"v": 2}, "version 2 of the format.*install a newer"),
        ({"v": "1"}, "its field v"),
        ({"format": "other"}, "no result of xai_widgets"),
        ({"arrays": []}, "no result of xai_widgets"),
        ({"arrays": {}}, "array values is missing"),
        ({"arrays": {"values": 1}}, "array values is damaged"),
        *(
            (
                {
                    "arrays": {
                        "values": {"dtype": dtype, "shape": [0], "zlib": base64.b64encode(zlib.compress(b"")).decode()}
                    }
                },
                "array values",
            )
            for dtype in ("|O", "<f8", ">f4", "<U4", "|V4", "<c8", 3, None, "<f4,<f4")
        ),
        ({"target": 3}, "its field target"),
        ({"target": -1}, "its field target"),
        ({"target": [0, 1, 2]}, "its field target"),
        ({"target": True}, "its field target"),
        ({"target": {"layer": 1, "index": 1}}, "its field target"),
        ({"target": {"layer": "a", "index": []}}, "its field target"),
        ({"target": {"layer": "a", "index": [1, -1]}}, "its field target"),
        ({"label": 5}, "its field label"),
        ({"label": "x" * 20_000}, "its field label"),
        ({"labels": ["one"]}, "names 1 of 3 classes"),
        ({"labels": [1, 2, 3]}, "its field labels"),
        ({"task": "evil"}, "task is unknown"),
        ({"params": [1]}, "its field params"),
        ({"region": [0, 0, 1]}, "its field region"),
        ({"region": [5, 0, 5, 9]}, "its field region"),
        ({"region": [0, 0, 1e300, 9]}, "its field region"),
        ({"region": [{"float": "nan"}, 0, 1, 9]}, "its field region"),
        ({"notes": "abc"}, "its field notes"),
        ({"steps": [1]}, "its field steps"),
        ({"fraction": "half"}, "its field fraction"),
        ({"fraction": {"float": "1e9"}}, "its field fraction"),
        ({"seed": 2**70}, "its field seed"),
        ({"forwards": -1}, "its field forwards"),
    ],
)
def test_a_wrong_field_is_named(changes, words, tmp_path):
    path = a_record(tmp_path, **changes)
    with pytest.raises(ValueError, match=rf"cannot read 'x\.xai\.json': .*{words}"):
        load(path)


@pytest.mark.parametrize("suffix", [".npz", ".xai.json"])
def test_a_row_comes_back_with_what_it_holds(suffix, tmp_path):
    cells = (38, -1.5, math.inf, "=cmd()", True, None)
    made = a_result(np.arange(6), names=tuple("abcdef"), cells=cells, photo=None, region=None)
    made.save(tmp_path / f"x{suffix}")
    assert load(tmp_path / f"x{suffix}").cells == cells


@pytest.mark.parametrize(
    "cells", ["ab", [1], [1, 2, 3], [1, [2]], [1, {"a": 1}], [1, {"float": "1"}], [1, "x" * 20_000], [1, 10**400]]
)
def test_cells_that_no_row_holds_are_refused(cells, tmp_path):
    a_result(np.arange(2), cells=(1, 2), photo=None, region=None).save(tmp_path / "x.xai.json")
    record = json.loads((tmp_path / "x.xai.json").read_text())
    (tmp_path / "x.xai.json").write_text(json.dumps(record | {"cells": cells}))
    with pytest.raises(ValueError, match="its field cells"):
        load(tmp_path / "x.xai.json")
    (tmp_path / "x.xai.json").write_text(json.dumps({name: one for name, one in record.items() if name != "cells"}))
    assert load(tmp_path / "x.xai.json").cells is None, "files of before there were cells"


@pytest.mark.parametrize(
    "data", [b"", b"[" * 100_000, b"\xff\xfe", b"null", b"[]", b'{"a":' * 50_000, b"1" * 50_000, b'"\\ud800"']
)
def test_what_is_no_result_is_refused(data, tmp_path):
    for name in ("x.xai.json", "x.npz"):
        (tmp_path / name).write_bytes(data)
        with pytest.raises(ValueError, match=f"cannot read '{name}'"):
            load(tmp_path / name)


def test_a_missing_file_is_a_missing_file(tmp_path):
    with pytest.raises(FileNotFoundError):
        load(tmp_path / "x.npz")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(["target", "params", "labels", "region", "steps", "notes", "arrays", "seed", "gap", "v"]), plain)
def test_any_value_in_any_field_is_read_or_refused(tmp_path, field, value):
    path = a_record(tmp_path, **{field: value})
    try:
        load(path)
    except ValueError as error:
        assert str(error).startswith("cannot read 'x.xai.json': ")  # noqa: PT017  some values are right
