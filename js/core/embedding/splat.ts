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

/** How much of each pixel a disc covers, 0..255, row by row. */
export function stamp(radius: number): { size: number; cover: Uint8Array } {
  const size = 2 * Math.ceil(radius) + 1;
  const middle = (size - 1) / 2;
  const cover = new Uint8Array(size * size);
  for (let y = 0; y < size; y++)
    for (let x = 0; x < size; x++)
      cover[y * size + x] = 255 * Math.min(1, Math.max(0, radius + 0.5 - Math.hypot(x - middle, y - middle)));
  return { size, cover };
}

export interface Picture {
  pixels: Uint8ClampedArray;
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
  const { size, cover } = stamp(radius);
  const half = (size - 1) / 2;
  for (let i = points.x.length - 1; i >= 0; i--) {
    const left = Math.round(at.left + points.x[i]! * at.scale) - half;
    const top = Math.round(at.top + points.y[i]! * at.scale) - half;
    if (left <= -size || top <= -size || left >= width || top >= height) continue;
    const [r, g, b] = colours[level[i]!] ?? colours[0]!;
    for (let y = Math.max(0, -top); y < size && top + y < height; y++) {
      let to = 4 * ((top + y) * width + Math.max(0, left));
      for (let x = Math.max(0, -left); x < size && left + x < width; x++, to += 4) {
        const part = cover[y * size + x]! / 255;
        if (part === 0) continue;
        pixels[to] = r * part + pixels[to]! * (1 - part);
        pixels[to + 1] = g * part + pixels[to + 1]! * (1 - part);
        pixels[to + 2] = b * part + pixels[to + 2]! * (1 - part);
      }
    }
  }
}
