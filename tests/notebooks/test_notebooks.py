"""Every notebook, and every template of one, runs from top to bottom, and none carries the results of a run."""

import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted([*ROOT.glob("notebooks/*.ipynb"), *ROOT.glob("js/lab/start/templates/*.ipynb")])
SECONDS = 300  # for one cell, on a busy machine

FENCED = re.compile(r"```python\n(.*?)```", re.DOTALL)
OWN = """
import gc, time

my_model, my_preprocess, my_labels = model, preprocess, labels
photo.save("my-picture.jpg", quality=95)

def steps():
    return [one for one in gc.get_objects() if isinstance(one, Step)]

def until_done(those):
    end = time.monotonic() + 200
    while not all(one.done for one in those):
        assert time.monotonic() < end, those
        time.sleep(0.05)
"""
ACTS = {
    "06_inside": """
first_five = steps()
assert [one.value[0] for one in first_five] == ["\u2610"] * 5, first_five
all_of_it = xai.Occlude(points=(112, 112), radius=400)
w.explain(target="lynx")
v.explain("layer_cam", layer="blocks.5")
z.explain(perturbations=[all_of_it])
until_done([brush, change])
assert not back.done
z.explain(perturbations=[])
until_done(first_five)
z.close()
"""
}
"""What the readers of a notebook do in its widgets, after which every step is ticked off."""

OWN_ACTS = """
[last] = [one for one in steps() if not one.done]
assert last.value[0] == "\u2610", last
mine.explain(perturbations=[all_of_it])
until_done([last])
"""
"""The same with a model and a picture of theirs."""


def acts(notebook, name):
    """Write cells that do what readers are asked for, in the notebook's widgets and by its snippets."""
    snippets = [
        found for cell in notebook.cells if cell.cell_type == "markdown" for found in FENCED.findall(cell.source)
    ]
    if name in ACTS:
        assert snippets
        for source in (OWN, ACTS[name], *snippets, OWN_ACTS):
            notebook.cells.append(nbformat.v4.new_code_cell(source))
    else:
        assert not snippets, "nobody runs them"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_notebook_runs(path, tmp_path):
    notebook = nbformat.read(path, as_version=4)
    acts(notebook, path.stem)
    NotebookClient(notebook, timeout=SECONDS, resources={"metadata": {"path": str(tmp_path)}}).execute()


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_notebook_is_stored_without_results(path):
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    assert notebook.metadata.kernelspec.name == "python3"
    assert "widgets" not in notebook.metadata
    for cell in notebook.cells:
        assert not cell.get("outputs")
        assert cell.get("execution_count") is None
