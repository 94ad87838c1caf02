// The small parts: history, latest wins, cache, requests, scores, camera, formats, words.
import { describe, expect, it } from "vitest";
import { clampCamera, FIT, panBy, pinch, place, zoomAt } from "../core/camera";
import { change, cut, doubted, hex, percent, seconds, short, signed, unhex } from "../core/format";
import { History } from "../core/history";
import { extend, setSlider, strokesOf, valueOfEdit } from "../core/image/edits";
import { imageWords } from "../core/image/words";
import { LatestWins } from "../core/latest";
import { Lru } from "../core/lru";
import { PALETTES } from "../core/palette";
import { keyOf, unitOf } from "../core/request";
import { find, rows, top } from "../core/scores";
import type { Edit, EditSpec, Request, Stroke } from "../core/types";
import { words } from "../core/words";

describe("history", () => {
  it("goes back and forth", () => {
    const history = new History(0);
    for (const n of [1, 2, 3]) history.push(n);
    expect([history.undo(), history.undo(), history.redo(), history.present]).toEqual([2, 1, 2, 2]);
    history.push(9);
    expect([history.canRedo, history.redo(), history.undo()]).toEqual([false, 9, 2]);
  });

  it("takes one drag as one step", () => {
    const history = new History(0);
    for (const n of [1, 2, 3]) history.push(n, "blur");
    history.seal();
    for (const n of [4, 5]) history.push(n, "blur");
    expect([history.undo(), history.undo(), history.canUndo]).toEqual([3, 0, false]);
    expect([history.redo(), history.redo(), history.canRedo]).toEqual([3, 5, false]);
  });

  it("stays at its ends and forgets what is long past", () => {
    const history = new History(0, 2);
    expect(history.undo()).toBe(0);
    for (const n of [1, 2, 3]) history.push(n);
    expect([history.undo(), history.undo(), history.undo()]).toEqual([2, 1, 1]);
  });
});

describe("latest wins", () => {
  function bench() {
    const sent: number[] = [];
    const timers: (() => void)[] = [];
    const clock = { set: (run: () => void) => timers.push(run) - 1, clear: (i: unknown) => delete timers[i as number] };
    const latest = new LatestWins<{ id: number }>((item) => sent.push(item.id), 10, clock);
    const push = (...ids: number[]) => {
      for (const id of ids) latest.push({ id });
    };
    return {
      sent,
      latest,
      push,
      expire: () => {
        for (const run of timers.splice(0)) run?.();
      },
    };
  }

  it("keeps one in flight and the newest waiting", () => {
    const { sent, latest, push } = bench();
    push(1, 2, 3, 4);
    expect(sent).toEqual([1]);
    latest.settle(1);
    expect(sent).toEqual([1, 4]);
    latest.settle(4);
    expect(latest.inFlight).toBeNull();
    push(5);
    expect(sent).toEqual([1, 4, 5]);
  });

  it("does not take an old answer for a new one", () => {
    const { sent, latest, push } = bench();
    push(1);
    latest.settle(1);
    push(2, 3);
    latest.settle(1);
    expect(sent).toEqual([1, 2]);
    latest.settle(2);
    expect(sent).toEqual([1, 2, 3]);
  });

  it("forgets what waits, and keeps what flies", () => {
    const { sent, latest, push } = bench();
    push(1);
    expect(latest.drop()).toBe(false);
    push(2, 3);
    expect([latest.drop(), latest.inFlight]).toEqual([true, 1]);
    latest.settle(1);
    push(4);
    expect(sent).toEqual([1, 4]);
  });

  it("goes on when an answer was lost", () => {
    const { sent, latest, push, expire } = bench();
    push(1, 2);
    expire();
    expect(sent).toEqual([1, 2]);
    expire();
    expect(latest.inFlight).toBeNull();
    push(3);
    latest.clear();
    push(4);
    expect(sent).toEqual([1, 2, 3, 4]);
  });
});

it("the cache forgets what was longest not used", () => {
  const cache = new Lru<number>(2);
  cache.put("a", 1);
  cache.put("b", 2);
  expect(cache.get("a")).toBe(1);
  cache.put("c", 3);
  expect([cache.get("a"), cache.get("b"), cache.get("c"), cache.size]).toEqual([1, undefined, 3, 2]);
});

