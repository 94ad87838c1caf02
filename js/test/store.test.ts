// The store against a model of which the test says every answer.
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { ImagePredictionMessage, MapMessage, Outgoing, Request, Spec, State } from "../core/types";
import { DISPLAY } from "../host/decode";
import { StaticModel } from "../host/fake";
import { imageStore } from "../host/image";

const REQUEST: Request = { method: "saliency", params: {}, target: null, edits: [] };
const STATE: State = { request: REQUEST, compare: null, display: DISPLAY, id: 4 };
const SPEC = { grid: [1, 2], labels: null, edits: [], methods: [] } as unknown as Spec;

function bench(labels: string[] | null = null) {
  const model = new StaticModel({ spec: { ...SPEC, labels }, state: STATE, snapshot: null });
  const store = imageStore(model);
  const say = (message: object, buffers: ArrayBufferView[] = []) => model.emit("msg:custom", message, buffers);
  const sent = (kind: Outgoing["kind"]) =>
    model.sent.filter((m) => m.kind === kind) as { id: number; slot: string; request: Request }[];
  const map = (id: number, request: Request, more: Partial<MapMessage> = {}, slot = "a") =>
    say(
      {
        kind: "map",
        id,
        slot,
        request,
        target: 0,
        label: "",
        values: { v: 1, dtype: "<u2", shape: [1, 2], lo: 0, hi: id, buffer: 0 },
        fraction: 1,
        done: 1,
        total: 1,
        error: null,
        gap: null,
        sum: 0,
        seconds: 0,
        left: null,
        forwards: 1,
        backwards: 1,
        notes: [],
        final: true,
        ...more,
      },
      [Uint16Array.of(0, 65534)],
    );
  const predict = (id: number, more: Partial<ImagePredictionMessage> = {}) => {
    const array = { v: 1, dtype: "<f4", shape: [2], buffer: 0 };
    say(
      {
        kind: "prediction",
        id,
        slot: "a",
        task: "classes",
        target: 0,
        label: "",
        probabilities: array,
        original: array,
        picture: null,
        ...more,
      },
      [Float32Array.of(0.9, 0.1)],
    );
  };
  const welcome = (state = STATE) => say({ kind: "welcome", v: 1, version: "0.1.0", id: state.id, state });
  const shown = () => store.slots.a.map.value?.id;
  return { model, store, say, sent, map, predict, welcome, shown };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("connection", () => {
  it("says hello at once, tells silence after three seconds, and tries again", () => {
    const { store, sent, welcome } = bench();
    expect(sent("hello")).toHaveLength(1);
    vi.advanceTimersByTime(3000);
    expect(store.connection.value).toBe("silent");
    vi.advanceTimersByTime(5000);
    expect(sent("hello")).toHaveLength(2);
    welcome();
    expect(store.connection.value).toBe("live");
    vi.advanceTimersByTime(60_000);
    expect(sent("hello")).toHaveLength(2);
  });

  it("says hello again when the comm comes alive", () => {
    const { model, sent } = bench();
    model.emit("comm_live_update");
    expect(sent("hello")).toHaveLength(2);
  });

  it("asks again for what was asked while nobody answered", () => {
    const { store, sent, welcome } = bench();
    vi.advanceTimersByTime(3000);
    store.setTarget(1);
    welcome();
    expect(sent("ask").at(-1)!.request.target).toBe(1);
    expect(store.request.value.target).toBe(1);
  });
});

describe("asks", () => {
  it("are numbered on from the kernel's count", () => {
    const { store, sent, welcome } = bench();
    welcome({ ...STATE, id: 17 });
    store.setTarget(1);
    expect(sent("ask").map((m) => m.id)).toEqual([18]);
  });

  it("wait for the one in flight, and only the newest goes out", () => {
    const { store, sent, welcome, predict } = bench();
    welcome();
    for (const target of [0, 1, 0, 1]) store.setTarget(target);
    expect(sent("ask")).toHaveLength(1);
    predict(5);
    expect(sent("ask").map((m) => m.id)).toEqual([5, 8]);
  });

  it("go on when an answer was lost", () => {
    const { store, sent, welcome } = bench();
    welcome();
    store.setTarget(0);
    store.setTarget(1);
    vi.advanceTimersByTime(10_000);
    expect(sent("ask").at(-1)!.request.target).toBe(1);
  });

  it("take target and edits along to the map they are compared with", () => {
    const { store, sent, welcome } = bench();
    welcome();
    store.setCompare("rise");
    store.setTarget(1);
    const b = store.compare.value!;
    expect([b.method, b.target]).toEqual(["rise", 1]);
    store.setCompare(null);
    expect(sent("close")).toHaveLength(1);
  });
});

describe("cancelling", () => {
  it("drops the ask that waits, and stops the one in flight", () => {
    const { store, say, sent, predict, welcome } = bench();
    welcome();
    store.setTarget(0);
    store.setTarget(1);
    store.cancel();
    expect(sent("cancel").map(({ id, slot }) => [id, slot])).toEqual([[5, "a"]]);
    expect(store.slots.a.phase.value).toBe("cancelled");
    predict(5);
    say({ kind: "ended", id: 5, slot: "a", outcome: "cancelled" });
    vi.advanceTimersByTime(60_000);
    expect(sent("ask").map((m) => m.id)).toEqual([5]);
    expect([store.slots.a.phase.value, store.slots.a.running.value]).toEqual(["cancelled", false]);
    store.setTarget(0);
    expect(sent("ask").map((m) => m.id)).toEqual([5, 7]);
  });

  it("does not ask again after a new welcome", () => {
    const { store, model, sent, welcome } = bench();
    welcome();
    store.setTarget(0);
    store.setTarget(1);
    store.cancel();
    model.emit("comm_live_update");
    welcome();
    expect(sent("ask")).toHaveLength(1);
  });

  it("waits for the kernel's word where nothing waits here", () => {
    const { store, sent, predict, welcome } = bench();
    welcome();
    store.setTarget(0);
    predict(5);
    store.cancel();
    expect(sent("cancel").map((m) => m.id)).toEqual([5]);
    expect(store.slots.a.phase.value).toBe("computing");
  });
});

describe("classes", () => {
  const array = (length: number) => ({ v: 1, dtype: "<f4" as const, shape: [length], buffer: 0 });

  it("have names once a prediction has come, whatever the spec did not know", () => {
    const { store, predict, welcome } = bench();
    welcome();
    expect([store.labels.value, store.nameOf(7)]).toEqual([[], "class 7"]);
    predict(4);
    expect([store.task.value, store.labels.value]).toEqual(["classes", ["class 0", "class 1"]]);
    predict(5, { task: "value", probabilities: array(1), original: array(1) });
    expect([store.task.value, store.labels.value]).toEqual(["value", ["output 0"]]);
  });

  it("may have fewer names than there are", () => {
    const { store, predict, welcome } = bench(["cat"]);
    welcome();
    expect(store.labels.value).toEqual(["cat"]);
    predict(4, { task: "binary" });
    expect([store.task.value, store.labels.value]).toEqual(["binary", ["cat", "class 1"]]);
  });
});

describe("maps", () => {
  it("never go back to an older one, yet a superseded one is drawn", () => {
    const { store, map, shown, welcome } = bench();
    welcome();
    store.setTarget(0);
    store.setTarget(1);
    map(5, REQUEST);
    expect(shown()).toBe(5);
    map(4, REQUEST);
    expect(shown()).toBe(5);
  });

  it("of the cache come at once and are not replaced by a draft", () => {
    const { store, map, shown, welcome } = bench();
    welcome();
    store.setTarget(0);
    map(5, { ...REQUEST, target: 0, params: { filled: "in" } });
    store.setTarget(1);
    map(6, { ...REQUEST, target: 1 });
    store.setTarget(0);
    expect([shown(), store.slots.a.map.value?.grid.hi]).toEqual([7, 5]);
    map(7, { ...REQUEST, target: 0 }, { final: false });
    expect(store.slots.a.map.value?.grid.hi).toBe(5);
    map(7, { ...REQUEST, target: 0 });
    expect(store.slots.a.map.value?.grid.hi).toBe(7);
  });

  it("for a closed comparison are not drawn", () => {
    const { store, map, welcome } = bench();
    welcome();
    map(9, REQUEST, {}, "b");
    expect(store.slots.b.map.value).toBeNull();
  });
});

describe("progress", () => {
  it("is asked, then busy, then computing, then over", () => {
    const { store, predict, say, welcome } = bench();
    welcome();
    store.setTarget(1);
    const { phase } = store.slots.a;
    expect(phase.value).toBe("asked");
    vi.advanceTimersByTime(300);
    expect(phase.value).toBe("busy");
    predict(5);
    expect(phase.value).toBe("computing");
    say({ kind: "ended", id: 4, slot: "a", outcome: "superseded" });
    expect(phase.value).toBe("computing");
    say({ kind: "ended", id: 5, slot: "a", outcome: "cancelled" });
    expect(phase.value).toBe("cancelled");
  });

  it("is busy when a kernel falls silent in the middle of a drag", () => {
    const { store, predict, welcome } = bench();
    welcome();
    store.setTarget(1);
    predict(5);
    for (let i = 0; i < 40; i++) {
      store.setTarget(i % 2);
      vi.advanceTimersByTime(10);
    }
    expect(store.slots.a.phase.value).toBe("busy");
  });
});

describe("asks of others", () => {
  const draft = { final: false, fraction: 0.4 };

  it("run from their first draft to their end, and can be cancelled", () => {
    const { store, say, sent, map, welcome } = bench();
    const { phase, running } = store.slots.a;
    welcome();
    expect(phase.value).toBe("idle");
    map(4, REQUEST, draft);
    expect(phase.value).toBe("computing");
    store.cancel();
    expect(sent("cancel").map(({ id, slot }) => [id, slot])).toEqual([[4, "a"]]);
    say({ kind: "ended", id: 4, slot: "a", outcome: "cancelled" });
    expect(phase.value).toBe("cancelled");
    map(4, REQUEST, draft);
    expect(running.value).toBe(false);
  });

  it("do not run again because of an older draft", () => {
    const { store, say, map, welcome } = bench();
    welcome();
    store.setTarget(1);
    say({ kind: "ended", id: 5, slot: "a", outcome: "done" });
    map(4, REQUEST, draft);
    expect(store.slots.a.running.value).toBe(false);
    map(6, REQUEST, draft);
    say({ kind: "ended", id: 5, slot: "a", outcome: "superseded" });
    expect(store.slots.a.running.value).toBe(true);
  });

  it("rest when their end got lost and the kernel knows nothing of them", () => {
    const { store, sent, map, welcome } = bench();
    const { running } = store.slots.a;
    welcome();
    map(4, REQUEST, draft);
    vi.advanceTimersByTime(15_000);
    expect(sent("hello")).toHaveLength(2);
    // A kernel too busy to answer is waited for, and not called dead.
    vi.advanceTimersByTime(10_000);
    expect([running.value, store.connection.value]).toEqual([true, "live"]);
    welcome();
    vi.advanceTimersByTime(1000);
    expect(running.value).toBe(false);
    vi.advanceTimersByTime(60_000);
    expect(sent("hello")).toHaveLength(2);
  });

  it("go on when the kernel sends their draft again, and are not asked twice", () => {
    const { store, sent, map, welcome } = bench();
    welcome();
    store.setTarget(1);
    vi.advanceTimersByTime(15_000);
    welcome({ ...STATE, id: 5 });
    map(5, REQUEST, draft);
    vi.advanceTimersByTime(5000);
    expect(store.slots.a.running.value).toBe(true);
    expect(sent("ask")).toHaveLength(1);
  });
});

describe("what others choose", () => {
  it("is followed, and can be undone", () => {
    const { store, say, welcome } = bench();
    welcome();
    const edits = [{ name: "blur" as const, value: 3 }];
    say({ kind: "state", state: { ...STATE, id: 9, request: { ...REQUEST, edits } } });
    expect(store.request.value.edits).toEqual(edits);
    store.undo();
    expect(store.request.value.edits).toEqual([]);
  });

  it("comes with what the model says of it", () => {
    const { store, model, welcome } = bench();
    welcome();
    const edits = [{ name: "blur" as const, value: 3 }];
    const probabilities = { v: 1 as const, dtype: "<f4" as const, shape: [1], buffer: 0 };
    const about = { kind: "prediction", id: 9, slot: "a", task: "classes", target: 0, label: "cat", picture: null };
    const state = { ...STATE, id: 9, request: { ...REQUEST, edits } };
    const buffers = [new DataView(Float32Array.of(0.75).buffer)];
    model.emit("msg:custom", { ...about, probabilities, original: probabilities, state }, buffers);
    expect([store.request.value.edits, store.prediction.value?.probabilities[0]]).toEqual([edits, 0.75]);
  });

  it("is not drawn anew where it is the same", () => {
    const { store, say, welcome } = bench();
    welcome();
    const { value } = store.display;
    say({ kind: "state", state: { ...STATE, id: 9 } });
    expect(store.display.value).toBe(value);
  });

  it("is the beginning, not a step, when the page was loaded", () => {
    const { store, welcome } = bench();
    const edits = [{ name: "blur" as const, value: 3 }];
    welcome({ ...STATE, id: 9, request: { ...REQUEST, edits } });
    expect([store.request.value.edits, store.undoable.value.undo]).toEqual([edits, false]);
    store.setEdits([]);
    store.undo();
    expect(store.request.value.edits).toEqual(edits);
    expect(store.undoable.value).toEqual({ undo: false, redo: true });
  });

  it("of the display is left to the view where it is null", () => {
    const { store, say, welcome } = bench();
    welcome();
    const display = { opacity: null, mass: 0.5, sign: null, smooth: 3 };
    say({ kind: "state", state: { ...STATE, display } });
    expect(store.display.value).toEqual({ ...DISPLAY, mass: 0.5, smooth: 3 });
  });

  it("does not undo what was asked here since", () => {
    const { store, say, welcome } = bench();
    welcome();
    store.setTarget(1);
    say({ kind: "state", state: STATE });
    expect(store.request.value.target).toBe(1);
  });

  it("does not snap the display back while the kernel has not read it", () => {
    const { store, say, model, sent, welcome } = bench();
    welcome();
    store.setDisplay({ opacity: 0.3 });
    store.setDisplay({ opacity: 0.4 });
    // The kernel is at work, and reads its messages a minute later: what it says till then is old.
    for (let i = 0; i < 60; i++) {
      vi.advanceTimersByTime(1000);
      model.set("state", STATE);
      say({ kind: "state", state: { ...STATE, id: 9 + i } });
      expect(store.display.value.opacity).toBe(0.4);
    }
    expect(sent("display")).toHaveLength(2);
    say({ kind: "state", state: { ...STATE, display: { ...DISPLAY, opacity: 0.3 } } });
    expect(store.display.value.opacity).toBe(0.4);
    say({ kind: "state", state: { ...STATE, display: { ...DISPLAY, opacity: 0.4 } } });
    say({ kind: "state", state: { ...STATE, display: { ...DISPLAY, opacity: 0.9 } } });
    expect(store.display.value.opacity).toBe(0.9);
  });

  it("says the display again to a kernel that comes back without it", () => {
    const { store, sent, welcome } = bench();
    store.setDisplay({ opacity: 0.4 });
    vi.advanceTimersByTime(3000);
    welcome();
    expect([store.display.value.opacity, sent("display").length]).toEqual([0.4, 2]);
    welcome({ ...STATE, display: { ...DISPLAY, opacity: 0.4 } });
    vi.advanceTimersByTime(1000);
    expect(sent("display")).toHaveLength(2);
  });
});
