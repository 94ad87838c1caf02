"""A widget asked in JupyterLab and Chromium, in turn with the least widget that could answer.

Both stand in one notebook on one page. The models are trivial, so what is measured is the way there and back: messages,
checks, the worker, drawing. Once they answer at once, and once as late as a real one would: what the page does of its
own upon an ask is over by then, and the forward pass is subtracted.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from measure import arguments, table
from pages import chromium

HERE = Path(__file__).parent
GOAL = 1.3
WARM = 8
FORWARD = 0.03
"""Seconds of a forward pass: what ResNet-18 takes of a photo on one core (29 ms in `bench_grad_cam.py`)."""

TAKING = """
import time
def taking(model):
    if {seconds}:
        model.register_forward_pre_hook(lambda *_: time.sleep({seconds}))
    return model
"""

FLOOR = """
import sys
sys.path.insert(0, {folder!r})
from transport_prototype import Floor
Floor({height}, {width})
"""

LOOP = """async ([n, warm]) => {
  const floor = document.querySelector('.floor'), root = document.querySelector('.xai-root');
  const { store } = root.xai;
  const rest = () => new Promise(done => setTimeout(done, 60 + 20 * Math.random()));
  const waited = (begin) => new Promise((done, fail) => {
    const late = setTimeout(() => fail(new Error('no answer within 20 s')), 20000);
    begin((found) => { clearTimeout(late); done(found); });
  });
  const { ours, back } = (() => { $ASK })();
  const times = { floor: [] };
  for (let i = -warm; i < n; i++) {
    const share = (((i + warm) * 37) % 97) / 97;
    for (const ask of [async () => ({ floor: await floor.ask(share) }), () => ours(share)]) {
      const found = await ask();
      if (i >= 0) for (const name of Object.keys(found)) (times[name] ??= []).push(found[name]);
      await rest();
    }
    await back?.();
  }
  return times;
}"""


def compare(title: str, ours: str, ask: str, answer: tuple[int, int], passes: dict[str, int]) -> None:
    """Ask, and print how long both took.

    Parameters
    ----------
    title : str
    ours : str
        A cell that shows our widget, of ``taking(model)``.
    ask : str
        JavaScript that returns ``{ours, back}``: what asks, with a number of 0..1, and promises ms by name; and what
        takes it back, if need be. `store`, `root`, `rest` and `waited` are there.
    answer : (int, int)
        Height and width of the least widget's picture, which shall have about as many bytes as our answer.
    passes : dict
        Forward passes that an answer waits for, by the names of `ask`'s; others are not told of where passes take time.
    """
    given = arguments(f"{title}, in JupyterLab and Chromium")
    floor = FLOOR.format(folder=str(HERE), height=answer[0], width=answer[1])
    script = LOOP.replace("$ASK", ask)
    for seconds in (0, FORWARD):
        cell = TAKING.format(seconds=seconds) + ours
        times = in_lab([floor, cell], script, 20 if given.quick else 120)
        if times and not seconds:
            report("The model answers at once", times)
        elif times:
            waits = {"floor": 0} | passes
            net = {name: [ms - 1000 * seconds * waits[name] for ms in times[name]] for name in waits}
            report(f"A forward pass takes {1000 * seconds:.0f} ms, which are subtracted", net)


def in_lab(cells: list[str], script: str, n: int) -> dict[str, list[float]] | None:
    """Run cells in JupyterLab, and a script once the floor and the widget in them are ready; None without a browser."""
    with chromium() as browser:
        if browser is None:
            return None
        from browser.lab import Lab, Server  # noqa: PLC0415  what begins the browser lets it be found

        folder = Path(tempfile.mkdtemp(prefix="xai-bench-"))
        server = Server(folder)
        try:
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
        finally:
            server.stop()
            shutil.rmtree(folder, ignore_errors=True)
    return times


def report(title: str, times: dict[str, list[float]]) -> None:
    print(f"  {title}")
    rows = []
    for label, taken in times.items():
        p50, p95 = (percentile(taken, q) for q in (50, 95))
        ratios = [a / percentile(times["floor"], q) for a, q in ((p50, 50), (p95, 95))]
        rows.append([label, len(taken), min(taken), p50, p95, *ratios])
    table(["", "asked", "least ms", "p50 ms", "p95 ms", f"p50 ratio (goal {GOAL})", "p95 ratio"], rows)


def percentile(values: list[float], q: float) -> float:
    return sorted(values)[round(q / 100 * (len(values) - 1))]
