// What stands in for the kernel on a saved page: it says again what was said, and nothing else.
import { answers } from "../core/request";
import type { Incoming, Kept, Known, MapMessage, Outgoing, PredictionMessage, Request, Slot } from "../core/types";
import type { Model } from "./model";

/** What a page holds: `told` and `answers` are places among the messages, of an answer its prediction and its map. */
export interface Page {
  spec: unknown;
  state: { id: number };
  version: string;
  messages: Kept<Incoming>[];
  told: number[];
  answers: [number, number][];
}

type Handler = (message: unknown, buffers: readonly unknown[]) => void;

export class SavedModel implements Model {
  private readonly handlers = new Map<string, Set<Handler>>();
  private readonly known: Known[];

  constructor(private readonly page: Page) {
    this.known = page.answers.map(([, map]) => {
      const { request, target } = page.messages[map] as MapMessage;
      return { request, found: target };
    });
  }

  get(key: string): unknown {
    const { spec, state } = this.page;
    return { spec, state, saved: this.known }[key];
  }

  on(event: string, callback: (...args: never[]) => void): void {
    const known = this.handlers.get(event) ?? new Set();
    this.handlers.set(event, known.add(callback as Handler));
  }

  off(event?: string | null, callback?: ((...args: never[]) => void) | null): void {
    if (event && callback) this.handlers.get(event)?.delete(callback as Handler);
  }

  send(content: unknown): void {
    const message = content as Outgoing;
    // Later, as a kernel would: who asks is not ready to listen yet.
    if (message.kind === "hello") queueMicrotask(() => this.welcome());
    else if (message.kind === "ask") queueMicrotask(() => this.answer(message));
  }

  private welcome(): void {
    const { state, version, messages, told } = this.page;
    this.emit({ kind: "welcome", v: 1, version, id: state.id, state });
    for (const at of told) this.emit({ ...messages[at]! });
  }

  private answer({ id, slot, request }: { id: number; slot: Slot; request: Request }): void {
    const { answers: places, messages, told } = this.page;
    const at = this.known.findIndex((known) => answers(known, request));
    for (const place of places[at] ?? []) {
      const message = messages[place] as Kept<MapMessage | PredictionMessage>;
      this.emit({ ...message, id, slot });
      // What was measured of a map is true of it whenever it is shown.
      const judged = message.kind === "map" ? told.map((one) => messages[one]!) : [];
      for (const one of judged as { kind: string; id?: number }[])
        if (one.kind === "trust" && one.id === message.id) this.emit({ ...one, id, slot });
    }
    this.emit({ kind: "ended", id, slot, outcome: at < 0 ? "failed" : "done" });
  }

  private emit(message: { kind: string; buffers?: readonly unknown[]; [field: string]: unknown }): void {
    const { buffers = [], ...said } = message;
    for (const handler of [...(this.handlers.get("msg:custom") ?? [])]) handler(said, buffers);
  }
}
