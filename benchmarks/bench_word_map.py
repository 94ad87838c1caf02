"""The map of words drawn anew while a layout streams, in ms: wall time a picture, and of the page's one thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

from measure import arguments, table
from pages import views

if TYPE_CHECKING:
    from playwright.sync_api import CDPSession

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
    rows = []
    turns = 20 if given.quick else 100
    with views() as opened:
        if opened is None:
            return
        for count in (60, 5000, 10_000, 50_000):
            page = opened(1200, 900)
            page.evaluate("count => { window.kernel = xaiPage.openWords({ count }) }", count)
            page.wait_for_function("document.querySelector('.xai-root')?.xai.lastDrawnAt > 0")
            page.evaluate(STREAM, [0, 5])
            chrome = page.context.new_cdp_session(page)
            chrome.send("Performance.enable")
            before = busy(chrome)
            wall = page.evaluate(STREAM, [5, turns])
            rows.append([count, wall, (busy(chrome) - before) / turns])
            page.close()
    table(["words", f"a picture (a frame is {FRAME})", "of the page's thread"], rows)


if __name__ == "__main__":
    main()
