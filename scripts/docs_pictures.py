"""Take the pictures of the documentation anew: the notebooks' widgets in JupyterLab, light and dark."""

import argparse
import io
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

from PIL import Image
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from browser.conftest import ARGUMENTS, chromium
from browser.image_widget import evaluate
from browser.lab import Lab, Server

import xai_widgets as xai

PICTURES = ROOT / "docs" / "pictures"
NOTEBOOKS = {
    "quickstart": ("01_quickstart.ipynb", 1, 1250),
    "text": ("03_text.ipynb", 1, 1100),
    "rows": ("04_tabular.ipynb", 2, 2150),
}
"""Which of the first code cells of each shows a widget, and how high a page it needs."""
INFO = "document.querySelector('.xai-root')?.xai?.store.slots.a.map.value?.info"
FINISHED = f"{INFO}?.final"
PATIENCE = 60_000
"""Milliseconds for a method's small picture."""
ASKED = "What would have to change?"
FOUND = "document.querySelector('.xai-root').xai.store.search.value?.running === false"
SECONDS = 120


class Subject(NamedTuple):
    """What methods are shown on: what the first cell of a notebook explains."""

    notebook: str
    width: int
    """Of the page."""
    picture: str
    """What is photographed, by its selector."""
    most: tuple[int, int]
    """Pixels of the picture."""


SUBJECTS = (
    Subject("01_quickstart.ipynb", 1280, "canvas.xai-canvas", (420, 420)),
    Subject("03_text.ipynb", 900, "[data-xai=text-a]", (840, 420)),
)
"""A method is shown on the first that it fits."""


def take(server: Server, name: str, into: Path) -> None:
    """Take the pictures of a notebook's view, of every method or of the one of this name."""
    if name in NOTEBOOKS:
        take_view(server, name, into)
        return
    left = [one.name for one in xai.methods() if name in {"methods", one.name}]
    (into / "methods").mkdir(parents=True, exist_ok=True)
    for subject in SUBJECTS:
        left = take_methods(server, left, into / "methods", subject) if left else []
    if left or name not in {"methods", *(one.name for one in xai.methods())}:
        msg = f"No picture of {', '.join(left) or name}."
        raise ValueError(msg)


def take_view(server: Server, name: str, into: Path) -> None:
    """Run the notebook's first code cells, wait for the finished map and photograph the view."""
    notebook, cells, height = NOTEBOOKS[name]
    shutil.copy(ROOT / "notebooks" / notebook, server.root)
    code = [i for i, cell in enumerate(server.read(notebook).cells) if cell.cell_type == "code"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        page = browser.new_page(viewport={"width": 1280, "height": height}, device_scale_factor=1.25)
        lab = Lab(page, server).open(notebook)
        for i in code[:cells]:
            lab.run(i)
        page.wait_for_function(f"() => {FINISHED}", timeout=SECONDS * 1000)
        if name == "rows":
            page.get_by_role("button", name=ASKED).click()
            page.wait_for_function(f"() => {FOUND}", timeout=SECONDS * 1000)
            page.locator("[data-xai=found] button").first.focus()
        for file in lab.shots(into, name, page.locator(".xai-root")):
            Image.open(file).convert("RGB").save(file, optimize=True)
            say(file)
        lab.shutdown()
        browser.close()


def take_methods(server: Server, names: list[str], folder: Path, subject: Subject) -> list[str]:
    """Photograph the subject under every method that fits its model; return the names of the others."""
    shutil.copy(ROOT / "notebooks" / subject.notebook, server.root)
    left = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        page = browser.new_page(viewport={"width": subject.width, "height": 1100})
        lab = Lab(page, server).open(subject.notebook)
        lab.run(next(i for i, cell in enumerate(server.read(subject.notebook).cells) if cell.cell_type == "code"))
        for name in names:
            if evaluate(lab, f"w.explain({name!r})"):  # which says why it cannot
                left.append(name)
                continue
            page.wait_for_function(
                # Half done is good enough for a small picture: exact Shapley values take minutes.
                f"""([name, since]) => {INFO}?.request.method === name
                    && ({INFO}.final || performance.now() - since > {PATIENCE})""",
                arg=[name, page.evaluate("performance.now()")],
                timeout=3 * SECONDS * 1000,
            )
            picture = Image.open(io.BytesIO(page.locator(subject.picture).screenshot())).convert("RGB")
            picture.thumbnail(subject.most)
            file = folder / f"{name}.webp"
            picture.save(file, quality=80, method=6)
            say(file)
        lab.shutdown()
        browser.close()
    return left


def say(file: Path) -> None:
    """Tell what was taken."""
    print(file.name, file.stat().st_size // 1000, "kB", flush=True)


def each(everything: Iterable[str], take_one: Callable[[Server, str, Path], None]) -> None:
    """Take the pictures of each name that is given, else of everything, all on one server."""
    given = argparse.ArgumentParser()
    given.add_argument("names", nargs="*", default=[*everything])
    given.add_argument("--into", type=Path, default=PICTURES)
    asked = given.parse_args()
    asked.into.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder))
        try:
            for name in asked.names:
                take_one(server, name, asked.into)
        finally:
            server.stop()


if __name__ == "__main__":
    each([*NOTEBOOKS, "methods"], take)
