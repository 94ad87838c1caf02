"""From another word in a text to its Δp in JupyterLab, beside the least widget that could answer it.

The model looks its words up.
"""

from __future__ import annotations

from in_lab import HERE, compare

OURS = f"""
import sys
sys.path.insert(0, {str(HERE.parent / "tests")!r})
from browser.text_widget import SETUP
exec(SETUP)
torch.set_num_threads(1)
xai.explain(taking(model), {"the music is good but the film is boring and long " * 4!r}.strip(), tokenizer=tok,
            labels=["negative", "positive"], method="saliency", target=1)
"""

ASK = """
  // A word that was never there is written, and the page is watched until the number beside it stands.
  let fresh = 0;
  const ours = () => waited((done) => {
    const watch = new MutationObserver(() => {
      if (!/[+−\\d]/.test(root.querySelector('.xai-t-chip')?.textContent ?? '')) return;
      watch.disconnect();
      requestAnimationFrame(() => done({ ours: performance.now() - began }));
    });
    watch.observe(root, { subtree: true, childList: true, characterData: true });
    const began = performance.now();
    store.setEdits([{ name: 'replace', start: 4, stop: 9, text: `new${++fresh}` }]);
  });
  const back = async () => {
    store.setEdits([]);
    while (store.slots.a.phase.value !== 'idle' || root.querySelector('.xai-t-chip')) await rest();
  };
  return { ours, back };
"""

if __name__ == "__main__":
    # About as many bytes as the prediction of a text has.
    compare("From another word to its number", OURS, ASK, (16, 32), {"ours": 1})
