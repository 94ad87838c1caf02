// A kernel made of arithmetic: whole widgets run on a page without Jupyter, for development and tests.
import { quantise } from "../core/arrays";
import { unitOf } from "../core/request";
import type { Asked, BaseSpec, Check, Display, LayerEntry, Outgoing, Request, Slot, State, Task } from "../core/types";
import { checks } from "./fakecheck";
import { measured, summed, tried } from "./faketrust";

type Handler = (...args: never[]) => void;

/** The model interface of anywidget over a plain object. */
export class StaticModel {
  readonly sent: Outgoing[] = [];
  /** What came beside each of them. */
  readonly beside: (ArrayBufferLike | ArrayBufferView)[][] = [];
  private readonly handlers = new Map<string, Set<Handler>>();

  constructor(
    readonly state: Record<string, unknown>,
    private readonly answer?: (message: Outgoing) => void,
  ) {}

  get(key: string): unknown {
    return this.state[key];
  }

  set(key: string, value: unknown): void {
    this.state[key] = value;
    this.emit(`change:${key}`);
  }

  save_changes(): void {}

  send(content: unknown, _callbacks?: unknown, buffers: (ArrayBufferLike | ArrayBufferView)[] = []): void {
    const message = structuredClone(content) as Outgoing;
    this.sent.push(message);
    this.beside.push(buffers);
    this.answer?.(message);
  }

  on(event: string, callback: Handler): void {
    const set = this.handlers.get(event) ?? new Set();
    this.handlers.set(event, set.add(callback));
  }

  off(event?: string | null, callback?: Handler | null): void {
    if (event && callback) this.handlers.get(event)?.delete(callback);
  }

  emit(event: string, ...args: unknown[]): void {
    for (const handler of [...(this.handlers.get(event) ?? [])]) (handler as (...a: unknown[]) => void)(...args);
  }
}

export interface FakeOptions {
  steps: number;
  stepMs: number;
  delayMs: number;
  /** Answers nothing at all, as a closed kernel does. */
  dead: boolean;
  /** The next ask fails. */
  fail: boolean;
  /** Never ends an ask by itself. */
  endless: boolean;
  missing: boolean;
  /** The model check has much to say. */
  unwell: boolean;
  /** The model check gets so far and no further, as a share. */
  checked: number;
  /** Maps are no better than random. */
  hopeless: boolean;
  /** Maps are speckle. */
  rough: boolean;
  /** Maps have a cell for so many pixels, across and down. */
  coarse: number;
  /** So many tokens of a text go into the model. */
  room: number;
  /** What only the model knows. */
  task: Task;
  outputs: number;
  version: string;
}

const OPTIONS: FakeOptions = {
  steps: 8,
  stepMs: 30,
  delayMs: 8,
  dead: false,
  fail: false,
  endless: false,
  missing: false,
  unwell: false,
  checked: 1,
  hopeless: false,
  rough: false,
  coarse: 1,
  room: Infinity,
  task: "classes",
  outputs: 10,
  version: "0.1.0",
};

export function noise(i: number, seed: number): number {
  const s = Math.sin(i * 12.9898 + seed * 78.233) * 43758.5453;
  return (s - Math.floor(s)) * 2 - 1;
}

/** What a prediction and a map are about. */
export interface About {
  id: number;
  request: Request;
  target: Asked;
  label: string;
}

export abstract class FakeKernel<S extends BaseSpec = BaseSpec> {
  readonly model: StaticModel;
  readonly options: FakeOptions;
  private readonly last = new Map<string, [{ kind: string; slot: Slot }, DataView[]]>();
  private turn = 0;
  /** The slots whose maps are to be measured, and the turn of each. */
  private readonly judged = new Set<Slot>();
  private readonly trustTurns: Record<Slot | "trial", number> = { a: 0, b: 0, trial: 0 };
  private readonly running: Record<Slot, { id: number; stop: boolean } | null> = { a: null, b: null };

  constructor(
    readonly spec: S,
    protected readonly current: State,
    options: Partial<FakeOptions> = {},
    snapshot: unknown = { prediction: null, maps: {} },
  ) {
    this.options = { ...OPTIONS, ...options };
    this.model = new StaticModel({ spec, state: current, snapshot }, (message) =>
      setTimeout(() => this.answer(message), this.options.delayMs),
    );
  }

  private turns = 0;

