// What is known about one slot: the map on show and how its computation goes.
import { computed, signal } from "@preact/signals";
import type { Slot } from "../core/types";
import type { ShownMap } from "./decode";

/** asked: nothing came yet; busy: nothing came for long; computing: answers come. */
export type Phase = "idle" | "asked" | "busy" | "computing" | "cancelled" | "failed";

const BUSY_MS = 300;

export class SlotState {
  readonly map = signal<ShownMap | null>(null);
  readonly phase = signal<Phase>("idle");
  readonly running = computed(() => ["asked", "busy", "computing"].includes(this.phase.value));
  /** The newest ask of this slot. */
  id = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(readonly name: Slot) {}

  asked(id: number): void {
    this.id = id;
    if (!this.running.value) this.phase.value = "asked";
    // The clock runs from the first ask without an answer, however many follow.
    this.timer ??= setTimeout(() => {
      this.phase.value = "busy";
    }, BUSY_MS);
  }

  answered(): void {
    this.stopClock();
    if (this.running.value) this.phase.value = "computing";
  }

  private stopClock(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  ended(id: number, outcome: string): void {
    if (id < this.id) return;
    this.stopClock();
    this.phase.value = outcome === "cancelled" || outcome === "failed" ? outcome : "idle";
  }

  /** Draws unless something newer is on show. A finished map is not replaced by a draft of the same ask. */
  show(map: ShownMap): boolean {
    const now = this.map.value;
    if (now && (map.id < now.id || (map.id === now.id && now.info.final && !map.info.final))) return false;
    this.map.value = map;
    return true;
  }

  /** Nothing is awaited any more. */
  rest(): void {
    this.stopClock();
    this.phase.value = "idle";
  }

  reset(): void {
    this.rest();
    this.map.value = null;
  }
}
