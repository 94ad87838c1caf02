// A map under a soft lens. Gradients of deep networks are speckle, and what speaks for a class shows only in
// the mean over some pixels. The mean moves attribution by a few pixels and neither adds nor loses any.
import { type Grid, NAN_CODE, quantise, valueAt } from "./arrays";
import { SMOOTHING } from "./look";

/** The largest standard deviation, in pixels of the grid, that the slider offers, and its step. */
export const { most: MOST_SMOOTH, step: SMOOTH_STEP } = SMOOTHING;

function valuesOf(grid: Grid): Float32Array {
  const { codes, lo, hi } = grid;
  const out = new Float32Array(codes.length);
  const step = (hi - lo) / 65534;
  for (let i = 0; i < codes.length; i++) out[i] = codes[i] === NAN_CODE ? Number.NaN : lo + codes[i]! * step;
  return out;
}

function measure({ codes, width, height, lo, hi }: Grid): number {
  let [steps, size] = [0, 0];
  const step = (hi - lo) / 65534;
  const between = (code: number, other: number) => (other === NAN_CODE ? 0 : Math.abs(code - other) * step);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const i = y * width + x;
      const code = codes[i]!;
      if (code === NAN_CODE) continue;
      size += Math.abs(valueAt(code, lo, hi));
      if (x + 1 < width) steps += between(code, codes[i + 1]!);
      if (y + 1 < height) steps += between(code, codes[i + width]!);
    }
  return size > 0 ? steps / 2 / size : 0;
}

const measured = new WeakMap<Grid, number>();

/** How much neighbours differ, as a share of how large the values are: 0 for a flat map. */
export function roughness(grid: Grid): number {
  let found = measured.get(grid);
  if (found === undefined) {
    found = measure(grid);
    measured.set(grid, found);
  }
  return found;
}

/**
 * How much to smooth where nobody said, in cells of the map: about a hundredth of it for speckle, nothing for a map
 * that is smooth by itself. On photos gradients, input × gradient and integrated gradients are 0.55 to 1.2 rough,
 * occlusion and Grad-CAM 0.01 to 0.04.
 */
export function automatic(grid: Grid): number {
  if (roughness(grid) < SMOOTHING.rough) return 0;
  return Math.min(MOST_SMOOTH, Math.floor(Math.min(grid.width, grid.height) / SMOOTHING.pixels_per_step) * SMOOTH_STEP);
}

/** Beyond the edge lies the mirror image, so that a flat map stays flat. */
function mirror(i: number, length: number): number {
  const at = ((i % (2 * length)) + 2 * length) % (2 * length);
  return at < length ? at : 2 * length - 1 - at;
}

const PASSES = 3;

/**
 * Means over a box, one after the other, which come near to a Gaussian at the same cost for every width. The
 * two ends of the box count in part, so that the width need not be whole (Gwosdek et al., 2011).
 */
function boxes(sigma: number): { reach: number; end: number } {
  const variance = sigma ** 2 / PASSES;
  const reach = Math.floor((Math.sqrt(12 * variance + 1) - 1) / 2);
  const end = ((2 * reach + 1) * (reach * (reach + 1) - 3 * variance)) / (6 * (variance - (reach + 1) ** 2));
  return { reach, end };
}

/** Rows that become columns together: one by one, each of their numbers would fetch a part of the memory of its own. */
const TOGETHER = 16;

/** Blurs along the rows, and turns rows into columns. */
function blurAndTurn(values: Float32Array, width: number, height: number, sigma: number): Float32Array {
  const { reach, end } = boxes(sigma);
  const share = 1 / (2 * reach + 1 + 2 * end);
  const pad = PASSES * (reach + 1);
  const from = Int32Array.from({ length: width + 2 * pad }, (_, i) => mirror(i - pad, width));
  let line = new Float64Array(from.length);
  let next = new Float64Array(from.length);
  const out = new Float32Array(values.length);
  const blurred = new Float32Array(TOGETHER * width);
  for (let y = 0; y < height; y++) {
    const row = y * width;
    for (let i = 0; i < from.length; i++) line[i] = values[row + from[i]!]!;
    for (let pass = 1; pass <= PASSES; pass++) {
      const first = pass * (reach + 1);
      const last = from.length - first;
      let sum = 0;
      for (let i = first - reach; i <= first + reach; i++) sum += line[i]!;
      for (let i = first; i < last; i++) {
        const after = line[i + reach + 1]!;
        next[i] = share * (sum + end * (line[i - reach - 1]! + after));
        sum += after - line[i - reach]!;
      }
      const done = line;
      line = next;
      next = done;
    }
    const place = y % TOGETHER;
    blurred.set(line.subarray(pad, pad + width), place * width);
    if (place + 1 < TOGETHER && y + 1 < height) continue;
    for (let x = 0; x < width; x++)
      for (let k = 0, at = x * height + y - place; k <= place; k++) out[at + k] = blurred[k * width + x]!;
  }
  return out;
}

/** A Gaussian mean that keeps the sum of the map. What is not a number stays so, and gives and takes nothing. */
export function gaussian(values: Float32Array, width: number, height: number, sigma: number): Float32Array {
  const blur = (map: Float32Array) => blurAndTurn(blurAndTurn(map, width, height, sigma), height, width, sigma);
  if (!values.some((v) => Number.isNaN(v))) return blur(values);
  // What would fall into the holes is shared among the other neighbours.
  const there = blur(values.map((v) => (Number.isNaN(v) ? 0 : 1)));
  const out = blur(values.map((v, i) => (Number.isNaN(v) ? 0 : v / there[i]!)));
  return out.map((v, i) => (Number.isNaN(values[i]!) ? Number.NaN : v));
}

export function smoothed(grid: Grid, sigma: number): Grid {
  if (!(sigma > 0)) return grid;
  return quantise(gaussian(valuesOf(grid), grid.width, grid.height, sigma), grid.width, grid.height);
}
