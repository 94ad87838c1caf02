"""What the browser does by itself while a control of the display is dragged, in ms of a page's one thread."""

from __future__ import annotations

from measure import arguments, table
from pages import views

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
    rows = []
    with views() as opened:
        if opened is None:
            return
        from browser.static_page import View  # noqa: PLC0415  what begins the browser lets it be found

        for side in (224, 512, 1024):
            page = opened(1000, 1000)
            View(page, {"grid": [side, side], "options": {"steps": 1}}).ready()
            for name, (low, high) in CONTROLS.items():
                rows.append([side, name, *page.evaluate(DRAG, [name, low, high, 11 if given.quick else 41])])
            page.close()
    table(["side", "control", f"script ms (goal {FRAME})", "ms to the frame"], rows)


if __name__ == "__main__":
    main()
