// The image explainer: what anywidget loads.
import { loadPhoto } from "../dom/layers";
import "../dom/xai.css";
import { imageStore } from "../host/image";
import { expose } from "../panels/handle";
import { type Context, keep, open } from "../panels/root";
import { App } from "./image/app";
import { describe, snapshot } from "./image/snapshot";
import { createView } from "./image/view";

function initialize(context: Context): () => void {
  imageStore(context.model);
  return keep(context);
}

function render(context: Context & { el: HTMLElement }): () => void {
  const store = imageStore(context.model);
  const view = createView(store);
  const { mime, data } = store.spec.value.photo;
  loadPhoto(mime, data).then(
    (photo) => {
      view.photo.value = photo;
    },
    () => {
      // The map and the numbers are of use without the photo.
    },
  );
  return open(
    context,
    view,
    (root) => {
      const saved = { snapshot: () => snapshot(view), describe: () => describe(view) };
      return <App view={view} onDraw={expose(root, store, saved)} />;
    },
    () => view.photo.value?.close(),
  );
}

export default { initialize, render };