  /** Says answers one after the other until another question comes. */
  protected async say(kind: string, count: number, told: (known: number) => object): Promise<void> {
    const turn = ++this.turns;
    for (let known = 0; known <= count && turn === this.turns && !this.options.dead; known++) {
      const running = known < count || this.options.endless;
      const { buffers = [], ...more } = told(known) as { buffers?: ArrayBufferView[] };
      this.emit({ kind, running, fraction: count ? known / count : 0, error: null, ...more }, buffers);
      await new Promise((resolve) => setTimeout(resolve, this.options.stepMs));
    }
  }

  protected emit(
    message: { kind: string; slot?: Slot; [field: string]: unknown },
    buffers: ArrayBufferView[] = [],
  ): void {
    // An odd offset, as some hosts hand over.
    const shifted = buffers.map((b) => {
      const copy = new Uint8Array(b.byteLength + 1);
      copy.set(new Uint8Array(b.buffer, b.byteOffset, b.byteLength), 1);
      return new DataView(copy.buffer, 1);
    });
    const { kind, slot } = message;
    if (slot) this.last.set(kind + slot, [{ ...message, kind, slot }, shifted]);
    this.model.emit("msg:custom", message, shifted);
  }

  protected answer(message: Outgoing): void {
    const current = this.current;
    if (this.options.dead) return;
    if (message.kind === "hello") {
      this.emit({ kind: "welcome", v: 1, version: this.options.version, id: current.id, state: current });
      // Python asked once by itself; a view that opens later is told what came of it.
      if (!this.last.size) void this.explain("a", current.id, current.request);
      else for (const known of [...this.last.values()]) this.model.emit("msg:custom", ...known);
    } else if (message.kind === "ask") {
      current.id = message.id;
      if (message.slot === "a") current.request = message.request;
      else current.compare = message.request;
      void this.explain(message.slot, message.id, message.request);
    } else if (message.kind === "check") void this.check(message.open);
    else if (message.kind === "trust") this.judge(message.slot as Slot, message.open as boolean);
    else if (message.kind === "trial") void this.tryOut(message.methods as string[]);
    else if (message.kind === "cancel") {
      const job = this.running[message.slot];
      if (job && job.id <= message.id) job.stop = true;
    } else if (message.kind === "close") {
      current.compare = null;
      for (const kind of ["map", "error", "ended"]) this.last.delete(`${kind}b`);
    } else if (message.kind === "layers") {
      const entries = this.survey(message.under);
      this.emit({ kind: "layers", under: message.under, entries });
    } else if (message.kind === "display") current.display = message.display as Display;
  }

  private async check(open: boolean): Promise<void> {
    const turn = ++this.turn;
    let last: Check | null = null;
    const say = (running: boolean) =>
      this.model.emit("msg:custom", { kind: "check", check: last, running, error: null });
    say(open);
    const steps = open ? checks(this.spec.methods, this.options.unwell) : [];
    for (const check of steps) {
      await new Promise((resolve) => setTimeout(resolve, this.options.stepMs));
      if (turn !== this.turn || check.fraction > this.options.checked) return;
      last = check;
      say(check.fraction < 1);
    }
  }

  private get rival(): string {
    return this.spec.kind === "image" ? "edge detector" : "position";
  }

  private judge(slot: Slot, open: boolean): void {
    if (open) this.judged.add(slot);
    else this.judged.delete(slot);
    if (open && !this.running[slot]) void this.measure(slot);
    else this.trustTurns[slot]++;
  }

  /** Measures the map in a slot, as long as a view wants to know. */
  private async measure(slot: Slot): Promise<void> {
    const turn = ++this.trustTurns[slot];
    const map = this.last.get(`map${slot}`)?.[0] as unknown as (About & { id: number }) | undefined;
    if (!map || !this.judged.has(slot)) return;
    const all = measured(this.options.hopeless, this.rival);
    for (let i = 0; i <= all.length; i++) {
      const found = { ...summed(all.slice(0, i)), fraction: i / all.length, running: i < all.length };
      const about = { slot, id: map.id, method: map.request.method, label: map.label };
      this.emit({ kind: "trust", ...about, ...found, error: null, notes: [] });
      await new Promise((resolve) => setTimeout(resolve, this.options.stepMs));
      if (turn !== this.trustTurns[slot]) return;
    }
  }

