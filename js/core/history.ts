/** Undo and redo. Steps with the same tag in a row (one drag of a slider) count as one. */
export class History<T> {
  private past: T[] = [];
  private future: T[] = [];
  private tag: string | null = null;

  constructor(
    private now: T,
    private readonly limit = 100,
  ) {}

  get present(): T {
    return this.now;
  }

  get canUndo(): boolean {
    return this.past.length > 0;
  }

  get canRedo(): boolean {
    return this.future.length > 0;
  }

  /** Without a tag every step stands alone. */
  push(next: T, tag: string | null = null): void {
    if (tag === null || tag !== this.tag) {
      this.past.push(this.now);
      if (this.past.length > this.limit) this.past.shift();
    }
    this.tag = tag;
    this.now = next;
    this.future = [];
  }

  /** The drag is over: the next step starts anew even under the same tag. */
  seal(): void {
    this.tag = null;
  }

  /** For good: what is undone was never meant. */
  undo(forGood = false): T {
    const back = this.past.pop();
    this.tag = null;
    if (back === undefined) return this.now;
    if (!forGood) this.future.push(this.now);
    this.now = back;
    return back;
  }

  redo(): T {
    const next = this.future.pop();
    this.tag = null;
    if (next === undefined) return this.now;
    this.past.push(this.now);
    this.now = next;
    return next;
  }
}