describe("requests", () => {
  const blur = {
    name: "blur",
    low: 0,
    high: 16,
    step: 0.1,
    neutral: 0,
    unit: "px",
    title: "",
    sentence: "",
  } as EditSpec;
  const stroke: Stroke = { name: "occlude", points: [1, 2], radius: 12, fill: "mean", colour: [0, 0, 0] };
  const request: Request = { method: "rise", params: { a: 1, b: null }, target: [1, 2], edits: [] };

  it("are the same whatever the order of parameters", () => {
    expect(keyOf(request)).toBe(keyOf({ ...request, params: { b: null, a: 1 } }));
    expect(keyOf(request)).not.toBe(keyOf({ ...request, target: [2, 1] }));
    expect(keyOf(request)).not.toBe(keyOf({ ...request, params: { a: 1 } }));
  });

  it("keep the order of edits, and leave out a slider at rest", () => {
    const edits: Edit[] = [{ name: "blur", value: 2 }, stroke];
    expect(setSlider(edits, blur, 3)).toEqual([{ name: "blur", value: 3 }, stroke]);
    expect(setSlider(edits, blur, 0)).toEqual([stroke]);
    expect(setSlider([stroke], blur, 1)).toEqual([stroke, { name: "blur", value: 1 }]);
    expect([valueOfEdit(edits, blur), valueOfEdit([], blur), strokesOf(edits)]).toEqual([2, 0, [stroke]]);
  });

  it("thin out the points of a stroke", () => {
    expect(extend(stroke, 2, 2)).toBe(stroke);
    expect(extend(stroke, 4.04, 2).points).toEqual([1, 2, 4, 2]);
  });
});

describe("scores", () => {
  const scores = [0.1, 0.5, 0.05, 0.3, 0.05];

  it("lists the top and those asked about", () => {
    expect(top(scores, 3)).toEqual([1, 3, 0]);
    expect(top([1, Number.NaN, 1], 5)).toEqual([0, 2]);
    expect(rows(scores, [0.2], 2, [4, 1, 99]).map((r) => r.index)).toEqual([1, 3, 4]);
  });

  it("finds classes by words, number and score", () => {
    const labels = ["grey fox", "red fox", "foxhound", "wolf", "arctic fox"];
    expect(find(labels, "fox", scores, 9)).toEqual([2, 1, 0, 4]);
    expect(find(labels, "FOX red", scores, 9)).toEqual([1]);
    expect(find(labels, "3", scores, 9)).toEqual([3]);
    expect(find(labels, "", scores, 2)).toEqual([1, 3]);
    expect(find(labels, "cat", scores, 9)).toEqual([]);
  });
});

describe("camera", () => {
  const [frame, photo] = [
    { width: 400, height: 400 },
    { width: 200, height: 100 },
  ];

  it("fits the photo and keeps the point under the pointer", () => {
    expect(place(FIT, frame, photo)).toEqual({ scale: 2, left: 0, top: 100 });
    const before = place(FIT, frame, photo);
    const after = place(zoomAt(FIT, frame, photo, 100, 150, 4), frame, photo);
    expect((100 - after.left) / after.scale).toBeCloseTo((100 - before.left) / before.scale);
  });

  it("follows two fingers", () => {
    const start = { zoom: 4, x: 0.5, y: 0.5 };
    const [before, after] = [place(start, frame, photo), [180, 160] as const];
    const next = pinch(
      start,
      frame,
      photo,
      [
        [150, 200],
        [250, 200],
      ],
      [
        [130, 160],
        [230, 160],
      ],
    );
    expect(next.zoom).toBe(4);
    const moved = place(next, frame, photo);
    expect((after[0] - moved.left) / moved.scale).toBeCloseTo((200 - before.left) / before.scale);
    expect(
      pinch(
        start,
        frame,
        photo,
        [
          [150, 200],
          [250, 200],
        ],
        [
          [100, 200],
          [300, 200],
        ],
      ),
    ).toEqual({ ...start, zoom: 8 });
    expect(
      pinch(
        start,
        frame,
        photo,
        [
          [9, 9],
          [9, 9],
        ],
        [
          [9, 9],
          [9, 9],
        ],
      ).zoom,
    ).toBe(4);
  });

  it("never leaves the photo", () => {
    expect(zoomAt(FIT, frame, photo, 0, 0, 0.1)).toEqual(FIT);
    expect(panBy({ zoom: 2, x: 0.5, y: 0.5 }, frame, photo, 9999, -9999)).toEqual({ zoom: 2, x: 0.25, y: 0.75 });
    expect(clampCamera({ zoom: 999, x: 5, y: 5 }).zoom).toBe(32);
  });
});

