"""Every notebook, and every template of one, runs from top to bottom, and none carries the results of a run."""

import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

ROOT = Path(__file__).parents[2]
TUTORIALS = sorted(ROOT.glob("notebooks/*.ipynb"))
NOTEBOOKS = [*TUTORIALS, *sorted(ROOT.glob("js/lab/start/templates/*.ipynb"))]
SECONDS = 300  # for one cell, on a busy machine

FENCED = re.compile(r"```python\n(.*?)```", re.DOTALL)
WAITING = """
import gc, time
from xai_widgets.wire import parse

def do(widget, **asked):
    widget._on_message(parse(asked, ()))

def steps():
    return [one for one in gc.get_objects() if isinstance(one, Step)]

def until_done(those):
    end = time.monotonic() + 200
    while not all(one.done for one in those):
        assert time.monotonic() < end, those
        time.sleep(0.05)

asked = steps()
assert asked and all(one.value[0] == "\u2610" for one in asked), asked
"""
ACTS = {
    "01_quickstart": """
w.explain("occlusion", perturbations=[xai.Rotation(40)])
""",
    "02_methods": """
v.explain(compare="saliency", perturbations=[xai.Noise(0.1)])
""",
    "03_text": """
w.explain(edits=[xai.Delete(text.index("dull"), text.index("dull") + 4)])
e.project("tsne")
""",
    "04_tabular": """
w.explain(changes={"hours_per_week": person["hours_per_week"] + 5})
lock = {"immutable": ["marital_status"], "ranges": {}, "direction": {}, "effort": {}, "rules": []}
do(w, kind="rules", **lock)
do(w, kind="search", open=True, target=1)
""",
    "05_trust": """
do(w, kind="trust", open=True)
until_done([one for one in asked if "Unfold" in one.value])
assert [one.value[2:8] for one in asked if not one.done] == ["Choose"]
w.explain("grad_cam", compare=None)
""",
    "06_inside": """
all_of_it = xai.Occlude(points=(112, 112), radius=400)
w.explain(target="lynx")
v.explain("layer_cam", layer="blocks.5")
z.explain(perturbations=[all_of_it])
until_done([brush, change])
assert not back.done
z.explain(perturbations=[])
""",
}
"""What the readers of a notebook do in its widgets, after which every step is ticked off."""

OWN = """
my_model, my_preprocess, my_labels = model, preprocess, labels
photo.save("my-picture.jpg", quality=95)
z.close()
"""
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
    own = (OWN, *snippets, OWN_ACTS) if snippets else ()
    for source in (WAITING, ACTS[name], "until_done(asked)", *own):
        notebook.cells.append(nbformat.v4.new_code_cell(source))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_notebook_runs(path, tmp_path):
    notebook = nbformat.read(path, as_version=4)
    if path in TUTORIALS:
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
