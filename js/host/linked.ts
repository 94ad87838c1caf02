// What every store has, whatever its widget shows: the link to the kernel, and who answers there.
import { batch, signal } from "@preact/signals";
import type { Bytes, Incoming, Welcome } from "../core/types";
import { VERSION } from "../core/version";
import { words } from "../core/words";
import { Link } from "./link";
import type { Model } from "./model";

interface Trouble {
  message: string;
  detail: string;
}

export abstract class LinkedStore {
  readonly trouble = signal<Trouble | null>(null);
  readonly connection = signal<"connecting" | "live" | "silent">("connecting");
  readonly kernelVersion = signal<string | null>(null);
  readonly version = VERSION;
  protected readonly link: Link;
  private readonly page = Math.random().toString(36);
  private views = 0;

  /** A subclass opens the link once it can take what comes. */
  constructor(protected readonly model: Model) {
    this.link = new Link(model, {
      welcome: (message) =>
        batch(() => {
          const [first, live] = [this.kernelVersion.value === null, this.connection.value === "live"];
          this.connection.value = "live";
          this.kernelVersion.value = message.version;
          this.welcome(message, first, live);
        }),
      rollCall: () => this.tell(this.views),
      message: (message, buffers) =>
        batch(() => {
          this.connection.value = "live";
          try {
            this.take(message, buffers);
          } catch (error) {
            this.trouble.value = { message: `${words.badMessage}. ${(error as Error).message}`, detail: "" };
          }
        }),
      silent: () => {
        this.connection.value = "silent";
        this.rest();
      },
    });
    globalThis.addEventListener?.("pagehide", this.leave);
  }

  /** One view more of it is on this page, or one less: the kernel keeps what somebody sees. */
  seen(more: number): void {
    this.views += more;
    this.tell(this.views);
  }

  close(): void {
    globalThis.removeEventListener?.("pagehide", this.leave);
    this.link.close();
    this.rest();
  }

  retry(): void {
    this.connection.value = "connecting";
    this.link.open();
  }

  /** The kernel said hello: for the first time, and while it was known to be there, or not. */
  protected welcome(_message: Welcome, _first: boolean, _live: boolean): void {}

  protected abstract take(message: Exclude<Incoming, Welcome>, buffers: Bytes[]): void;

  private readonly leave = (): void => this.tell(0);

  private tell(views: number): void {
    this.link.question({ kind: "seen", page: this.page, views });
  }

  /** Nothing is awaited any more. */
  protected rest(): void {}
}
