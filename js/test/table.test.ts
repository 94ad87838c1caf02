import { describe, expect, it } from "vitest";
import { csvOf } from "../core/csv";
import { amount } from "../core/format";
import { reworded } from "../core/outdated";
import {
  curveOf,
  dateOf,
  dayOf,
  editsOf,
  guessed,
  heightAt,
  loneColumn,
  placeOf,
  rowOf,
  stretchesOf,
  textOf,
  withCell,
} from "../core/table/cells";
import { differing, wayOf } from "../core/table/compare";
import { exampleOf, sameRules } from "../core/table/rules";
import type { CellEdit, Column, Curves, Rules } from "../core/table/types";

const NUMBER: Column = {
  name: "age",
  kind: "number",
  choices: [],
  low: 20,
  high: 80,
  step: 1,
  counts: [],
  missing: true,
};
const JOB: Column = { ...NUMBER, name: "job", kind: "choice", choices: ["boss", "clerk", "cook"], low: 0, high: 2 };
const cell = (column: number, value: number | null): CellEdit => ({ name: "cell", column, value });

/** Column 0 has three points, column 1 three choices; two classes, of which the second is told first. */
const CURVES: Curves = {
  edits: [cell(1, 2)],
  classes: [1, 0],
  starts: Uint32Array.of(0, 3, 6),
  grid: Float32Array.of(20, 40, 80, 0, 1, 2),
  values: Float32Array.of(0.1, 0.9, 0.3, 0.7, 0.5, 0.5, 0.2, 0.8, 0.4, 0.6, 0.6, 0.4),
};
const ROW = [40, 1];

describe("cells", () => {
  it("keeps only what differs, in the order of the columns", () => {
    expect(withCell(ROW, [], 1, 2)).toEqual([cell(1, 2)]);
    expect(withCell(ROW, [cell(1, 2)], 0, null)).toEqual([cell(0, null), cell(1, 2)]);
    expect(withCell(ROW, [cell(0, 50), cell(1, 2)], 0, 40)).toEqual([cell(1, 2)]);
    expect(editsOf(ROW, rowOf(ROW, [cell(0, 7)]))).toEqual([cell(0, 7)]);
  });

  it("reads a value off the curve between its points, and off a choice exactly", () => {
    const age = curveOf(CURVES, 0, 1);
    expect(age.map(([x]) => x)).toEqual([20, 40, 80]);
    expect(heightAt(age, 40, false)).toBeCloseTo(0.3);
    expect(heightAt(age, 60, false)).toBeCloseTo(0.4);
    expect(heightAt(age, 10, false)).toBeCloseTo(0.1);
    expect(heightAt(age, 99, false)).toBeCloseTo(0.5);
    expect(heightAt(age, null, false)).toBeNull();
    expect(heightAt(curveOf(CURVES, 1, 1), 2, true)).toBeCloseTo(0.6);
    expect(heightAt(curveOf(CURVES, 1, 1), 3, true)).toBeNull();
    expect(curveOf(CURVES, 0, 5)).toEqual([]);
  });

  it("breaks off where the model fails", () => {
    const points: [number, number][] = [0.1, Number.NaN, 0.3, 0.5, Number.NaN].map((y, x) => [x, y]);
    expect(stretchesOf(points)).toEqual([
      [[0, 0.1]],
      [
        [2, 0.3],
        [3, 0.5],
      ],
    ]);
    expect([0, 0.5, 1, 1.5, 2.5, 9].map((value) => heightAt(points, value, false))).toEqual([
      0.1,
      null,
      null,
      null,
      0.4,
      null,
    ]);
  });

  it("guesses from the one curve that still holds, and not where two cells have moved", () => {
    // The curves are of a row whose job was changed already: only then does that of the age hold.
    const found = guessed(CURVES, ROW, [cell(0, 60), cell(1, 2)], [false, true]);
    expect([found?.get(1), found?.get(0)].map((one) => one?.toFixed(3))).toEqual(["0.400", "0.600"]);
    expect(guessed(CURVES, ROW, [cell(0, 60)], [false, true])).toBeNull();
    expect(guessed(CURVES, ROW, [], [false, true])?.get(1)).toBeCloseTo(0.4); // the job back as it was
    expect(guessed(CURVES, ROW, [cell(0, null), cell(1, 2)], [false, true])).toBeNull();
    expect(loneColumn([], [])).toBeNull();
  });

  it("says values as people read them", () => {
    expect(textOf(NUMBER, 30, "missing")).toBe("30");
    expect(textOf({ ...NUMBER, step: 0.01 }, 0.1 + 0.2, "")).toBe("0.3");
    expect([1, 0.01, 0].map((step) => textOf({ ...NUMBER, step }, -4, ""))).toEqual(["−4", "−4", "−4"]);
    expect(textOf(NUMBER, null, "missing")).toBe("missing");
    expect(textOf(JOB, 1, "")).toBe("clerk");
    expect(textOf({ ...NUMBER, kind: "date" }, dayOf("2020-02-29")!, "")).toBe("2020-02-29");
    expect(dateOf(dayOf("1969-12-31")!)).toBe("1969-12-31");
    expect(dayOf("nonsense")).toBeNull();
    expect([placeOf(NUMBER, 50), placeOf(NUMBER, 500), placeOf(JOB, 1)]).toEqual([0.5, 1, 0.5]);
    expect(placeOf({ ...NUMBER, high: 20 }, 20)).toBe(0.5);
  });

  it("tells where rows differ, and which way", () => {
    expect(differing([ROW, [40, 2], [41, 1]])).toEqual([0, 1]);
    expect(differing([ROW, ROW])).toEqual([]);
    expect([wayOf(NUMBER, 40, 50), wayOf(NUMBER, 40, 30), wayOf(NUMBER, 40, null), wayOf(JOB, 1, 2)]).toEqual([
      "up",
      "down",
      "other",
      "other",
    ]);
    expect(wayOf(NUMBER, 40, 40)).toBeNull();
  });
});

