// One ask in flight, the newest waiting. A custom message is not throttled by the host, so a drag must be here.

interface Timer {
  set(run: () => void, ms: number): unknown;
  clear(handle: unknown): void;
}

const CLOCK: Timer = {
  set: (run, ms) => setTimeout(run, ms),
  clear: (handle) => clearTimeout(handle as ReturnType<typeof setTimeout>),
};

export class LatestWins<T extends { id: number }> {
  private flying: T | null = null;
  private waiting: T | null = null;
  private handle: unknown;

  /** An answer can be lost on the way: after `timeout` ms the ask counts as answered. */
  constructor(
    private readonly emit: (item: T) => void,
    private readonly timeout = 10_000,
    private readonly clock: Timer = CLOCK,
  ) {}

  push(item: T): void {
    if (this.flying) this.waiting = item;
    else this.send(item);
  }

  /** An answer came. One to an older ask than the one in flight says nothing about it. */
  settle(id: number): void {
    if (this.flying && id >= this.flying.id) this.next();
  }

  /** Forget everything, for example when the kernel is gone. */
  clear(): void {
    this.clock.clear(this.handle);
    this.flying = this.waiting = null;
  }

  /** What waits shall not be sent after all. Tells whether something did. */
  drop(): boolean {
    const dropped = this.waiting !== null;
    this.waiting = null;
    return dropped;
  }

  get inFlight(): number | null {
    return this.flying?.id ?? null;
  }

  private send(item: T): void {
    this.flying = item;
    this.clock.clear(this.handle);
    this.handle = this.clock.set(() => this.next(), this.timeout);
    this.emit(item);
  }

  private next(): void {
    const item = this.waiting;
    this.clear();
    if (item) this.send(item);
  }
}
