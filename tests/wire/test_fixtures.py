"""The arrays that the browser's tests read are what Python writes today."""

import importlib.util
import json
from pathlib import Path

import numpy as np
import pytest

from xai_widgets.wire import decode

FOLDER = Path(__file__).parent.parent / "fixtures" / "wire"
INDEX = json.loads((FOLDER / "index.json").read_text(encoding="utf-8"))


def test_the_files_are_fresh():
    spec = importlib.util.spec_from_file_location("generate", FOLDER / "generate.py")
    generate = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generate)
    index, files = generate.fixtures()
    assert index == INDEX
    assert {path.name: path.read_bytes() for path in FOLDER.glob("*.bin")} == files


@pytest.mark.parametrize("fixture", INDEX, ids=[one["name"] for one in INDEX])
def test_decode_agrees(fixture):
    values = decode(fixture["array"], (FOLDER / fixture["file"]).read_bytes()).ravel()
    want = np.array([np.nan if v is None else v for v in fixture["values"]])
    assert np.array_equal(np.isnan(values), np.isnan(want))
    assert (np.abs(values - want)[~np.isnan(want)] <= fixture["tolerance"]).all()
