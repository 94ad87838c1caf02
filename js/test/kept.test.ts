// What a notebook keeps of a view is looked at before it is unpacked, and bounded when it is.
import { deflateSync } from "node:zlib";
import { expect, test } from "vitest";
import { keptPage } from "../host/kept";
import { type Page, SavedModel, unpacked } from "../host/page";

const REQUEST = { method: "saliency", params: {}, target: null, edits: [] };

function page(change: object = {}): object {
  return {
    spec: { v: 1, kind: "image", grid: [2, 3] },
    state: { id: 1, request: REQUEST },
    told: [0, 1],
    answers: [[0, 1]],
    messages: [
      { kind: "prediction", id: 1, slot: "a", buffers: [0] },
      { kind: "map", id: 1, slot: "a", request: REQUEST, target: 0, buffers: [0] },
    ],
    buffers: [[0, "AAAA"]],
    ...change,
  };
}

test("what is whole is taken as it is, in the version of who shows it", () => {
  expect(keptPage({ ...page(), version: "0" }, "9")).toEqual({ ...page(), version: "9" });
});

const MAP = { kind: "map", request: REQUEST, buffers: [0] };

test.each([
  ["state", null],
  ["state", []],
  ["state", "text"],
  ["state", page({ spec: [] })],
  ["state", page({ state: { request: REQUEST } })],
  ["grid", page({ spec: { kind: "image", grid: [1e9, 1e9] } })],
  ["grid", page({ spec: { kind: "image", grid: [-1, "x"] } })],
  ["messages", page({ told: null })],
  ["messages", page({ told: [2] })],
  ["messages", page({ told: ["__proto__"] })],
  ["messages", page({ messages: [null, MAP] })],
  ["messages", page({ messages: [{ kind: "language", module: "hacked()", buffers: [] }, MAP] })],
  ["answers", page({ answers: [[0]] })],
  ["answers", page({ answers: [[1, 0]] })],
  ["answers", page({ answers: [[0, -1]] })],
  ["answers", page({ messages: [MAP, { ...MAP, request: { edits: "x" } }] })],
  ["buffers", page({ messages: [MAP, { ...MAP, buffers: [1] }] })],
  ["buffers", page({ buffers: [[0, 5]] })],
  ["buffers", page({ buffers: [[17, "AAAA"]] })],
])("a page is refused for its %s: %o", (name, data) => {
  expect(() => keptPage(data, "1")).toThrow(`its ${name} is damaged`);
});

test("a few bytes that would fill the memory are not unpacked", async () => {
  const bomb = deflateSync(Buffer.alloc(2 ** 26)).toString("base64");
  await expect(unpacked(keptPage(page({ buffers: [[1, bomb]] }), "1"))).rejects.toThrow("unpacks to more than");
  await expect(unpacked(keptPage(page({ buffers: [[1, "AAAA"]] }), "1"))).rejects.toThrow();
});

test("what a view can make nothing of is kept for who shows it", async () => {
  const model = new SavedModel((await unpacked(keptPage(page(), "1"))) as Page);
  model.on("msg:custom", ((message: { kind: string }) => {
    if (message.kind === "map") throw new Error("odd");
  }) as (...args: never[]) => void);
  model.send({ kind: "hello" });
  await null;
  expect(model.fault).toEqual(new Error("odd"));
});
