import { describe, expect, it } from "vitest";
import { columnTicks, domainOf, ends, nearest, scale, ticks } from "../core/population/axes";
import { curveAt, drawn, heights } from "../core/population/curves";
import { listed, share, span } from "../core/population/order";
import { answerOf } from "../core/population/read";
import { beside, columnOf, dotAt, offsets, places } from "../core/population/swarm";
import { hues, pathTo, placed, step } from "../core/population/tree";
import type { Along, Curve, Dots, Node, StudyMessage } from "../core/population/types";
import type { Column } from "../core/table/types";
import type { Outgoing } from "../core/types";
import { PopulationStore } from "../host/population";
import { StaticModel } from "./fake";

const floats = (...values: number[]) => Float32Array.of(...values);
const column = (name: string, more: Partial<Column> = {}): Column => ({
  name,
  kind: "number",
  choices: [],
  low: 0,
  high: 1,
  step: 0,
  counts: [],
  missing: false,
  ...more,
});
const curve = (grid: number[], mean: number[], lines: number[] = []): Curve => ({
  grid: floats(...grid),
  mean: floats(...mean),
  interval: floats(...mean.map(() => 0.5)),
  lines: floats(...lines),
});

describe("axes", () => {
  it("has round numbers at the edge", () => {
    expect(ticks(0, 1)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
    expect(ticks(-0.031, 0.012, 4)).toEqual([-0.02, 0]);
    expect(ticks(18, 66, 5)).toEqual([20, 30, 40, 50, 60]);
    expect(ticks(3, 3)).toEqual([3]);
  });

  it("has whole days and whole numbers only where a column has no others", () => {
    const texts = (given: Column, low: number, high: number) =>
      columnTicks(given, [low, high], 4).map(({ text }) => text);
    expect(texts(column("x", { step: 1 }), 0, 2)).toEqual(["0", "1", "2"]);
    expect(texts(column("x"), 0, 2)).toEqual(["0", "0.5", "1", "1.5", "2"]);
    expect(texts(column("d", { kind: "date" }), 0, 30)).toEqual([
      "1970-01-01",
      "1970-01-11",
      "1970-01-21",
      "1970-01-31",
    ]);
    expect(texts(column("c", { choices: ["a", "b"] }), 0, 1)).toEqual(["a", "b"]);
  });

  it("never divides by nothing", () => {
    expect(ends([])).toEqual([0, 1]);
    expect(ends([2, Number.NaN, Number.POSITIVE_INFINITY])).toEqual([1, 3]);
    expect(domainOf(column("x"), [3, 3])).toEqual([2.5, 3.5]);
    expect(domainOf(column("x", { choices: ["a", "b"] }), [0, 1])).toEqual([-0.5, 1.5]);
    expect(scale([1, 1], 0, 10)(1)).toBe(0);
    expect(nearest([1, 4, 9], 6)).toBe(1);
  });
});

describe("curves along a column", () => {
  const along: Along = {
    dependence: curve([0, 1, 2], [1, 2, 4], [0, 1, 2, 5, 5, 8]),
    accumulated: curve([-1, 1, 3], [-2, 0, 2]),
    level: 10,
    domain: [0, 2],
    counts: [],
  };

  it("lie on one level", () => {
    const { dependence, accumulated } = drawn(along, false);
    expect(dependence).toBe(along.dependence);
    expect([...accumulated!.mean]).toEqual([8, 10, 12]);
  });

  it("start from nothing at the left end of the grid where they are centred", () => {
    const { dependence, accumulated } = drawn(along, true);
    expect([...dependence!.mean]).toEqual([0, 1, 3]);
    expect([...dependence!.lines]).toEqual([0, 1, 2, 0, 0, 3]);
    expect(curveAt(accumulated!, 0)).toBe(0);
    expect([...accumulated!.mean]).toEqual([-1, 1, 3]);
    expect([...drawn({ ...along, dependence: null, level: 0 }, true).accumulated!.mean]).toEqual([-2, 0, 2]);
  });

  it("are straight between their points and flat beyond", () => {
    expect([-5, 0, 0.5, 1.5, 7].map((x) => curveAt(along.dependence!, x))).toEqual([1, 1, 1.5, 3, 4]);
  });

  it("have room for all that is drawn", () => {
    const [low, high] = heights(drawn(along, true), true);
    expect([low, high].map((one) => one.toFixed(2))).toEqual(["-1.18", "3.68"]);
    expect(heights(drawn(along, false), false)[0]).toBeCloseTo(0.5 - 0.04 * 11.5);
  });
});

describe("one number a column", () => {
  const columns = ["beta", "Alpha", "gamma"].map((name) => column(name));

  it("is sorted and found", () => {
    expect(listed(columns, [1, 3, 2], "value", "")).toEqual([1, 2, 0]);
    expect(listed(columns, [1, 3, 2], "data", "")).toEqual([0, 1, 2]);
    expect(listed(columns, [1, 3, 2], "name", "")).toEqual([1, 0, 2]);
    expect(listed(columns, [1, 3, 2], "value", " A  m")).toEqual([2]);
  });

  it("lies on one scale with zero and the intervals", () => {
    const range = span({ values: floats(1, -1), interval: floats(3, Number.POSITIVE_INFINITY), measures: {} });
    expect(range).toEqual([-2, 4]);
    expect([share(0, range), share(9, range)].map(Math.round)).toEqual([33, 100]);
  });
});

describe("dots", () => {
  const dots: Dots = {
    shown: [4, 1],
    places: Uint32Array.of(7, 3),
    local: floats(0.1, 0.2, -0.3, 0.4),
    data: floats(1, 2, 3, 4),
  };

  it("are pushed apart, up and down in turn, and stay within their line", () => {
    expect([...offsets([0, 1, 2, 30], 4, 99)]).toEqual([0, -3, 3, 0]);
    expect(Math.max(...offsets(new Float32Array(100), 4, 10).map(Math.abs))).toBe(10);
  });

  it("have the colour of their value's place among the others'", () => {
    expect([...places([5, 900, 5, 7, Number.NaN])]).toEqual([0, 1, 0, 0.5, Number.NaN]);
    expect([...places([3, 3])]).toEqual([0, 0]);
  });

  it("are found by pointer and by keys", () => {
    expect([...columnOf(dots, dots.local, 1)].map((v) => v.toFixed(1))).toEqual(["0.2", "0.4"]);
    expect(dotAt([0, 10], [0, 10], 9, 8, 5)).toBe(1);
    expect(dotAt([0, 10], [0, 10], 50, 50, 5)).toBeNull();
    expect([beside([3, 1, 2], null, 1), beside([3, 1, 2], 1, 1), beside([3, 1, 2], 0, 1)]).toEqual([1, 2, 0]);
    expect(beside([3, 1, 2], null, -1)).toBe(0);
  });
});

describe("the tree", () => {
  const node = (condition: string, depth: number, answer: string, leaf: boolean): Node => ({
    condition,
    depth,
    answer,
    rows: 10,
    purity: 1,
    leaf,
  });
  const nodes = [
    node("", 0, "no", false),
    node("a ≤ 1", 1, "no", false),
    node("b = x", 2, "no", true),
    node("b ≠ x", 2, "yes", true),
    node("a > 1", 1, "yes", true),
  ];
  const tree = placed(nodes);

  it("places leaves below each other, and each node in the middle of its own", () => {
    expect(tree.map(({ y }) => y)).toEqual([1.25, 0.5, 0, 1, 2]);
    expect(tree.map(({ parent }) => parent)).toEqual([null, 0, 1, 1, 0]);
    expect(tree[0]!.children).toEqual([1, 4]);
    expect(pathTo(tree, 3)).toEqual([0, 1, 3]);
  });

  it("is gone through by arrow keys", () => {
    expect(step(tree, 0, "ArrowRight")).toBe(1);
    expect(step(tree, 3, "ArrowLeft")).toBe(1);
    expect(step(tree, 2, "ArrowDown")).toBe(3);
    expect(step(tree, 4, "ArrowDown")).toBe(4);
    expect(step(tree, 2, "ArrowRight")).toBe(2);
  });

  it("keeps the colours of answers while it grows", () => {
    const grown = hues(nodes);
    expect(hues(nodes.slice(0, 3)).get("no")).toBe(grown.get("no"));
    expect(grown.get("yes")).not.toBe(grown.get("no"));
  });
});

const QUESTIONS = ["importance", "effect", "pair", "contributions", "tree", "sensitivity"].map((name) => ({
  name,
  why_not: name === "sensitivity" ? "not today" : null,
}));
const SPEC = { kind: "population", columns: ["a", "b", "c"].map((name) => column(name)), questions: QUESTIONS };
const STATE = { id: 0, view: "importance", asked: [], selected: null };
const VALUES = [floats(1, 3, 2)].map(({ buffer }) => new DataView(buffer));
const meta = (shape: number[]) => ({ v: 1, dtype: "<f4" as const, shape, buffer: 0 });

function study(question: string, more: Partial<StudyMessage> = {}): StudyMessage {
  const common = { kind: "study", columns: [], params: {}, running: false, error: null, known: true, fraction: 1 };
  return { ...common, question, ...more } as StudyMessage;
}

function open(state: object = STATE, snapshot: object = {}) {
  const model = new StaticModel({ spec: SPEC, state, snapshot });
  const store = new PopulationStore(model);
  const tell = (message: object, buffers: DataView[] = []) => model.emit("msg:custom", message, buffers);
  const asked = () => model.sent.filter((one: Outgoing) => one.kind === "study");
  return { model, store, tell, asked };
}

describe("the store of a population", () => {
  it("asks for the view on show once a kernel answers, and for others when they are opened", () => {
    const { store, tell, asked } = open();
    expect(asked()).toEqual([]);
    tell({ kind: "welcome", v: 1, version: "0.1.0", id: 0, state: STATE });
    expect(asked()).toEqual([{ kind: "study", question: "importance", open: true, columns: [], params: {} }]);
    expect(store.lines.importance.status.value?.running).toBe(true);
    tell(study("importance", { values: meta([3]), interval: null, measures: {} }), VALUES);
    expect([...store.lines.importance.answer.value!.bars!.values]).toEqual([1, 3, 2]);
    // The columns that matter most come first.
    store.open("pair");
    expect(asked()[1]).toMatchObject({ question: "pair", columns: [1, 2] });
    store.open("sensitivity");
    expect(asked()).toHaveLength(2);
  });

  it("asks nothing again that was told on its own, or that was stopped", () => {
    const { store, tell, asked } = open();
    tell({ kind: "welcome", v: 1, version: "0.1.0", id: 0, state: { ...STATE, asked: ["importance"] } });
    expect(asked()).toEqual([]);
    tell(study("importance", { fraction: 0.5 }));
    store.open("importance");
    expect(asked()).toEqual([]);
    store.ask("importance", []);
    expect(asked()).toHaveLength(1);
  });

  it("keeps the last answer until there is a next one", () => {
    const { store, tell } = open();
    tell(study("effect", { columns: [0], dependence: null, accumulated: null, known: true }));
    store.ask("effect", [2]);
    expect(store.lines.effect.status.value).toMatchObject({ columns: [2], running: true, known: false });
    expect(store.lines.effect.answer.value!.message.columns).toEqual([0]);
  });

  it("says what was refused where it was asked for", () => {
    const { store, tell } = open();
    store.ask("effect", [2]);
    tell({ kind: "error", id: 0, slot: "a", message: "no column", detail: "" });
    expect(store.lines.effect.status.value).toMatchObject({ running: false, error: "no column" });
    expect(store.trouble.value).toBeNull();
    tell({ kind: "error", id: 0, slot: "a", message: "odd", detail: "" });
    expect(store.trouble.value?.message).toBe("odd");
  });

  it("tells of a message that it cannot read", () => {
    const { store, tell } = open();
    tell(study("importance", { values: meta([3]), interval: null, measures: {} }), []);
    expect(store.trouble.value?.message).toMatch(/^A message from the kernel could not be read\. /);
    expect(store.connection.value).toBe("live");
  });

  it("follows Python to another view, but not its own echo", () => {
    const { store, tell } = open();
    store.view.value = "tree";
    tell({ kind: "state", state: { ...STATE, view: "effect", selected: 4 } });
    expect([store.view.value, store.selected.value]).toEqual(["tree", 4]);
    tell({ kind: "state", state: { ...STATE, id: 1, view: "effect" } });
    expect(store.view.value).toBe("effect");
  });

  it("draws what was kept without a kernel", () => {
    const kept = { ...study("importance", { values: meta([3]), interval: null, measures: {} }), buffers: VALUES };
    const { store } = open(STATE, { importance: kept });
    expect(store.lines.importance.answer.value!.bars!.values[1]).toBe(3);
  });
});

describe("messages", () => {
  it("hold what belongs to their question, and nothing else", () => {
    const read = answerOf(study("tree", { nodes: [["", 0, "no", 3, 1, true]], fidelity: 0.9, rules: "r" }), []);
    expect(read.tree).toMatchObject({ fidelity: 0.9, rules: "r", nodes: [{ answer: "no", leaf: true }] });
    expect([read.bars, read.dots, read.along, read.surface]).toEqual([null, null, null, null]);
  });
});