  private async tryOut(methods: string[]): Promise<void> {
    const turn = ++this.trustTurns.trial;
    for (let i = methods.length ? 0 : 1; i <= methods.length; i++) {
      const rows = methods.slice(0, i).map((name) => tried(name, name === "rise", this.rival));
      const how = { running: i < methods.length, fraction: i / methods.length, error: null, notes: [] };
      this.model.emit("msg:custom", { kind: "trial", methods, rows, ...how });
      await new Promise((resolve) => setTimeout(resolve, this.options.stepMs));
      if (turn !== this.trustTurns.trial) return;
    }
  }

  /** What is inside a module, with shapes that get smaller and deeper along the list. */
  private survey(under: string): LayerEntry[] {
    const listed = (this.spec.layers ?? []).map(([depth, own, type, untold], i): LayerEntry => {
      const side = 112 >> Math.min(4, Math.floor(i / 4));
      const shapes: Record<string, [number[] | null, number]> = {
        Linear: [[1000], 0],
        Flatten: [[1280], 0],
        Dropout: [null, 0],
        Norm: [[196, 64], 1],
      };
      return [depth, own, type, untold, ...(shapes[type] ?? [[16 << Math.floor(i / 4), side, side], 2])];
    });
    if (under === "") return listed;
    const depth = under.split(".").length;
    return ["conv", "norm"].map((own): LayerEntry => [depth, own, "Conv2d", 0, [64, 7, 7], 2]);
  }

  /** The class that is explained where nobody asks for one. */
  protected get likeliest(): number {
    return 0;
  }

  private async explain(slot: Slot, id: number, request: Request): Promise<void> {
    const before = this.running[slot];
    if (before) before.stop = true;
    const job = { id, stop: false };
    this.running[slot] = job;
    this.trustTurns[slot]++;
    for (const kind of ["error", "ended", "trust"]) this.last.delete(kind + slot);
    if (this.options.fail) {
      this.options.fail = false;
      const detail = "Traceback (most recent call last):\n  RuntimeError: <b>shapes differ</b>";
      this.emit({ kind: "error", id, slot, message: "The model could not take this input.", detail });
      this.emit({ kind: "ended", id, slot, outcome: "failed" });
      this.running[slot] = null;
      return;
    }
    const target = request.target ?? this.likeliest;
    const classes = Array.isArray(target) ? target : typeof target === "number" ? [target] : [];
    const label = unitOf(target) ?? classes.map((t) => this.spec.labels?.[t] ?? `class ${t}`).join(" − ");
    this.predict(slot, { id, request, target, label });
    const { steps, stepMs } = this.options;
    for (let step = 1; step <= steps || this.options.endless; step++) {
      await new Promise((resolve) => setTimeout(resolve, stepMs));
      const fraction = Math.min(step, steps) / steps;
      const final = fraction === 1 && !this.options.endless && !job.stop;
      this.map(slot, { id, request, target, label }, fraction, final);
      if (job.stop) break;
    }
    const newest = this.running[slot] === job;
    this.emit({ kind: "ended", id, slot, outcome: !job.stop ? "done" : newest ? "cancelled" : "superseded" });
    if (!newest) return;
    this.running[slot] = null;
    void this.measure(slot);
  }

  /** What the model says of the edited input and of the unedited one. */
  protected abstract predict(slot: Slot, about: About): void;

  protected abstract map(slot: Slot, about: About, fraction: number, final: boolean): void;

  /** Sends a map, and beside it `more`, with what is told of every map's making. */
  protected emitMap(
    slot: Slot,
    about: About,
    values: ArrayLike<number>,
    shape: number[],
    unsigned: boolean,
    [fraction, final]: [number, boolean],
    more: Record<string, unknown> = {},
    buffers: ArrayBufferView[] = [],
  ): void {
    const grid = quantise(values, values.length, 1);
    const { steps } = this.options;
    const done = Math.round(fraction * steps * 8);
    const sum = Array.from(values).reduce((a, b) => a + (Number.isNaN(b) ? 0 : b), 0);
    this.emit(
      {
        kind: "map",
        slot,
        ...about,
        values: { v: 1, dtype: "<u2", shape, lo: grid.lo, hi: grid.hi, buffer: 0 },
        fraction,
        done,
        total: steps * 8,
        seconds: fraction * 0.4,
        left: (1 - fraction) * 0.4,
        forwards: done,
        backwards: done,
        error: final ? 0.012 : 0.2 * (1.1 - fraction),
        gap: unsigned ? null : 0.02 * (1.05 - fraction),
        sum,
        notes: [],
        final,
        ...more,
      },
      [grid.codes, ...buffers],
    );
  }
}
