// Trust on the browser's side: when it is asked for, what turns grey, and how measures are arranged.
import { signal } from "@preact/signals";
import { describe, expect, it } from "vitest";
import { quantise } from "../core/arrays";
import { language } from "../core/language";
import { lookOf } from "../core/paint";
import { colourAt, greyOf, PALETTES, palette } from "../core/palette";
import { boxOf, columnsOf, noteOf, placeOf, pointsOf, sortedBy, tableOf, verdictOf } from "../core/trust/measures";
import type { Measure } from "../core/trust/types";
import type { TrustMessage } from "../core/types";
import type { ShownMap } from "../host/decode";
import { DISPLAY } from "../host/decode";
import { Trust } from "../host/trust";
import chinese from "../languages/zh";
import { measured, summed, tried } from "./faketrust";

function message(more: Partial<TrustMessage>): TrustMessage {
  const [unknown, told] = [summed([]), { running: false, fraction: 1, error: null, notes: [] }];
  return { kind: "trust", slot: "a", id: 1, method: "saliency", label: "cat", ...unknown, ...told, ...more };
}

function bench(id = 1) {
  const sent: boolean[] = [];
  const map = signal<ShownMap | null>({ id } as ShownMap);
  return { sent, map, trust: new Trust(map, (question) => sent.push((question as unknown as { open: boolean }).open)) };
}

function measure(more: Partial<Measure>): Measure {
  return { ...measured(false, "edge detector")[0]!, reference: null, ...more };
}

describe("Trust", () => {
  it("is asked for by the first view that shows it and let go by the last", () => {
    const { sent, trust } = bench();
    expect(sent).toEqual([]);
    const [one, two] = [trust.show(), trust.show()];
    one();
    expect(sent).toEqual([true, true]);
    two();
    expect(sent).toEqual([true, true, false]);
  });

  it("is asked for again, once a map, where another browser has stopped it", () => {
    const { sent, trust } = bench();
    trust.show();
    trust.take(message({ fraction: 0.5, running: true }));
    expect(sent).toEqual([true]);
    trust.take(message({ fraction: 0.5 }));
    trust.take(message({ fraction: 0.5 }));
    expect(sent).toEqual([true, true]);
    trust.take(message({ fraction: 0, id: 2, error: "no" }));
    expect(sent).toEqual([true, true]);
    trust.take(message({ fraction: 0.2, id: 2 }));
    expect(sent).toEqual([true, true, true]);
  });

  it("asks a kernel that is there again, if it is to be seen, and waits for none that is gone", () => {
    const { sent, trust } = bench();
    trust.welcomed();
    expect(sent).toEqual([]);
    trust.show();
    trust.take(message({ fraction: 0.5, running: true }));
    trust.rest();
    expect(trust.told.value?.running).toBe(false);
    trust.welcomed();
    expect(sent).toEqual([true, true]);
  });

  it("greys the very map that is no better than random, until somebody wants to see it", () => {
    const { map, trust } = bench();
    trust.take(message({ believable: true }));
    expect(trust.grey.value).toBe(false);
    trust.take(message({ believable: null }));
    expect(trust.grey.value).toBe(false);
    trust.take(message({ believable: false }));
    expect(trust.grey.value).toBe(true);
    trust.anyway.value = 1;
    expect(trust.grey.value).toBe(false);
    map.value = { id: 2 } as ShownMap;
    expect(trust.current.value).toBe(null);
    trust.take(message({ believable: false, id: 2 }));
    expect(trust.grey.value).toBe(true);
  });
});

