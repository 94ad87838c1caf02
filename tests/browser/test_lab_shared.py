"""One notebook with a widget of each kind, saved; then opened with no kernel, by others, and as a page."""

from __future__ import annotations

import base64
import io
import re

import numpy as np
from browser import image_widget, table_widget, test_embedding, test_lab_population, text_widget
from browser.lab import script
from browser.test_lab_image_life import PNG, coloured, png_of, shown_picture
from browser.test_lab_kept import alive
from nbconvert import HTMLExporter
from PIL import Image
from playwright.sync_api import expect

KINDS = {
    "picture": (image_widget.SETUP, image_widget.SHOWN),
    "text": (text_widget.SETUP, text_widget.SHOWN.format(text=text_widget.TEXT)),
    "row": (table_widget.SETUP, table_widget.SHOWN),
    "population": (test_lab_population.SETUP, test_lab_population.SHOWN),
    "embedding": (test_embedding.SETUP, test_embedding.SHOWN),
}
FINISHED = """root => { const a = root.xai.store.slots?.a;
    return a ? a.phase.value === 'idle' && a.map.value?.info.final && root.xai.lastDrawnId > 0
        : root.querySelector('[data-xai=status]')?.dataset.running === 'false' }"""
CELLS = [setup + shown for setup, shown in KINDS.values()]
PLAIN = {"image/png", "text/plain"}
"""What GitHub shows of an output, beside HTML without scripts."""


def test_every_kind_is_shared_as_a_picture_and_in_words(lab, browser):
    lab.open("shared.ipynb", CELLS)
    pictures = []
    for i in range(len(CELLS)):
        lab.run(i)
        lab.page.evaluate(script("i => PANEL.content.widgets[i].node.scrollIntoView()"), i)
        root = lab.output(i).locator(".xai-root")
        expect(root).to_have_count(1)
        lab.page.wait_for_function(FINISHED, arg=root.element_handle())
    lab.save()
    outputs = [cell.outputs[-1].data for cell in lab.server.read("shared.ipynb").cells]
    for kind, data in zip(KINDS, outputs, strict=True):
        assert data.keys() >= PLAIN, kind
        assert coloured(png_of(data[PNG])) > 0.0005, kind
        assert len(data["text/plain"].strip()) > 40, kind
        pictures.append(png_of(data[PNG]))
    lab.check()
    lab.shutdown()
    lab.expected.append("widget model not found")

    lab.page.route("**/xai-widgets/views/*", lambda route: route.fulfill(status=404))
    lab.expected.append("404")
    lab.open("shared.ipynb")  # by the one who wrote it: trusted
    assert [np.array_equal(shown_picture(lab, i), one) for i, one in enumerate(pictures)] == [True] * len(KINDS)
    expect(lab.output(list(KINDS).index("text")).locator(".xai-saved")).to_contain_text("good")
    strange = {i: [dict(data)] for i, data in enumerate(outputs)}
    lab.open("theirs.ipynb", [f"{cell}\n# from elsewhere" for cell in CELLS], outputs=strange)  # untrusted
    assert [np.array_equal(shown_picture(lab, i), one) for i, one in enumerate(pictures)] == [True] * len(KINDS)
    # Where the server hands out views, all of them live.
    lab.page.unroute("**/xai-widgets/views/*")
    for name in ("shared.ipynb", "theirs.ipynb"):
        lab.open(name)
        for i in range(len(CELLS)):
            alive(lab, i)

    [html, _] = HTMLExporter().from_filename(str(lab.server.root / "shared.ipynb"))
    packed = re.sub(r"\s", "", html)
    assert all(re.sub(r"\s", "", data[PNG]) in packed for data in outputs)
    # As GitHub renders it: no script runs, and of the types of an output the plain ones alone are known.
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.set_content(html)
    shown = page.locator("img[src^='data:image/png']").evaluate_all("all => all.map(one => one.src)")
    context.close()
    found = [np.asarray(Image.open(io.BytesIO(base64.b64decode(one.split(",", 1)[1])))).shape[:2] for one in shown]
    assert found == [one.shape[:2] for one in pictures]
