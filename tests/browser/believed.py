"""*Can I believe this?* of any widget in a notebook: what a test does to it and reads from it."""

from __future__ import annotations

import csv
import re

from browser.image_widget import value
from playwright.sync_api import expect

# From here on the widget's maps tell the opposite of the truth.
REVERSED = """
import dataclasses
def reversed_maps(request, explain=w._session.explain):
    for found in explain(request):
        yield found and dataclasses.replace(found, values=-found.values)
w._session.explain = reversed_maps
"""


ENDED = """root => { const { trust } = root.xai.store; const told = (trust.a ?? trust).current.value;
    return told?.fraction === 1 && !told.running }"""


def unfold(root):
    """Unfold the panel, or fold it again."""
    root.get_by_text("Can I believe this?").click()
    return root.locator("[data-xai=trust]")


def measured(lab, root, verdict=re.compile(r"^(Passes \d of \d checks|[NU].*(random|model|seeds|halves))$")):
    """Wait until what is on show has been measured, and hold the panel against what Python has; returns that."""
    panel = root.locator("[data-xai=trust]")
    expect(panel.locator("[data-xai=trust-a]")).to_have_text(verdict)
    root.page.wait_for_function(ENDED, arg=root.element_handle())
    found = value(lab, "[w.evaluation.verdict, [[m.name, m.sentence] for m in w.evaluation.measures]]")
    assert panel.locator("[data-xai=trust-a]").inner_text().casefold() == found[0]
    expect(panel.locator(".xai-measure")).to_have_count(len(found[1]))
    for name, sentence in found[1]:
        expect(panel.locator(f"[data-xai=measure-{name}]")).to_contain_text(sentence)
    return dict(found[1])


def definitions(lab, root):
    """Unfold each measure, and hold what it says of itself against Python."""
    panel = root.locator("[data-xai=trust]")
    told = value(lab, "[[m.name, m.title, m.definition, m.paper, m.better] for m in w.evaluation.measures]")
    assert told
    for name, title, definition, paper, better in told:
        line = panel.locator(f"[data-xai=measure-{name}]")
        line.locator("summary").click()
        for text in (title, definition, paper, f"{better.capitalize()} is better, "):
            expect(line).to_contain_text(text)
        expect(line.locator(".xai-measure-more")).to_contain_text(re.compile("any number|from [-\u2212\\d]|at most"))


def beside(root, methods):
    """Measure methods beside each other; returns the lines of the table that is saved."""
    panel = root.locator("[data-xai=trust]")
    panel.get_by_text("Methods beside each other").click()
    for one in methods:
        panel.get_by_role("checkbox", name=one, exact=True).check()
    panel.get_by_role("button", name=re.compile(r"Measure \d methods")).click()
    table = panel.get_by_role("table", name="Methods beside each other")
    expect(table.locator("tbody tr")).to_have_count(panel.locator("input:checked").count())
    expect(panel.get_by_role("progressbar")).to_have_count(0)
    for down in ("descending", "ascending"):
        table.get_by_role("button", name="Deletion").click()
        expect(table.locator("th[aria-sort]")).to_have_attribute("aria-sort", down)
    with root.page.expect_download() as saved:
        panel.get_by_role("button", name="Save as CSV").click()
    with saved.value.path().open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))
