"""Take the pictures of the documentation anew: the notebooks' widgets in JupyterLab, light and dark."""

import io
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

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


def take(server: Server, name: str, notebook: str, cells: int, height: int) -> None:
    """Run the notebook's first code cells, wait for the finished map and photograph the view."""
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
        for file in lab.shots(PICTURES, name, page.locator(".xai-root")):
            Image.open(file).convert("RGB").save(file, optimize=True)
            print(file.relative_to(ROOT), file.stat().st_size // 1000, "kB")
        lab.shutdown()
        browser.close()


def take_methods(server: Server) -> None:
    """Photograph the photo of the quickstart under every method that fits its model and has no picture yet."""
    folder = PICTURES / "methods"
    folder.mkdir(exist_ok=True)
    shutil.copy(ROOT / "notebooks" / "01_quickstart.ipynb", server.root)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        page = browser.new_page(viewport={"width": 1280, "height": 1100})
        lab = Lab(page, server).open("01_quickstart.ipynb")
        lab.run(next(i for i, cell in enumerate(server.read("01_quickstart.ipynb").cells) if cell.cell_type == "code"))
        for method in xai.methods():
            file = folder / f"{method.name}.webp"
            usable = f"print(next(m.usable for m in xai.methods(model) if m.name == {method.name!r}))"
            if file.exists() or "True" not in evaluate(lab, usable):
                continue
            if refused := evaluate(lab, f"w.explain({method.name!r})"):
                print(method.name, refused.splitlines()[-1])
                continue
            page.wait_for_function(
                # Half done is good enough for a small picture: exact Shapley values take minutes.
                f"""([name, since]) => {INFO}?.request.method === name
                    && ({INFO}.final || performance.now() - since > {PATIENCE})""",
                arg=[method.name, page.evaluate("performance.now()")],
                timeout=3 * SECONDS * 1000,
            )
            shot = page.locator("canvas.xai-canvas").screenshot()
            picture = Image.open(io.BytesIO(shot)).convert("RGB")
            picture.thumbnail((420, 420))
            picture.save(file, quality=80, method=6)
            print(file.relative_to(ROOT), file.stat().st_size // 1000, "kB")
        lab.shutdown()
        browser.close()


def each(names: Iterable[str], take_one: Callable[[Server, str], None]) -> None:
    """Take the pictures of each name, all on one server."""
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder))
        try:
            for name in names:
                take_one(server, name)
        finally:
            server.stop()


def main() -> None:
    """Take every picture, or those that are named."""
    each(
        sys.argv[1:] or [*NOTEBOOKS, "methods"],
        lambda server, name: take_methods(server) if name == "methods" else take(server, name, *NOTEBOOKS[name]),
    )


if __name__ == "__main__":
    main()
