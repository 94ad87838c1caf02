// anywidget 0.11 passes on no message, ever, to a model whose scripts took more than two seconds to load. Where no
// answer comes, as on a busy page, the model is made to hear without it.
import type { Model } from "./model";

interface Inner {
  comm?: { on_msg?(hear: (message: unknown) => unknown): void };
}

export function unstop(model: Model): void {
  const hear = (inner?: Inner): void => {
    const kind = inner && Object.getPrototypeOf(Object.getPrototypeOf(inner));
    const plain = kind?._handle_comm_msg as ((message: unknown) => unknown) | undefined;
    if (plain) inner?.comm?.on_msg?.((message) => plain.call(inner, message));
  };
  // Only an event tells which model stands behind the one that views are given; the kernel takes no note of it.
  model.on("change:stopped", hear as (...args: never[]) => void);
  model.set?.("stopped", performance.now());
  model.off("change:stopped", hear as (...args: never[]) => void);
}
