"""A page can be sent by mail, however much it tells of."""

import json
import re

import numpy as np
import pandas as pd
import pytest

import xai_widgets as xai
from xai_widgets.export.packed import unpacked
from xai_widgets.populations import Contributions, Curve, Effects, Importances

MOST = 300_000
RANDOM = np.random.default_rng(0)
WIDE = pd.DataFrame(RANDOM.normal(size=(300, 2000)), columns=[f"column number {i}" for i in range(2000)])
PAGE = re.compile(r'id="xai-page">(.*?)</script>', re.DOTALL)


def says(rows):
    """Answer by many columns, so that nothing found of them packs well."""
    x = np.asarray(rows)
    return np.tanh(x @ np.cos(np.arange(x.shape[1])) / 5) + 0.2 * x[:, 0] * x[:, 3]


def of_row():
    return xai.attribute(says, WIDE.iloc[0], "feature_ablation", background=WIDE.iloc[:20])


def curves(columns, lines):
    grid = tuple(np.linspace(-2, 2, 50).tolist())
    places, deciles = np.array(grid), np.linspace(-2, 2, 11)
    made = (
        Curve(name, grid, places, *RANDOM.normal(size=(2, 50)), RANDOM.normal(size=(lines, 50)).astype("f4"), deciles)
        for name in WIDE.columns[:columns]
    )
    return Effects(label="yes", rows=3000, effects=tuple(made), method="partial_dependence")


def contributions(rows, columns):
    names, sizes = tuple(WIDE.columns[:columns]), (rows, columns)
    cells = {name: RANDOM.normal(size=sizes) for name in ("local", "data", "error")}
    values, places = np.abs(cells["local"]).mean(0), RANDOM.permutation(rows)
    return Contributions(
        label="yes", rows=3000, names=names, values=values, places=places, **cells, method="global_importance"
    )


def row_widget():
    widget = xai.explain(says, WIDE.iloc[0], background=WIDE, method="feature_ablation")
    widget.result(120)
    return widget


def population_widget():
    rows = pd.DataFrame(RANDOM.normal(size=(3000, 30)), columns=WIDE.columns[:30])
    widget = xai.PopulationExplorer(says, rows, y=says(rows))
    first, second = rows.columns[:2]
    widget.show("importance")
    widget.show("effect", first)
    widget.show("pair", first, second)
    widget.show("tree")
    widget.show("contributions", n_rows=1000)
    return widget


def embedding_widget():
    return xai.EmbeddingExplorer(RANDOM.normal(size=(3000, 50)), [f"word{i}" for i in range(3000)], word="word3")


MADE = {
    "row of 2,000 columns": of_row,
    "its widget": row_widget,
    "contributions to 2,000 rows": lambda: contributions(2000, 30),
    "contributions of 2,000 columns": lambda: contributions(60, 2000),
    "importances of 2,000 columns": lambda: Importances(
        label="yes", rows=9, names=tuple(WIDE.columns), values=RANDOM.normal(size=2000), method="permutation_importance"
    ),
    "curves with 2,000 lines each": lambda: curves(30, 2000),
    "2,000 curves": lambda: curves(2000, 50),
    "population's widget": population_widget,
    "3,000 words": embedding_widget,
}
SAID = {
    "contributions to 2,000 rows": r"Saved: the single values of \d+ of 2000 rows and \d+ of 30 columns",
    "contributions of 2,000 columns": r"Saved: the single values of \d+ of 60 rows and \d+ of 2000 columns",
    "curves with 2,000 lines each": r"Saved: lines of \d+ of 2000 rows",
    "2,000 curves": r"Saved: the first \d+ of 2000 curves; lines of \d+ of 50 rows",
    "population's widget": r"Single rows: kept in \d+ steps",
}


@pytest.mark.parametrize("kind", MADE)
def test_a_page_is_small(kind, tmp_path, caplog):
    made, path = MADE[kind](), tmp_path / "it.html"
    made.save(path)
    getattr(made, "close", lambda: None)()
    written = path.read_text(encoding="utf-8")
    assert len(written.encode()) <= MOST
    assert json.loads(PAGE.search(written)[1])
    assert "The page takes" not in caplog.text
    footer = written.partition("<footer>")[2].partition("</footer>")[0]
    assert any(said in footer for said in ("Saved:", "Single rows:")) == (kind in SAID)
    assert re.search(SAID.get(kind, ""), footer)


def test_numbers_of_a_page_are_as_exact_as_can_be_seen(tmp_path):
    found = contributions(2000, 30)
    found.save(tmp_path / "it.html")
    page = json.loads(PAGE.search((tmp_path / "it.html").read_text(encoding="utf-8"))[1])
    shown, rows = page["shown"], slice(len(unpacked("places", page["places"], ("<i8", 1, 2**20))))
    assert shown == found.order[: len(shown)]
    assert len(shown) >= 10
    assert rows.stop >= 500
    assert page["error"] is None
    for name, exact in (("local", 2.5e-4), ("data", 1e-7)):
        kept = unpacked(name, page[name], ("<f8", 2, 2**20))
        assert np.allclose(kept, getattr(found, name)[rows, shown], rtol=exact, atol=0)
    assert unpacked("places", page["places"], ("<i8", 1, 2**20)).tolist() == found.places[rows].tolist()


def test_what_finds_no_room_is_told_in_a_warning(tmp_path, monkeypatch, caplog):
    monkeypatch.setenv("XAI_WIDGETS_PAGE_KB", "50")
    of_row().save(tmp_path / "row.html")
    MADE["importances of 2,000 columns"]().save(tmp_path / "table.html")
    assert caplog.text.count("more than the 50 it may") == 2
