"""A cell that is run again and again in one JupyterLab leaves nothing in the kernel or on the page: nobody closes."""

from browser.image_widget import SETUP, becomes, shown, value

WARM, TIMES = 5, 200
AGAIN = """
import gc, threading, weakref
from comm import get_comm_manager
seen = globals().setdefault("seen", [])
model = Net()
seen.append(weakref.ref(model))
xai.explain(model, image, labels=labels, method="saliency")
"""
ALIVE = "sum(one() is not None for one in seen)"
KERNEL = "[len(get_comm_manager().comms), threading.active_count()]"


def on_the_page(lab, session):
    """Count nodes and listeners of the page once nothing holds what is gone."""
    for _ in range(3):
        session.send("HeapProfiler.collectGarbage")
    found = {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}
    elements = lab.page.evaluate("document.querySelectorAll('*').length")
    return elements, found["Nodes"], found["JSEventListeners"]


def test_a_cell_that_is_run_again_and_again_leaves_nothing(lab):
    lab.open("again.ipynb", [SETUP, AGAIN]).run(0)
    session = lab.page.context.new_cdp_session(lab.page)
    session.send("Performance.enable")

    def opened(times):
        for _ in range(times):
            lab.run(1)
            shown(lab, 1).settled()
        becomes(lab, ALIVE, expected=1)
        return value(lab, KERNEL), on_the_page(lab, session)

    kernel, page = opened(WARM)
    kernel_then, page_then = opened(TIMES)
    assert all(now <= before + 2 for now, before in zip(kernel_then, kernel, strict=True)), (kernel, kernel_then)
    # A view has hundreds of each: what is kept of every tenth one would be seen.
    assert all(now <= 1.2 * before for now, before in zip(page_then, page, strict=True)), (page, page_then)
