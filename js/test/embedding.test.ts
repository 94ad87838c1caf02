import { describe, expect, it } from "vitest";
import { beside } from "../core/embedding/names";
import { next, staying, unitSquare } from "../core/embedding/plot";
import { shade, shades } from "../core/embedding/shade";
import type { LayoutMessage, NearMessage } from "../core/embedding/types";
import type { Outgoing } from "../core/types";
import { EmbeddingStore } from "../host/embedding";
import { StaticModel } from "./fake";

const POINTS = { x: Float32Array.of(0, 1, 0.5, 0.5, 0.9), y: Float32Array.of(0, 0, 0.5, 0.9, 0.1) };

describe("the plane of words", () => {
  it("fits positions into the unit square, shape kept and y turned", () => {
    const { x, y } = unitSquare(Float32Array.of(-4, 0, 4, 2, 0, 1));
    expect([...x].map((v) => v.toFixed(2))).toEqual(["0.03", "0.97", "0.50"]);
    expect([...y].map((v) => v.toFixed(4))).toEqual(["0.6175", "0.3825", "0.5000"]);
    expect([...unitSquare(Float32Array.of(3, 3, 3, 3)).x]).toEqual([0.5, 0.5]);
  });

  it("goes to the next word in a direction, and stays where there is none", () => {
    expect(next(POINTS, 0, 1, 0)).toBe(1);
    expect(next(POINTS, 2, 0, 1)).toBe(3);
    expect(next(POINTS, 1, 1, 0)).toBe(1);
  });

  it("tells which neighbours stay among the nearest", () => {
    expect(staying(POINTS, 1, [4, 0], 2)).toEqual([true, false]);
    expect(staying(POINTS, 1, [4, 0], 4)).toEqual([true, true]);
  });
});

describe("the names on the map", () => {
  const name = (x: number, y: number, more = {}) => {
    return { x, y, wide: 40, ringed: true, matters: true, strong: false, ...more };
  };
  const lefts = (...names: ReturnType<typeof name>[]) => beside(names, 400, 40);

  it("stand right of their points, and left of them at the edge", () => {
    expect(lefts(name(100, 50), name(380, 50))).toEqual([108, 332]);
  });

  it("make way for the ring of another point, also of one that comes later", () => {
    expect(lefts(name(100, 50), name(106, 52))).toEqual([52, 114]);
    expect(lefts(name(100, 50), name(140, 45))).toEqual([52, 148]);
    expect(lefts(name(100, 50), name(140, 70))).toEqual([108, 148]);
    expect(lefts(name(100, 50, { matters: false, ringed: false }), name(140, 45))).toEqual([null, 148]);
  });

  it("stay away where there is no room, but for the word that is pointed at", () => {
    const around = [name(75, 50), name(125, 50)];
    expect(lefts(name(100, 50), ...around)[0]).toBeNull();
    expect(lefts(name(100, 50, { strong: true }), ...around)[0]).toBe(108);
    expect(beside([name(100, 50), name(300, 50)], 400, 1)).toEqual([108, null]);
  });
});

describe("the colours of words", () => {
  it("shades what is kept so that it stands out on either page", () => {
    const light = (share: number, theme: "light" | "dark") => shade(share, theme).reduce((sum, c) => sum + c, 0);
    expect(light(0, "light")).toBeGreaterThan(light(1, "light") + 200);
    expect(light(1, "dark")).toBeGreaterThan(light(0, "dark") + 200);
    expect(shades(4, "dark")).toEqual([0, 0.25, 0.5, 0.75, 1].map((share) => shade(share, "dark")));
  });
});

