"""Widgets in boxes and outputs of ipywidgets, whose cells are run again, and whose sliders are moved."""

from __future__ import annotations

import weakref

import ipywidgets
import pytest
from faults.test_cells import Pages, collected, notebook  # noqa: F401  a fixture
from IPython.core.interactiveshell import InteractiveShell
from ipywidgets.widgets.widget import _instances
from widgets.fakes import until

from xai_widgets.widgets import forgetting
from xai_widgets.widgets.boxes import VIEW, within
from xai_widgets.widgets.living import living

MADE = "xai.explain(Net(), picture(), labels=labels, method='saliency')"
SHOW = f"""
def show(x=1):
    return {MADE}
"""


@pytest.fixture
def cells(notebook, monkeypatch):  # noqa: F811  that one
    notebook.names["widgets"] = ipywidgets
    monkeypatch.setattr(InteractiveShell, "_instance", notebook.shell)  # by which `display` goes
    return notebook


@pytest.fixture
def slid(cells):
    """Put a function that explains into the cell named a, under a slider; returns how to move that."""
    cells.run("f", SHOW)
    cells.run("a", "widgets.interact(show, x=(0, 9))")
    return lambda to: moved(cells, "show", to)


def moved(cells, function, to):
    """Move the slider above a function, which shows what it returns as a page would; returns a reference to that."""
    box = cells.names[function].widget
    before = set(living())
    cells.told, kind = {}, cells.shell.kernel.get_parent
    cells.shell.kernel.get_parent = lambda: {"msg_type": "comm_msg", "metadata": {}}
    box.children[0].value = to
    cells.shell.kernel.get_parent = kind
    [made] = set(living()) - before
    box.out.outputs = ({"output_type": "display_data", "data": {VIEW: {"model_id": made.model_id}}},)
    return weakref.ref(made)


@pytest.mark.parametrize(
    "box",
    [
        "widgets.HBox([widgets.Label('x'), {}])",
        "widgets.Tab([widgets.VBox([{}])], titles=['x'])",
        "display(widgets.VBox([{}]))",
        "w = {}; slider = widgets.IntSlider(); slider.observe(lambda _: w.explain()); widgets.VBox([slider, w])",
    ],
)
def test_a_box_ends_with_the_widget_in_it_whose_cell_is_run_again(cells, box):
    before = set(_instances)
    first = cells.made(source=box.format(MADE))
    known = set(_instances) - before
    second = cells.made(source=box.format(MADE))
    collected()
    assert first() is None
    assert living() == [second()]
    assert not known & set(_instances)


def test_a_box_that_another_cell_shows_keeps_its_widget(cells):
    first = cells.made(source=f"box = widgets.HBox([{MADE}])\nbox")
    cells.run("b", "box")
    second = cells.made(source=f"box = widgets.HBox([{MADE}])\nbox")
    collected()
    assert living() == [first(), second()]
    cells.run("b", "0")
    collected()
    assert living() == [second()]


@pytest.mark.parametrize("leads", ["kept = _", "kept = [_.children[0]]", "def kept(box=_): box"])
def test_a_box_that_a_variable_leads_to_keeps_its_widget(cells, leads):
    first = cells.made(source=f"widgets.HBox([{MADE}])")
    cells.run("b", leads)
    cells.run("a", "0")
    collected()
    assert living() == [first()]
    assert all(_instances[one.model_id] is one for one in (first(), first().layout))
    cells.run("b", "kept = None")
    collected()
    assert first() is None


def test_a_box_that_a_page_shows_keeps_its_widget_and_what_stands_beside_it(cells):
    first = cells.made(source=f"widgets.HBox([widgets.Label('x'), {MADE}])")
    pages = Pages(first())
    pages.show("one", 1)
    known = set(_instances)
    cells.made("c", source=MADE)
    cells.run("a", "0", deleted=["c"])
    collected()
    assert living() == [first()]
    assert known <= set(_instances)
    pages.show("one", 0)
    until(lambda: first() is None)


def test_a_part_of_a_box_that_another_cell_shows_by_itself_lives(cells):
    cells.run("s", "slider = widgets.IntSlider()\nslider")
    first = cells.made(source=f"widgets.HBox([slider, {MADE}])")
    slider = weakref.ref(cells.names.pop("slider"))
    cells.run("a", "0")
    collected()
    assert first() is None
    assert _instances[slider().model_id] is slider()


def test_a_box_without_one_of_ours_is_left_alone(cells):
    cells.run("a", "widgets.HBox([widgets.Label('x')])")
    box = cells.names["_"]
    cells.made("c")
    cells.run("a", "0", deleted=["c"])
    collected()
    assert living() == []
    assert box in cells.names["_oh"].values()
    assert _instances[box.model_id] is box


def test_what_a_slider_had_explained_ends_when_a_page_shows_the_next(slid, monkeypatch):
    monkeypatch.setattr(forgetting, "SILENCE", 3600.0)
    made, pages = [], []
    for to in range(2, 6):
        made.append(slid(to))
        collected()
        assert made[-1]() in living()
        pages.append(Pages(made[-1]()))
        pages[-1].show("one", 1)
        if to > 2:
            pages[-2].show("one", 0)
        collected()
    assert [one() is None for one in made] == [True, True, True, False]


def test_what_a_slider_had_explained_is_waited_for_by_pages(slid, monkeypatch):
    monkeypatch.setattr(forgetting, "SILENCE", 3600.0)
    made = slid(5)
    slid(6)
    forgetting.look()
    collected()
    assert made() in living()
    monkeypatch.setattr(forgetting, "SILENCE", 0.0)
    forgetting.look()
    collected()
    assert made() is None


def test_what_an_output_shows_lives_while_it_is_scrolled_away(slid):
    made = slid(5)
    pages = Pages(made())
    pages.show("one", 1)
    pages.show("one", 0)
    collected()
    assert made() in living()


def test_nothing_is_left_of_a_slider_whose_cell_is_run_again(cells, slid):
    before = set(_instances) - {one.model_id for one in within(cells.names["show"].widget)}
    made = [slid(to) for to in range(2, 5)]
    known = set(_instances) - before
    cells.run("a", "widgets.interact(show, x=(0, 9))")
    collected()
    assert all(one() is None for one in made)
    assert len(living()) == 1
    assert not known & set(_instances)


def test_boxes_that_a_slider_makes_end_too(cells):
    cells.run("f", SHOW.replace(MADE, f"widgets.HBox([{MADE}])"))
    cells.run("a", "widgets.interact(show, x=(0, 9))")
    made = []
    for to in range(2, 5):
        made.append(moved(cells, "show", to))
        box = cells.names["show"].widget
        box.out.outputs = ({"output_type": "display_data", "data": {VIEW: {"model_id": box.result.model_id}}},)
        forgetting.look()
        collected()
    assert [one() is None for one in made] == [True, True, False]
