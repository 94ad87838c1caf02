// A saved explanation shown by the view of the widget that it comes from, as far as that needs no model.
import { ServerConnection } from "@jupyterlab/services";
import { type Saved, shapeOf } from "../../core/fields";
import { element } from "../element";
import { isChinese } from "../language";

/** Shows it in an element, and returns how to stop; throws for what it cannot show. */
type Show = (saved: Saved, el: HTMLElement) => Promise<() => void>;

interface Viewer {
  show: Show;
  style: string;
}

/** By their addresses: what was loaded once serves all files. */
const viewers = new Map<string, Promise<Viewer>>();

/** The view comes from the server's part of this package, and is there without a kernel. */
async function load(address: string): Promise<Viewer> {
  const answer = await ServerConnection.makeRequest(address, {}, ServerConnection.makeSettings());
  if (!answer.ok) throw new Error(answer.statusText);
  const { module, style } = (await answer.json()) as { module: string; style: string };
  const url = URL.createObjectURL(new Blob([module], { type: "text/javascript" }));
  try {
    return { show: ((await import(/* webpackIgnore: true */ url)) as { default: Show }).default, style };
  } finally {
    URL.revokeObjectURL(url);
  }
}

function viewerOf(kind: string): Promise<Viewer> {
  const { baseUrl } = ServerConnection.makeSettings();
  const address = `${baseUrl}xai-widgets/views/${kind}?language=${isChinese() ? "zh" : ""}`;
  const found = viewers.get(address) ?? load(address);
  viewers.set(address, found);
  found.catch(() => viewers.delete(address));
  return found;
}

/** What shows files of each kind, but for attributions, which have a view for each kind of input. */
const VIEWS: Record<string, string> = {
  "xai_widgets population": "population",
  "xai_widgets evaluation": "results",
  "xai_widgets counterfactuals": "results",
};

/** Which view could show it; null for what has none. */
function kindOf({ fields, photo }: Saved): string | null {
  const kind = VIEWS[String(fields.format)];
  if (kind || fields.format !== "xai_widgets attribution") return kind ?? null;
  if (fields.text) return "text";
  if (photo) return "image";
  return shapeOf(fields, "values").length === 1 ? "table" : null;
}

/** Puts the view in the place of the still picture, where there is one. */
export async function enliven(saved: Saved, still: Element, current: () => boolean): Promise<(() => void) | null> {
  const kind = kindOf(saved);
  if (!kind) return null;
  const viewer = await viewerOf(kind);
  if (!current()) return null;
  const el = element("div", {});
  const shown = element("div", {}, element("style", {}, viewer.style), el);
  still.before(shown);
  try {
    const stop = await viewer.show(saved, el);
    still.remove();
    return stop;
  } catch (error) {
    shown.remove();
    throw error;
  }
}
