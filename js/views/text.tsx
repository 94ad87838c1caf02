// The text explainer: what anywidget loads.
import "../dom/text.css";
import { rgbOf } from "../core/text/shade";
import { textStore } from "../host/text";
import { expose } from "../panels/handle";
import { type Context, keep, open } from "../panels/root";
import { App } from "./text/app";
import { describe, snapshot } from "./text/snapshot";
import { createView, type View } from "./text/view";

function initialize(context: Context): () => void {
  textStore(context.model);
  return keep(context);
}

/** Shades are mixed with the page's own colours, which only the page knows. */
function watchPage(root: HTMLElement, view: View): () => void {
  const forced = matchMedia("(forced-colors: active)");
  const look = () => {
    const { backgroundColor, color } = getComputedStyle(root);
    view.page.value = { paper: rgbOf(backgroundColor), ink: rgbOf(color) };
    view.forced.value = forced.matches;
  };
  // The host's own theme changes its colours a moment after its marks.
  const stop = view.theme.subscribe(() => requestAnimationFrame(look));
  forced.addEventListener("change", look);
  return () => {
    stop();
    forced.removeEventListener("change", look);
  };
}

function render(context: Context & { el: HTMLElement }): () => void {
  const view = createView(textStore(context.model));
  let stop = () => {};
  return open(
    context,
    view,
    (root) => {
      stop = watchPage(root, view);
      const saved = { snapshot: (most?: number) => snapshot(view, most), describe: () => describe(view) };
      return <App view={view} onDraw={expose(root, view.store, saved)} />;
    },
    () => stop(),
  );
}

export default { initialize, render };
