"""Results as files: JSON and raw arrays, never pickle. What is read is hostile until it has been checked."""

from __future__ import annotations

import io
import json
import zipfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from xai_widgets.changes import CHANGE_WRITERS
from xai_widgets.evaluations import EVALUATION_WRITERS
from xai_widgets.export import change_files, evaluation_files, population_files
from xai_widgets.export.atomic import write_atomically
from xai_widgets.export.bundle import Recorded, drawable, dumped, json_writer
from xai_widgets.export.checks import FileError
from xai_widgets.export.packed import Wanted, array_of, bounded, faults, limit, packed, unpacked
from xai_widgets.export.picture import png, svg
from xai_widgets.export.record import ARRAYS, attribution_of, plain, record_of
from xai_widgets.export.views import method_of
from xai_widgets.export.words import question, text
from xai_widgets.populations.base import POPULATION_WRITERS
from xai_widgets.results import WRITERS

if TYPE_CHECKING:
    import os

    from numpy.typing import NDArray

    from xai_widgets.changes import Counterfactuals
    from xai_widgets.evaluations import Evaluation
    from xai_widgets.populations import PopulationResult
    from xai_widgets.results import Attribution

LARGEST = 2**29
"""Bytes of a file."""

HEADER = 2**14
"""Of an array in a .npz file."""

RECORD: Wanted = ("|u1", 1, 2**26)

MOST_PARTS = 10_000_000
"""Lists, objects and commas of a file: a text of a million tokens has some six million, arrays are a text without any.
A part takes up to 0.1 kB once it is read, whatever it takes in the file."""


def load(path: str | os.PathLike[str]) -> Attribution | Counterfactuals | Evaluation | PopulationResult:
    """Read what ``save`` wrote: ``.xai.json`` of any result, and ``.npz`` of an attribution.

    Raises
    ------
    ValueError
        For a file that is not such a one, is damaged or comes from a newer version, saying which and why.
        Nothing in a file is ever executed, and what it may unpack to is bounded.
    """
    path = Path(path)
    name = path.name.lower()
    if not name.endswith((".npz", ".xai.json")):
        msg = f"cannot read {path.name!r}: the name must end in .npz or .xai.json."
        raise ValueError(msg)
    try:
        limit("it", path.stat().st_size, LARGEST)
        if name.endswith(".npz"):
            return attribution_of(*_read_npz(path))
        record = _parsed(path.read_bytes())
        bounded(record)
        form = record.get("format") if isinstance(record, dict) else None
        if form == change_files.FORMAT:
            return change_files.counterfactuals_of(record)
        if form == population_files.FORMAT:
            return population_files.population_of(record)
        if form == evaluation_files.FORMAT:
            return evaluation_files.evaluation_of(record)
        return attribution_of(record, _arrays(record))
    except FileError as error:
        msg = f"cannot read {path.name!r}: {error}."
        raise ValueError(msg) from error


def write_npz(attribution: Attribution, path: Path) -> None:
    """Write arrays that ``numpy.load`` reads too, and a record of everything else."""
    record, arrays = record_of(attribution)
    file = io.BytesIO()
    text = np.frombuffer(dumped(record), dtype=np.uint8)
    np.savez_compressed(file, allow_pickle=False, record=text, **arrays)
    write_atomically(path, file.getvalue())


def recorded(attribution: Attribution) -> Recorded:
    """Return an attribution as plain data, with compressed arrays in base64 that a browser reads too, and a view."""
    record, arrays = record_of(attribution)
    record["arrays"] = {name: packed(array) for name, array in arrays.items()}
    paint = partial(png, attribution) if drawable(attribution) else None
    method = plain(method_of(attribution.method))
    return Recorded(record, question(attribution), text(attribution), paint, {"method": method})


def write_png(attribution: Attribution, path: Path) -> None:
    """Write the static picture."""
    write_atomically(path, png(attribution))


def write_svg(attribution: Attribution, path: Path) -> None:
    """Write the static picture of a text or a row in lines and letters."""
    write_atomically(path, svg(attribution))


def _read_npz(path: Path) -> tuple[Any, dict[str, NDArray[Any]]]:
    # From memory: a damaged archive may point before its own begin, and a file then fails as a broken disk would.
    data = io.BytesIO(path.read_bytes())
    with faults("it is no .npz file, or a damaged one"), zipfile.ZipFile(data) as archive:
        found = {info.filename: info for info in archive.infolist()}
        if "record.npy" not in found:
            msg = "it holds no result of xai_widgets"
            raise FileError(msg)
        text = _member(archive, found["record.npy"], RECORD)
        record = _parsed(text.tobytes())
        arrays = {
            name: _member(archive, found[f"{name}.npy"], wanted)
            for name, wanted in ARRAYS.items()
            if f"{name}.npy" in found
        }
    return record, arrays


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, wanted: Wanted) -> NDArray[Any]:
    # Read no more than is allowed, whatever the archive says, and let numpy parse a header of bounded size only.
    with archive.open(info) as file:
        data = file.read(wanted[2] + HEADER + 1)
    limit(info.filename, len(data), wanted[2] + HEADER)
    stream = io.BytesIO(data)
    if np.lib.format.read_magic(stream) != (1, 0):
        msg = f"{info.filename} has an unknown format"
        raise FileError(msg)
    shape, fortran, found = np.lib.format.read_array_header_1_0(stream)
    return array_of(info.filename, data[stream.tell() :], (found.str, shape), wanted, fortran=fortran)


def _arrays(record: Any) -> dict[str, NDArray[Any]]:
    listed = record.get("arrays") if isinstance(record, dict) else None
    if not isinstance(listed, dict):
        msg = "it holds no result of xai_widgets"
        raise FileError(msg)
    arrays = {}
    for name, wanted in ARRAYS.items():
        one = listed.get(name)
        if one is None:
            continue
        arrays[name] = unpacked(name, one, wanted)
    return arrays


def _parsed(data: bytes) -> Any:
    # Before it is read: three bytes make an object of their own.
    if sum(map(data.count, b"[{,")) > MOST_PARTS:
        msg = f"it has more than {MOST_PARTS:,} lists, objects and commas, which no result has"
        raise FileError(msg)
    with faults("it is no JSON, or a damaged one"):
        return json.loads(data.decode("utf-8"))


for writers, make in (
    (WRITERS, recorded),
    (CHANGE_WRITERS, change_files.recorded),
    (EVALUATION_WRITERS, evaluation_files.recorded),
    (POPULATION_WRITERS, population_files.recorded),
):
    writers[".xai.json"] = json_writer(make)
