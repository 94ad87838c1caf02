// The tree of layers: names, opening, searching, and what is told later.
import { describe, expect, it } from "vitest";
import { findLayers, holdersOf, holds, layersOf, shownLayers, told, unfit } from "../core/layers";
import type { LayerEntry } from "../core/types";

const entry = (depth: number, own: string, type: string, untold = 0): LayerEntry => [
  depth,
  own,
  type,
  untold,
  null,
  null,
];
const ENTRIES = [
  entry(0, "stem", "Conv2d"),
  entry(0, "blocks", "Sequential"),
  entry(1, "0", "Block"),
  entry(2, "conv", "Conv2d"),
  entry(1, "1", "Block", 2),
  entry(0, "head", "Linear"),
];
const layers = layersOf(ENTRIES);
const names = (rows: number[], list = layers) => rows.map((i) => list[i]!.name);

describe("layers", () => {
  it("are named by where they lie", () => {
    expect(layers.map((layer) => layer.name)).toEqual([
      "stem",
      "blocks",
      "blocks.0",
      "blocks.0.conv",
      "blocks.1",
      "head",
    ]);
    expect(layersOf([entry(2, "conv", "Conv2d"), entry(2, "norm", "Norm")], "blocks.1").map((one) => one.name)).toEqual(
      ["blocks.1.conv", "blocks.1.norm"],
    );
    expect(holdersOf("blocks.0.conv")).toEqual(["blocks", "blocks.0"]);
    expect(holdersOf("stem")).toEqual([]);
  });

  it("show what is opened, and nothing inside what is closed", () => {
    expect(names(shownLayers(layers, new Set()))).toEqual(["stem", "blocks", "head"]);
    expect(names(shownLayers(layers, new Set(["blocks"])))).toEqual(["stem", "blocks", "blocks.0", "blocks.1", "head"]);
    expect(names(shownLayers(layers, new Set(["blocks.0"])))).toEqual(["stem", "blocks", "head"]);
    expect(names(shownLayers(layers, new Set(["blocks", "blocks.0"])))).toContain("blocks.0.conv");
    expect(layers.map((_, i) => holds(layers, i))).toEqual([false, true, true, false, true, false]);
  });

  it("take in what is told later", () => {
    const inside = layersOf([entry(2, "conv", "Conv2d"), entry(2, "norm", "Norm")], "blocks.1");
    const more = told(layers, "blocks.1", inside);
    expect(more.map((one) => one.name)).toEqual([
      ...["stem", "blocks", "blocks.0", "blocks.0.conv"],
      ...["blocks.1", "blocks.1.conv", "blocks.1.norm", "head"],
    ]);
    expect(more[4]!.untold).toBe(0);
    expect(told(more, "blocks.1", inside)).toEqual(more);
    expect(told(layers, "gone", inside)).toEqual(layers);
    expect(told(layers, "", inside)).toEqual(inside);
    expect(told(layers, "", [])).toEqual(layers);
  });

  it("are found by name and type", () => {
    expect(names(findLayers(layers, "CONV blocks"))).toEqual(["blocks.0.conv"]);
    expect(names(findLayers(layers, "conv"))).toEqual(["stem", "blocks.0.conv"]);
    expect(names(findLayers(layers, "blocks.1"))).toEqual(["blocks.1"]);
    expect(names(findLayers(layers, "blocks"))[0]).toBe("blocks");
    expect(findLayers(layers, "nothing")).toEqual([]);
  });

  it("serve by what they put out", () => {
    const [silent, rows, patches, map] = layersOf([
      [0, "a", "Linear", 0, null, 0],
      [0, "b", "Linear", 0, [10], 0],
      [0, "c", "Norm", 0, [197, 8], 1],
      [0, "d", "Conv2d", 0, [8, 7, 7], 2],
    ]);
    expect([silent, rows, patches, map].map((one) => unfit(one!, "map"))).toEqual(["silent", "no map", null, null]);
    expect([patches, map].map((one) => unfit(one!, ""))).toEqual(["no map", null]);
    expect(unfit(layers[0]!, "map")).toBeNull();
  });
});
