"""From a slider's event to new pixels in JupyterLab, beside the least widget that could do it.

The model is a mean and a product.
"""

from __future__ import annotations

from in_lab import compare

SIZE = 224

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
xai.explain(taking(Trivial()), torch.rand(3, {SIZE}, {SIZE}), method="saliency")
"""

ASK = """
  const label = [...root.querySelectorAll('.xai-editing label')].find(l => l.textContent.trim() === 'Brightness');
  const slider = root.querySelector(`#${CSS.escape(label.htmlFor)}`);
  slider.step = 'any'; // The view remembers answers: no value shall come twice.
  const [low, high] = [Number(slider.min), Number(slider.max)];
  const ours = (share) => waited((done) => {
    const before = root.xai.lastDrawnId;
    const times = {};
    const stop = root.xai.onDraw((id, at) => {
      if (store.prediction.value.id > before) times.picture ??= at - began;
      if (id > before) { stop(); done({ ...times, 'and its map': at - began }); }
    });
    slider.value = String(low + (0.3 + 0.4 * share) * (high - low));
    const began = performance.now();
    slider.dispatchEvent(new Event('input', { bubbles: true }));
  });
  return { ours };
"""

if __name__ == "__main__":
    # As many bytes as the picture and the map.
    compare("From a slider's event to new pixels", OURS, ASK, (SIZE, SIZE + SIZE // 4), {"picture": 1})
