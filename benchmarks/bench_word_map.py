"""The map of words drawn anew while a layout streams, in ms: wall time a picture, and of the page's one thread."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from measure import arguments, table

if TYPE_CHECKING:
    from playwright.sync_api import CDPSession

ROOT = Path(__file__).parents[1]
FRAME = 16.7

STREAM = """async ([from, turns]) => {
  const { xai } = document.querySelector('.xai-root');
  const began = performance.now();
  for (let i = 1; i <= turns; i++)
    await new Promise(drawn => { const stop = xai.onDraw(id => { if (id === from + i) { stop(); drawn(); } });
      kernel.layout(from + i); });
  return (performance.now() - began) / turns;
}"""


def busy(chrome: CDPSession) -> float:
    """Return the ms that the page's thread has worked."""
    found = {one["name"]: one["value"] for one in chrome.send("Performance.getMetrics")["metrics"]}
    return 1000 * found["TaskDuration"]


def main() -> None:
    given = arguments("The map of words drawn anew while a layout streams")
    try:
        from playwright.sync_api import sync_playwright  # noqa: PLC0415
    except ImportError:
        print("  For this: pip install playwright\n")
        return
    sys.path.insert(0, str(ROOT / "tests"))
    from browser.conftest import ARGUMENTS, chromium  # noqa: PLC0415
    from browser.static_page import build  # noqa: PLC0415

    rows = []
    turns = 20 if given.quick else 100
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        address = build(Path(folder))
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        for count in (60, 5000, 10_000, 50_000):
            page = browser.new_page(viewport={"width": 1200, "height": 900})
            page.goto(address)
            page.evaluate("count => { window.kernel = xaiPage.openWords({ count }) }", count)
            page.wait_for_function("document.querySelector('.xai-root')?.xai.lastDrawnAt > 0")
            page.evaluate(STREAM, [0, 5])
            chrome = page.context.new_cdp_session(page)
            chrome.send("Performance.enable")
            before = busy(chrome)
            wall = page.evaluate(STREAM, [5, turns])
            rows.append([count, wall, (busy(chrome) - before) / turns])
            page.close()
        browser.close()
    table(["words", f"a picture (a frame is {FRAME})", "of the page's thread"], rows)


if __name__ == "__main__":
    main()
