"""From a slider's event to new pixels in JupyterLab, beside the least widget that could do it.

Both stand in one notebook in one Chromium, and are asked in turn. The model is a mean and a product, so what is
measured is the way there and back: messages, checks, the worker, the edit, colours, drawing.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from measure import arguments, table

HERE = Path(__file__).parent
GOAL = 1.3
SIZE = 224
WARM = 8

FLOOR = f"""
import sys
sys.path.insert(0, {str(HERE)!r})
from transport_prototype import Floor
Floor({SIZE}, {SIZE + SIZE // 4})  # as many bytes as the picture and the map of the other
"""

OURS = f"""
import torch, xai_widgets as xai
torch.set_num_threads(1)
class Trivial(torch.nn.Module):
    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.weight = torch.nn.Parameter(torch.randn(3 * 49, 10))
    def forward(self, x):
        return torch.nn.functional.avg_pool2d(x, {SIZE // 7}).flatten(1) @ self.weight
xai.explain(Trivial(), torch.rand(3, {SIZE}, {SIZE}), method="saliency")
"""

ASK = """async ([n, warm]) => {
  const floor = document.querySelector('.floor'), root = document.querySelector('.xai-root');
  const label = [...root.querySelectorAll('.xai-editing label')].find(l => l.textContent.trim() === 'Brightness');
  const slider = root.querySelector(`#${CSS.escape(label.htmlFor)}`);
  const [low, high] = [Number(slider.min), Number(slider.max)];
  const ours = (share) => new Promise((done, fail) => {
    const late = setTimeout(() => fail(new Error('no new map within 20 s')), 20000);
    const before = root.xai.lastDrawnId;
    const stop = root.xai.onDraw((id, at) => {
      if (id <= before) return;
      clearTimeout(late); stop(); done(at - began);
    });
    slider.value = String(low + (0.3 + 0.4 * share) * (high - low));
    const began = performance.now();
    slider.dispatchEvent(new Event('input', { bubbles: true }));
  });
  const rest = () => new Promise(done => setTimeout(done, 60 + 20 * Math.random()));
  const times = { floor: [], ours: [] };
  for (let i = -warm; i < n; i++) {
    const share = (((i + warm) * 37) % 97) / 97;
    for (const [name, ask] of [['floor', s => floor.ask(s)], ['ours', ours]]) {
      const ms = await ask(share);
      if (i >= 0) times[name].push(ms);
      await rest();
    }
  }
  return times;
}"""


def in_lab(cells: list[str], script: str, n: int) -> dict[str, list[float]] | None:
    """Run cells in JupyterLab, and a script once the floor and the widget in them are ready; None without a browser."""
    try:
        from playwright.sync_api import sync_playwright  # noqa: PLC0415
    except ImportError:
        print("  For this: pip install playwright\n")
        return None
    sys.path.insert(0, str(HERE.parent / "tests"))
    from browser.conftest import ARGUMENTS, chromium  # noqa: PLC0415
    from browser.lab import Lab, Server  # noqa: PLC0415

    folder = Path(tempfile.mkdtemp(prefix="xai-bench-"))
    server = Server(folder)
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
            page = browser.new_page(viewport={"width": 1400, "height": 1800})
            lab = Lab(page, server).open("bench.ipynb", cells)
            for i in range(len(cells)):
                lab.run(i)
            page.wait_for_selector(".floor")
            page.wait_for_function(
                "() => document.querySelector('.xai-root')?.xai?.store.slots.a.map.value?.info.final"
            )
            times: dict[str, list[float]] = page.evaluate(script, [n, WARM])
            lab.shutdown()
            browser.close()
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)
    return times


def report(times: dict[str, list[float]]) -> None:
    rows = []
    for label in ("floor", "ours"):
        p50, p95 = (percentile(times[label], q) for q in (50, 95))
        ratios = [a / percentile(times["floor"], q) for a, q in ((p50, 50), (p95, 95))]
        rows.append([label, len(times[label]), min(times[label]), p50, p95, *ratios])
    table(["", "asked", "least ms", "p50 ms", "p95 ms", f"p50 ratio (goal {GOAL})", "p95 ratio"], rows)


def percentile(values: list[float], q: float) -> float:
    return sorted(values)[round(q / 100 * (len(values) - 1))]


def main() -> None:
    given = arguments("From a slider's event to new pixels, in JupyterLab and Chromium")
    times = in_lab([FLOOR, OURS], ASK, 20 if given.quick else 120)
    if times:
        report(times)


if __name__ == "__main__":
    main()
