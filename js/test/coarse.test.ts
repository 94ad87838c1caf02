// Maps with fewer cells than the model's input has pixels.
import { describe, expect, it } from "vitest";
import { cellAt, quantise } from "../core/arrays";
import { DISPLAY } from "../host/decode";
import { readingOf, readMap } from "../views/image/view";

/** Where numpy begins each cell: linspace(0, pixels, cells + 1).round(), halves to even. */
function edges(cells: number, pixels: number): number[] {
  return Array.from({ length: cells + 1 }, (_, k) => {
    const at = (k * pixels) / cells;
    const low = Math.floor(at);
    return at - low === 0.5 ? low + (low % 2) : Math.round(at);
  });
}

describe("a pixel", () => {
  it.each([
    [7, 224],
    [670, 1024],
    [2, 3],
    [4, 10],
    [64, 96],
    [5, 5],
    [1, 9],
  ])("of %s cells over %s lies where its block does", (cells, pixels) => {
    const begins = edges(cells, pixels);
    for (let pixel = 0; pixel < pixels; pixel++) {
      const cell = cellAt(pixel, cells, pixels);
      expect(begins[cell]!).toBeLessThanOrEqual(pixel);
      expect(begins[cell + 1]!).toBeGreaterThan(pixel);
    }
  });
});

it("is read and ranked in the map's own cells, over all of the input", () => {
  const grid = quantise([1, -2, 3, -4, 5, -6], 3, 2);
  const map = readMap({ id: 1, grid, info: {} as never }, DISPLAY.smooth, { width: 7, height: 5 });
  const values = (y: number) => Array.from({ length: 7 }, (_, x) => Math.round(readingOf(map, x, y).value));
  expect([values(0), values(1), values(2), values(4)]).toEqual([
    [1, 1, -2, -2, -2, 3, 3],
    [1, 1, -2, -2, -2, 3, 3],
    [-4, -4, 5, 5, 5, -6, -6],
    [-4, -4, 5, 5, 5, -6, -6],
  ]);
  expect([readingOf(map, 6, 4).rank, readingOf(map, 0, 0).rank]).toEqual([1, 6]);
});

it("is smoothed by pixels, not by cells", () => {
  const grid = quantise(
    Array.from({ length: 400 }, (_, i) => Math.sin(i * i)),
    20,
    20,
  );
  const one = { id: 1, grid, info: {} as never };
  const fine = readMap(one, 1, { width: 20, height: 20 });
  expect(readMap(one, 4, { width: 80, height: 80 }).grid.codes).toEqual(fine.grid.codes);
  const speckle = quantise(
    Array.from({ length: 10_000 }, (_, i) => Math.sin(i * i)),
    100,
    100,
  );
  expect(readMap({ ...one, grid: speckle }, null, { width: 300, height: 300 }).sigma).toBe(3);
});
