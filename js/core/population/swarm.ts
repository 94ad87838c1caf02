// Dots of contributions: where each lies, which colour it has, and which is under the pointer.
import type { Dots } from "./types";

/** Pushes dots that would lie on each other apart, up and down in turn, within `most` of the middle. */
export function offsets(x: ArrayLike<number>, size: number, most: number): Float32Array {
  const off = new Float32Array(x.length);
  const filled = new Map<number, number>();
  let largest = 1;
  for (let i = 0; i < x.length; i++) {
    const place = Math.floor(x[i]! / size);
    const k = filled.get(place) ?? 0;
    filled.set(place, k + 1);
    off[i] = (k % 2 ? -1 : 1) * Math.ceil(k / 2) * size * 0.75;
    largest = Math.max(largest, Math.abs(off[i]!));
  }
  return off.map((one) => one * Math.min(1, most / largest));
}

/** Each value's place among the different ones there are, 0..1; not a number where it is missing. */
export function places(values: ArrayLike<number>): Float32Array {
  const kinds = [...new Set(Array.from(values).filter(Number.isFinite))].sort((a, b) => a - b);
  const rank = new Map(kinds.map((value, i) => [value, i]));
  return Float32Array.from(values, (value) => (rank.get(value) ?? Number.NaN) / Math.max(1, kinds.length - 1));
}

/** One column of what lies row by row. */
export function columnOf({ shown }: Dots, cells: Float32Array, at: number): Float32Array {
  return cells.filter((_, i) => i % shown.length === at);
}

/** The dot nearest to a place, within so many pixels. */
export function dotAt(x: ArrayLike<number>, y: ArrayLike<number>, px: number, py: number, within: number) {
  let [best, found] = [within ** 2, -1];
  for (let i = 0; i < x.length; i++) {
    const square = (x[i]! - px) ** 2 + (y[i]! - py) ** 2;
    if (square <= best) [best, found] = [square, i];
  }
  return found < 0 ? null : found;
}

/** The dot beside one, in the order of their contributions. */
export function beside(values: ArrayLike<number>, from: number | null, step: 1 | -1): number {
  const order = Array.from(values, (_, i) => i).sort((a, b) => values[a]! - values[b]! || a - b);
  if (from === null) return order[step > 0 ? 0 : order.length - 1]!;
  return order[Math.min(order.length - 1, Math.max(0, order.indexOf(from) + step))]!;
}
