// Tokens on pieces, the tree of edits, and the view's own arithmetic over a store.
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { quantise, valueAt } from "../core/arrays";
import { splice } from "../core/text/edits";
import { nameOfVersion } from "../core/text/names";
import { carried, placed, summed, tokenPieces } from "../core/text/placing";
import { tableOf } from "../core/text/table";
import type { TextEdit, Version } from "../core/text/types";
import { joined, stepOf, stepsOf, treeOf } from "../core/text/versions";
import { textStore } from "../host/text";
import { editAt, removePieces, wordsBehind } from "../views/text/acts";
import { partsOf } from "../views/text/parts";
import { toldVersion } from "../views/text/speech";
import { createView, placesAt, readingOf } from "../views/text/view";
import { textKernel } from "./textpage";

const TEXT = "A very good film";

function gone(word: string, text = TEXT): TextEdit {
  const start = text.indexOf(word);
  return { name: "delete", start, stop: start + word.length };
}

describe("tokens", () => {
  const tokens = Uint32Array.of(0, 0, 0, 1, 2, 6, 7, 9, 9, 11, 12, 16, 0, 0);

  it("are carried to where they lie after an edit, as far as they are there", () => {
    const now = splice(TEXT, [gone("very")], null);
    const then = splice(TEXT, [], null);
    expect([...carried(tokens, then.runs, now.runs)]).toEqual([0, 0, 0, 1, 0, 0, 2, 4, 4, 6, 7, 11, 0, 0]);
    expect([...carried(carried(tokens, then.runs, now.runs), now.runs, then.runs)]).toEqual([
      0, 0, 0, 1, 0, 0, 7, 9, 9, 11, 12, 16, 0, 0,
    ]);
  });

  it("that share a span are one piece", () => {
    const shared = Uint32Array.of(0, 2, 0, 2, 2, 3, 0, 0);
    const pieces = tokenPieces(shared);
    expect(pieces).toEqual([
      { start: 0, stop: 2 },
      { start: 2, stop: 3 },
    ]);
    expect([...placed("👩!", shared, pieces, "tokens")]).toEqual([0, 0, 1, -1]);
  });

  it("sum over pieces, and a piece without tokens has no value", () => {
    const grid = quantise([5, 1, 2, -4], 4, 1);
    const sums = summed(grid, Int32Array.of(-1, 0, 0, 2), 3);
    const values = [...sums.codes].map((code) => valueAt(code, sums.lo, sums.hi));
    expect(values[0]).toBeCloseTo(3, 3);
    expect(values[1]).toBeNaN();
    expect(values[2]).toBeCloseTo(-4, 3);
  });
});

describe("versions", () => {
  const version = (edits: TextEdit[], parent: number | null, score: number): Version => ({
    edits,
    parent,
    score,
    label: "positive",
  });
  const [very, good] = [gone("very"), gone("good")];
  const list = [
    version([], null, 0.9),
    version([good], 0, 0.4),
    version([very], 0, 0.8),
    version([very, good], 1, 0.3),
    version([{ name: "mask", start: 2, stop: 6 }, good], 1, 0.2),
  ];

  it("know what each step did", () => {
    expect(stepOf(list, 0)).toBeNull();
    expect(stepOf(list, 1)).toBeCloseTo(-0.5);
    const steps = stepsOf(list, [very, good]);
    expect(steps[0]).toBeCloseTo(-0.1);
    expect(steps[1]).toBeCloseTo(-0.5);
    expect(stepsOf(list, [gone("film")])).toEqual([null]);
  });

  it("are a tree: side branches stand deeper, below what they were made from", () => {
    expect(treeOf(list).map(({ at, depth }) => [at, depth])).toEqual([
      [0, 0],
      [2, 1],
      [1, 0],
      [4, 1],
      [3, 0],
    ]);
    // A list that lost its beginning still shows all that is in it.
    expect(treeOf([version([very], 7, 1)])).toEqual([{ at: 0, depth: 0 }]);
  });

  it("have names by what was changed last, and make a table", () => {
    const text = 'A very "good" film';
    const made = [
      version([], null, 0.9),
      version([gone("good", text)], 0, 0.4),
      version([{ name: "replace", start: 14, stop: 18, text: "=play, really" }, gone("good", text)], 1, 0.5),
      version([{ name: "replace", start: 14, stop: 18, text: "=play, really" }], 2, 0.6),
    ];
    expect(made.map((_, at) => nameOfVersion(made, at, text))).toEqual([
      "Original",
      "− good",
      "film → =play, really",
      "put back good",
    ]);
    const lines = tableOf(made, text, null).split("\r\n");
    expect(lines).toHaveLength(6);
    expect(lines[1]).toBe('0,,Original,"A very ""good"" film",positive,0.9,,0');
    expect(lines[2]).toBe('1,0,− good,"A very """" film",positive,0.4,-0.5,-0.5');
    expect(lines[4]).toContain(',"A very ""good"" =play, really",');
  });

  it("of the kernel come first, and those seen here find their places", () => {
    const seen = [version([], null, 0.9), version([gone("film")], 0, 0.1)];
    const all = joined(list, [], seen);
    expect(all).toHaveLength(6);
    expect(all[5]).toMatchObject({ parent: 0, score: 0.1 });
    // What the kernel told of and tells of no longer was taken back.
    expect(joined(list.slice(0, 4), list, all).map(({ edits }) => edits)).toEqual(
      [...list.slice(0, 4), all[5]!].map(({ edits }) => edits),
    );
  });
});

