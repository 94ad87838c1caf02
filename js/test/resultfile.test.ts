// Saved evaluations and counterfactuals: read as they are, and refused where they are not what they should be.
import { deflateSync } from "node:zlib";
import { expect, test } from "vitest";
import { sorted } from "../core/sorting";
import { changesOf, evaluationOf } from "../host/resultfile";

const MEASURE = { name: "deletion", title: "Deletion", value: 0.2, error: { float: "nan" }, low: 0, high: 1, better: "lower", passed: true, reference: null, sentence: "s", definition: "d", paper: "p", curves: [{ name: "this map", x: [0, 1], y: [1, { float: "nan" }] }] }; // biome-ignore format: one line
const JUDGED = { verdict: "passes 1 of 1 checks", believable: true, passed: 1, checked: 1, measures: [MEASURE], notes: ["n", 3], view: { title: "Can it?" } }; // biome-ignore format: one line

const said = (...probabilities: number[]) => ({ probabilities, scores: probabilities, task: "classes", labels: null });
const ROW = { original: { a: 1, b: "x", c: 3 }, prediction: said(0.9, 0.1), index: 1, label: "class 1", notes: [] };
const WAY = { values: { a: 2, b: "x", c: { float: "nan" } }, changes: ["a", "c"], prediction: said(0.2, 0.8), delta: 0.7, effort: 1.5, nearest: null, density: null, valid: true }; // biome-ignore format: one line

test("an evaluation is told with what is no number left out", () => {
  const found = evaluationOf(JUDGED);
  expect(found).toMatchObject({ title: "Can it?", passed: 1, checked: 1, believable: true, notes: ["n"] });
  expect(found.measures[0]).toMatchObject({ error: null, curves: [{ x: [0, 1], y: [1, null] }] });
});

test.each([
  { measures: "none" },
  { passed: 2 },
  { checked: -1 },
  { verdict: { toString: "x" } },
  { measures: [{ ...MEASURE, better: "<b>" }] },
  { measures: [{ ...MEASURE, curves: [{ name: "c", x: [1], y: [] }] }] },
])("a damaged evaluation is refused: %o", (change) => {
  expect(() => evaluationOf({ ...JUDGED, ...change })).toThrow("damaged");
});

test("of a row the changed columns are listed, and the measures that there are", async () => {
  const found = await changesOf({ ...ROW, candidates: [WAY] });
  expect(found).toMatchObject({ answer: "class 0", of: "class 1", before: 0.1, columns: ["a", "c"], cells: [1, 3] });
  expect(found.measured).toEqual(["count", "effort"]);
  expect(found.candidates[0]).toMatchObject({
    answer: "class 1",
    score: 0.8,
    cells: [2, null],
    measures: { count: 2 },
  });
});

test("of many changed columns as many are listed as can be read", async () => {
  const original = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`c${i}`, 0]));
  const candidates = [{ ...WAY, values: {}, changes: Object.keys(original) }];
  const found = await changesOf({ ...ROW, original, candidates });
  expect([found.columns.length, found.more]).toEqual([40, 60]);
});

test("a text's edits are counted in characters", async () => {
  const edits = [{ start: 2, stop: 6, kind: "replace", old: "good", new: "bad" }];
  const found = await changesOf({ ...ROW, original: "😀 good", candidates: [{ ...WAY, text: "😀 bad", edits }] });
  expect(found.text.slice(2, 6).join("")).toBe("good");
  expect(found.candidates[0]).toMatchObject({ edits: [{ start: 2, stop: 6, fresh: "bad" }], measures: { count: 1 } });
  const outside = [{ ...edits[0], stop: 7 }];
  await expect(changesOf({ ...ROW, original: "😀 good", candidates: [{ ...WAY, edits: outside }] })).rejects.toThrow();
});

test("a picture has its pixels, and what changed of them", async () => {
  const packed = (bytes: number[], ...shape: number[]) => ({ dtype: "|u1", shape, zlib: deflateSync(Uint8Array.from(bytes)).toString("base64") }); // biome-ignore format: one line
  const original = packed([1, 2, 3, 4, 5, 6], 1, 2, 3);
  const way = { ...WAY, picture: original, mask: packed([0, 1], 1, 2), regions: [4], survives: 1 };
  const found = await changesOf({ ...ROW, original, candidates: [way] });
  expect(found.candidates[0]).toMatchObject({ pixels: { width: 2, height: 1 }, measures: { area: 0.5, count: 1 } });
  for (const wrong of [{ mask: packed([0], 1, 1) }, { picture: packed([1, 2, 3], 1, 1, 3) }, { picture: undefined }])
    await expect(changesOf({ ...ROW, original, candidates: [{ ...way, ...wrong }] })).rejects.toThrow();
});

test.each([
  { candidates: {} },
  { original: null },
  { index: 2 },
  { index: -1 },
  { prediction: null },
])("damaged counterfactuals are refused: %o", async (change) => {
  await expect(changesOf({ ...ROW, candidates: [WAY], ...change })).rejects.toThrow("damaged");
});

test("what has no key comes last, whichever way rows are sorted", () => {
  const keys = [null, 2, Number.NaN, 1];
  expect(sorted(keys, (key) => key, true)).toEqual([2, 1, null, Number.NaN]);
  expect(sorted(keys, (key) => key, false)).toEqual([1, 2, null, Number.NaN]);
  expect(sorted(["b", "a"], (key) => key, false)).toEqual(["a", "b"]);
});
