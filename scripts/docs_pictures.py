"""Take the pictures of the documentation anew: the notebooks' widgets in JupyterLab, light and dark."""

import shutil
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from browser.conftest import ARGUMENTS, chromium
from browser.lab import Lab, Server

PICTURES = ROOT / "docs" / "pictures"
NOTEBOOKS = {"quickstart": "01_quickstart.ipynb", "text": "03_text.ipynb"}
"""The first code cell of each shows a widget."""
FINISHED = "document.querySelector('.xai-root')?.xai?.store.slots.a.map.value?.info.final"
SECONDS = 120


def take(server: Server, name: str, notebook: str) -> None:
    """Run the notebook's first code cell, wait for the finished map and photograph the view."""
    shutil.copy(ROOT / "notebooks" / notebook, server.root)
    first = next(i for i, cell in enumerate(server.read(notebook).cells) if cell.cell_type == "code")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        page = browser.new_page(viewport={"width": 1280, "height": 1100}, device_scale_factor=1.25)
        lab = Lab(page, server).open(notebook).run(first)
        page.wait_for_function(f"() => {FINISHED}", timeout=SECONDS * 1000)
        for file in lab.shots(PICTURES, name, page.locator(".xai-root")):
            Image.open(file).convert("RGB").save(file, optimize=True)
            print(file.relative_to(ROOT), file.stat().st_size // 1000, "kB")
        lab.shutdown()
        browser.close()


def main() -> None:
    """Take every picture."""
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder))
        try:
            for name, notebook in NOTEBOOKS.items():
                take(server, name, notebook)
        finally:
            server.stop()


if __name__ == "__main__":
    main()