describe("the view", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  async function bench(text: string, mask: string | null = "[MASK]") {
    const kernel = textKernel({ text, mask, options: { steps: 1 } }, [
      { name: "integrated_gradients", title: "IG", family: "", sentence: "", why_not: null, parameters: [] },
    ]);
    const store = textStore(kernel.model);
    const view = createView(store);
    const settle = () => vi.advanceTimersByTimeAsync(200);
    await settle();
    const shown = () => partsOf(view).map((part) => `${part.kind[0]}:${part.text}`);
    return { kernel, store, view, settle, shown };
  }

  it("sums tokens over what is asked for, and ranks it", async () => {
    const { store, view } = await bench("wonderful film. Not good.");
    const reading = readingOf(view.mapA.value!, 0);
    expect(reading.rank).toBe(1);
    expect(reading.of).toBe(6);
    expect(reading.ids).toHaveLength(2);
    store.setDisplay({ granularity: "sentences" });
    expect(view.pieces.value).toHaveLength(2);
    const sum = readingOf(view.mapA.value!, 0).value;
    store.setDisplay({ granularity: "words" });
    expect(readingOf(view.mapA.value!, 0, 2).value).toBeCloseTo(sum, 2);
    store.setDisplay({ granularity: "pattern", pattern: "(" });
    expect([view.pattern.value, view.pieces.value]).toEqual([null, []]);
  });

  it("has two directions in sums that all lie on one side, as its tokens have", async () => {
    const { store, view } = await bench("wonderful film. Not good.");
    for (const pattern of ["wonderful", "nothing"]) {
      store.setDisplay({ granularity: "pattern", pattern });
      expect(view.shades.a.value!.look.palette.kind).toBe("diverging");
    }
    store.setDisplay({ sign: "absolute" });
    expect(view.shades.a.value!.look.palette.kind).toBe("sequential");
  });

  it("shows where two methods place a word apart, as a third text without shades of added tokens", async () => {
    const { store, view, settle } = await bench("wonderful film. Not good.");
    expect(view.shades.apart.value).toBeNull();
    store.setCompare("other");
    await settle();
    const apart = view.shades.apart.value!;
    const { codes, lo, hi } = apart.grid;
    expect(codes).toHaveLength(view.pieces.value.length);
    expect(apart.tokens.codes).toHaveLength(0);
    for (const [i] of view.pieces.value.entries()) {
      const [one, other] = placesAt(view, { start: i, stop: i })!;
      expect(valueAt(codes[i]!, lo, hi)).toBeCloseTo(one - other, 3);
    }
    expect(placesAt(view, { start: 0, stop: 1 })).toBeNull();
  });

  it("strikes a word out at once, carries the values along, and tells the step when it is known", async () => {
    const { store, view, settle, shown } = await bench("a good film");
    const before = readingOf(view.mapA.value!, 2).value;
    removePieces(view, { start: 1, stop: 1 }, "delete");
    expect(view.text.value).toBe("a film");
    expect(shown()).toEqual(["p:a", "p: ", "g:good", "c:…", "p: ", "p:film"]);
    expect(readingOf(view.mapA.value!, 1).value).toBeCloseTo(before, 3);
    await settle();
    const [step] = view.steps.value;
    const { probabilities, original } = store.prediction.value!;
    expect(step).toBeCloseTo(probabilities[1]! - original[1]!, 5);
    expect(shown()[3]).toMatch(/^c:▼ −\d/);
    store.undo();
    expect(view.text.value).toBe("a good film");
  });

  it("hides a word, and shows it again", async () => {
    const { view, settle, shown } = await bench("a good film");
    removePieces(view, { start: 1, stop: 1 }, "mask");
    await settle();
    expect(view.text.value).toBe("a [MASK] film");
    expect(shown().slice(0, 4)).toEqual(["p:a", "p: ", "m:[MASK]", expect.stringMatching(/^c:/)]);
    expect(editAt(view, { start: 2, stop: 8 })).toBe(0);
    expect([wordsBehind(view, { start: 1, stop: 1 }), wordsBehind(view, { start: 0, stop: 2 })]).toEqual([
      "good",
      "a good film",
    ]);
    removePieces(view, { start: 1, stop: 1 }, "mask");
    expect(view.edits.value).toEqual([]);
  });

  it("shows a token of nothing but spaces, and keeps the kernel's own name of it", async () => {
    const kernel = textKernel({ text: "a good film", labels: null, spec: { causal: true } }, []);
    const { on } = kernel.model;
    kernel.model.on = (event: string, hear: (...given: never[]) => void) =>
      on.call(kernel.model, event, (...given: unknown[]) => {
        const message = given[0] as { names?: [number, string][] } | undefined;
        if (message?.names) message.names = message.names.map(([index]) => [index, index % 2 ? "  " : "\n"]);
        hear(...(given as never[]));
      });
    const store = textStore(kernel.model);
    createView(store);
    await vi.advanceTimersByTimeAsync(200);
    expect([0, 1].map((index) => store.nameOf(index))).toEqual(["\u23ce", "\u2423\u2423"]);
    expect(["\n", "  "]).toContain(store.versions.value[0]!.label);
  });

  it("keeps a tree of what was tried", async () => {
    const { store, view, settle } = await bench("a good film");
    removePieces(view, { start: 1, stop: 1 }, "delete");
    await settle();
    store.setEdits([]);
    await settle();
    removePieces(view, { start: 2, stop: 2 }, "delete");
    await settle();
    const { value } = store.versions;
    expect(value.map(({ parent, edits }) => [parent, edits.length])).toEqual([
      [null, 0],
      [0, 1],
      [0, 1],
    ]);
  });

  it("tells a version with its step, or of which class it is where that is another", () => {
    const first = { edits: [], parent: null, score: 0.75, label: "Paris" };
    const next = { edits: [{ name: "delete" as const, start: 0, stop: 1 }], parent: 0, score: 0.5, label: "." };
    expect(toldVersion(first, undefined, "a film", false)).toBe("Version Original, 75.0%");
    expect(toldVersion(next, first, "a film", false)).toBe("Version − a, 50.0%, .");
    expect(toldVersion({ ...next, label: "Paris" }, first, "a film", false)).toBe("Version − a, 50.0%, ▼ −25.0");
  });

  it("makes a version of what was asked for before, answered or not", async () => {
    const { store, view, settle } = await bench("a good film");
    removePieces(view, { start: 1, stop: 1 }, "delete");
    await settle();
    store.undo();
    removePieces(view, { start: 2, stop: 2 }, "delete");
    await settle();
    expect(store.versions.value.map(({ parent }) => parent)).toEqual([null, 0, 0]);
    const [original, , film] = store.versions.value;
    expect(view.steps.value).toEqual([film!.score - original!.score]);
  });
});
