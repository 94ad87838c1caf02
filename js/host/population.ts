// What a widget of a whole population knows, one store a model.
import { batch, computed, type Signal, signal } from "@preact/signals";
import { answerOf } from "../core/population/read";
import type { Answer, Params, PopulationSpec, PopulationState, StudyMessage, Topic } from "../core/population/types";
import type { Bytes, Incoming, Kept, TrustMessage, Welcome } from "../core/types";
import { LinkedStore } from "./linked";
import type { Model } from "./model";
import { storeOf } from "./store";
import { Trust } from "./trust";

interface Line {
  /** How the newest question on a topic goes: it may have no answer yet. */
  status: Signal<StudyMessage | null>;
  /** The newest answer, which may still be to the question before. */
  answer: Signal<Answer | null>;
}

const COLUMNS: Record<Topic, number> = { importance: 0, effect: 1, pair: 2, contributions: 0, tree: 0, sensitivity: 0 };

export class PopulationStore extends LinkedStore {
  readonly spec: PopulationSpec;
  readonly view: Signal<Topic>;
  readonly selected: Signal<number | null>;
  readonly lines: Record<Topic, Line>;
  /** How far the answer on show can be trusted. */
  readonly trust = new Trust(
    computed(() => ({ id: this.lines[this.view.value].status.value?.id ?? -1 })),
    (question) => this.link.question(question),
  );
  /** Nobody answers here: a saved page. */
  readonly saved: unknown;
  private heard = 0;
  /** All that a saved file has said. */
  private readonly told: [StudyMessage, readonly Bytes[]][] = [];

  constructor(model: Model) {
    super(model);
    this.spec = model.get("spec") as PopulationSpec;
    this.saved = model.get("saved") ?? null;
    const state = this.read("state") as unknown as PopulationState;
    const line = (): Line => ({ status: signal(null), answer: signal(null) });
    this.lines = Object.fromEntries(this.spec.questions.map(({ name }) => [name, line()])) as Record<Topic, Line>;
    this.view = signal(state.view in this.lines ? state.view : "importance");
    this.selected = signal(state.selected ?? null);
    this.heard = state.id ?? 0;
    const { trust, ...kept } = this.kept();
    for (const one of Object.values(kept)) if (one?.kind) this.hear(one, one.buffers ?? []);
    this.trust.told.value = trust ?? null;
    this.link.open();
  }

  /** What the kernel has painted of each topic, for notebooks that are saved. */
  kept(): { [topic in Topic]?: Kept<StudyMessage> & { png?: Bytes; words?: string } } & { trust?: TrustMessage } {
    return this.read("snapshot");
  }

  /** Goes to a view, and has its question answered unless that was stopped. */
  open(topic: Topic): void {
    this.view.value = topic;
    const status = this.lines[topic].status.value;
    if (status && !status.running && (status.fraction < 1 || status.error)) return;
    this.ask(topic, status?.columns ?? this.usual(topic), status?.params);
  }

  ask(topic: Topic, columns: number[], params: Params = {}): void {
    const why = this.spec.questions.find(({ name }) => name === topic)?.why_not;
    if (this.saved) this.again(topic, columns);
    if (why || this.saved || columns.length !== COLUMNS[topic]) return;
    const { status } = this.lines[topic];
    const same = JSON.stringify([status.value?.columns, status.value?.params]) === JSON.stringify([columns, params]);
    batch(() => {
      this.view.value = topic;
      // Told here at once: a busy kernel takes its time.
      if (!same || status.value?.error)
        status.value = { ...BLANK, question: topic, columns, params, fraction: 0, known: false };
    });
    this.link.question({ kind: "study", question: topic, open: true, columns, params });
  }

  /** Whether there are answers about several columns to choose among. */
  several(topic: Topic): boolean {
    return !this.saved || this.told.filter(([{ question }]) => question === topic).length > 1;
  }

  /** Whether there is somebody who answers a question, or an answer to it; of one column, where it is about a column. */
  can(topic: Topic, column?: number): boolean {
    const known = ({ question, columns }: StudyMessage) =>
      question === topic && (column === undefined || columns.includes(column));
    return !this.saved || this.told.some(([one]) => known(one));
  }

  /** Of a saved file with several answers, the one about what was chosen. */
  private again(topic: Topic, columns: readonly number[]): void {
    const now = this.lines[topic]?.status.value?.columns ?? [];
    const chosen = columns.filter((one) => !now.includes(one));
    const found = this.told.find(([one]) => one.question === topic && chosen.some((at) => one.columns.includes(at)));
    if (found) this.hear(...found);
    if (columns.every((at) => this.can(topic, at))) this.view.value = topic;
  }

  cancel(topic: Topic): void {
    this.link.question({ kind: "study", question: topic, open: false });
  }

  pick(row: number | null): void {
    this.selected.value = row;
    if (!this.saved) this.link.question({ kind: "pick", row });
  }

  /** Columns by how much is known to depend on them, those that matter most first. */
  ranking(): number[] {
    const bars = (["importance", "contributions", "sensitivity"] as const).map(
      (one) => this.lines[one].answer.value?.bars,
    );
    const values = bars.find(Boolean)?.values;
    const all = this.spec.columns.map((_, i) => i);
    return values ? all.sort((a, b) => values[b]! - values[a]!) : all;
  }

  private usual(topic: Topic): number[] {
    return this.ranking().slice(0, COLUMNS[topic]);
  }

  private read(name: string): Record<string, unknown> {
    return (this.model.get(name) ?? {}) as Record<string, unknown>;
  }

  protected override rest(): void {
    this.trust.rest();
  }

  protected override welcome(message: Welcome): void {
    const state = message.state as unknown as PopulationState;
    this.follow(state);
    // What was asked before is told again by itself.
    if (!state.asked?.includes(this.view.value)) this.open(this.view.value);
    this.trust.welcomed();
  }

  protected take(message: Exclude<Incoming, Welcome>, buffers: Bytes[]): void {
    if (message.kind === "error") this.fail(message.message, message.detail);
    else if (message.kind === "trust") this.trust.take(message);
    else if (message.kind === "state") this.follow(message.state as unknown as PopulationState);
    else if ((message as unknown as StudyMessage).kind === "study") {
      if (this.saved) this.told.push([message as unknown as StudyMessage, buffers]);
      this.hear(message as unknown as StudyMessage, buffers);
    }
  }

  /** Says what went wrong where somebody waits for it, else above all. */
  private fail(said: string, detail: string): void {
    const waiting = Object.values(this.lines).filter(({ status }) => status.value?.running && !status.value.known);
    for (const { status } of waiting) status.value = { ...status.value!, running: false, error: said };
    if (!waiting.length) this.trouble.value = { message: said, detail };
  }

  private follow({ id, view, selected }: PopulationState): void {
    this.selected.value = selected ?? null;
    if (id > this.heard && view in this.lines) this.view.value = view;
    this.heard = Math.max(this.heard, id);
  }

  private hear(message: StudyMessage, buffers: readonly Bytes[]): void {
    const line = this.lines[message.question];
    if (!line) return;
    line.status.value = message;
    if (message.known) line.answer.value = answerOf(message, buffers);
  }
}

const BLANK = { kind: "study", running: true, error: null } as const;

export function populationStore(model: Model): PopulationStore {
  return storeOf(model, () => new PopulationStore(model));
}
