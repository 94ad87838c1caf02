// The image explainer: what anywidget loads.
import { effect } from "@preact/signals";
import { loadPhoto } from "../dom/layers";
import "../dom/xai.css";
import { imageStore } from "../host/image";
import { expose } from "../panels/handle";
import { type Context, keep, open } from "../panels/root";
import { App } from "./image/app";
import { describe, snapshot } from "./image/snapshot";
import { createView } from "./image/view";
import "./image/beside";

function initialize(context: Context): () => void {
  imageStore(context.model);
  return keep(context);
}

function render(context: Context & { el: HTMLElement }): () => void {
  const store = imageStore(context.model);
  const view = createView(store);
  const show = (photo: ImageBitmap | null) => {
    view.photo.value?.close();
    view.photo.value = photo;
  };
  // Where the model looks on it may be found out later, and the photo be another then.
  const stop = effect(() => {
    const { photo } = store.spec.value;
    loadPhoto(photo.mime, photo.data).then(
      (loaded) => (photo === store.spec.value.photo ? show(loaded) : loaded.close()),
      () => {
        // The map and the numbers are of use without the photo.
      },
    );
  });
  return open(
    context,
    view,
    (root) => {
      const saved = { snapshot: (most?: number) => snapshot(view, most), describe: () => describe(view) };
      return <App view={view} onDraw={expose(root, store, saved)} />;
    },
    () => {
      stop();
      show(null);
    },
  );
}

export default { initialize, render };
