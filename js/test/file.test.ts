import { deflateSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { read } from "../lab/file/read";
import { tables } from "../lab/file/tables";

function array(values: number[], shape = [values.length]) {
  const bytes = new Uint8Array(new Float32Array(values).buffer);
  return { dtype: "<f4", shape, zlib: deflateSync(bytes).toString("base64") };
}

function saved(more: object = {}) {
  return {
    format: "xai_widgets attribution",
    v: 1,
    label: "dog",
    task: "classes",
    labels: ["cat", "dog"],
    method: "saliency",
    params: { n_steps: 5, sigma: { float: "inf" } },
    seed: 3,
    forwards: 1200,
    backwards: 1,
    seconds: 0.5,
    model_hash: "abc",
    version: "0.1.0",
    provenance: { xai_widgets: "0.1.0", torch: "2.13" },
    arrays: { values: array([0.5, -2, Number.NaN]), probabilities: array([0.25, 0.75]) },
    ...more,
  };
}

async function listed(record: object) {
  const found = tables(await read(JSON.stringify(record)));
  return Object.fromEntries(found.map((one) => [one.title, one.rows]));
}

describe("a saved explanation", () => {
  it("lists what the model says, the likeliest first", async () => {
    expect((await listed(saved()))["What the model says"]).toEqual([
      ["dog", "75.0%"],
      ["cat", "25.0%"],
    ]);
  });

  it("lists the values of columns by strength, and says what a picture's are", async () => {
    expect((await listed(saved({ names: ["age", "hours", "debt"] }))).Values).toEqual([
      ["hours", "−2"],
      ["age", "+0.5"],
    ]);
    const arrays = { values: array([1, 2, 3, 4, 5, 6], [2, 3]) };
    expect((await listed(saved({ arrays }))).Values).toEqual([
      ["shape", "2 × 3"],
      ["range", "1 … 6"],
      ["sum", "21"],
    ]);
  });

  it("cuts a text as Python counts it", async () => {
    const text = {
      text: "a 😀 b",
      spans: [
        [0, 1],
        [2, 3],
        [0, 0],
      ],
    };
    const arrays = { values: array([1, 3, 2]) };
    expect((await listed(saved({ text, arrays }))).Values).toEqual([
      ["😀", "+3"],
      ["(added by the tokenizer)", "+2"],
      ["a", "+1"],
    ]);
  });

  it("says how it was computed", async () => {
    expect((await listed(saved()))["How it was computed"]).toEqual([
      ["method", "saliency"],
      ["n_steps", "5"],
      ["sigma", "inf"],
      ["seed", "3"],
      ["passes forward + back", "1,200 + 1"],
      ["duration", "0.5 s"],
      ["weights", "abc"],
      ["xai_widgets", "0.1.0"],
      ["torch", "2.13"],
    ]);
  });

  it("lists what counterfactuals change", async () => {
    const prediction = { probabilities: [0.9, 0.1], task: "classes", labels: ["no", "yes"] };
    const then = { ...prediction, probabilities: [0.25, 0.75] };
    const candidates = [
      { values: { age: 40 }, changes: ["age"], prediction: then },
      { text: "Fine.", prediction: then },
    ];
    const record = {
      format: "xai_widgets counterfactuals",
      v: 1,
      original: { age: 30 },
      index: 1,
      prediction,
      candidates,
    };
    expect((await listed(record))["What would change the answer"]).toEqual([
      ["age: 30 → 40", "75.0%"],
      ["Fine.", "75.0%"],
    ]);
  });
});

describe("a file that anyone may have written", () => {
  it.each([
    ["", "damaged"],
    ["{", "damaged"],
    [`${"[".repeat(100_000)}`, "damaged"],
    ["null", "holds no explanation"],
    ['{"format": ["xai_widgets attribution"]}', "holds no explanation"],
    [JSON.stringify(saved({ v: 2 })), "(xai_widgets 0.1.0) reads version 1: install a newer xai_widgets"],
    [JSON.stringify(saved({ v: null })), "This file is damaged"],
  ])("is refused in one sentence: %.20s", async (text, sentence) => {
    await expect(read(text)).rejects.toThrow(sentence);
  });

  const fine = array([1, 2, 3]);
  it.each([
    { ...fine, shape: [2] },
    { ...fine, shape: [4] },
    { ...fine, shape: [2 ** 40] },
    { ...fine, shape: [-1, -3] },
    { ...fine, shape: "3" },
    { ...fine, shape: [Number.NaN] },
    { ...fine, dtype: "|O" },
    { ...fine, zlib: "%%%" },
    { ...fine, zlib: fine.zlib.slice(0, 8) },
    { ...fine, zlib: deflateSync(Buffer.alloc(5_000_000)).toString("base64") },
    null,
  ])("is refused for its array: %o", async (values) => {
    await expect(read(JSON.stringify(saved({ arrays: { values } })))).rejects.toThrow("damaged");
  });

  it.each([
    { labels: 3, names: [1, {}, null], params: [], provenance: "x", seconds: "long", method: {} },
    { text: { text: "abc", spans: [[5, 1], "x", null] } },
    { candidates: [null, 3, { changes: [{}], values: [] }], original: 7, index: "x", prediction: [] },
    { candidates: "abc", params: { a: { b: { c: [] } } }, model_hash: ["<b>"] },
  ])("may hold anything in its fields: %o", async (more) => {
    expect(Object.keys(await listed(saved(more)))).toContain("What the model says");
  });
});
