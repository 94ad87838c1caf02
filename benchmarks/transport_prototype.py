"""The least widget that sends a picture for a slider's value: the floor for `in_lab.py`.

A slider is moved as if by hand: one custom message asks, one answers with a binary buffer, the browser colours it and
tells the value. No checks, no worker, no undo. It counts until the frame that takes the pixels to the screen.
"""

from __future__ import annotations

from typing import Any

import anywidget
import numpy as np

ESM = """
export default { render({ model, el }) {
  const root = document.createElement("div"), canvas = document.createElement("canvas");
  const slider = document.createElement("input"), told = document.createElement("output");
  root.className = "floor";
  Object.assign(slider, { type: "range", min: 0, max: 1, step: "any" });
  root.append(canvas, slider, told);
  el.append(root);
  const context = canvas.getContext("2d"), lut = new Uint32Array(256), waiting = new Map();
  for (let i = 0; i < 256; i++) lut[i] = (255 << 24) | (Math.max(0, i * 3 - 510) << 16)
    | (Math.max(0, Math.min(255, i * 3 - 255)) << 8) | Math.min(255, i * 3);
  let image = null, id = 0;
  model.on("msg:custom", (message, buffers) => {
    const { width, height } = message, { buffer, byteOffset } = buffers[0];
    const aligned = byteOffset % 4 ? buffer.slice(byteOffset, byteOffset + 4 * width * height) : buffer;
    const values = new Float32Array(aligned, byteOffset % 4 ? 0 : byteOffset, width * height);
    if (image?.width !== width || image?.height !== height) {
      [canvas.width, canvas.height] = [width, height];
      image = new ImageData(width, height);
    }
    const pixels = new Uint32Array(image.data.buffer);
    for (let i = 0; i < pixels.length; i++) pixels[i] = lut[Math.max(0, Math.min(255, values[i] * 255)) | 0];
    context.putImageData(image, 0, 0);
    told.value = String(message.value);
    const done = waiting.get(message.id);
    waiting.delete(message.id);
    requestAnimationFrame(() => done?.(performance.now()));
  });
  slider.addEventListener("input", () => model.send({ id: ++id, value: slider.valueAsNumber }));
  root.ask = (value) => {
    slider.value = String(value);
    const began = performance.now();
    slider.dispatchEvent(new Event("input", { bubbles: true }));
    return new Promise((done) => waiting.set(id, (at) => done(at - began)));
  };
} };
"""


class Floor(anywidget.AnyWidget):
    """Answers each value with a picture of `height` × `width` numbers."""

    _esm = ESM

    def __init__(self, height: int, width: int) -> None:
        y, x = np.mgrid[0:height, 0:width]
        self.pattern = ((np.sin(x / width * 12) * np.cos(y / height * 9) + 1) / 2).astype("float32")
        super().__init__()
        self.on_msg(self._answer)
        if hasattr(self.comm, "_reply_subshell_for"):
            self.comm._reply_subshell_for = None  # noqa: SLF001  as xai_widgets does, see widgets/base.py

    def _answer(self, _widget: Any, content: Any, _buffers: Any) -> None:
        values = self.pattern.copy()
        values[:, : int(content["value"] * values.shape[1])] = 1
        height, width = values.shape
        self.send({**content, "height": height, "width": width}, buffers=[values])
