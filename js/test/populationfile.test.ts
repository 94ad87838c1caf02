// Saved results about tables told as a kernel would tell them, and refused where they are not what they should be.
import { deflateSync } from "node:zlib";
import { expect, test } from "vitest";
import { answerOf } from "../core/population/read";
import type { PopulationSpec, StudyMessage } from "../core/population/types";
import { SavedModel } from "../host/page";
import { PopulationStore } from "../host/population";
import { populationOf } from "../host/populationfile";

function packed(data: ArrayBufferView, dtype: string, ...shape: number[]) {
  return { dtype, shape, zlib: deflateSync(data as Uint8Array).toString("base64") };
}

const f8 = (...values: number[]) => packed(Float64Array.from(values), "<f8", values.length);
const COMMON = {
  label: "yes",
  rows: 9,
  seconds: 1,
  forwards: 20,
  notes: ["slow", 3],
  method: "permutation_importance",
};
const BARS = { ...COMMON, kind: "Importances", names: ["age", "<b>"], values: f8(1, 4), interval: f8(0.5, 2), measures: { std: f8(0, 1) }, unit: "loss" }; // biome-ignore format: one line
const DOTS = {
  ...BARS,
  kind: "Contributions",
  method: "global_importance",
  places: packed(BigInt64Array.from([4n, 7n]), "<i8", 2),
  local: packed(Float64Array.from([1, 2, 3, 4]), "<f8", 2, 2),
  data: packed(Float64Array.from([5, 6, 7, 8]), "<f8", 2, 2),
};
const lines = packed(new Float32Array(), "<f4", 0, 2);
const POINTS = { mean: f8(0.2, 0.4), interval: f8(0.1, 0.1), lines };
const AGE = { ...POINTS, name: "age", grid: [30, 50], places: f8(30, 50) };
const JOB = { ...POINTS, name: "job", grid: ["boss", "cook"], places: f8(0, 7) };
const SINCE = { ...POINTS, name: "since", grid: [{ date: "2020-01-01" }, { date: "2020-01-03" }], places: f8(1, 3) };
const CURVES = { ...COMMON, kind: "Effects", method: "partial_dependence", effects: [AGE, JOB, SINCE], unit: "" };
const MAP = { ...CURVES, effects: [{ names: ["age", "job"], grids: [[30, 50], ["cook"]], places: [f8(30, 50), f8(2)], mean: f8(1, 2), interval: f8(0, 0) }] }; // biome-ignore format: one line
const node = (depth: number, leaf: boolean, condition = "") => ({ condition, depth, answer: "yes", rows: 3, purity: 1, leaf }); // biome-ignore format: one line
const TREE = { ...COMMON, kind: "SurrogateTree", nodes: [node(0, false), node(1, true, "a <= 1"), node(1, true, "a > 1")], fidelity: 0.9, guess: 0.5, held_out: 4, measure: "same" }; // biome-ignore format: one line

async function answers(fields: object) {
  const { spec, messages } = await populationOf(fields as Record<string, unknown>, "1");
  const told = messages as unknown as (StudyMessage & { buffers: ArrayBufferView[] })[];
  return { spec: spec as PopulationSpec, found: told.map((one) => answerOf(one, one.buffers as never)) };
}

test("importances and contributions are told by their columns", async () => {
  const { spec, found } = await answers(BARS);
  expect(spec.columns.map(({ name }) => name)).toEqual(["age", "<b>"]);
  expect(spec.questions).toEqual([{ name: "importance", why_not: null }]);
  expect([...found[0]!.bars!.values, ...found[0]!.bars!.interval!, ...found[0]!.bars!.measures.std!]).toEqual([1, 4, 0.5, 2, 0, 1]); // biome-ignore format: one line
  expect(found[0]!.message).toMatchObject({ rows: 9, notes: ["slow", ""], running: false, known: true });

  const dots = (await answers(DOTS)).found[0]!.dots!;
  expect(dots.shown).toEqual([1, 0]);
  expect([...dots.places, ...dots.local, ...dots.data]).toEqual([4, 7, 2, 1, 4, 3, 6, 5, 8, 7]);
  const one = { local: packed(Float64Array.from([2, 4]), "<f8", 2, 1), data: packed(Float64Array.from([6, 8]), "<f8", 2, 1) }; // biome-ignore format: one line
  const some = (await answers({ ...DOTS, ...one, shown: [1] })).found[0]!.dots!;
  expect([...some.shown, ...some.places, ...some.local, ...some.data]).toEqual([1, 4, 7, 2, 4, 6, 8]);
});

test("curves are told each with its column, categories by their names", async () => {
  const { spec, found } = await answers(CURVES);
  expect(spec.columns.map(({ kind, choices }) => [kind, choices])).toEqual([["number", []], ["choice", ["boss", "cook"]], ["date", []]]); // biome-ignore format: one line
  expect(found.map(({ along }) => [...along!.dependence!.grid])).toEqual([[30, 50], [0, 1], [1, 3]]); // biome-ignore format: one line
  const local = (await answers({ ...CURVES, method: "accumulated_local_effects" })).found[0]!.along!;
  expect([local.dependence, local.accumulated!.mean[1]]).toEqual([null, Math.fround(0.4)]);
  const { surface } = (await answers(MAP)).found[0]!;
  expect([...surface!.grids[0], ...surface!.grids[1], ...surface!.mean]).toEqual([30, 50, 0, 1, 2]);
  const rules = async (view: object) => (await answers({ ...TREE, view })).found[0]!.tree!.rules;
  expect([await rules({ text: "all", rules: "a <= 1" }), await rules({ text: "all" })]).toEqual(["a <= 1", "all"]);
});

test("of several curves the chosen one is shown, without a kernel", async () => {
  const store = new PopulationStore(new SavedModel(await populationOf(CURVES, "1")));
  await new Promise((done) => setTimeout(done));
  const shown = () => store.lines.effect.answer.value!.message.columns;
  expect([shown(), store.several("effect"), store.view.value]).toEqual([[0], true, "effect"]);
  store.ask("effect", [2]);
  expect(shown()).toEqual([2]);
  store.ask("effect", [9]);
  expect(shown()).toEqual([2]);
  store.close();
});

test.each([
  ["kind", { ...BARS, kind: "Other" }],
  ["names", { ...BARS, names: ["age", 3] }],
  ["values", { ...BARS, values: f8(1) }],
  ["measures", { ...BARS, measures: { std: f8(1, 2, 3) } }],
  ["local", { ...DOTS, local: f8(1, 2, 3) }],
  ["grid", { ...CURVES, effects: [{ ...AGE, grid: [] }] }],
  ["mean", { ...CURVES, effects: [{ ...AGE, mean: f8(1) }] }],
  ["effects", { ...CURVES, effects: "abc" }],
  ["grids", { ...MAP, effects: [{ names: ["a", "b"], grids: [Array(200).fill(1), Array(200).fill(1)] }] }],
  ["shown", { ...DOTS, shown: [2, 0] }],
  ["nodes", { ...TREE, nodes: [node(1, true)] }],
  ["nodes", { ...TREE, nodes: [node(0, false), node(2, true)] }],
])("a result is refused for its %s", async (name, fields) => {
  await expect(populationOf(fields as Record<string, unknown>, "1")).rejects.toThrow(`its ${name} is damaged`);
});

test("an array that unpacks to more than it claims is refused", async () => {
  const bomb = { ...f8(1, 2), zlib: deflateSync(new Uint8Array(2 ** 22)).toString("base64") };
  await expect(populationOf({ ...BARS, values: bomb }, "1")).rejects.toThrow();
});