it("knows answers of earlier rules and of an earlier question", () => {
  const none: Rules = { immutable: [], ranges: {}, direction: {}, effort: {}, rules: [], most: null };
  const some: Rules = {
    ...none,
    immutable: ["a", "b"],
    ranges: { a: [null, 3], b: [1, 2] },
    rules: ["a < b", "b < 3"],
    error: null,
  };
  const turned: Partial<Rules> = {
    immutable: ["b", "a"],
    ranges: { b: [1, 2], a: [null, 3] },
    rules: ["b < 3", "a < b"],
  };
  expect(sameRules(some, { ...none, ...turned })).toBe(true);
  const changes: Partial<Rules>[] = [
    { immutable: ["a"] },
    { ranges: { a: [null, 3], b: [2, 2] } },
    { direction: { a: "up" } },
    { effort: { a: 2 } },
    { rules: ["a < b"] },
  ];
  for (const change of changes) expect(sameRules(some, { ...some, ...change })).toBe(false);
  const answer = { target: null, most: 4, found: [] };
  expect(
    [{ target: null, most: 4 }, { target: 1, most: 4 }, { target: null, most: 3 }, {}].map((now) =>
      reworded(now, answer),
    ),
  ).toEqual([false, true, true, false]);
});

it("writes an example of a rule for the columns that are there", () => {
  expect(exampleOf([JOB, NUMBER])).toBe("age <= 80");
  expect(exampleOf([{ ...NUMBER, name: "hours per week", high: 0.1 + 0.2 }])).toBe("`hours per week` <= 0.3");
  expect(exampleOf([JOB])).toBe("");
});

it("gives amounts as many decimals as the largest needs, and no sign to nothing", () => {
  expect([0.68, -0.0102, 0.000012].map((value) => amount(value, 0.68))).toEqual(["+0.680", "−0.010", "0.000"]);
  expect(amount(123.4, 250)).toBe("+123");
});

it("writes tables that spreadsheets take for no formulas", () => {
  expect(
    csvOf([
      ["a", 1, null],
      ["=cmd()", 'x"y', "p,q"],
    ]),
  ).toBe(`a,1,\r\n'=cmd(),"x""y","p,q"\r\n`);
});
