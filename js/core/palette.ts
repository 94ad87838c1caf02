// Colour maps made from a few anchors in OKLab, where equal steps look equal.
// None of them relies on telling red from green; lightness alone orders each of them.

export type Rgb = [number, number, number];
export type PaletteKind = "sequential" | "diverging";

export interface Palette {
  name: string;
  kind: PaletteKind;
  /** 257 colours: for a diverging map entry 128 is zero. */
  colours: Uint8Array;
}

export const STEPS = 257;

function toLinear(c: number): number {
  const v = c / 255;
  return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
}

function fromLinear(v: number): number {
  const c = v <= 0.0031308 ? 12.92 * v : 1.055 * v ** (1 / 2.4) - 0.055;
  return Math.round(255 * Math.min(1, Math.max(0, c)));
}

export function toOklab([r, g, b]: Rgb): Rgb {
  const [x, y, z] = [toLinear(r), toLinear(g), toLinear(b)];
  const l = Math.cbrt(0.4122214708 * x + 0.5363325363 * y + 0.0514459929 * z);
  const m = Math.cbrt(0.2119034982 * x + 0.6806995451 * y + 0.1073969566 * z);
  const s = Math.cbrt(0.0883024619 * x + 0.2817188376 * y + 0.6299787005 * z);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

export function fromOklab([light, a, b]: Rgb): Rgb {
  const l = (light + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (light - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (light - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    fromLinear(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
    fromLinear(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
    fromLinear(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s),
  ];
}

function parse(hex: string): Rgb {
  const n = Number.parseInt(hex.slice(1), 16);
  return [n >> 16, (n >> 8) & 255, n & 255];
}

function ramp(anchors: string[]): Uint8Array {
  const points = anchors.map((hex) => toOklab(parse(hex)));
  const out = new Uint8Array(STEPS * 3);
  for (let i = 0; i < STEPS; i++) {
    const at = (i / (STEPS - 1)) * (points.length - 1);
    const k = Math.min(points.length - 2, Math.floor(at));
    const [p, q] = [points[k]!, points[k + 1]!];
    const t = at - k;
    out.set(fromOklab([p[0] + t * (q[0] - p[0]), p[1] + t * (q[1] - p[1]), p[2] + t * (q[2] - p[2])]), i * 3);
  }
  return out;
}

const ANCHORS: Record<string, { kind: PaletteKind; anchors: string[] }> = {
  ember: { kind: "sequential", anchors: ["#1b1442", "#5b1a78", "#a8327d", "#e2604f", "#f9a637", "#fcf3a6"] },
  blue_orange: {
    kind: "diverging",
    anchors: ["#0b4fb3", "#3a8ae2", "#93c4f2", "#f4f3f0", "#f9b469", "#e8741a", "#b04300"],
  },
  purple_orange: {
    kind: "diverging",
    anchors: ["#553cb4", "#7f66d8", "#beb1f2", "#f4f3f1", "#f7c267", "#de8a16", "#8f4a00"],
  },
};

export const PALETTES = Object.keys(ANCHORS);
export const SEQUENTIAL = "ember";
export const DIVERGING = "blue_orange";

const made = new Map<string, Palette>();

export function palette(name: string): Palette {
  const known = ANCHORS[name] ? name : DIVERGING;
  let found = made.get(known);
  if (!found) {
    found = { name: known, kind: ANCHORS[known]!.kind, colours: ramp(ANCHORS[known]!.anchors) };
    made.set(known, found);
  }
  return found;
}

export function colourAt(p: Palette, position: number): Rgb {
  const i = Math.round(Math.min(1, Math.max(0, position)) * (STEPS - 1)) * 3;
  return [p.colours[i]!, p.colours[i + 1]!, p.colours[i + 2]!];
}
