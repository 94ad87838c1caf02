// What is known of the model's health: asked for while a view has it unfolded.
import { signal } from "@preact/signals";
import type { Check, CheckMessage } from "../core/types";

export class Health {
  readonly check = signal<Check | null>(null);
  readonly running = signal(false);
  readonly error = signal<string | null>(null);
  private readonly views = new Set<object>();

  constructor(private readonly send: (open: boolean) => void) {}

  /** A view has unfolded or folded it; the kernel looks as long as one of them shows it. */
  show(view: object, open: boolean): void {
    const before = this.views.size;
    if (open) this.views.add(view);
    else this.views.delete(view);
    if (open) this.ask();
    else if (before && !this.views.size && this.running.value) {
      this.running.value = false;
      this.send(false);
    }
  }

  /** The kernel is there again, and may have forgotten. */
  welcomed(): void {
    if (this.views.size) this.ask();
  }

  take({ check, running, error }: CheckMessage): void {
    this.check.value = check ?? null;
    this.running.value = running;
    this.error.value = error ?? null;
    // Another browser has folded it up while it is still to be seen here.
    if (this.views.size && !running && !error && (check?.fraction ?? 0) < 1) this.ask();
  }

  rest(): void {
    this.running.value = false;
  }

  private ask(): void {
    this.running.value = this.check.value?.fraction !== 1;
    this.send(true);
  }
}
