// The colour of a word: how many of its true neighbours survive.
import { SEQUENTIAL } from "../look";
import { colourAt, palette, type Rgb } from "../palette";

/** The part of the ramp that is seen on the page: what is kept stands out. export/scatter.py has the same for paper. */
const SHADES = { light: [0.78, 0.04], dark: [0.3, 1] } as const;

export function shade(share: number, theme: "light" | "dark"): Rgb {
  const [from, to] = SHADES[theme];
  return colourAt(palette(SEQUENTIAL), from + (to - from) * Math.min(1, Math.max(0, share)));
}

/** That of each number of neighbours, from none to all `k`. */
export function shades(k: number, theme: "light" | "dark"): Rgb[] {
  return Array.from({ length: k + 1 }, (_, kept) => shade(kept / k, theme));
}
