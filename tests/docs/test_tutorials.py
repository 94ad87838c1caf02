"""What is kept of a tutorial that has run, and the page that is made of it."""

import base64
import io
import json
import sys
from pathlib import Path

import nbformat
import pytest
from PIL import Image

sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))

import docs_tutorials

STEP = "\u2610 Drag it."


def cell(name, *outputs):
    found = nbformat.v4.new_code_cell(f"show({name!r})", id=name)
    found.outputs = list(outputs)
    return found


def shown(text, **more):
    return nbformat.v4.new_output("execute_result", {"text/plain": text, **more})


@pytest.fixture
def kept(tmp_path, monkeypatch):
    """Keep what a made-up notebook has put out, beside a picture of a cell that it no longer has."""
    picture = io.BytesIO()
    Image.new("RGB", (90, 60), "teal").save(picture, "png")
    png = {"image/png": base64.b64encode(picture.getvalue()).decode()}
    notebook = nbformat.v4.new_notebook()
    notebook.cells = [
        nbformat.v4.new_markdown_cell("# A title\n\nGo on with [the next](02_next.ipynb)."),
        cell("one", nbformat.v4.new_output("stream", text="a\n" * 99), shown("Why [cat]?\nmore", **png)),
        cell("two", shown(STEP)),
        cell("three"),
    ]
    monkeypatch.setattr(docs_tutorials, "KEPT", tmp_path)
    monkeypatch.setattr(docs_tutorials, "NOTEBOOKS", tmp_path)
    (tmp_path / "01_a-gone.webp").touch()
    docs_tutorials.keep(notebook, "01_a", tmp_path)
    for one in notebook.cells[1:]:
        one.outputs = []
    nbformat.write(notebook, tmp_path / "01_a.ipynb")
    return tmp_path


def test_what_cells_put_out_is_kept_by_their_ids(kept):
    found = json.loads((kept / "01_a.json").read_text(encoding="utf-8"))
    assert found.keys() == {"one", "two"}
    said, picture = found["one"]
    assert said["text"].split("\n") == [*["a"] * docs_tutorials.LINES, "…"]
    assert picture == {"picture": "01_a-one.webp", "text": "Why [cat]?"}
    assert Image.open(kept / "01_a-one.webp").size == (90, 60)
    assert not (kept / "01_a-gone.webp").exists()


def test_the_page_has_words_code_and_what_was_kept(kept):
    docs = kept / "docs"
    (docs / "tutorials").mkdir(parents=True)
    (docs / "tutorials" / "09_gone.md").touch()
    docs_tutorials.write(docs)
    page = (docs / "tutorials" / "01_a.md").read_text(encoding="utf-8")
    parts = ["# A title", "[the next](02_next.md)", "01_a.ipynb", "show('one')", "\na\n", "![Why cat?]"]
    parts += ["(../pictures/tutorials/01_a-one.webp)", "show('two')", f"> {STEP}", "show('three')"]
    places = [page.index(one) for one in parts]
    assert places == sorted(places)
    assert "[A title](01_a.md)" in (docs / "tutorials" / "index.md").read_text(encoding="utf-8")
    assert {one.stem for one in (docs / "tutorials").iterdir()} == {"01_a", "index"}