it("shows of a value what its error leaves", () => {
  expect([doubted(0.0433, 0.00315), doubted(0.314, 0.126), doubted(-0.21, 0.008), doubted(0.5, null)]).toEqual([
    "0.0433 ± 0.0032",
    "0.31 ± 0.13",
    "\u22120.21 ± 0.008",
    "0.5",
  ]);
  expect([doubted(123456, 210), doubted(2e-7, 1e-8)]).toEqual(["1.23e+5 ± 210", "2.00e\u22127 ± 1.00e\u22128"]);
});

it("numbers read well", () => {
  expect([short(0.012345), short(-0.5), short(0), short(1234567), short(2e-7), short(Number.NaN)]).toEqual([
    "0.0123",
    "\u22120.5",
    "0",
    "1.23e+6",
    "2.00e\u22127",
    "not a number",
  ]);
  expect([signed(0.5), signed(-0.5), percent(0.683), percent(0.00001), percent(1, 0)]).toEqual([
    "+0.5",
    "\u22120.5",
    "68.3%",
    "<0.1%",
    "100%",
  ]);
  expect([seconds(0.42), seconds(42), seconds(240)]).toEqual(["0.4 s", "42 s", "4 min"]);
  expect(unhex(hex([1, 200, 255]))).toEqual([1, 200, 255]);
});

describe("targets", () => {
  it("are units in words, or classes", () => {
    expect(unitOf({ layer: "layer4", index: [12] })).toBe("layer4 unit 12");
    expect(unitOf({ layer: "a.b", index: [1, 2, 3] })).toBe("a.b unit 1, 2, 3");
    expect([null, 3, [1, 2] as [number, number]].map(unitOf)).toEqual([null, null, null]);
  });
});

describe("formats", () => {
  it("cut a text between its words", () => {
    expect(cut("short enough", 12)).toBe("short enough");
    expect(cut("needs a differentiable model", 20)).toBe("needs a differenti …");
    expect(cut("needs a differentiable model", 26)).toBe("needs a differentiable …");
    expect(cut("x".repeat(30), 10)).toBe(`${"x".repeat(8)} …`);
  });
});

describe("words", () => {
  it("has a text for everything", () => {
    for (const [key, value] of Object.entries(words)) {
      if (typeof value === "string") expect(value.trim(), key).not.toBe("");
      else expect(["function", "object"], key).toContain(typeof value);
    }
  });

  it("names every colour map, sign and fill", () => {
    for (const name of PALETTES) expect(words.colormaps[name]).toBeTruthy();
    for (const sign of ["both", "positive", "negative", "absolute"] as const) {
      expect(words.signs[sign]).toBeTruthy();
      expect(words.signHints[sign]).toBeTruthy();
    }
    for (const fill of ["mean", "blur", "noise", "colour"]) expect(imageWords.fills[fill]).toBeTruthy();
  });

  it("says of an error without bound that it has none", () => {
    expect(words.error(0.012)).toBe("error ±1.2%");
    expect(words.error("unbounded")).toBe("error unbounded so far");
  });

  it("tells directions by more than colour", () => {
    expect(change(0.023, false)).toBe("▲ +2.3");
    expect(change(-0.023, false)).toBe("▼ −2.3");
    expect(change(-3, true)).toBe("▼ −3");
    expect([change(0.0004, false), change(0, true)]).toEqual(["= 0.0", "= 0.0"]);
  });
});
