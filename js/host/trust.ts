// How far the map in a slot can be trusted: measured while a view has that unfolded.
import { computed, type ReadonlySignal, signal } from "@preact/signals";
import type { Question, Slot, TrialMessage, TrustMessage } from "../core/types";
import type { ShownMap } from "./decode";

export class Trust {
  readonly told = signal<TrustMessage | null>(null);
  /** What is told is about the map on show. */
  readonly current = computed(() => {
    const told = this.told.value;
    return told && told.id !== null && told.id === this.map.value?.id ? told : null;
  });
  /** The map is drawn in grey: it is no better than random, and nobody wants to see it all the same. */
  readonly grey = computed(() => this.doubted.value && this.anyway.value !== this.current.value?.id);
  readonly doubted = computed(() => this.current.value?.believable === false);
  readonly anyway = signal<number | null>(null);
  private readonly views = new Set<object>();
  private again: number | null = null;

  constructor(
    private readonly map: ReadonlySignal<ShownMap | null>,
    private readonly send: (open: boolean) => void,
  ) {}

  /** A view has unfolded or folded it. */
  show(view: object, open: boolean): void {
    if (this.views.has(view) === open) return;
    if (open) this.views.add(view);
    else this.views.delete(view);
    if (open || !this.views.size) this.send(open);
  }

  retry(): void {
    this.send(true);
  }

  /** The kernel is there again, and may have forgotten. */
  welcomed(): void {
    if (this.views.size) this.send(true);
  }

  take(message: TrustMessage): void {
    this.told.value = message;
    const { id, running, error, fraction } = message;
    // Another browser may have folded it up while it is still to be seen here.
    if (!this.views.size || running || error || fraction === 1 || (id !== null && id === this.again)) return;
    this.again = id;
    this.send(true);
  }

  rest(): void {
    if (this.told.value?.running) this.told.value = { ...this.told.value, running: false };
  }
}

/** What is known of the maps of both slots, and of those of several methods beside each other. */
export class Trusts {
  readonly a: Trust;
  readonly b: Trust;
  readonly trial = signal<TrialMessage | null>(null);

  constructor(
    slots: Record<Slot, { map: ReadonlySignal<ShownMap | null> }>,
    private readonly ask: (question: Question) => void,
  ) {
    const of = (slot: Slot) => new Trust(slots[slot].map, (open) => ask({ kind: "trust", open, slot }));
    [this.a, this.b] = [of("a"), of("b")];
  }

  /** Measures the maps of these methods; of none: no longer. */
  tryOut(methods: string[]): void {
    this.ask({ kind: "trial", open: methods.length > 0, methods });
  }

  take(message: TrustMessage | TrialMessage): void {
    if (message.kind === "trial") this.trial.value = message;
    else this[message.slot]?.take(message);
  }

  welcomed(): void {
    this.a.welcomed();
    this.b.welcomed();
  }

  rest(): void {
    this.a.rest();
    this.b.rest();
    const trial = this.trial.value;
    if (trial?.running) this.trial.value = { ...trial, running: false };
  }
}
