// The explorer of whole populations: what anywidget loads.
import "../dom/population.css";
import { populationStore } from "../host/population";
import { exposeAs } from "../panels/handle";
import { type Context, keep, open } from "../panels/root";
import { App } from "./population/app";
import { describe, snapshot } from "./population/snapshot";
import { createView } from "./population/view";

function initialize(context: Context): () => void {
  populationStore(context.model);
  return keep(context);
}

function render(context: Context & { el: HTMLElement }): () => void {
  const view = createView(populationStore(context.model));
  return open(context, view, (root) => {
    const { store } = view;
    const saved = { snapshot: () => snapshot(view), describe: () => describe(view) };
    exposeAs(root, store, saved, () => 0);
    return <App view={view} />;
  });
}

export default { initialize, render };
