// root.xai: what benchmarks, tests and the JupyterLab extension may use from outside.

import type { ImageStore } from "../../host/image";
import { describe, snapshot } from "./snapshot";
import type { View } from "./view";

export interface Handle {
  /** The shared state, as signals. Read only. */
  readonly store: ImageStore;
  /** The id of the map that was last drawn, and when (performance.now()). */
  readonly lastDrawnId: number;
  readonly lastDrawnAt: number;
  /** Calls back after every drawn frame. Returns how to stop. */
  onDraw(callback: (id: number, at: number) => void): () => void;
  /** The present view as one picture, a PNG data URL. */
  snapshot(): string;
  /** The present view in words. */
  describe(): string;
}

/** Puts the handle on the root element; call the result after each drawn frame. */
export function expose(root: HTMLElement, view: View): () => void {
  const callbacks = new Set<(id: number, at: number) => void>();
  let [id, at] = [0, 0];
  const handle: Handle = {
    store: view.store,
    get lastDrawnId() {
      return id;
    },
    get lastDrawnAt() {
      return at;
    },
    onDraw(callback) {
      callbacks.add(callback);
      return () => callbacks.delete(callback);
    },
    snapshot: () => snapshot(view),
    describe: () => describe(view),
  };
  Object.assign(root, { xai: handle });
  return () => {
    id = view.store.slots.a.map.value?.id ?? 0;
    at = performance.now();
    root.dataset.xaiDrawn = String(id);
    for (const callback of callbacks) callback(id, at);
  };
}
