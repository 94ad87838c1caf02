// A saved explanation shown by the view of the widget that it comes from, as far as that needs no model.
import { type Saved, shapeOf } from "../../core/fields";
import { element } from "../element";
import { served } from "../served";

/** Shows it in an element, and returns how to stop; throws for what it cannot show. */
type Show = (saved: Saved, el: HTMLElement) => Promise<() => void>;

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
  const { made: show, style } = await served<Show>(`views/${kind}`);
  if (!current()) return null;
  const el = element("div", {});
  const shown = element("div", {}, element("style", {}, style), el);
  still.before(shown);
  try {
    const stop = await show(saved, el);
    still.remove();
    return stop;
  } catch (error) {
    shown.remove();
    throw error;
  }
}
