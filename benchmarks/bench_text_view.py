"""What the text view does by itself with a long text, in ms of a page's one thread."""

from __future__ import annotations

from measure import arguments, table
from pages import views

FRAME = 16
SENTENCE = "a wonderful start and I love the music but the end is not good at all far too long and boring "
LENGTH = len(SENTENCE.split())

SHADE = """async ([change, low, high, n]) => {
  const { store } = document.querySelector('.xai-root').xai, times = [];
  const frame = () => new Promise(requestAnimationFrame);
  await frame();
  for (let i = 0; i < n; i++) {
    await frame();
    const began = performance.now();
    store.setDisplay({ [change]: low + (high - low) * ((i * 37) % n) / n });
    // Styles and layout are what a frame spends besides the script.
    document.querySelector('.xai-passage').offsetHeight;
    times.push(performance.now() - began);
  }
  return times.sort((a, b) => a - b)[n >> 1];
}"""
SCROLL = """async n => {
  const box = document.querySelector('.xai-passage'), times = [];
  const frame = () => new Promise(requestAnimationFrame);
  const step = (box.scrollHeight - box.clientHeight) / n;
  let last = await frame();
  for (let i = 1; i <= n; i++) {
    box.scrollTop = step * i;
    const now = await frame();
    times.push(now - last);
    last = now;
  }
  times.sort((a, b) => a - b);
  return [times[n >> 1], times[Math.floor(n * 0.95)]];
}"""
CLICK = """async () => {
  const { store } = document.querySelector('.xai-root').xai;
  const word = document.querySelectorAll('.xai-t-piece')[200];
  const began = performance.now();
  word.click();
  document.querySelector('.xai-passage').offsetHeight;
  return [performance.now() - began, store.request.value.edits.length];
}"""
CONTROLS = {"opacity": (0.3, 0.9), "mass": (0.1, 0.9)}
READY = "document.querySelector('.xai-root').xai.store.slots.a.map.value?.info.final"


def main() -> None:
    given = arguments("The shades of a long text changed, and the text scrolled from end to end")
    rows = []
    turns = 11 if given.quick else 41
    with views() as opened:
        if opened is None:
            return
        for count in (100, 2000, 8000):  # tokens, as many as words
            page = opened(1000, 1000)
            text = SENTENCE * (count // LENGTH)
            page.evaluate("text => { window.kernel = xaiPage.openText({ text, options: { steps: 1 } }) }", text)
            page.wait_for_function(READY)
            times = [page.evaluate(SHADE, [name, *ends, turns]) for name, ends in CONTROLS.items()]
            scrolled = page.evaluate(SCROLL, 60)
            clicked, edits = page.evaluate(CLICK) if count >= 2000 else (float("nan"), 1)
            assert edits == 1, "the click took a word out"
            rows.append([count, *times, *scrolled, clicked])
            page.close()
    names = [
        "words",
        f"opacity (goal {FRAME})",
        f"threshold (goal {FRAME})",
        "scroll, ms a frame",
        "19 of 20 below",
        "click",
    ]
    table(names, rows)


if __name__ == "__main__":
    main()
