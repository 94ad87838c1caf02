"""Widgets that no variable names, while their cells are run again, deleted, scrolled away and looked at elsewhere."""

import pytest
from browser.image_widget import SETUP, becomes, evaluate, shown, value
from browser.lab import Lab, Server, script
from playwright.sync_api import expect

NAMELESS = """
Net.pause = 0.0
xai.explain(model, image, labels=labels, method="saliency")
"""
LIVING = "len(living())"
LOOKED = """
import time
from xai_widgets.widgets.forgetting import _slots
while any(one._waiting or one._running for one in _slots.values()):
    time.sleep(0.01)
"""
IMPATIENT = """
from xai_widgets.widgets import forgetting
forgetting.SILENCE = 0.0
forgetting._calls.clear()
"""
NOTHING = "0"


@pytest.fixture
def nameless(lab):
    """Show a widget without a name in the second of three cells."""
    return begun(lab)


def begun(lab, name="nameless.ipynb"):
    lab.open(name, [f"{SETUP}\nfrom xai_widgets.widgets.living import living", NAMELESS, NOTHING]).run(0).run(1)
    shown(lab, 1).settled()
    return lab


def again(lab):
    """Run the cell again, and wait until its new view is settled."""
    lab.run(1)
    return shown(lab, 1).settled()


def outlives(lab, count):
    """Let the kernel look for widgets that nobody has, and see that so many live."""
    assert evaluate(lab, LOOKED) == ""
    assert value(lab, LIVING) == count


def test_a_cell_run_again_keeps_its_newest_widget(host):
    begun(host)
    first = value(host, "living()[0].model_id")
    view = again(host)
    becomes(host, LIVING, 1)
    assert value(host, "living()[0].model_id") != first
    view.slide("Brightness", 0.2).settled()
    assert value(host, "living()[0].state['request']['edits']")


def test_a_cell_run_again_keeps_its_newest_widget_without_the_extension(page, tmp_path):
    server = Server(tmp_path, bare=True)
    try:
        lab = begun(Lab(page, server))
        again(lab)
        becomes(lab, LIVING, 1)
        lab.check()
        lab.shutdown()
    finally:
        server.stop()


def test_a_cell_deleted_while_it_computes_takes_its_widget_along_with_the_next_that_runs(nameless):
    view = shown(nameless, 1)
    evaluate(nameless, "Net.pause = 0.03")
    view.root.get_by_label("Explanation method").select_option("rise")
    view.until("xai.store.slots.a.map.value.info.request.method === 'rise'")
    nameless.page.locator(".jp-Notebook-cell").nth(1).locator(".jp-InputPrompt").click()
    nameless.command("notebook:delete-cell")
    expect(nameless.page.locator(".xai-root")).to_have_count(0)
    assert value(nameless, LIVING) == 1
    nameless.run(1)
    becomes(nameless, LIVING, 0)
    becomes(
        nameless, "all(not worker._has_work() for worker in __import__('xai_widgets').jobs.workers())", expected=True
    )


def test_a_widget_stays_while_its_cell_does(nameless):
    nameless.save()
    nameless.open("nameless.ipynb")  # a page that goes says that it shows nothing any more
    view = shown(nameless, 1).settled()
    nameless.page.evaluate(script("() => { PANEL.content.widgets[1].outputHidden = true; }"))
    nameless.run(2)
    outlives(nameless, 1)
    nameless.page.evaluate(script("() => { PANEL.content.widgets[1].outputHidden = false; }"))
    view.slide("Brightness", 0.2).settled()


def test_a_widget_stays_that_another_page_shows_until_that_answers_no_more(nameless, browser, browser_context_args):
    nameless.save()
    context = browser.new_context(**browser_context_args)
    second = Lab(context.new_page(), nameless.server)
    other = shown(second.open("nameless.ipynb"), 1).settled()
    again(nameless)
    outlives(nameless, 2)
    other.slide("Brightness", 0.2).settled()
    becomes(nameless, "sorted((one.seen, one.awaited) for one in living())", [[True, False]] * 2)
    second.page.evaluate("() => { WebSocket.prototype.send = () => {}; }")  # what a crash does for good
    evaluate(nameless, IMPATIENT)
    becomes(nameless, LIVING, 1)
    context.close()


def test_a_widget_stays_that_has_a_view_of_its_own_after_its_cell_is_deleted(nameless):
    shown(nameless, 1).root.click(button="right")
    nameless.page.get_by_text("Create New View for Cell Output").click()
    linked = nameless.page.locator(".jp-LinkedOutputView .xai-root")
    expect(linked).to_be_visible()
    nameless.page.locator(".jp-Notebook .xai-root").wait_for(state="attached")
    nameless.page.evaluate(
        script("() => { PANEL.content.activeCellIndex = 1; window.jupyterapp.shell.activateById(PANEL.id); }")
    )
    nameless.command("notebook:delete-cell")
    expect(nameless.page.locator(".jp-Notebook .xai-root")).to_have_count(0)
    nameless.run(1)
    outlives(nameless, 1)
    expect(linked).to_be_visible()
