// Rank correlation and disagreement: closed forms, ties, grids, and Python's numbers for the same bytes.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { agreementOf, coarser } from "../core/agreement";
import { decodeGrid, quantise, valueAt } from "../core/arrays";
import type { ArrayMeta, Sign } from "../core/types";

interface Fixture {
  name: string;
  arrays: [ArrayMeta, ArrayMeta];
  data: string[];
  pixels: number;
  correlation: Record<Sign, number | null>;
}

const FILE = new URL("../../tests/fixtures/agreement/agreement.json", import.meta.url);
const fixtures: Fixture[] = JSON.parse(readFileSync(FILE, "utf8"));

const row = (...values: number[]) => quantise(values, values.length, 1);

describe.each(fixtures.map((f) => [f.name, f] as const))("%s", (_, fixture) => {
  const [a, b] = fixture.arrays.map((array) => decodeGrid(array, fixture.data)) as [never, never];

  it.each(Object.entries(fixture.correlation))("by %s is what Python finds", (sign, expected) => {
    const found = agreementOf(a, b, sign as Sign);
    expect(found.pixels).toBe(fixture.pixels);
    if (expected === null) expect(found.correlation).toBeNaN();
    // Python decodes to 32 bits, where codes next to each other may tie.
    else expect(found.correlation).toBeCloseTo(expected, 4);
    if (expected !== null) expect(agreementOf(b, a, sign as Sign).correlation).toBeCloseTo(found.correlation, 12);
  });
});

describe("agreement", () => {
  it("is the formula of squared differences where nothing ties", () => {
    const found = agreementOf(row(1, 2, 3, 4, 5), row(30, 10, 20, 60, 40), "both");
    expect(found.correlation).toBeCloseTo(1 - (6 * (4 + 1 + 1 + 1 + 1)) / (5 * 24), 12);
    expect(found.apart).toBeCloseTo((2 + 1 + 1 + 1 + 1) / 25, 12);
  });

  it("is nothing where a map has one value, or none in common", () => {
    expect(agreementOf(row(2, 2, 2), row(1, 2, 3), "both").correlation).toBeNaN();
    const none = agreementOf(row(Number.NaN, 1), row(1, Number.NaN), "both");
    expect([none.pixels, none.correlation, none.apart]).toEqual([0, Number.NaN, Number.NaN]);
  });

  it("gives values that are equal the middle of their places", () => {
    const ties = agreementOf(row(0, 0, 0, 5), row(1, 2, 3, 4), "both");
    const pixels = { width: 4, height: 1 };
    expect([0, 1, 3].map((x) => ties.placesAt(pixels, x, 0)![0])).toEqual([0.375, 0.375, 0.875]);
    expect([0, 1, 3].map((x) => ties.placesAt(pixels, x, 0)![1])).toEqual([0.125, 0.375, 0.875]);
  });

  it("looks at what the reading shows", () => {
    const [a, b] = [row(-4, 1, 2, 3), row(4, 1, 2, 3)];
    expect(agreementOf(a, b, "absolute").correlation).toBeCloseTo(1, 12);
    expect(agreementOf(a, b, "both").correlation).toBeLessThan(0);
    expect(agreementOf(a, b, "negative").correlation).toBeNaN();
  });

  it("sums up the map of differences", () => {
    const [a, b] = [row(1, 2, 3, 4, 5), row(30, 10, 20, 60, 40)];
    const map = agreementOf(a, b, "both").difference();
    const found = [...map.codes].map((code) => valueAt(code, map.lo, map.hi));
    for (const [i, expected] of [-0.4, 0.2, 0.2, -0.2, 0.2].entries()) expect(found[i]).toBeCloseTo(expected, 4);
    const holed = agreementOf(row(1, Number.NaN, 3), row(1, 2, 3), "both").difference();
    expect([...holed.codes].map((code) => valueAt(code, holed.lo, holed.hi))).toEqual([0, Number.NaN, 0]);
  });

  it("reads a coarse map under each pixel of the fine one", () => {
    const found = agreementOf(row(1, 1, 9, 9), row(5, 2), "both");
    expect([found.pixels, found.correlation]).toEqual([2, -1]);
    expect([0, 1, 2, 3].map((x) => found.placesAt({ width: 4, height: 1 }, x, 0))).toEqual([
      [0.25, 0.75],
      [0.25, 0.75],
      [0.75, 0.25],
      [0.75, 0.25],
    ]);
  });
});

describe("a coarser grid", () => {
  it("takes means by area", () => {
    const halves = coarser(row(1, 2, 3, 4, 5), 2, 1);
    expect(halves[0]).toBeCloseTo((1 + 2 + 1.5) / 2.5, 4);
    expect(halves[1]).toBeCloseTo((1.5 + 4 + 5) / 2.5, 4);
    expect([...coarser(quantise([0, 2, 4, 6, 8, 10], 3, 2), 1, 2)].map(Math.round)).toEqual([2, 8]);
  });

  it("goes round holes", () => {
    expect([...coarser(row(1, Number.NaN, Number.NaN, Number.NaN), 2, 1)]).toEqual([1, Number.NaN]);
  });
});
