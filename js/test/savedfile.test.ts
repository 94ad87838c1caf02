// Saved explanations told as a kernel would tell them, and refused where they are not what they should be.
import { expect, test } from "vitest";
import type { Saved } from "../core/fields";
import type { TableSpec } from "../core/table/types";
import type { TextMapMessage } from "../core/text/types";
import type { Spec } from "../core/types";
import { pageOf } from "../host/file";

function saved(change: object = {}, text: object = {}): Saved {
  const spans = [[0, 0], [0, 1], [2, 4]]; // biome-ignore format: one line
  const fields = {
    label: "good",
    task: "classes",
    target: 1,
    labels: ["bad", "good"],
    method: "occlusion",
    params: { window: 2, odd: { float: "inf" } },
    steps: [2, 3],
    error: { float: "inf" },
    notes: ["one", 2],
    view: { method: { title: "Occlusion", parameters: [{ name: "window", low: "<b>", choices: [1, {}] }] } },
    text: { text: "😀 ok, cut", spans, ids: [7, 8, 9], special: [true, false, false], ...text },
    arrays: { values: { shape: [3] } },
    ...change,
  };
  return { fields, values: Float32Array.of(1, 2, -1), probabilities: Float32Array.of(0.25, 0.75), photo: null };
}

test("a text is told in UTF-16 units, with what the model did not see", () => {
  const { messages, spec } = pageOf(saved(), "1");
  const map = messages[1] as TextMapMessage & { buffers: Uint32Array[] };
  const { tokens, names, cut, special } = map.layout;
  expect([...map.buffers[tokens!.buffer]!]).toEqual([0, 0, 0, 2, 3, 5]);
  expect([...map.buffers[special!.buffer]!]).toEqual([1, 0, 0]);
  expect([cut, names]).toEqual([5, [[0, "7"]]]);
  expect(map).toMatchObject({ sum: 2, error: "unbounded", final: false, notes: ["one", ""], target: 1 });
  expect(map.request).toEqual({ method: "occlusion", params: { window: 2 }, target: 1, edits: [] });
  const [method] = (spec as { methods: { parameters: object[] }[] }).methods;
  expect(method!.parameters[0]).toMatchObject({ low: null, choices: [1], sentence: "" });
});

test("a picture is told as one map, with its photo as a file", () => {
  const change = {
    text: null,
    target: 0,
    region: null,
    arrays: { values: { shape: [2, 1, 2] }, photo: { shape: [1, 2, 3] } },
  };
  const values = Float32Array.of(1, 2, -3, Number.NaN);
  const { spec, messages } = pageOf({ ...saved(change), values, photo: Uint8Array.of(1, 2, 3, 4, 5, 6) }, "1");
  expect([...(messages[1]!.buffers![0] as Float32Array)]).toEqual([-2, Number.NaN]);
  const { photo, grid, region } = spec as Spec;
  expect([grid, region]).toEqual([
    [1, 2],
    [0, 0, 2, 1],
  ]);
  expect([...(photo.data as Uint8Array).slice(54)]).toEqual([3, 2, 1, 6, 5, 4, 0, 0]);
});

const ROW = { text: null, names: ["age", "job", "since"], cells: [38.25, "cook", null] };

test("a row is told by its cells, as words", () => {
  const { spec, messages } = pageOf(saved(ROW), "1");
  const { columns, row } = spec as TableSpec;
  expect(columns.map(({ name, told }) => [name, told])).toEqual([["age", "38.25"], ["job", "cook"], ["since", null]]); // biome-ignore format: one line
  expect(row).toEqual([null, null, null]);
  expect([...(messages[1]!.buffers![0] as Float32Array)]).toEqual([1, 2, -1]);
  const old = pageOf(saved({ ...ROW, names: null, cells: undefined }), "1").spec as TableSpec;
  expect(old.columns.map(({ name, told }) => [name, told])[2]).toEqual(["feature 2", ""]);
});

test.each([
  ["target", { target: 2 }, {}],
  ["target", { target: [0, 1, 1] }, {}],
  ["target", { target: "__proto__" }, {}],
  ["labels", { labels: ["one"] }, {}],
  ["task", { task: "<b>" }, {}],
  ["method", { method: null }, {}],
  ["text", {}, { text: 7 }],
  ["text", {}, { spans: [[0, 1]] }],
  ["text", {}, { spans: [[0, 1], [0, 2], [3, 99]] }], // biome-ignore format: one line
  ["text", {}, { spans: [[0, 1], [0, 2], [3, 2]] }], // biome-ignore format: one line
  ["text", {}, { ids: [1, 2, -3] }],
  ["text", {}, { special: [0, 1, 0] }],
  ["row", { text: null, arrays: { values: { shape: [1, 3] } } }, {}],
  ["names", { ...ROW, names: ["age"] }, {}],
  ["names", { ...ROW, names: ["age", 2, "b"] }, {}],
  ["cells", { ...ROW, cells: "abc" }, {}],
  ["cells", { ...ROW, cells: [1, 2] }, {}],
  ["cells", { ...ROW, cells: [1, 2, { html: 1 }] }, {}],
])("a file is refused for its %s: %o %o", (name, change, text) => {
  expect(() => pageOf(saved(change, text), "1")).toThrow(`its ${name} is damaged`);
});
