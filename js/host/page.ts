// What stands in for the kernel where there is none: it says again what was said, and nothing else.
import { bytesOf, NAN_CODE, TOP_CODE } from "../core/arrays";
import { fieldsOf } from "../core/fields";
import { answers } from "../core/request";
import type { Incoming, Kept, Known, MapMessage, Outgoing, PredictionMessage, Request, Slot } from "../core/types";
import type { Model } from "./model";

/** Messages whose buffers are places among those of the page. */
type Stored = Incoming & { buffers: number[] };

/** How many bits a map's codes have, 1 for other bytes that are compressed, 0 for those that are not; and base64. */
type Packed = [number, string];

/** What a file holds. */
export interface SavedPage extends Omit<Page, "messages"> {
  messages: Stored[];
  buffers: Packed[];
}

/** What a page holds: `told` and `answers` are places among the messages, of an answer its prediction and its map. */
export interface Page {
  spec: unknown;
  state: { id: number };
  version: string;
  messages: Kept<Incoming>[];
  told: number[];
  answers: [number, number][];
}

/** Bytes that the buffers of a page unpack to, each at most: a few kilobytes may unpack to terabytes. */
const MOST = 2 ** 25;

async function inflated([bits, data]: Packed): Promise<Uint8Array> {
  const bytes = bytesOf(data) as Uint8Array<ArrayBuffer>;
  if (bits === 0) return bytes;
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate")).getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    size += part.value.length;
    if (size > MOST) throw new Error("a page unpacks to more than any has");
    parts.push(part.value);
  }
  const whole = new Uint8Array(await new Blob(parts).arrayBuffer());
  return bits === 1 ? whole : codesOf(whole, bits);
}

/** Codes of a map of as many bits as all have, from all low bytes and then all high ones. */
export function codesOf(planes: Uint8Array, bits: number): Uint8Array {
  const count = planes.length / 2;
  const none = 2 ** bits - 1;
  const codes = Uint16Array.from({ length: count }, (_, i) => {
    const code = planes[i]! + 256 * planes[count + i]!;
    return code === none ? NAN_CODE : Math.round((code * TOP_CODE) / (none - 1));
  });
  return new Uint8Array(codes.buffer);
}

/** A page with its buffers as the kernel would send them, and long lists of its spec in their places. */
export async function unpacked(saved: SavedPage): Promise<Page> {
  const buffers = await Promise.all(saved.buffers.map(inflated));
  const spec = { ...fieldsOf(saved.spec) };
  for (const name of ["columns", "row", "words"]) {
    const at = spec[name];
    if (typeof at === "number") spec[name] = JSON.parse(new TextDecoder().decode(buffers[at]));
  }
  const messages = saved.messages.map((one) => ({ ...one, buffers: one.buffers.map((at) => buffers[at]!) }));
  return { ...saved, spec, messages: messages as Kept<Incoming>[] };
}

type Handler = (message: unknown, buffers: readonly unknown[]) => void;

export class SavedModel implements Model {
  private readonly handlers = new Map<string, Set<Handler>>();
  private readonly known: Known[];
  /** What a view could not make of the welcome. */
  fault: unknown = null;

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
    try {
      this.emit({ kind: "welcome", v: 1, version, id: state.id, state });
      for (const at of told) this.emit({ ...messages[at]! });
    } catch (error) {
      this.fault = error;
    }
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
