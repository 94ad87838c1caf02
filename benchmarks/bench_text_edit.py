"""From another word in a text to its Δp in JupyterLab, beside the least widget that could answer it.

As in `bench_transport.py`; the model looks its words up, so what is measured is the way there and back: messages,
checks, the worker, the edited text and its tokens, the prediction, and the page.
"""

from __future__ import annotations

from bench_transport import HERE, in_lab, report
from measure import arguments

FLOOR = f"""
import sys
sys.path.insert(0, {str(HERE)!r})
from transport_prototype import Floor
Floor(16, 32)  # about as many bytes as the prediction of a text has
"""

OURS = f"""
import sys
sys.path.insert(0, {str(HERE.parent / "tests")!r})
from browser.text_widget import SETUP
exec(SETUP)
torch.set_num_threads(1)
xai.explain(model, {"the music is good but the film is boring and long " * 4!r}.strip(), tokenizer=tok,
            labels=["negative", "positive"], method="saliency", target=1)
"""

ASK = """async ([n, warm]) => {
  const floor = document.querySelector('.floor'), root = document.querySelector('.xai-root');
  const { store } = root.xai;
  const rest = () => new Promise(done => setTimeout(done, 60 + 20 * Math.random()));
  // A word that was never there is written, and the page is watched until the number beside it stands.
  let fresh = 0;
  const ours = () => new Promise((done, fail) => {
    const late = setTimeout(() => fail(new Error('no new number within 20 s')), 20000);
    const watch = new MutationObserver(() => {
      if (!/[+−\\d]/.test(root.querySelector('.xai-t-chip')?.textContent ?? '')) return;
      clearTimeout(late); watch.disconnect(); done(performance.now() - began);
    });
    watch.observe(root, { subtree: true, childList: true, characterData: true });
    const began = performance.now();
    store.setEdits([{ name: 'replace', start: 4, stop: 9, text: `new${++fresh}` }]);
  });
  const back = async () => {
    store.setEdits([]);
    while (store.slots.a.phase.value !== 'idle' || root.querySelector('.xai-t-chip')) await rest();
  };
  const times = { floor: [], ours: [] };
  for (let i = -warm; i < n; i++) {
    for (const [name, ask] of [['floor', s => floor.ask(s)], ['ours', ours]]) {
      const ms = await ask(((i + warm) * 37 % 97) / 97);
      if (i >= 0) times[name].push(ms);
      await rest();
    }
    await back();
  }
  return times;
}"""


def main() -> None:
    given = arguments("From another word to its number, in JupyterLab and Chromium")
    times = in_lab([FLOOR, OURS], ASK, 20 if given.quick else 120)
    if times:
        report(times)


if __name__ == "__main__":
    main()
