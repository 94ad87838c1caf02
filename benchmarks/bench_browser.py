"""What the browser does by itself while a control of the display is dragged, in ms of a page's one thread."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from measure import arguments, table

ROOT = Path(__file__).parents[1]
FRAME = 16

DRAG = """async ([change, low, high, n]) => {
  const { store, onDraw } = document.querySelector('.xai-root').xai, times = [];
  for (let i = 0; i < n; i++) {
    const began = performance.now();
    const drawn = new Promise(done => { const stop = onDraw(() => { stop(); done(); }); });
    store.setDisplay({ [change]: low + (high - low) * ((i * 37) % n) / n });
    const spent = performance.now() - began;
    await drawn;
    times.push([spent, performance.now() - began]);
  }
  const middle = (column) => times.map(row => row[column]).sort((a, b) => a - b)[n >> 1];
  return [middle(0), middle(1)];
}"""
CONTROLS = {"opacity": (0.3, 0.9), "mass": (0.1, 0.9), "smooth": (1, 6), "scale": (0.2, 1.0)}


def main() -> None:
    given = arguments("A control of the display dragged: new colours, and the frame drawn")
    try:
        from playwright.sync_api import sync_playwright  # noqa: PLC0415
    except ImportError:
        print("  For this: pip install playwright\n")
        return
    sys.path.insert(0, str(ROOT / "tests"))
    from browser.conftest import ARGUMENTS, chromium  # noqa: PLC0415
    from browser.static_page import View, build  # noqa: PLC0415

    rows = []
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        address = build(Path(folder))
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        for side in (224, 512, 1024):
            page = browser.new_page(viewport={"width": 1000, "height": 1000})
            page.goto(address)
            View(page, {"grid": [side, side], "options": {"steps": 1}}).ready()
            for name, (low, high) in CONTROLS.items():
                rows.append([side, name, *page.evaluate(DRAG, [name, low, high, 11 if given.quick else 41])])
            page.close()
        browser.close()
    table(["side", "control", f"script ms (goal {FRAME})", "ms to the frame"], rows)


if __name__ == "__main__":
    main()
