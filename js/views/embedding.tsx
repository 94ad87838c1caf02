// The explorer of word vectors: what anywidget loads.
import "../dom/embedding.css";
import { embeddingStore } from "../host/embedding";
import { exposeAs } from "../panels/handle";
import { type Context, keep, open } from "../panels/root";
import { App } from "./embedding/app";
import { describe, snapshot } from "./embedding/snapshot";
import { createView } from "./embedding/view";

function initialize(context: Context): () => void {
  embeddingStore(context.model);
  return keep(context);
}

function render(context: Context & { el: HTMLElement }): () => void {
  const view = createView(embeddingStore(context.model));
  return open(context, view, (root) => {
    const saved = { snapshot: (most?: number) => snapshot(view, most), describe: () => describe(view) };
    return <App view={view} onDraw={exposeAs(root, view.store, saved, () => view.store.layout.value?.done ?? 0)} />;
  });
}

export default { initialize, render };
