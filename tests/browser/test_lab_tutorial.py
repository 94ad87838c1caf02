"""A step of a tutorial in a real JupyterLab: the reader's own hand ticks it off."""

from browser.image_widget import SETUP, shown
from playwright.sync_api import expect

SHOWN = 'w = xai.explain(model, image, labels=labels, method="saliency")\nw'
STEP = """
from xai_widgets.tutorial import Step

def brightness(widget):
    return sum(one["value"] for one in widget.attribution.edits if one["name"] == "brightness")

Step("Drag 'Brightness' to 0.2 or more.", w, lambda w: brightness(w) >= 0.2, then="Well done.")
"""


def test_the_mouse_moves_the_slider_and_the_step_is_ticked_off(lab):
    lab.open("step.ipynb", [SETUP, SHOWN, STEP]).run(0).run(1)
    view = shown(lab, 1).settled()
    lab.run(2)
    step = lab.output(2).locator(".widget-label")
    expect(step).to_have_text("☐ Drag 'Brightness' to 0.2 or more.")
    slider = view.root.get_by_role("slider", name="Brightness", exact=True)
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    mouse, middle = lab.page.mouse, box["y"] + box["height"] / 2
    mouse.move(box["x"] + 0.5 * box["width"], middle)
    mouse.down()
    mouse.move(box["x"] + 0.55 * box["width"], middle)  # a little is not enough
    view.until("xai.store.request.value.edits.length === 1").settled()
    expect(step).to_have_text("☐ Drag 'Brightness' to 0.2 or more.")
    mouse.move(box["x"] + 0.85 * box["width"], middle, steps=5)
    expect(step).to_have_text("☑ Drag 'Brightness' to 0.2 or more. Well done.")
    mouse.up()
    # What is done stays done, also in a notebook that is saved and read without a kernel.
    view.root.get_by_role("button", name="Reset", exact=True).click()
    view.settled()
    expect(step).to_contain_text("☑")
    lab.run(2)  # a fresh step looks anew
    expect(step).to_contain_text("☐")