describe("the store", () => {
  const spec = {
    words: ["a", "b", "c", "d"],
    k: 2,
    pairs: 3,
    groups: null,
    methods: [],
    metrics: ["cosine", "euclidean"],
  };
  const open = () => {
    const model = new StaticModel({ spec, snapshot: {} });
    return { model, store: new EmbeddingStore(model as never) };
  };
  const told = (kind: string, model: StaticModel): Outgoing[] => model.sent.filter((one) => one.kind === kind);
  const near = (id: number, more: Partial<NearMessage> = {}) => ({
    ...{ kind: "near", id, word: "a", metric: "cosine", label: "a", point: 0, running: false, error: null },
    ...{ entries: [["b", 0.5, 1]], links: [1] },
    ...more,
  });
  const layout = (done: number, more: Partial<LayoutMessage> = {}) => ({
    ...{ kind: "layout", method: "tsne", metric: "cosine", k: 2, done, total: 20, recall: 0.5, chance: 0.1, notes: [] },
    ...{ running: true, error: null, kept: { v: 1, dtype: "|u1", shape: [4], buffer: 1 } },
    positions: { v: 1, dtype: "<f4", shape: [4, 2], buffer: 0 },
    ...more,
  });
  const buffers = [Float32Array.of(0, 0, 1, 0, 1, 1, 0, 1), Uint8Array.of(0, 1, 2, 2)];

  it("keeps one question about neighbours in flight, and the newest waiting", () => {
    const { model, store } = open();
    for (const word of ["a", "b", "c"]) store.select(word);
    expect(told("near", model)).toMatchObject([{ id: 1, word: "a" }]);
    model.emit("msg:custom", near(1));
    expect(told("near", model)).toMatchObject([{ id: 1 }, { id: 3, word: "c" }]);
    store.close();
  });

  it("keeps what is on show until something is known of the next", () => {
    const { model, store } = open();
    model.emit("msg:custom", layout(10), buffers);
    model.emit("msg:custom", near(1));
    expect([...store.frame.value!.kept]).toEqual([0, 1, 2, 2]);
    model.emit("msg:custom", layout(0, { method: "pca", positions: null, total: 0 }), []);
    model.emit("msg:custom", near(2, { running: true, entries: [], label: "" }));
    expect(store.frame.value?.message.done).toBe(10);
    expect(store.near.value?.id).toBe(1);
    expect(store.layout.value?.method).toBe("pca");
    // Nor does how far the true neighbours are known touch what the layout on show keeps.
    for (const sought of [0.2, 0.6])
      model.emit("msg:custom", layout(0, { method: "pca", positions: null, total: 0, sought, recall: undefined }), []);
    expect(store.frame.value?.message.recall).toBe(0.5);
    store.close();
  });

  it("asks for all again by another distance, and heeds no earlier layout", () => {
    const { model, store } = open();
    model.emit("msg:custom", layout(10), buffers);
    model.emit("msg:custom", near(1));
    store.setMetric("euclidean");
    expect(model.sent.slice(-3)).toMatchObject([
      { kind: "layout", open: true, method: "tsne", metric: "euclidean" },
      { kind: "near", word: "a", metric: "euclidean" },
      { kind: "agreement", metric: "euclidean" },
    ]);
    model.emit("msg:custom", layout(11), buffers);
    expect(store.metric.value).toBe("euclidean");
    model.emit("msg:custom", layout(1, { metric: "euclidean" }), buffers);
    model.emit("msg:custom", layout(1), buffers);
    expect(store.metric.value).toBe("cosine");
    store.close();
  });

  it("has words once a model has read them", () => {
    const { model, store } = open();
    model.set("spec", { ...spec, words: ["e"] });
    expect(store.spec.words).toEqual(["e"]);
    store.close();
    model.set("spec", spec);
    expect(store.spec.words).toEqual(["e"]);
  });

  it("shows what a saved notebook kept, without a kernel", () => {
    const kept = { layout: { ...layout(20, { running: false }), buffers }, near: near(4) };
    const store = new EmbeddingStore(new StaticModel({ spec, snapshot: kept }) as never);
    expect(store.frame.value?.message.done).toBe(20);
    expect(store.near.value?.label).toBe("a");
    store.close();
  });
});
