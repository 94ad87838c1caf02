// The same map under the same display: what the browser paints and what Python painted of it.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { bytesOf, decodeGrid } from "../core/arrays";
import { colourTable, paint } from "../core/image/colours";
import { lookOf } from "../core/paint";
import { automatic, smoothed } from "../core/smooth";
import type { ArrayMeta, Display } from "../core/types";
import { DISPLAY } from "../host/decode";

interface Fixture {
  name: string;
  array: ArrayMeta;
  data: string;
  sigma: number;
  shown: { display: Partial<Display>; rgba: string }[];
}

const EVERY = 5;
const FILE = new URL("../../tests/fixtures/looks/looks.json", import.meta.url);
const fixtures: Fixture[] = JSON.parse(readFileSync(FILE, "utf8"));

describe.each(fixtures.map((f) => [f.name, f] as const))("%s map", (_, fixture) => {
  const grid = decodeGrid(fixture.array, [fixture.data]);

  it("is smoothed as much", () => {
    expect(automatic(grid)).toBe(fixture.sigma);
  });

  it.each(fixture.shown.map((one) => [JSON.stringify(one.display), one] as const))("under %s", (_, {
    display,
    rgba,
  }) => {
    const read = smoothed(grid, display.smooth ?? automatic(grid));
    const words = new Uint32Array(read.codes.length);
    paint(read, colourTable(read, lookOf(read, { ...DISPLAY, ...display })), words, false);
    const ours = new Uint8Array(words.buffer);
    const theirs = bytesOf(rgba);
    expect(theirs.length).toBe(Math.ceil(words.length / EVERY) * 4);
    let worst = 0;
    for (let i = 0; i < theirs.length; i += 4) {
      const solid = theirs[i + 3]!;
      for (let c = 0; c < 4; c++) {
        // What is not seen has no colour.
        if (c < 3 && !solid) continue;
        worst = Math.max(worst, Math.abs(ours[i * EVERY + c]! - theirs[i + c]!));
      }
    }
    expect(worst).toBeLessThanOrEqual(2);
  });
});
