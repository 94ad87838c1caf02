// The image explainer: what anywidget loads.
import { render as mount } from "preact";
import { loadPhoto } from "../dom/layers";
import { watchTheme } from "../dom/theme";
import "../dom/xai.css";
import type { Model } from "../host/model";
import { dropStore, storeOf } from "../host/store";
import { App } from "./image/app";
import { expose } from "./image/handle";
import { createView } from "./image/view";

interface Context {
  model: Model;
  signal?: AbortSignal;
}

function initialize({ model, signal }: Context): () => void {
  storeOf(model);
  const stop = () => dropStore(model);
  signal?.addEventListener("abort", stop, { once: true });
  return stop;
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLInputElement && ["text", "number", "search"].includes(target.type);
}

function render({ model, el, signal }: Context & { el: HTMLElement }): () => void {
  const store = storeOf(model);
  const view = createView(store);
  const root = document.createElement("div");
  root.className = "xai-root";
  // JupyterLab's command mode must not take the keys.
  root.dataset.lmSuppressShortcuts = "true";
  el.append(root);

  root.addEventListener("keydown", (event) => {
    const command = event.ctrlKey || event.metaKey;
    const key = event.key.toLowerCase();
    // A field that is being typed into undoes its own letters.
    if (command && (key === "z" || key === "y") && !isTyping(event.target)) {
      event.preventDefault();
      if (key === "y" || event.shiftKey) store.redo();
      else store.undo();
      event.stopPropagation();
    } else if (!command || event.key === "Enter") event.stopPropagation();
  });

  const stopTheme = watchTheme(root, (theme) => {
    root.dataset.xaiTheme = theme;
    view.theme.value = theme;
  });
  const { mime, data } = store.spec.value.photo;
  loadPhoto(mime, data).then(
    (photo) => {
      view.photo.value = photo;
    },
    () => {
      // The map and the numbers are of use without the photo.
    },
  );
  mount(<App view={view} onDraw={expose(root, view)} />, root);

  const stop = () => {
    stopTheme();
    mount(null, root);
    root.remove();
    view.photo.value?.close();
  };
  signal?.addEventListener("abort", stop, { once: true });
  return stop;
}

export default { initialize, render };
