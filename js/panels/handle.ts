// root.xai: what benchmarks, tests and the JupyterLab extension may use from outside.
import type { Store } from "../host/store";

interface Saved {
  /** The present view as one picture, a PNG data URL; where it can be drawn smaller, of so many characters at most. */
  snapshot(most?: number): string;
  /** The present view in words. */
  describe(): string;
}

interface Handle<S> extends Saved {
  /** The shared state, as signals. Read only. */
  readonly store: S;
  /** The id of the map that was last drawn, and when (performance.now()). */
  readonly lastDrawnId: number;
  readonly lastDrawnAt: number;
  /** Calls back after every drawn frame. Returns how to stop. */
  onDraw(callback: (id: number, at: number) => void): () => void;
}

/** Puts the handle on the root element; call the result after each drawn frame. */
export function expose(root: HTMLElement, store: Store, saved: Saved): () => void {
  return exposeAs(root, store, saved, () => store.slots.a.map.value?.id ?? 0);
}

/** `newest`: the id of what was drawn. */
export function exposeAs<S>(root: HTMLElement, store: S, saved: Saved, newest: () => number): () => void {
  const callbacks = new Set<(id: number, at: number) => void>();
  let [id, at] = [0, 0];
  const handle: Handle<S> = {
    ...saved,
    store,
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
  };
  Object.assign(root, { xai: handle });
  return () => {
    id = newest();
    at = performance.now();
    root.dataset.xaiDrawn = String(id);
    for (const callback of callbacks) callback(id, at);
  };
}
