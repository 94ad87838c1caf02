// Which view shows a saved explanation.
import { type Saved, shapeOf } from "../../core/fields";

/** What shows files of each kind, but for attributions, which have a view for each kind of input. */
const VIEWS: Record<string, string> = {
  "xai_widgets population": "population",
  "xai_widgets evaluation": "results",
  "xai_widgets counterfactuals": "results",
};

/** Which view could show it; null for what has none. */
export function kindOf({ fields, photo }: Saved): string | null {
  const kind = VIEWS[String(fields.format)];
  if (kind || fields.format !== "xai_widgets attribution") return kind ?? null;
  if (fields.text) return "text";
  if (photo) return "image";
  return shapeOf(fields, "values").length === 1 ? "table" : null;
}
