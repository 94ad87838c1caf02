// What a widget of word vectors knows, one store a model.
import { computed, type Signal, signal } from "@preact/signals";
import { decodeBytes, decodeFloats } from "../core/arrays";
import { unitSquare } from "../core/embedding/plot";
import type {
  AgreementMessage,
  AnalogyMessage,
  EmbeddingMessage,
  EmbeddingSpec,
  Frame,
  LayoutMessage,
  Metric,
  NearMessage,
  SeparationMessage,
} from "../core/embedding/types";
import { LatestWins } from "../core/latest";
import type { Bytes, Incoming, Kept, TrustMessage, Welcome } from "../core/types";
import { LinkedStore } from "./linked";
import type { Model } from "./model";
import { storeOf } from "./store";
import { Trust } from "./trust";

interface Asked {
  id: number;
  word: string;
  metric: Metric;
}

function frameOf(message: LayoutMessage, buffers: readonly Bytes[]): Frame | null {
  if (!message.positions) return null;
  return { message, ...unitSquare(decodeFloats(message.positions, buffers)), kept: decodeBytes(message.kept, buffers) };
}

export class EmbeddingStore extends LinkedStore {
  readonly frame = signal<Frame | null>(null);
  /** How the newest layout goes: it may have no places yet. */
  readonly layout = signal<LayoutMessage | null>(null);
  readonly near = signal<NearMessage | null>(null);
  readonly analogy = signal<AnalogyMessage | null>(null);
  readonly agreement = signal<AgreementMessage | null>(null);
  readonly separation = signal<SeparationMessage | null>(null);
  readonly metric = signal<Metric>("cosine");
  /** How far the layout on show can be trusted. */
  readonly trust = new Trust(
    computed(() => ({ id: this.layout.value?.id ?? -1 })),
    (question) => this.link.question(question),
  );
  /** Nobody answers here: a saved page. */
  readonly saved: unknown;
  private readonly given: Signal<EmbeddingSpec>;
  private readonly asks = new LatestWins<Asked>((ask) => this.link.question({ kind: "near", ...ask }));
  private id = 0;
  /** Chosen here, and no layout by it has come yet: those that come are of an earlier ask. */
  private mine: Metric | null = null;

  constructor(model: Model) {
    super(model);
    this.given = signal(model.get("spec") as EmbeddingSpec);
    this.saved = model.get("saved") ?? null;
    type Snapshot = Record<string, Kept<EmbeddingMessage>> & { trust?: TrustMessage };
    const { trust, ...kept } = (model.get("snapshot") ?? {}) as Snapshot;
    for (const one of Object.values(kept)) if (one?.kind) this.hear(one, one.buffers ?? []);
    this.trust.told.value = trust ?? null;
    this.link.open();
    model.on("change:spec", this.specChanged);
  }

  /** Without words while a model reads for their vectors. */
  get spec(): EmbeddingSpec {
    return this.given.value;
  }

  private readonly specChanged = () => {
    this.given.value = this.model.get("spec") as EmbeddingSpec;
  };

  override close(): void {
    super.close();
    this.model.off("change:spec", this.specChanged);
  }

  protected override rest(): void {
    this.asks.clear();
    this.trust.rest();
  }

  project(method: string, metric: Metric): void {
    this.link.question({ kind: "layout", open: true, method, metric, params: {} });
  }

  cancel(): void {
    this.link.question({ kind: "layout", open: false });
  }

  select(word: string): void {
    if (this.saved) return;
    this.asks.push({ id: ++this.id, word, metric: this.metric.value });
  }

  complete(words: readonly [string, string, string]): void {
    const [a, b, c] = words;
    this.link.question({ kind: "analogy", id: ++this.id, a, b, c });
  }

  /** All that is on show, by another distance. */
  setMetric(metric: Metric): void {
    this.metric.value = this.mine = metric;
    const { near, layout } = this;
    if (layout.value) this.project(layout.value.method, metric);
    if (near.value) this.select(near.value.label || near.value.word);
    if (this.spec.pairs !== null) this.link.question({ kind: "agreement", metric });
    if (this.spec.groups !== null) this.link.question({ kind: "separation", metric });
  }

  protected override welcome(): void {
    this.trust.welcomed();
  }

  protected take(message: Exclude<Incoming, Welcome>, buffers: Bytes[]): void {
    if (message.kind === "trust") this.trust.take(message);
    else if (message.kind === "error") this.trouble.value = { message: message.message, detail: message.detail };
    else this.hear(message as unknown as EmbeddingMessage, buffers);
  }

  private hear(message: EmbeddingMessage, buffers: readonly Bytes[]): void {
    if (message.kind === "layout") {
      const before = this.layout.value;
      this.layout.value = message;
      if (this.mine === null || this.mine === message.metric) {
        this.metric.value = message.metric;
        this.mine = null;
      }
      // The end repeats the last layout, which is drawn already; before its first places the one before stays as it is.
      const same =
        message.positions && before?.done === message.done && before.method === message.method && before.running;
      if (!same || !this.frame.value) this.frame.value = frameOf(message, buffers) ?? this.frame.value;
      else if (this.frame.value) this.frame.value = { ...this.frame.value, message };
    } else if (message.kind === "near") {
      this.id = Math.max(this.id, message.id);
      if (!message.running) this.asks.settle(message.id);
      // What is on show stays until something is known of the next.
      if (!message.running || message.entries.length) this.near.value = message;
    } else if (message.kind === "analogy") {
      if (!message.running || message.entries.length) this.analogy.value = message;
    } else if (message.kind === "agreement") this.agreement.value = message;
    else if (message.kind === "separation") this.separation.value = message;
  }
}

export function embeddingStore(model: Model): EmbeddingStore {
  return storeOf(model, () => new EmbeddingStore(model));
}
