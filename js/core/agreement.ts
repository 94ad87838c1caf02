// How far two maps agree, pixel by pixel and in one number. Ranks alone are compared: two methods have two units, and
// the range of a map is often that of its few largest values.
import { cellAt, type Grid, NAN_CODE, type Pixels, quantise, valueAt } from "./arrays";
import { rankingOf } from "./ranking";
import type { Sign } from "./types";

export interface Agreement {
  /** Spearman's rank correlation, ties sharing their mean rank; not a number where one map has one value only. */
  correlation: number;
  /** How many pixels were compared: those that both maps have a number for. */
  pixels: number;
  /** How far apart a pixel's two places are, as a share of all places, on average: 1/3 for maps without relation. */
  apart: number;
  /** The place of a pixel's value in either map, 0 lowest to 1 highest; null where one has no number. */
  placesAt(covered: Pixels, x: number, y: number): [number, number] | null;
  /** For each pixel the place in the first map minus that in the second. */
  difference(): Grid;
}

/** How much of each cell of a line lies in each cell of a shorter one. */
function shares(from: number, to: number): { first: number; weights: number[] }[] {
  const width = from / to;
  return Array.from({ length: to }, (_, i) => {
    const [low, high] = [i * width, (i + 1) * width];
    const first = Math.floor(low + 1e-9);
    const weights: number[] = [];
    for (let k = first; k < Math.min(from, Math.ceil(high - 1e-9)); k++)
      weights.push(Math.min(high, k + 1) - Math.max(low, k));
    return { first, weights };
  });
}

/** The mean over each cell of a coarser grid, by area; what is not a number counts for nothing. */
export function coarser(grid: Grid, width: number, height: number): Float64Array {
  const [columns, rows] = [shares(grid.width, width), shares(grid.height, height)];
  const out = new Float64Array(width * height);
  rows.forEach((row, y) => {
    columns.forEach((column, x) => {
      let [sum, weight] = [0, 0];
      row.weights.forEach((down, j) => {
        const line = (row.first + j) * grid.width + column.first;
        column.weights.forEach((across, i) => {
          const value = valueAt(grid.codes[line + i]!, grid.lo, grid.hi);
          if (Number.isNaN(value)) return;
          sum += down * across * value;
          weight += down * across;
        });
      });
      out[y * width + x] = weight > 0 ? sum / weight : Number.NaN;
    });
  });
  return out;
}

function seen(value: number, sign: Sign): number {
  if (sign === "absolute") return Math.abs(value);
  return sign === "positive" ? Math.max(value, 0) : sign === "negative" ? Math.min(value, 0) : value;
}

/** A map on the grid that is compared on: as it came, or as means. */
type Compared = { codes: Uint16Array; grid: Grid } | { values: Float64Array };

function on(grid: Grid, width: number, height: number): Compared {
  if (grid.width === width && grid.height === height) return { codes: grid.codes, grid };
  return { values: coarser(grid, width, height) };
}

function isHole(map: Compared, i: number): boolean {
  return "codes" in map ? map.codes[i] === NAN_CODE : Number.isNaN(map.values[i]);
}

/** Walks over runs of equal values in ascending order, and gives each run the middle of its places. */
function spread(
  length: number,
  value: (i: number) => number,
  held: (i: number) => number,
  give: (i: number, place: number) => void,
): void {
  let below = 0;
  for (let i = 0, j = 0; i < length; ) {
    let run = 0;
    for (const first = value(i); j < length && value(j) === first; j++) run += held(j);
    for (; i < j; i++) give(i, below + run / 2);
    below += run;
  }
}

/** The place of each pixel's value, 0..1, and NaN for those that are not compared. */
function placesOf(map: Compared, pixels: Uint32Array, length: number, sign: Sign): Float64Array {
  const out = new Float64Array(length).fill(Number.NaN);
  if ("values" in map) {
    const shown = map.values.map((value) => seen(value, sign));
    const order = pixels.slice().sort((p, q) => shown[p]! - shown[q]!);
    spread(
      order.length,
      (i) => shown[order[i]!]!,
      () => 1,
      (i, place) => {
        out[order[i]!] = place / pixels.length;
      },
    );
    return out;
  }
  // All sorting is on the 65536 codes, so that it costs the same at 224² and at 1024².
  const { codes, grid } = map;
  const counts = new Uint32Array(NAN_CODE);
  for (const i of pixels) counts[codes[i]!]!++;
  const all = sign === "absolute" ? rankingOf(grid).order.slice().reverse() : Uint16Array.from(counts.keys());
  const order = all.filter((code) => counts[code]);
  const places = new Float64Array(NAN_CODE);
  spread(
    order.length,
    (i) => seen(valueAt(order[i]!, grid.lo, grid.hi), sign),
    (i) => counts[order[i]!]!,
    (i, place) => {
      places[order[i]!] = place / pixels.length;
    },
  );
  for (const i of pixels) out[i] = places[codes[i]!]!;
  return out;
}

/** Compares two maps of the same picture, on the coarser of their grids, as far as `sign` lets them be seen. */
export function agreementOf(one: Grid, other: Grid, sign: Sign): Agreement {
  const [width, height] = [Math.min(one.width, other.width), Math.min(one.height, other.height)];
  const length = width * height;
  const [a, b] = [on(one, width, height), on(other, width, height)];
  const both = Uint32Array.from({ length }, (_, i) => i).filter((i) => !isHole(a, i) && !isHole(b, i));
  const [first, second] = [placesOf(a, both, length, sign), placesOf(b, both, length, sign)];
  let [product, squares, otherSquares, apart] = [0, 0, 0, 0];
  for (const i of both) {
    // The mean place is one half, however many share theirs.
    const [x, y] = [first[i]! - 0.5, second[i]! - 0.5];
    product += x * y;
    squares += x * x;
    otherSquares += y * y;
    apart += Math.abs(x - y);
  }
  return {
    correlation: product / Math.sqrt(squares * otherSquares),
    pixels: both.length,
    apart: apart / both.length,
    placesAt(covered, x, y) {
      const i = cellAt(y, height, covered.height) * width + cellAt(x, width, covered.width);
      const [p, q] = [first[i]!, second[i]!];
      return Number.isNaN(p) ? null : [p, q];
    },
    difference: () =>
      quantise(
        first.map((place, i) => place - second[i]!),
        width,
        height,
      ),
  };
}
