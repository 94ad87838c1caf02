// The store: what it asks, and what it makes of the answers.
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { bench, REQUEST, STATE } from "./bench";

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

  it("tells how many views are on the page, and none when the page goes", () => {
    const page = new EventTarget();
    vi.stubGlobal("addEventListener", page.addEventListener.bind(page));
    vi.stubGlobal("removeEventListener", page.removeEventListener.bind(page));
    const [one, other] = [bench(), bench()];
    const told = ({ model }: typeof one) =>
      model.sent.flatMap((message) => (message.kind === "seen" ? [message.views] : []));
    one.store.seen(1);
    one.store.seen(1);
    one.store.seen(-1);
    other.store.seen(1);
    other.store.close();
    page.dispatchEvent(new Event("pagehide"));
    vi.unstubAllGlobals();
    expect(told(one)).toEqual([1, 2, 1, 0]);
    expect(told(other)).toEqual([1]);
    const pages = [one, other].flatMap(({ sent }) => sent("seen").map((message) => "page" in message && message.page));
    expect(new Set(pages).size).toBe(2);
  });

  it("says who shows it when the kernel asks, and by the same name", () => {
    const { store, say, sent } = bench();
    store.seen(2);
    say({ kind: "rollcall" });
    store.seen(-2);
    say({ kind: "rollcall" });
    const told = sent("seen") as unknown as { views: number; page: string }[];
    expect(told.map(({ views }) => views)).toEqual([2, 2, 0, 0]);
    expect(new Set(told.map(({ page }) => page)).size).toBe(1);
    expect(store.trouble.value).toBeNull();
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

  it("is not told of before it has lasted for a while, and then until it is over", () => {
    const { store, predict, say, welcome } = bench();
    welcome();
    const { told, working } = store.slots.a;
    const tellings: string[] = [];
    told.subscribe((phase) => tellings.push(phase));
    for (const id of [5, 6]) {
      store.setTarget(id % 2);
      vi.advanceTimersByTime(100);
      predict(id);
      vi.advanceTimersByTime(40);
      say({ kind: "ended", id, slot: "a", outcome: "done" });
    }
    vi.advanceTimersByTime(1000);
    expect(tellings).toEqual(["idle"]);
    store.setTarget(1);
    predict(7);
    vi.advanceTimersByTime(150);
    expect([tellings, working.value]).toEqual([["idle", "computing"], true]);
    store.setTarget(0);
    say({ kind: "ended", id: 8, slot: "a", outcome: "failed" });
    expect([tellings, working.value]).toEqual([["idle", "computing", "failed"], false]);
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
