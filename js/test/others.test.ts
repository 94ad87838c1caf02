// The store, where Python or other views ask.
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { DISPLAY } from "../host/decode";
import { bench, REQUEST, STATE } from "./bench";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
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
    const { store, predict, welcome } = bench();
    welcome();
    const edits = [{ name: "blur" as const, value: 3 }];
    predict(9, { state: { ...STATE, id: 9, request: { ...REQUEST, edits } } });
    expect([store.request.value.edits, store.prediction.value?.id]).toEqual([edits, 9]);
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
