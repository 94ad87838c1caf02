"""From a column's slider to the new prediction and to the dots moved on all curves, beside the least widget.

The model is a product of 30 columns. Counted is its own prediction, not the one that is read off a curve at once.
"""

from __future__ import annotations

from in_lab import compare

OURS = """
import torch, xai_widgets as xai
torch.set_num_threads(1)
data = torch.randn(200, 30, generator=torch.Generator().manual_seed(0)).double()
model = torch.nn.Sequential(torch.nn.Linear(30, 2)).eval()
xai.explain(taking(model), data[0].numpy(), background=data.numpy(), method="saliency", target=1)
"""

ASK = """
  const slider = root.querySelector('.xai-f-range');
  const [low, high] = [Number(slider.min), Number(slider.max)];
  // Components are drawn in the microtask after a signal's change, and shown by the next frame.
  const ours = (share) => waited((done) => {
    const found = {}, before = store.prediction.value.id;
    const stops = [];
    const note = (name) => requestAnimationFrame(() => {
      found[name] ??= performance.now() - began;
      if (found.prediction === undefined || found.dots === undefined) return;
      for (const stop of stops) stop();
      done(found);
    });
    slider.value = String(low + (0.3 + 0.4 * share) * (high - low));
    const began = performance.now();
    slider.dispatchEvent(new Event('input', { bubbles: true }));
    const asked = JSON.stringify(store.request.value.edits.map(e => e.value));
    stops.push(store.prediction.subscribe((one) => { if (one.id > before && !one.guess) note('prediction'); }));
    stops.push(store.curves.subscribe((one) => {
      if (JSON.stringify(one?.edits.map(e => e.value)) === asked) note('dots');
    }));
  });
  const back = async () => { while (store.slots.a.phase.value !== 'idle') await rest(); };
  return { ours, back };
"""

if __name__ == "__main__":
    # About as many bytes as prediction and curves have.
    compare("From a slider to the prediction, and to the dots", OURS, ASK, (32, 128), {"prediction": 1, "dots": 2})
