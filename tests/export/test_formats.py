"""The table of docs/saved.md: which result is saved as what."""

import re
from pathlib import Path

import numpy as np
import pytest
from export.test_svg import ALL, PREDICTION, a_row, a_text

from xai_widgets.changes import Candidate, Counterfactuals, Edit
from xai_widgets.results import Attribution

DOCS = Path(__file__).parents[2] / "docs" / "saved.md"
HEAD, *ROWS = [
    [cell.strip() for cell in line.strip("|\n").split("|")]
    for line in re.search(r"\| \| `.html`.*?\n\n", DOCS.read_text(encoding="utf-8"), re.DOTALL)[0].splitlines()
    if line and "---" not in line
]
PHOTO = np.full((6, 6, 3), 99, np.uint8)
EDITED = Candidate("cold", (Edit(0, 4, "replace", "warm", "cold"),), PREDICTION, -0.5, None)
RESULTS = {
    "attribution of a picture": Attribution(
        np.ones((3, 3), np.float32), 0, "good", PREDICTION, method="saliency", photo=PHOTO, region=(0, 0, 6, 6)
    ),
    "attribution of a text": a_text(),
    "attribution of a row": a_row(1.0, -2.0, names=("age", "hours")),
    "counterfactuals of a picture": Counterfactuals(PHOTO, PREDICTION, 0, "bad"),
    "counterfactuals of a text or a row": Counterfactuals("warm", PREDICTION, 0, "bad", (EDITED,)),
    "evaluation": ALL["evaluation"],
    "result about a table": ALL["curves"],
}
MAGIC = {".html": b"<!DOCTYPE html>", ".xai.json": b"{", ".npz": b"PK", ".png": b"\x89PNG", ".svg": b"<svg "}


def test_the_table_has_a_line_for_each_kind_of_result():
    assert [row[0] for row in ROWS] == list(RESULTS)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_what_the_table_says_is_what_can_be_saved(row, tmp_path):
    said = {suffix.strip("`"): cell for suffix, cell in zip(HEAD[1:], row[1:], strict=True) if cell}
    with pytest.raises(ValueError, match="must end in") as refused:
        RESULTS[row[0]].save(tmp_path / "x.pickle")
    assert str(refused.value).partition("must end in ")[2].rstrip(".").split(", ") == sorted(said)
    for suffix, cell in said.items():
        RESULTS[row[0]].save(tmp_path / f"x{suffix}")
        written = (tmp_path / f"x{suffix}").read_bytes()
        assert written.startswith(MAGIC.get(suffix, "\ufeff".encode()))
        if suffix == ".html":
            assert (b'id="xai-view"' in written) == (cell == "view")
