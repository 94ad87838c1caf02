// What is known about one slot: the map on show and how its computation goes.
import { computed, signal } from "@preact/signals";
import type { Slot } from "../core/types";
import type { ShownMap } from "./decode";

/** asked: nothing came yet; busy: nothing came for long; computing: answers come. */
type Phase = "idle" | "asked" | "busy" | "computing" | "cancelled" | "failed";

const RUNNING: Phase[] = ["asked", "busy", "computing"];
const BUSY_MS = 300;
/** What is over sooner is not told of: signs that come and go with each step of a slider flicker, and drawing them
 * keeps the answer waiting. */
const CALM_MS = 150;
const SILENCE_MS = 15_000;
/** How long after its welcome the kernel may take to send again what it knows of a slot. */
const RESENT_MS = 1000;

type Clock = ReturnType<typeof setTimeout> | undefined;

export class SlotState<M extends ShownMap = ShownMap> {
  readonly map = signal<M | null>(null);
  readonly phase = signal<Phase>("idle");
  /** The phase as panels tell it: what is over at once does not appear in it. */
  readonly told = signal<Phase>("idle");
  readonly running = computed(() => RUNNING.includes(this.phase.value));
  readonly working = computed(() => RUNNING.includes(this.told.value));
  /** The newest ask of this slot, whoever asked. */
  id = 0;
  private over = 0;
  private busyClock: Clock;
  private silenceClock: Clock;
  private calmClock: Clock;
  private silent = false;

  /** `onSilence`: something runs but nothing was heard of it for long; the end may have got lost. */
  constructor(
    readonly name: Slot,
    private readonly onSilence: () => void = () => {},
  ) {}

  asked(id: number): void {
    this.id = id;
    if (!this.running.peek()) this.enter("asked");
    // The clock runs from the first ask without an answer, however many follow.
    this.busyClock ??= setTimeout(() => this.enter("busy"), BUSY_MS);
    this.listen();
  }

  answered(): void {
    this.stopBusy();
    if (!this.running.peek()) return;
    this.enter("computing");
    this.listen();
  }

  /** Draws unless something newer is on show. A finished map is not replaced by a draft of the same ask. */
  show(map: M): boolean {
    const now = this.map.value;
    if (now && (map.id < now.id || (map.id === now.id && now.info.final && !map.info.final))) return false;
    this.map.value = map;
    return true;
  }

  /** A draft that came means that its ask runs, even if it was asked elsewhere. */
  follow(id: number): void {
    if (id < this.id || id <= this.over) return;
    this.id = id;
    this.enter("computing");
    this.listen();
  }

  ended(id: number, outcome: string): void {
    this.over = Math.max(this.over, id);
    if (id < this.id) return;
    this.stop();
    this.enter(outcome === "cancelled" || outcome === "failed" ? outcome : "idle");
  }

  /** The kernel lives. If it says nothing of what should run here, then that is over. */
  welcomed(): void {
    if (!this.silent) return;
    clearTimeout(this.silenceClock);
    this.silenceClock = setTimeout(() => this.rest(), RESENT_MS);
  }

  /** Nothing is awaited any more. */
  rest(): void {
    this.stop();
    this.enter("idle");
  }

  reset(): void {
    this.rest();
    this.map.value = null;
  }

  private enter(phase: Phase): void {
    this.phase.value = phase;
    if (this.running.peek() && !this.working.peek()) {
      this.calmClock ??= setTimeout(() => this.tell(), CALM_MS);
    } else this.tell();
  }

  private tell(): void {
    clearTimeout(this.calmClock);
    this.calmClock = undefined;
    this.told.value = this.phase.peek();
  }

  private listen(): void {
    this.silent = false;
    clearTimeout(this.silenceClock);
    this.silenceClock = setTimeout(() => {
      this.listen();
      this.silent = true;
      this.onSilence();
    }, SILENCE_MS);
  }

  private stopBusy(): void {
    clearTimeout(this.busyClock);
    this.busyClock = undefined;
  }

  private stop(): void {
    this.stopBusy();
    clearTimeout(this.silenceClock);
    this.silent = false;
  }
}
