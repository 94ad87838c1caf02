// Colour maps, straight between the many anchors of each, which were made in OKLab, where equal steps look equal.
// None of them relies on telling red from green; lightness alone orders each of them.
import { unhex } from "./format";
import { DIVERGING, type PaletteKind, RAMPS } from "./look";
import { preferences } from "./preferences";

export type Rgb = [number, number, number];

export interface Palette {
  name: string;
  kind: PaletteKind;
  /** 257 colours: for a diverging map entry 128 is zero. */
  colours: Uint8Array;
}

export const STEPS = 257;
export const PALETTES = Object.keys(RAMPS);

function ramp(anchors: string[]): Uint8Array {
  const points = anchors.map(unhex);
  const out = new Uint8Array(STEPS * 3);
  for (let i = 0; i < STEPS; i++) {
    const at = (i / (STEPS - 1)) * (points.length - 1);
    const k = Math.min(points.length - 2, Math.floor(at));
    const [p, q] = [points[k]!, points[k + 1]!];
    for (let c = 0; c < 3; c++) out[3 * i + c] = Math.round(p[c]! + (at - k) * (q[c]! - p[c]!));
  }
  return out;
}

const made = new Map<string, Palette>();

export function palette(name: string): Palette {
  const known = RAMPS[name] ? name : DIVERGING;
  const { kind, anchors } = RAMPS[known]!;
  const found = made.get(known) ?? { name: known, kind, colours: ramp(anchors) };
  made.set(known, found);
  return found;
}

/** The colours of a map whose values have two directions. */
export function colormapOf(display: { colormap: string | null }): string {
  return display.colormap || preferences.value?.colormap || DIVERGING;
}

const greys = new Map<Palette, Palette>();

/** The same by lightness alone, which orders it too. */
export function greyOf(p: Palette): Palette {
  const { name, colours } = p;
  // By a name of its own, by which shades are remembered.
  const found = greys.get(p) ?? {
    ...p,
    name: `grey ${name}`,
    colours: colours.map((_, i) => lightness(colours, i - (i % 3))),
  };
  greys.set(p, found);
  return found;
}

function lightness(rgb: Uint8Array, i: number): number {
  return Math.round(0.299 * rgb[i]! + 0.587 * rgb[i + 1]! + 0.114 * rgb[i + 2]!);
}

export function colourAt(p: Palette, position: number): Rgb {
  const i = Math.round(Math.min(1, Math.max(0, position)) * (STEPS - 1)) * 3;
  return [p.colours[i]!, p.colours[i + 1]!, p.colours[i + 2]!];
}
