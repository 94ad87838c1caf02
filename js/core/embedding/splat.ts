// Points into pixels. Some ten thousand discs are a few million writes: less than a frame, on any machine, without a
// graphics context, of which a page has few.
import type { Placement } from "../camera";
import { SEQUENTIAL } from "../look";
import { colourAt, palette, type Rgb } from "../palette";
import type { Points } from "./plot";

/** The part of the ramp that is seen on the page: what is kept stands out. export/scatter.py has the same for paper. */
const SHADES = { light: [0.78, 0.04], dark: [0.3, 1] } as const;

export function shade(share: number, theme: "light" | "dark"): Rgb {
  const [from, to] = SHADES[theme];
  return colourAt(palette(SEQUENTIAL), from + (to - from) * Math.min(1, Math.max(0, share)));
}

/** The pixels of a disc, aside from its middle: how much of each it covers, 1..256, none that it leaves free. */
export function stamp(radius: number): { x: number; y: number; cover: number }[] {
  const half = Math.ceil(radius);
  const out = [];
  for (let y = -half; y <= half; y++)
    for (let x = -half; x <= half; x++) {
      const cover = Math.round(256 * Math.min(1, Math.max(0, radius + 0.5 - Math.hypot(x, y))));
      if (cover > 0) out.push({ x, y, cover });
    }
  return out;
}

/** A colour as one number of an image's pixels, seen as 32 bits each. */
export function packed([r, g, b]: Rgb): number {
  return ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0;
}

export interface Picture {
  pixels: Uint32Array;
  width: number;
  height: number;
}

/** Draws the points over what there is, the last first: words come by how common they are. */
export function splat(
  { pixels, width, height }: Picture,
  points: Points,
  at: Placement,
  radius: number,
  colours: readonly Rgb[],
  level: ArrayLike<number>,
): void {
  const disc = stamp(radius);
  const half = Math.ceil(radius);
  const whole = colours.map(packed);
  for (let i = points.x.length - 1; i >= 0; i--) {
    const left = Math.round(at.left + points.x[i]! * at.scale);
    const top = Math.round(at.top + points.y[i]! * at.scale);
    if (left <= -half || top <= -half || left >= width + half || top >= height + half) continue;
    const colour = whole[level[i]!]!;
    for (const { x, y, cover } of disc) {
      const [px, py] = [left + x, top + y];
      if (px < 0 || py < 0 || px >= width || py >= height) continue;
      const to = py * width + px;
      pixels[to] = cover === 256 ? colour : mixed(colour, pixels[to]!, cover);
    }
  }
}

/** `share` of 256 of one colour over another, two channels at a time. */
function mixed(over: number, under: number, share: number): number {
  const rest = 256 - share;
  const outer = (((over & 0xff00ff) * share + (under & 0xff00ff) * rest) >>> 8) & 0xff00ff;
  const green = (((over & 0xff00) * share + (under & 0xff00) * rest) >>> 8) & 0xff00;
  return (0xff000000 | outer | green) >>> 0;
}
