// Everything a widget knows, one store a model, so that a second view or a re-render loses nothing.
import { batch, computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { History } from "../core/history";
import { type Layer, layersOf, told } from "../core/layers";
import { Lru } from "../core/lru";
import { answers, keyOf, sameEdits } from "../core/request";
import type { Bytes, Incoming, Known, Request, Slot, Snapshot, State, Target, Task, Welcome } from "../core/types";
import { words } from "../core/words";
import { completeState, type Kind, type Reader } from "./decode";
import { Health } from "./health";
import { translatedSpec } from "./language";
import { isAnswer } from "./link";
import { LinkedStore } from "./linked";
import type { Model } from "./model";
import { SlotState } from "./slot";
import { Trusts } from "./trust";

const CACHED = 24;

/** What comes from the kernel again and again the same is not drawn anew. */
export function put<T>(signal: Signal<T>, value: T): void {
  if (JSON.stringify(signal.peek()) !== JSON.stringify(value)) signal.value = value;
}

export class Store<K extends Kind = Kind> extends LinkedStore {
  readonly spec: ReadonlySignal<K["spec"]>;
  readonly request: Signal<Request<K["edit"]>>;
  readonly compare: Signal<Request<K["edit"]> | null>;
  readonly display: Signal<K["display"]>;
  readonly prediction = signal<K["prediction"] | null>(null);
  readonly slots = {
    a: new SlotState<K["map"]>("a", () => this.link.knock()),
    b: new SlotState<K["map"]>("b", () => this.link.knock()),
  };
  readonly health = new Health((open) => this.link.check(open));
  readonly trust = new Trusts(this.slots, (question) => this.link.question(question));
  /** The model's modules, as far as the kernel has told them. */
  readonly layers: Signal<Layer[]>;
  /** What a saved page can answer; null where a kernel answers anything. */
  readonly saved: readonly Known[] | null;
  readonly undoable = signal({ undo: false, redo: false });
  /** Only a prediction can tell. */
  readonly task = computed<Task>(() => this.prediction.value?.task ?? "classes");
  private readonly outputs = computed(
    () => this.prediction.value?.probabilities.length ?? this.spec.value.labels?.length ?? 0,
  );
  readonly labels = computed(() => Array.from({ length: this.outputs.value }, (_, i) => this.nameOf(i)));
  private readonly given: Signal<K["spec"]>;
  private history: History<K["edit"][]>;
  private readonly cache = new Lru<K["map"]>(CACHED);
  private readonly asks = new Map<number, string>();
  private asked = 0;
  private outstanding = false;
  /** The display was changed here, and no state has shown yet that the kernel knows. */
  private ahead = false;

  constructor(
    model: Model,
    private readonly reader: Reader<K>,
  ) {
    super(model);
    const state = this.complete(model.get("state"));
    this.given = signal(model.get("spec") as K["spec"]);
    this.spec = computed(() => translatedSpec(this.given.value));
    this.layers = signal(layersOf(this.spec.value.layers ?? []));
    this.request = signal(state.request);
    this.compare = signal(state.compare);
    this.display = signal(state.display);
    this.history = new History(state.request.edits);
    this.saved = (model.get("saved") as Known[] | null | undefined) ?? null;
    this.restore(model.get("snapshot") as Snapshot | null);
    this.link.id = state.id;
    model.on("change:state", this.stateChanged);
    model.on("change:spec", this.specChanged);
    this.link.open();
  }

  /** Of a class that is named or not, before the first prediction too. */
  nameOf(index: number): string {
    const name = this.task.value === "value" ? words.output : words.classNumber;
    return this.spec.value.labels?.[index] ?? name(index);
  }

  override close(): void {
    super.close();
    this.model.off("change:state", this.stateChanged);
    this.model.off("change:spec", this.specChanged);
  }

  protected override rest(): void {
    for (const one of [...Object.values(this.slots), this.trust, this.health]) one.rest();
  }

  // ---- what the user asks

  /** Whether there is somebody to answer this question: the one on show, with some of it changed. */
  can(change: Partial<Request<K["edit"]>>): boolean {
    const asked = { ...this.request.value, ...change };
    return this.saved === null || this.saved.some((known) => answers(known, asked));
  }

  setMethod(method: string, params: Request["params"] = {}): void {
    this.ask({ ...this.request.value, method, params });
  }

  setTarget(target: Target): void {
    this.ask({ ...this.request.value, target });
  }

  /** Steps under one tag in a row are one step of undo. */
  setEdits(edits: K["edit"][], tag: string | null = null, target?: Target): void {
    if (!this.can({ edits, target: target ?? this.questionOf(edits) })) return;
    this.history.push(edits, tag);
    this.askEdits(target);
  }

  sealEdits(): void {
    this.history.seal();
  }

  undo(forGood = false): void {
    if (!this.history.canUndo) return;
    this.history.undo(forGood);
    this.askEdits();
  }

  redo(): void {
    if (!this.history.canRedo) return;
    this.history.redo();
    this.askEdits();
  }

  setCompare(method: string | null, params: Request["params"] = {}): void {
    if (method !== null) {
      this.askSlot("b", { ...this.request.value, method, params });
      return;
    }
    batch(() => {
      this.compare.value = null;
      this.slots.b.reset();
    });
    this.link.closeCompare();
  }

  /** Asks what is inside a module, all of the model when it has no name, and what the layers there put out. */
  askLayers(under: string): void {
    const known = under === "" ? this.layers.value[0]?.use !== null : false;
    if (!known) this.link.layers(under);
  }

  cancel(): void {
    for (const slot of Object.values(this.slots)) {
      if (!slot.running.value || !this.link.cancel(slot.name, slot.id)) continue;
      // What never went out gets no end from the kernel, and must not go out later.
      slot.ended(slot.id, "cancelled");
      this.outstanding = false;
    }
  }

  setDisplay(change: Partial<K["display"]>): void {
    this.display.value = { ...this.display.value, ...change };
    this.ahead = true;
    this.link.display(this.display.value);
  }

  private replace(request: Request<K["edit"]>): void {
    this.leaving(request.edits);
    this.request.value = request;
  }

  private askEdits(target = this.questionOf(this.history.present)): void {
    this.noteHistory();
    this.ask({ ...this.request.value, target, edits: this.history.present });
  }

  private noteHistory(): void {
    this.undoable.value = { undo: this.history.canUndo, redo: this.history.canRedo };
  }

  private ask(request: Request<K["edit"]>): void {
    if (!this.can(request)) return;
    this.askSlot("a", request);
    const other = this.compare.value;
    if (!other) return;
    const beside = { ...other, target: request.target, edits: request.edits };
    if (this.can(beside)) this.askSlot("b", beside);
    else this.setCompare(null);
  }

  private askSlot(slot: Slot, request: Request<K["edit"]>): void {
    batch(() => {
      if (slot === "a") this.replace(request);
      else this.compare.value = request;
      const id = this.link.ask(slot, request);
      const key = keyOf(request);
      this.asked = id;
      this.outstanding = true;
      this.asks.set(id, key);
      if (this.asks.size > 200) this.asks.delete(this.asks.keys().next().value as number);
      this.slots[slot].asked(id);
      const known = this.cache.get(key);
      if (known) this.slots[slot].show({ ...known, id });
      if (this.connection.value === "silent") this.retry();
    });
  }

  // ---- what the kernel says

  protected override welcome(message: Welcome, first: boolean, live: boolean): void {
    const mayBeLost = !live || message.id < this.asked;
    for (const slot of Object.values(this.slots)) slot.welcomed();
    if (this.outstanding && mayBeLost && keyOf(this.request.value) !== keyOf(this.complete(message.state).request))
      this.ask(this.request.value);
    else this.follow(this.complete(message.state), first);
    // What was changed here may have got lost; to say it twice does no harm.
    if (this.ahead) this.link.display(this.display.value);
    this.health.welcomed();
    this.trust.welcomed();
  }

  protected take(message: Exclude<Incoming, Welcome>, buffers: Bytes[]): void {
    if (message.kind === "state") {
      this.follow(this.complete(message.state));
      return;
    }
    if (message.kind === "check") {
      this.health.take(message);
      return;
    }
    if (!isAnswer(message)) {
      if (message.kind === "trust" || message.kind === "trial") this.trust.take(message);
      else if (message.kind !== "layers") this.hear(message, buffers);
      else this.layers.value = told(this.layers.value, message.under, layersOf(message.entries, message.under));
      return;
    }
    if (message.kind === "prediction" && message.state) this.follow(this.complete(message.state));
    const slot = this.slots[message.slot];
    if (!slot) return;
    if (message.id >= this.asked) this.outstanding = false;
    if (message.kind === "ended") {
      slot.ended(message.id, message.outcome);
      return;
    }
    slot.answered();
    if (message.kind === "error") {
      if (message.id >= slot.id) this.trouble.value = { message: message.message, detail: message.detail };
      return;
    }
    if (message.id >= slot.id) this.trouble.value = null;
    if (message.kind === "prediction") {
      if (message.slot === "a" && message.id >= (this.prediction.value?.id ?? 0)) {
        this.prediction.value = this.reader.prediction(message, buffers, this.spec.value);
        if (message.id >= slot.id) this.predicted(this.prediction.value);
      }
    } else if (message.kind === "map") {
      if (slot.name === "b" && !this.compare.value) return;
      const map = this.reader.map(message, buffers);
      slot.show(map);
      if (!message.final) slot.follow(message.id);
      else {
        const asked = this.asks.get(message.id);
        this.cache.put(keyOf(message.request), map);
        if (asked) this.cache.put(asked, map);
      }
    }
  }

  /**
   * Takes over what Python or another view chose, unless something newer was asked here. What was there when
   * the page was loaded is where undo ends.
   */
  private follow(state: State<K["edit"], K["display"]>, first = false): void {
    this.followed(state);
    this.followDisplay(state.display);
    // The echo of an own ask says nothing new, and the kernel may have completed its parameters.
    if (state.id < this.asked || this.asks.has(state.id)) return;
    if (keyOf(state.request) !== keyOf(this.request.value)) {
      if (!sameEdits(state.request.edits, this.history.present)) {
        if (first) this.history = new History(state.request.edits);
        else this.history.push(state.request.edits);
        this.noteHistory();
      }
      this.replace(state.request);
    }
    const [mine, theirs] = [this.compare.value, state.compare];
    if ((mine && keyOf(mine)) !== (theirs && keyOf(theirs))) this.compare.value = theirs;
    if (!theirs) this.slots.b.reset();
  }

  /** A kernel that is busy may not have read yet what was changed here: until it says the same, it does not know. */
  private followDisplay(display: K["display"]): void {
    if (this.ahead && JSON.stringify(display) !== JSON.stringify(this.display.value)) return;
    this.ahead = false;
    put(this.display, display);
  }

  // ---- what one kind of widget adds

  /** A state came: of what only this kind knows. */
  protected followed(_state: unknown): void {}

  /** Others take the place of the edits on show. */
  protected leaving(_next: readonly K["edit"][]): void {}

  /** What is asked of other edits. */
  protected questionOf(_next: readonly K["edit"][]): Target {
    return this.request.value.target;
  }

  /** The newest ask's prediction came. */
  protected predicted(_prediction: K["prediction"]): void {}

  /** A message that belongs to no slot. */
  protected hear(_message: object, _buffers: Bytes[]): void {}

  private complete(state: unknown): ReturnType<typeof completeState<K>> {
    return completeState<K>(state, this.reader.display);
  }

  private restore(snapshot: Snapshot | null | undefined): void {
    if (!snapshot || typeof snapshot !== "object") return;
    const { prediction, maps } = snapshot;
    if (prediction?.buffers)
      this.prediction.value = this.reader.prediction(prediction, prediction.buffers, this.spec.value);
    for (const slot of Object.values(this.slots)) {
      const kept = maps?.[slot.name];
      if (kept?.buffers) slot.show(this.reader.map(kept, kept.buffers));
      this.trust[slot.name].told.value = snapshot.trust?.[slot.name] ?? null;
    }
  }

  /** The model's first pass showed that it is of another kind. */
  private specChanged = (): void => {
    this.given.value = this.model.get("spec") as K["spec"];
  };

  private stateChanged = (): void => {
    this.follow(this.complete(this.model.get("state")));
  };
}

const stores = new WeakMap<Model, unknown>();

/** The store of a model, made at first need. */
export function storeOf<S extends { close(): void }>(model: Model, make: () => S): S {
  const known = stores.get(model) as S | undefined;
  if (known) return known;
  const store = make();
  stores.set(model, store);
  return store;
}

export function dropStore(model: Model): void {
  (stores.get(model) as { close(): void } | undefined)?.close();
  stores.delete(model);
}
