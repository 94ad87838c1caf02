// What one kernel says of the explanations that live in it: a comm that is open while somebody looks.
import type { Kernel, KernelMessage } from "@jupyterlab/services";

const TARGET = "xai_widgets.explanations";
const WIDGETS = "jupyter.widget";
const GONE: readonly Kernel.Status[] = ["restarting", "autorestarting", "dead", "terminating"];

/** A widget or a result. */
export interface Entry {
  id: string;
  kind: string;
  method: string | null;
  label: string | null;
  bytes: number;
  /** Of a widget: when it was made, in seconds since 1970, and whether it computes. */
  made?: number;
  running?: boolean;
}

export interface Compared {
  ids: string[];
  agreement: number | null;
  maps: { method: string; label: string; svg: string }[];
}

/** Of two, and how their pictures are to be drawn. */
type Comparing = {
  kind: "compare";
  ids: string[];
  language: string;
  dark: boolean;
};

type Message =
  | { kind: "welcome"; version: string }
  | { kind: "widget"; entry: Entry }
  | { kind: "gone"; id: string }
  | { kind: "results"; entries: Entry[] }
  | ({ kind: "compared" } & Compared)
  | { kind: "error"; message: string };

export interface Listener {
  changed(): void;
  compared(found: Compared): void;
  failed(sentence: string): void;
}

/**
 * Ask the kernel to hang up. Closing from here would delete the comm's subshell over another channel, which often
 * happens before what was sent last has been read there: a panel that nobody sees would be served on.
 */
function leave(comm: Kernel.IComm): void {
  comm.onMsg = () => {};
  comm.send({ kind: "leave" });
}

/** Stop whatever the kernel's widgets compute, over a comm that lives no longer than that. */
export function cancelAll(kernel: Kernel.IKernelConnection): void {
  const comm = kernel.createComm(TARGET);
  comm.onMsg = () => {
    if (comm.isDisposed) return;
    comm.send({ kind: "cancel" });
    leave(comm);
  };
  comm.open();
}

export class KernelLink {
  readonly widgets = new Map<string, Entry>();
  results: Entry[] = [];
  /** Of xai_widgets in the kernel; null until it has answered. */
  version: string | null = null;
  private comm: Kernel.IComm | null = null;
  /** What every message of one run of the kernel names. */
  private session = "";
  private isDisposed = false;

  constructor(
    readonly kernel: Kernel.IKernelConnection,
    private readonly listener: Listener,
  ) {
    kernel.anyMessage.connect(this.heed, this);
    kernel.iopubMessage.connect(this.overhear, this);
    kernel.statusChanged.connect(this.follow, this);
    void this.look();
  }

  send(message: { kind: "cancel" | "close"; id: string } | Comparing): void {
    this.comm?.send(message);
  }

  dispose(): void {
    this.isDisposed = true;
    this.kernel.anyMessage.disconnect(this.heed, this);
    this.kernel.iopubMessage.disconnect(this.overhear, this);
    this.kernel.statusChanged.disconnect(this.follow, this);
    const { comm } = this;
    this.forget();
    if (comm && !comm.isDisposed && !this.kernel.isDisposed) leave(comm);
  }

  /** Open the comm if there are widgets at all: a kernel without ours would log that it does not know the target. */
  private async look(): Promise<void> {
    try {
      const { content } = await this.kernel.requestCommInfo({ target_name: WIDGETS });
      if (content.status === "ok" && Object.keys(content.comms).length) this.open();
    } catch {
      // The kernel went before it answered; another one is looked at when it comes.
    }
  }

  private open(): void {
    if (this.comm || this.isDisposed || !this.kernel.handleComms) return;
    const comm = this.kernel.createComm(TARGET);
    this.comm = comm;
    comm.onMsg = ({ content }) => {
      // What a kernel said before it was restarted may come after it was forgotten.
      if (this.comm === comm) this.take(content.data as unknown as Message);
    };
    comm.onClose = () => {
      if (this.comm === comm) this.forget();
    };
    comm.open();
  }

  /** Of a restart by another tab this one may hear nothing but that messages come from another session. */
  private heed(_: unknown, { msg, direction }: Kernel.IAnyMessageArgs): void {
    if (direction !== "recv" || msg.header.session === this.session) return;
    const known = this.session !== "";
    this.session = msg.header.session;
    if (!known) return;
    this.forget();
    void this.look();
  }

  /** The first widget of ours says that there is somebody to talk to. */
  private overhear(_: unknown, message: KernelMessage.IIOPubMessage): void {
    if (message.header.msg_type !== "comm_open" || this.comm) return;
    const { target_name: target, data } = message.content as KernelMessage.ICommOpenMsg["content"];
    const { state } = data as { state?: { _anywidget_id?: unknown } };
    if (target === WIDGETS && String(state?._anywidget_id).startsWith("xai_widgets.")) this.open();
  }

  private follow(_: unknown, status: Kernel.Status): void {
    if (GONE.includes(status)) this.forget();
  }

  private forget(): void {
    this.comm = null;
    this.widgets.clear();
    this.results = [];
    this.version = null;
    if (!this.isDisposed) this.listener.changed();
  }

  private take(message: Message): void {
    if (message.kind === "compared") this.listener.compared(message);
    else if (message.kind === "error") this.listener.failed(message.message);
    else if (message.kind === "welcome") this.version = message.version;
    else if (message.kind === "widget") this.widgets.set(message.entry.id, message.entry);
    else if (message.kind === "gone") this.widgets.delete(message.id);
    else this.results = message.entries;
    this.listener.changed();
  }
}
