"""Every notebook, and every template of one, runs from top to bottom, and none carries the results of a run."""

import base64
import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbconvert import HTMLExporter
from notebooks.static import Seen, picked

ROOT = Path(__file__).parents[2]
TUTORIALS = sorted(ROOT.glob("notebooks/*.ipynb"))
NOTEBOOKS = [*TUTORIALS, *sorted(ROOT.glob("js/lab/start/templates/*.ipynb"))]
WIDGET = "application/vnd.jupyter.widget-view+json"
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
kept = w.scenarios_frame()
assert kept["hours_per_week"]["longer hours"] > kept["hours_per_week"]["original"]
assert kept["education"]["a degree"] != kept["education"]["original"]
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


PATIENT = """
from xai_widgets.widgets import cells as _cells

_cells.FIRST_PICTURE_SECONDS, _cells.UNATTENDED_SECONDS = 0, 200
"""
"""Where a program runs a notebook, a cell waits for its first picture, but on a busy machine not for long enough."""

FAILED = """
import gc as _gc
from xai_widgets.tutorial import Step as _Step
from xai_widgets.widgets.linked import LinkedWidget as _Linked

_all = _gc.get_objects()
_said = [one.value for one in _all if issubclass(type(one), _Step) and one.value[0] == "\u26a0"]
for _one in _all:
    if issubclass(type(_one), _Linked) and not _one._closed:
        _one.wait()
        _told = [message.content for message in _one._known()]
        _said += [one["message"] for one in _told if one["kind"] == "error"]
        _said += [one["error"] for one in _told if one["kind"] != "map" and isinstance(one.get("error"), str)]
assert not _said, _said
"""
"""What widgets and steps say in place of an answer, which stops no cell."""


def run(notebook, folder, first=""):
    """Run a notebook as readers do, and look whether anything failed without a word. JupyterLab saves no state."""
    before, after = map(nbformat.v4.new_code_cell, (PATIENT + first, FAILED))
    notebook.cells = [before, *notebook.cells, after]
    options = {"timeout": SECONDS, "store_widget_state": False}
    NotebookClient(notebook, resources={"metadata": {"path": str(folder)}}, **options).execute()
    notebook.cells = notebook.cells[1:-1]


def renders(notebook):
    """Look at what a notebook shows where no script runs: each widget as its picture, and nowhere an error."""
    shown = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    assert all(re.search(r"Traceback|\u26a0", output.get("text", "")) is None for output in shown)
    drawn = []
    for data in (output.data for output in shown if "data" in output):
        assert picked(data)[0] != "text/plain" or not re.match(r"<|\u26a0", data["text/plain"]), data["text/plain"]
        if WIDGET in data and not data["text/plain"].startswith(("\u2610", "\u2611")):
            kind, content = picked(data)
            assert kind == "image/png", data["text/plain"]
            assert base64.b64decode(content).startswith(b"\x89PNG")
            drawn.append(content)
    assert drawn
    page = Seen(HTMLExporter().from_notebook_node(notebook)[0])
    sources = {re.sub(r"\s", "", one.partition(",")[2]) for one in page.pictures}
    assert {re.sub(r"\s", "", one) for one in drawn} <= sources
    assert re.search(r"Traceback|\u26a0|widget model not found|Error displaying widget", page.words) is None


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
    run(notebook, tmp_path)
    renders(notebook)


def test_a_widget_or_a_step_that_fails_silently_fails_the_notebook(tmp_path):
    broken = "import torch, xai_widgets as xai\nw = xai.explain(torch.nn.Linear(7, 3), torch.rand(3, 12, 12))"
    astray = "from xai_widgets.tutorial import Step\ns = Step('Go.', w, lambda w: w.nowhere)"
    for cells, said in (([broken], "The model raised"), ([broken, astray], "nowhere")):
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(one) for one in cells])
        with pytest.raises(CellExecutionError, match=said):
            run(notebook, tmp_path)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_notebook_is_stored_without_results(path):
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    assert notebook.metadata.kernelspec.name == "python3"
    assert "widgets" not in notebook.metadata
    for cell in notebook.cells:
        assert not cell.get("outputs")
        assert cell.get("execution_count") is None
