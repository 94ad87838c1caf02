// How far the map in a slot can be trusted: measured while a view has that unfolded.
import { computed, type ReadonlySignal, signal } from "@preact/signals";
import type { Question, Slot, TrialMessage, TrustMessage } from "../core/types";

/** What was answered on a slot, by the number of its ask. */
type Answered = ReadonlySignal<{ id: number } | null>;

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
  /** That show it. */
  private views = 0;
  private again: number | null = null;

  constructor(
    private readonly map: Answered,
    private readonly ask: (question: Question) => void,
    readonly slot: Slot = "a",
  ) {}

  send(open: boolean): void {
    this.ask({ kind: "trust", open, slot: this.slot });
  }

  /** A view has unfolded it. Returns what is called once it no longer shows it. */
  show(): () => void {
    this.views++;
    this.send(true);
    return () => {
      if (!--this.views) this.send(false);
    };
  }

  /** The kernel is there again, and may have forgotten. */
  welcomed(): void {
    if (this.views) this.send(true);
  }

  take(message: TrustMessage): void {
    this.told.value = message;
    const { id, running, error, fraction } = message;
    // Another browser may have folded it up while it is still to be seen here.
    if (!this.views || running || error || fraction === 1 || (id !== null && id === this.again)) return;
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
    slots: Record<Slot, { map: Answered }>,
    private readonly ask: (question: Question) => void,
  ) {
    const of = (slot: Slot) => new Trust(slots[slot].map, ask, slot);
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
