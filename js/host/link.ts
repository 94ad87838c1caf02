// The wire to the kernel: says hello until answered, numbers the asks, keeps one a slot in flight.
import { LatestWins } from "../core/latest";
import type { Answer, Bytes, Display, Incoming, Outgoing, Question, Request, Slot, Welcome } from "../core/types";
import { VERSION } from "../core/version";
import { unstop } from "./deaf";
import { asked, type LanguageMessage, learn } from "./language";
import type { Model } from "./model";
import { follow, preferred } from "./preferences";

const PROTOCOL = 1;

const HELLO_MS = 3000;
const RETRY_MS = 5000;
const DISPLAY_MS = 250;

type Ask = { kind: "ask"; id: number; slot: Slot; request: Request };

interface RollCall {
  kind: "rollcall";
}

export interface Listener {
  welcome(message: Welcome): void;
  /** The kernel wants to know whether this page still shows the widget. */
  rollCall(): void;
  message(message: Exclude<Incoming, Welcome>, buffers: Bytes[]): void;
  /** The kernel did not answer in time. */
  silent(): void;
}

const ANSWERS: readonly string[] = ["prediction", "map", "ended", "error"];

export function isAnswer(message: Incoming): message is Answer {
  return ANSWERS.includes(message.kind);
}

export class Link {
  /** The highest id seen or given out. */
  id = 0;
  private readonly slots: Record<Slot, LatestWins<Ask>>;
  private hello: ReturnType<typeof setTimeout> | undefined;
  private later: ReturnType<typeof setTimeout> | undefined;
  private waiting: Display | null = null;
  private readonly unfollow: () => void;

  constructor(
    private readonly model: Model,
    private readonly listener: Listener,
    waitMs = 10_000,
  ) {
    const emit = (ask: Ask) => this.send(ask);
    this.slots = { a: new LatestWins(emit, waitMs), b: new LatestWins(emit, waitMs) };
    model.on("msg:custom", this.receive as (...args: never[]) => void);
    model.on("comm_live_update", this.revive);
    this.unfollow = follow(() => this.knock());
  }

  open = (): void => {
    clearTimeout(this.hello);
    this.knock();
    this.hello = setTimeout(() => {
      this.slots.a.clear();
      this.slots.b.clear();
      this.listener.silent();
      unstop(this.model);
      this.hello = setTimeout(this.open, RETRY_MS);
    }, HELLO_MS);
  };

  /** Says hello but draws no conclusion when nobody answers: a busy kernel may take its time. */
  knock(): void {
    this.send({ kind: "hello", v: PROTOCOL, version: VERSION, language: asked(), ...preferred() });
  }

  close(): void {
    this.unfollow();
    clearTimeout(this.hello);
    clearTimeout(this.later);
    this.slots.a.clear();
    this.slots.b.clear();
    this.model.off("msg:custom", this.receive as (...args: never[]) => void);
    this.model.off("comm_live_update", this.revive);
  }

  ask(slot: Slot, request: Request): number {
    const id = ++this.id;
    this.slots[slot].push({ kind: "ask", id, slot, request });
    return id;
  }

  /** Stops what the kernel does for a slot. True where a newer ask was waiting here, which is dropped and gets no end. */
  cancel(slot: Slot, id: number): boolean {
    const dropped = this.slots[slot].drop();
    this.send({ kind: "cancel", id: (dropped ? this.slots[slot].inFlight : null) ?? id, slot });
    return dropped;
  }

  /** Asks what belongs to no slot, with bytes beside it. */
  question(question: Question, bytes?: Uint8Array): void {
    this.send(question, bytes);
  }

  layers(under: string): void {
    this.send({ kind: "layers", under });
  }

  closeCompare(): void {
    this.slots.b.clear();
    this.send({ kind: "close", slot: "b" });
  }

  check(open: boolean): void {
    this.send({ kind: "check", open });
  }

  /** At most four a second; the last one always goes out. */
  display(display: Display): void {
    const idle = this.waiting === null && this.later === undefined;
    if (!idle) {
      this.waiting = display;
      return;
    }
    this.send({ kind: "display", display });
    this.later = setTimeout(() => {
      this.later = undefined;
      const next = this.waiting;
      this.waiting = null;
      if (next) this.display(next);
    }, DISPLAY_MS);
  }

  private send(message: Outgoing, bytes?: Uint8Array): void {
    try {
      if (bytes) this.model.send(message, undefined, [bytes]);
      else this.model.send(message);
    } catch {
      // A closed comm throws in some hosts; the hello's timeout tells the user.
    }
  }

  private revive = (): void => this.open();

  private receive = (message: Incoming | LanguageMessage | RollCall, beside?: Bytes[] | null): void => {
    const buffers = beside ?? [];
    if (!message || typeof message !== "object") return;
    if (message.kind === "language") {
      void learn(message);
      return;
    }
    if (message.kind === "rollcall") {
      this.listener.rollCall();
      return;
    }
    if (message.kind === "layers") {
      if (Array.isArray(message.entries)) this.listener.message(message, buffers);
      return;
    }
    // What belongs to no ask has no number that says how far they went.
    if (message.kind !== "welcome" && message.kind !== "state" && !isAnswer(message)) {
      this.listener.message(message, buffers);
      return;
    }
    if (isAnswer(message) && !Number.isFinite(message.id)) return;
    if (message.kind === "welcome") {
      clearTimeout(this.hello);
      this.id = Math.max(this.id, message.id);
      this.listener.welcome(message);
      return;
    }
    this.id = Math.max(this.id, message.kind === "state" ? message.state.id : message.id);
    this.listener.message(message, buffers);
    if (message.kind === "prediction" || message.kind === "error" || message.kind === "ended")
      this.slots[message.slot]?.settle(message.id);
  };
}
