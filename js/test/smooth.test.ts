// Smoothing: what it keeps, what it leaves alone, when it is chosen, what it costs.
import { describe, expect, it } from "vitest";
import { type Grid, quantise } from "../core/arrays";
import { automatic, gaussian, roughness, smoothed } from "../core/smooth";

function random(n: number, seed = 1): Float32Array {
  let state = seed;
  return Float32Array.from({ length: n }, () => {
    state = (state * 1664525 + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

const sum = (values: ArrayLike<number>) => Array.from(values).reduce((a, v) => a + (Number.isNaN(v) ? 0 : v), 0);

/** Speckle under a hump, and the hump alone. */
function pair(side: number): { speckle: Grid; hump: Grid } {
  const grain = random(side * side);
  const at = (i: number) => Math.exp(-(((i % side) / side - 0.4) ** 2 + (Math.floor(i / side) / side - 0.5) ** 2) * 20);
  const make = (f: (i: number) => number) =>
    quantise(
      Float32Array.from({ length: side * side }, (_, i) => f(i)),
      side,
      side,
    );
  return { speckle: make((i) => at(i) * grain[i]!), hump: make(at) };
}

describe("a Gaussian mean", () => {
  it.each([
    [37, 21],
    [16, 33],
    [1, 40],
  ])("treats rows and columns alike (%s × %s)", (w, h) => {
    const values = random(w * h);
    const turned = Float32Array.from(values, (_, i) => values[(i % h) * w + Math.floor(i / h)]!);
    const [out, other] = [gaussian(values, w, h, 2), gaussian(turned, h, w, 2)];
    for (let i = 0; i < out.length; i++) expect(out[i]).toBeCloseTo(other[(i % w) * h + Math.floor(i / w)]!, 5);
  });

  it.each([0.3, 1, 2.5, 8])("keeps the sum, at the edges too (%s px)", (sigma) => {
    const values = random(31 * 17);
    values[0] = 50;
    values[31 * 17 - 1] = -20;
    expect(sum(gaussian(values, 31, 17, sigma))).toBeCloseTo(sum(values), 3);
  });

  it("keeps a flat map flat, even where the lens is larger than the map", () => {
    for (const [w, h] of [
      [9, 7],
      [3, 1],
    ] as const)
      for (const v of gaussian(new Float32Array(w * h).fill(2), w, h, 8)) expect(v).toBeCloseTo(2, 5);
  });

  it("spreads a point as the formula says", () => {
    const values = new Float32Array(41 * 41);
    values[20 * 41 + 20] = 1;
    const out = gaussian(values, 41, 41, 2);
    for (const [dx, dy] of [
      [0, 0],
      [1, 0],
      [2, 3],
    ] as const)
      expect(Math.abs(out[(20 + dy) * 41 + 20 + dx]! * 8 * Math.PI - Math.exp(-(dx * dx + dy * dy) / 8))).toBeLessThan(
        0.1,
      );
  });

  it("goes round what is not a number and loses nothing to it", () => {
    const values = random(20 * 20);
    for (let i = 0; i < 60; i++) values[i] = Number.NaN;
    const out = gaussian(values, 20, 20, 2);
    expect(out.map((v, i) => Number(Number.isNaN(v) !== Number.isNaN(values[i]!))).some(Boolean)).toBe(false);
    expect(sum(out)).toBeCloseTo(sum(values), 3);
    expect(gaussian(new Float32Array(4).fill(Number.NaN), 2, 2, 1).every(Number.isNaN)).toBe(true);
  });

  it("of a map with holes is a map with the same holes", () => {
    const grid = quantise([1, Number.NaN, 3, 4], 2, 2);
    const out = smoothed(grid, 1);
    expect(Array.from(out.codes).map((c) => c === 65535)).toEqual([false, true, false, false]);
    expect(smoothed(grid, 0)).toBe(grid);
  });
});

describe("by itself", () => {
  it("smooths speckle and leaves a smooth map alone", () => {
    const { speckle, hump } = pair(224);
    expect(roughness(speckle)).toBeGreaterThan(0.5);
    expect(roughness(hump)).toBeLessThan(0.1);
    expect([automatic(speckle), automatic(hump)]).toEqual([2, 0]);
    expect(roughness(smoothed(speckle, 2))).toBeLessThan(roughness(speckle) / 2);
  });

  it("takes a hundredth of the grid, nothing on a tiny one, and never more than the slider has", () => {
    for (const [side, sigma] of [
      [28, 0],
      [64, 0.5],
      [299, 2.5],
      [1024, 8],
    ] as const)
      expect(automatic(pair(side).speckle)).toBe(sigma);
    expect(automatic(quantise([0, 0, 0, 0], 2, 2))).toBe(0);
  });
});
