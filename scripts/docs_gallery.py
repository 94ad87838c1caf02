"""Take the small pictures of the gallery anew: populations, maps of words and the trust in a map, in JupyterLab."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import nbformat
from PIL import Image
from playwright.sync_api import expect, sync_playwright

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from browser.conftest import ARGUMENTS, chromium
from browser.lab import Lab
from docs_pictures import SECONDS, each, say

if TYPE_CHECKING:
    from browser.lab import Server
    from playwright.sync_api import Locator

MOST = 150_000
"""Bytes of a picture: a repository keeps them all for ever."""

EXPLORER = """
people = census.test_frame[:3000]
w = xai.explain(network, people, y=(census.test_answers[:3000] == ">50K") * 1, labels=["<=50K", ">50K"], target=">50K")
w
"""
WORDS = """
import xai_widgets as xai
from xai_widgets import samples

vectors = samples.glove(20_000)
w = xai.EmbeddingExplorer(vectors, words=3000, method="tsne", word="king", pairs=samples.word_pairs("wordsim"))
w
"""
TRUST = """
w = xai.explain(model, photo, preprocess=preprocess, labels=labels, method="grad_cam")
w
"""


def first_code(notebook: str) -> str:
    """Return the code that a notebook begins with."""
    cells = nbformat.read(ROOT / "notebooks" / notebook, as_version=4).cells
    return next(cell.source for cell in cells if cell.cell_type == "code")


def population(root: Locator, name: str) -> Locator:
    """Go to one question about a population."""
    topic = {"importance": "Importance", "effect": "Effect of a column", "contributions": "Contributions",
             "tree": "Surrogate tree"}[name]  # fmt: skip
    root.get_by_role("radio", name=topic, exact=True).check()
    if name == "effect":
        root.get_by_role("combobox", name="Column").click()
        root.get_by_role("option", name="age", exact=True).click()
    status = root.locator(f"[data-xai=status][data-topic={name}]")
    expect(status).to_have_attribute("data-running", "false", timeout=SECONDS * 1000)
    root.page.evaluate("document.activeElement.blur()")
    return root


def words(root: Locator, _: str) -> Locator:
    """Wait for a map that no longer moves."""
    root.page.wait_for_function(
        "root => { const { layout, near } = root.xai.store;"
        " return layout.value && !layout.value.running && near.value && !near.value.running }",
        arg=root.element_handle(),
    )
    return root


def trust(root: Locator, _: str) -> Locator:
    """Unfold the panel, and the curves of its first measure."""
    panel = root.locator("[data-xai=trust]")
    panel.locator("summary").first.click()
    root.page.wait_for_function(
        "root => root.xai.store.trust.a.current.value?.running === false", arg=root.element_handle()
    )
    panel.locator("[data-xai=measure-deletion] summary").click()
    expect(panel.locator("[data-xai=measure-deletion] polyline").first).to_be_visible()
    panel.evaluate("panel => { panel.style.padding = '0 16px 12px' }")
    root.page.mouse.move(0, 0)
    return panel


GALLERY = {
    "population": (
        (first_code("04_tabular.ipynb"), EXPLORER),
        population,
        ("importance", "effect", "contributions", "tree"),
    ),
    "words": ((WORDS,), words, ("words",)),
    "trust": ((first_code("01_quickstart.ipynb").rpartition("\n\n")[0], TRUST), trust, ("trust",)),
}
"""By subject: the cells of a notebook of which the last shows a widget, what brings it there, and the pictures."""


def take(server: Server, subject: str, into: Path) -> None:
    """Run the cells, and photograph what they show in the light theme."""
    cells, ready, names = GALLERY[subject]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        page = browser.new_page(viewport={"width": 1180, "height": 1500})
        page.set_default_timeout(SECONDS * 1000)
        lab = Lab(page, server).open(f"{subject}.ipynb", list(cells))
        lab.theme("light")
        for i in range(len(cells)):
            lab.run(i)
        for name in names:
            shot = ready(page.locator(".xai-root"), name).screenshot()
            file = into / f"{name}-light.png"
            # As many colours as a view has, without grain: flat areas take no room.
            picture = Image.open(io.BytesIO(shot)).convert("RGB").quantize(128, dither=Image.Dither.NONE)
            picture.save(file, optimize=True)
            say(file)
            if (size := file.stat().st_size) > MOST:
                msg = f"{file.name} takes {size} bytes, and may take {MOST}."
                raise ValueError(msg)
        lab.shutdown()
        browser.close()


if __name__ == "__main__":
    each(GALLERY, take)
