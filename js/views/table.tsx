// The table explainer: what anywidget loads.
import "../dom/table.css";
import { tableStore } from "../host/table";
import { expose } from "../panels/handle";
import { type Context, keep, open } from "../panels/root";
import { App } from "./table/app";
import { describe, snapshot } from "./table/snapshot";
import { createView } from "./table/view";
import "./table/beside";

function initialize(context: Context): () => void {
  tableStore(context.model);
  return keep(context);
}

function render(context: Context & { el: HTMLElement }): () => void {
  const view = createView(tableStore(context.model));
  return open(context, view, (root) => {
    const saved = { snapshot: (most?: number) => snapshot(view, most), describe: () => describe(view) };
    return <App view={view} onDraw={expose(root, view.store, saved)} />;
  });
}

export default { initialize, render };
