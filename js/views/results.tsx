// Saved evaluations and counterfactuals: what JupyterLab's file viewer shows of them.
import "../dom/results.css";
import { signal } from "@preact/signals";
import { translated } from "../core/language";
import type { ResultSpec } from "../core/results/types";
import type { Theme } from "../dom/theme";
import { type Context, open, type View } from "../panels/root";
import "./results/beside";
import { Changes } from "./results/changes";
import { Measures } from "./results/measures";

function App({ spec }: { spec: ResultSpec }) {
  return (
    <div class="xai-app">
      {spec.kind === "evaluation" ? <Measures spec={spec} /> : <Changes spec={spec} />}
      {spec.notes.map((note) => (
        <p key={note} class="xai-finding-more">
          {translated(note)}
        </p>
      ))}
    </div>
  );
}

/** There is nothing to be kept from one view to the next. */
function initialize(): void {}

function render(context: Context & { el: HTMLElement }): () => void {
  const spec = context.model.get("spec") as ResultSpec;
  const view = { store: { close() {} }, theme: signal<Theme>("light") };
  return open(context, view, () => <App spec={spec} />);
}

export default { initialize, render } satisfies View;
