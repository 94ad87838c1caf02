// Codes to pixels. The look of a pixel depends on its code alone, so a table of 65536 colours is made once
// per change of display and each pixel costs one look-up.
import { type Grid, NAN_CODE, TOP_CODE, valueAt } from "./arrays";
import { DIFFERENCE, DIVERGING, RANGE, SEQUENTIAL } from "./look";
import { colourAt, greyOf, type Palette, palette } from "./palette";
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
export function pickPalette(grid: Grid, display: Display): Palette {
  if (grid.lo >= 0 || display.sign === "absolute") return palette(SEQUENTIAL);
  return palette(display.colormap || DIVERGING);
}

/** How a map is drawn; in grey where it is not to be believed. */
export function lookOf(grid: Grid, display: Display, grey = false): Look {
  const chosen = pickPalette(grid, display);
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
  const maps = display.colormap || DIVERGING;
  const { finite } = rankingOf(grid);
  return {
    palette: palette(maps === DIFFERENCE ? DIVERGING : DIFFERENCE),
    scale: FAR_APART,
    clipped: false,
    sign: "both",
    opacity: display.opacity,
    kept: { cut: 0, share: 1, pixels: finite },
  };
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

export function colourTable(grid: Grid, look: Look): Uint32Array {
  const table = new Uint32Array(65536);
  const { colours } = look.palette;
  for (let code = 0; code <= TOP_CODE; code++) {
    const v = valueAt(code, grid.lo, grid.hi);
    const size = Math.abs(v);
    if (size < look.kept.cut || !passes(v, look.sign)) continue;
    const i = Math.round(positionOf(v, look) * 256) * 3;
    const alpha = Math.round(255 * alphaOf(size / look.scale, look.opacity));
    table[code] = ((alpha << 24) | (colours[i + 2]! << 16) | (colours[i + 1]! << 8) | colours[i]!) >>> 0;
  }
  return table;
}

const HATCH_DARK = 0xff606060;
const HATCH_LIGHT = 0xb0d8d8d8;

/** Fills `out` (one RGBA word a pixel). Pixels that are not numbers are hatched. */
export function paint(grid: Grid, table: Uint32Array, out: Uint32Array, missing: boolean): void {
  const { codes, width } = grid;
  for (let i = 0; i < codes.length; i++) out[i] = table[codes[i]!]!;
  if (!missing) return;
  for (let i = 0; i < codes.length; i++)
    if (codes[i] === NAN_CODE) out[i] = ((i % width) + Math.floor(i / width)) % 4 ? HATCH_LIGHT : HATCH_DARK;
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
