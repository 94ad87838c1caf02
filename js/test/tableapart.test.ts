// Two methods beside each other on a row: where they disagree, column by column.
import { describe, expect, it } from "vitest";
import { agreementOf } from "../core/agreement";
import { quantise } from "../core/arrays";
import { DIFFERENCE } from "../core/look";
import { differenceLook } from "../core/paint";
import { DISPLAY } from "../host/decode";
import { apartEnds, apartOf, pointsOf } from "../panels/disagreement";

const row = (...values: number[]) => quantise(values, values.length, 1);

describe("disagreement", () => {
  it("is the place in the first map minus that in the second, in words and in points of a hundred", () => {
    const found = agreementOf(row(5, 1, 2, 3), row(1, 5, 2, 3), "both");
    const at = (column: number) => found.placesAt({ width: 4, height: 1 }, column, 0)!;
    expect([0, 1, 2, 3].map((column) => pointsOf(at(column)))).toEqual([75, -75, 0, 0]);
    expect(apartOf(at(0))).toEqual({
      places: ["place 87.5 of 100", "place 12.5 of 100"],
      difference: "+75 places apart",
    });
    expect(apartOf(at(1)).difference).toBe("−75 places apart");
    expect(apartOf(at(2)).difference).toBe("0 places apart");
    expect(pointsOf([0.5, 0.502])).toBeCloseTo(0);
  });

  it("has its own colours, on the same scale for every pair of methods", () => {
    const look = differenceLook(row(-0.25, 0.25), { ...DISPLAY, mass: 0.2, scale: 3, sign: "positive" });
    expect([look.scale, look.sign, look.clipped, look.kept.share]).toEqual([1, "both", false, 1]);
    expect(look.palette.name).toBe(DIFFERENCE);
    expect(apartEnds(look)).toEqual(["−100", "same place", "+100"]);
  });
});
