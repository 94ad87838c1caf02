import { describe, expect, it } from "vitest";
import { inSight } from "../core/windowed";

const line = (height: number) => () => height;

describe("the lines in sight", () => {
  it("are those that are seen and a few beyond, and the room of all stays", () => {
    expect(inSight(1000, line(10), [0, 100], 20)).toEqual({ first: 0, last: 12, above: 0, below: 9880 });
    expect(inSight(1000, line(10), [5000, 100], 20)).toEqual({ first: 498, last: 512, above: 4980, below: 4880 });
    expect(inSight(1000, line(10), [9900, 100], 20)).toEqual({ first: 988, last: 1000, above: 9880, below: 0 });
  });

  it("are counted by their own heights", () => {
    const tall = (i: number) => (i === 3 ? 100 : 10);
    for (let top = 0; top < 1000; top += 7) {
      const { first, last, above, below } = inSight(100, tall, [top, 50], 0);
      const shown = Array.from({ length: last - first }, (_, i) => tall(first + i)).reduce((sum, one) => sum + one, 0);
      expect(above + shown + below).toBe(1090);
      expect(above).toBeLessThanOrEqual(top);
      expect(above + shown).toBeGreaterThanOrEqual(top + 50);
    }
  });

  it("are some even where a list has become shorter than where it was scrolled to", () => {
    expect(inSight(5, line(10), [5000, 100], 20)).toEqual({ first: 0, last: 5, above: 0, below: 0 });
    expect(inSight(0, line(10), [0, 100], 20)).toEqual({ first: 0, last: 0, above: 0, below: 0 });
  });
});
