// How a map is drawn: which colours, on which scale, how solid.
import type { Grid } from "./arrays";
import { DIFFERENCE, DIVERGING, RANGE, SEQUENTIAL } from "./look";
import { colormapOf, colourAt, greyOf, type Palette, palette } from "./palette";
import { type Kept, keepMass, passes, quantile, rankingOf } from "./ranking";
import type { Display, Sign } from "./types";

export interface Look {
  palette: Palette;
  /** |value| that gets the last colour. */
  scale: number;
  /** True when values beyond the scale exist. */
  clipped: boolean;
  sign: Sign;
  opacity: number;
  kept: Kept;
}

/** A map with no negative values, or shown by strength, has one direction only. */
export function pickPalette({ lo }: Pick<Grid, "lo">, display: Display): Palette {
  if (lo >= 0 || display.sign === "absolute") return palette(SEQUENTIAL);
  return palette(colormapOf(display));
}

/** How a map is drawn; in grey where it is not to be believed. Sums of some values have the directions of all: `whole`. */
export function lookOf(grid: Grid, display: Display, grey = false, whole = grid): Look {
  const chosen = pickPalette(whole, display);
  const ranking = rankingOf(grid);
  // Outliers take the last colour.
  const scale = display.scale ?? quantile(grid, ranking, RANGE);
  return {
    palette: grey ? greyOf(chosen) : chosen,
    scale: scale > 0 ? scale : 1,
    clipped: ranking.largest > scale * (1 + 1e-6),
    sign: display.sign,
    opacity: display.opacity,
    kept: keepMass(grid, ranking, display.mass, display.sign),
  };
}

/** The places apart that get the last colour: as far as can be, so that colours mean the same for every pair. */
const FAR_APART = 1;

/** The look of a map of differences in rank: always on the same scale, and in other colours than for and against. */
export function differenceLook(grid: Grid, display: Display): Look {
  const other = colormapOf(display) === DIFFERENCE ? DIVERGING : DIFFERENCE;
  return { ...lookOf(grid, { ...display, mass: 1, scale: FAR_APART, sign: "both" }), palette: palette(other) };
}

/** How solid a value is drawn: faint values let the photo through, more so at low opacity; at 1 the map hides the photo. */
export function alphaOf(strength: number, opacity: number): number {
  if (opacity >= 1) return 1;
  if (opacity <= 0) return 0;
  return 1 - (1 - Math.min(1, strength)) ** (opacity / (1 - opacity));
}

export function positionOf(value: number, look: Look): number {
  if (look.palette.kind === "sequential") return Math.min(1, Math.abs(value) / look.scale);
  return 0.5 + 0.5 * Math.max(-1, Math.min(1, value / look.scale));
}

/** One colour of the legend, as it appears over a grey photo. */
export function legendColour(look: Look, position: number, under: number): string {
  const [r, g, b] = colourAt(look.palette, position);
  const strength = look.palette.kind === "sequential" ? position : Math.abs(position - 0.5) * 2;
  const value = look.palette.kind === "sequential" ? strength * look.scale : (position - 0.5) * 2 * look.scale;
  const shown = Math.abs(value) >= look.kept.cut && (look.palette.kind === "sequential" || passes(value, look.sign));
  const alpha = shown ? alphaOf(strength, look.opacity) : 0;
  const mix = (c: number) => Math.round(under + alpha * (c - under));
  return `rgb(${mix(r)} ${mix(g)} ${mix(b)})`;
}
