// What the reader has set in JupyterLab, for all widgets: the extension writes it on the page, views read it there.
import { signal } from "@preact/signals-core";

interface Preferences {
  /** Of JupyterLab's extension. */
  version: string;
  /** For maps of which nobody said how they are drawn; empty for ours. */
  colormap: string;
  /** Pictures a second at most, of what is being computed. */
  rate: number;
  /** Of a value in the map of a picture: 16, or 8 for slow connections. */
  bits: number;
}

/** The name in `dataset`, of the page's root element. */
export const ATTRIBUTE = "xaiWidgets";
export const MOST_RATE = 20;

/** Null without the extension. */
export const preferences = /* @__PURE__ */ signal<Preferences | null>(null);

/** What the page says, as far as it can be meant. */
export function preferencesOf(text: string | undefined): Preferences | null {
  if (!text) return null;
  try {
    const { version, colormap, rate, bits } = JSON.parse(text) as Preferences;
    if (typeof version !== "string") return null;
    return {
      version,
      colormap: typeof colormap === "string" ? colormap : "",
      rate: rate >= 1 && rate <= MOST_RATE ? rate : MOST_RATE,
      bits: bits === 8 ? 8 : 16,
    };
  } catch {
    return null;
  }
}