describe("arranging", () => {
  it("places a number on its range, which may have no end", () => {
    expect(placeOf(0.25, measure({ low: 0, high: 1 }))).toBe(0.25);
    expect(placeOf(0, measure({ low: -1, high: 1 }))).toBe(0.5);
    expect(placeOf(7, measure({ low: 0, high: 1 }))).toBe(1);
    expect(placeOf(3, measure({ low: 0, high: null, value: 3, reference: 12 }))).toBe(0.25);
    expect(placeOf(-2, measure({ low: null, high: 0, value: -2, reference: null }))).toBe(0);
    expect(placeOf(0, measure({ low: 0, high: null, value: 0 }))).toBe(0);
  });

  it("draws curves in one box, and leaves out what is no number", () => {
    const line = { name: "this map", x: [0, 0.5, 1], y: [1, null, 0] };
    expect(pointsOf(line, [line], 100, 50)).toBe("0.0,0.0 100.0,50.0");
    const deep = { name: "other", x: [0, 1], y: [3, -1] };
    expect(pointsOf(line, [line, deep], 100, 40)).toBe("0.0,20.0 100.0,30.0");
  });

  it("draws curves on 0 to 1 at least, which stand at the edges", () => {
    const line = { name: "this map", x: [0.2, 0.8], y: [0.4, 0.5] };
    expect(boxOf([line])).toEqual({ left: 0.2, right: 0.8, low: 0, top: 1 });
    expect(boxOf([{ ...line, y: [-0.5, 2] }])).toMatchObject({ low: -0.5, top: 2 });
  });

  it("says of a method why it was refused, both in the language on show", () => {
    const why = "Gradients need a floating-point input, or a layer that makes one.";
    expect(noteOf(`Saliency: ${why}`)).toBe(`Saliency: ${why}`);
    language.value = chinese;
    expect(noteOf(`Saliency: ${why}`)).toBe("显著图：梯度需要浮点输入，或产生浮点数的层。");
    language.value = null;
  });

  it("says a verdict in words", () => {
    expect(verdictOf(summed(measured(true, "position")))).toBe("No better than random");
    expect(verdictOf(summed(measured(false, "position")))).toBe("Passes 3 of 3 checks");
    expect(verdictOf(summed([]))).toBe("");
  });

  it("sorts by a measure, the best first, and those without a number last", () => {
    const rows = ["a", "bb", "ccc"].map((name) => tried(name, name === "bb", "position"));
    const names = (by: string | null, worst = false) => sortedBy(rows, by, worst).map(({ method }) => method);
    expect(names("deletion")).toEqual(["a", "ccc", "bb"]);
    expect(names("deletion", true)).toEqual(["bb", "ccc", "a"]);
    expect(names("insertion")).toEqual(["a", "ccc", "bb"]);
    expect(names("completeness", true)).toEqual(["a", "bb", "ccc"]);
    rows[0]!.measures = [];
    expect(names("deletion")).toEqual(["ccc", "bb", "a"]);
    expect(names("deletion", true)).toEqual(["bb", "ccc", "a"]);
    expect(names(null)).toEqual(["a", "ccc", "bb"]);
    expect(columnsOf(rows)).toHaveLength(5);
  });

  it("is written as a table that a spreadsheet opens", () => {
    const [head, line] = tableOf([tried("lrp", true, "position")]).split("\r\n");
    const traced = "label,params,seed,model_hash,torch";
    expect(head).toBe(
      `method,verdict,passed,checked,deletion,insertion,max_sensitivity,completeness,randomisation,${traced}`,
    );
    const computed = 'tabby,"{""n_samples"": 25}",0,0f3a,2.13.0';
    expect(line).toBe(`lrp,no better than random,1,3,0.47,0.44,0.38,,0.12,${computed}`);
  });
});

it("greys keep the order of colours by lightness", () => {
  for (const name of PALETTES) {
    const grey = greyOf(palette(name));
    expect(grey).toMatchObject({ name: `grey ${name}`, kind: palette(name).kind });
    const levels = [0, 0.25, 0.5].map((at) => colourAt(grey, at));
    for (const [r, g, b] of levels) expect([r, g]).toEqual([b, b]);
    const rises = levels.map(([r]) => r).every((v, i, all) => i === 0 || v > all[i - 1]!);
    const falls = levels.map(([r]) => r).every((v, i, all) => i === 0 || v < all[i - 1]!);
    expect(rises || falls).toBe(true);
  }
  const map = quantise([-1, 0, 1], 3, 1);
  expect(lookOf(map, DISPLAY, true).palette.colours.slice(0, 3)).toSatisfy((c: Uint8Array) => c[0] === c[1]);
});
