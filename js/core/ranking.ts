// Ranks and shares of mass. All work is on the 65536 codes, so it costs the same at 224² and at 1024².
import { type Grid, TOP_CODE, valueAt } from "./arrays";
import type { Sign } from "./types";

export interface Ranking {
  /** How many pixels hold each code; the last entry counts the pixels that are not numbers. */
  counts: Uint32Array;
  /** The codes in use, largest |value| first. */
  order: Uint16Array;
  /** 1 for the largest |value|; equal values share the best rank. */
  ranks: Uint32Array;
  /** Pixels that are numbers. */
  finite: number;
  missing: number;
  largest: number;
}

export interface Kept {
  /** Pixels with |value| at or above this are shown. */
  cut: number;
  /** Share of the mass they hold, 0..1. */
  share: number;
  pixels: number;
}

export function rank(grid: Grid): Ranking {
  const { codes, lo, hi } = grid;
  const counts = new Uint32Array(65536);
  for (let i = 0; i < codes.length; i++) counts[codes[i]!]!++;
  const order = new Uint16Array(65535);
  const ranks = new Uint32Array(65536);
  let [low, high, used, above] = [0, TOP_CODE, 0, 0];
  let [last, best] = [Number.NaN, 1];
  while (low <= high) {
    if (!counts[low]) low++;
    else if (!counts[high]) high--;
    else {
      const a = Math.abs(valueAt(low, lo, hi));
      const b = Math.abs(valueAt(high, lo, hi));
      const code = a > b ? low++ : high--;
      const size = a > b ? a : b;
      if (size !== last) {
        last = size;
        best = above + 1;
      }
      order[used++] = code;
      ranks[code] = best;
      above += counts[code]!;
    }
  }
  const largest = used ? Math.abs(valueAt(order[0]!, lo, hi)) : 0;
  return { counts, order: order.slice(0, used), ranks, finite: above, missing: counts[65535]!, largest };
}

const ranked = new WeakMap<Grid, Ranking>();

/** The ranking of a grid, made when it is first needed. */
export function rankingOf(grid: Grid): Ranking {
  let found = ranked.get(grid);
  if (!found) {
    found = rank(grid);
    ranked.set(grid, found);
  }
  return found;
}

export function passes(value: number, sign: Sign): boolean {
  return sign === "positive" ? value > 0 : sign === "negative" ? value < 0 : !Number.isNaN(value);
}

/** The fewest pixels, largest |value| first, that hold `share` of all the |value| that `sign` lets through. */
export function keepMass(grid: Grid, ranking: Ranking, share: number, sign: Sign): Kept {
  const { counts, order } = ranking;
  if (share >= 1 && sign !== "positive" && sign !== "negative") return { cut: 0, share: 1, pixels: ranking.finite };
  let [total, all] = [0, 0];
  for (let i = 0; i < order.length; i++) {
    const code = order[i]!;
    const v = valueAt(code, grid.lo, grid.hi);
    if (!passes(v, sign)) continue;
    total += Math.abs(v) * counts[code]!;
    all += counts[code]!;
  }
  if (share >= 1 || total === 0) return { cut: 0, share: 1, pixels: all };
  let [held, pixels, cut] = [0, 0, Number.POSITIVE_INFINITY];
  for (const code of order) {
    const v = valueAt(code, grid.lo, grid.hi);
    if (!passes(v, sign)) continue;
    const size = Math.abs(v);
    if (held >= share * total && size < cut) break;
    held += size * counts[code]!;
    pixels += counts[code]!;
    cut = size;
  }
  return { cut, share: held / total, pixels };
}

/** The |value| that `part` of the pixels do not exceed: a colour range that a few outliers cannot flatten. */
export function quantile(grid: Grid, ranking: Ranking, part: number): number {
  const skip = Math.floor((1 - part) * ranking.finite);
  let seen = 0;
  for (const code of ranking.order) {
    seen += ranking.counts[code]!;
    if (seen > skip) return Math.abs(valueAt(code, grid.lo, grid.hi)) || ranking.largest;
  }
  return ranking.largest;
}
