import { describe, expect, it } from "vitest";
import { quantise, valueAt } from "../core/arrays";
import { keepMass, passes, quantile, rank } from "../core/ranking";
import type { Sign } from "../core/types";

function random(seed: number): () => number {
  let s = seed;
  return () => {
    s = (s * 1664525 + 1013904223) % 2 ** 32;
    return s / 2 ** 32;
  };
}

/** Maps with ties, missing values, one sign, nothing but zeros. */
function maps(): [string, number[]][] {
  const next = random(7);
  const many = Array.from({ length: 400 }, () => (next() - 0.4) ** 3);
  return [
    ["signed", many],
    ["ties", Array.from({ length: 400 }, () => Math.round(next() * 6) - 3)],
    ["positive", many.map(Math.abs)],
    ["negative", many.map((v) => -Math.abs(v))],
    ["missing", many.map((v, i) => (i % 7 ? v : Number.NaN))],
    ["zeros", many.map(() => 0)],
  ];
}

const SIGNS: Sign[] = ["both", "positive", "negative", "absolute"];

describe.each(maps())("%s map", (_, raw) => {
  const grid = quantise(raw, 20, 20);
  const values = [...grid.codes].map((code) => valueAt(code, grid.lo, grid.hi));
  const ranking = rank(grid);

  it("ranks as a sort does", () => {
    const sizes = values.filter((v) => !Number.isNaN(v)).map(Math.abs);
    grid.codes.forEach((code, i) => {
      if (Number.isNaN(values[i])) return;
      const larger = sizes.filter((size) => size > Math.abs(values[i]!)).length;
      expect(ranking.ranks[code]).toBe(larger + 1);
    });
    expect(ranking.finite).toBe(sizes.length);
    expect(ranking.missing).toBe(values.length - sizes.length);
    expect(ranking.largest).toBe(Math.max(...sizes));
  });

  it.each(SIGNS)("keeps the fewest pixels for a share of the mass, sign %s", (sign) => {
    const seen = values
      .filter((v) => passes(v, sign))
      .map(Math.abs)
      .sort((a, b) => b - a);
    const total = seen.reduce((a, b) => a + b, 0);
    for (const share of [0.01, 0.25, 0.5, 0.9, 0.999, 1]) {
      const kept = keepMass(grid, ranking, share, sign);
      if (share === 1 || total === 0) {
        expect(kept).toEqual({ cut: 0, share: 1, pixels: seen.length });
        continue;
      }
      let [count, held] = [0, 0];
      while (held < share * total - 1e-12) held += seen[count++]!;
      // Equal values stay together.
      while (count < seen.length && seen[count] === seen[count - 1]) held += seen[count++]!;
      expect(kept.pixels).toBe(count);
      expect(kept.share).toBeCloseTo(held / total, 9);
      expect(seen.filter((v) => v >= kept.cut).length).toBe(count);
    }
  });

  it("finds quantiles", () => {
    const sizes = values
      .filter((v) => !Number.isNaN(v))
      .map(Math.abs)
      .sort((a, b) => b - a);
    for (const part of [0.5, 0.9, 0.998]) {
      const want = sizes[Math.floor((1 - part) * sizes.length)]!;
      expect(quantile(grid, ranking, part)).toBe(want || ranking.largest);
    }
  });
});
