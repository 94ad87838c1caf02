// The word explorer's half of the page: a kernel that lays words out by arithmetic, as often as it is told to.
import type { EmbeddingSpec, LayoutMessage, Metric, NearMessage } from "../core/embedding/types";
import type { ArrayMeta, Outgoing } from "../core/types";
import { noise, StaticModel } from "./fake";

export interface WordSetup {
  /** How many words are on show. */
  count?: number;
  k?: number;
  views?: number;
}

export class FakeWords {
  readonly spec: EmbeddingSpec;
  readonly model: StaticModel;
  private last = 0;

  constructor({ count = 60, k = 10 }: WordSetup) {
    this.spec = {
      v: 1,
      kind: "embedding",
      version: "0.1.0",
      words: Array.from({ length: count }, (_, i) => `word ${i}`),
      contexts: null,
      total: count,
      features: 50,
      methods: [{ name: "pca", title: "PCA", sentence: "", why_not: null }],
      metrics: ["cosine", "euclidean"] as Metric[],
      k,
      pairs: null,
      groups: null,
    };
    this.model = new StaticModel({ spec: this.spec, snapshot: {} }, (message) =>
      setTimeout(() => this.answer(message)),
    );
  }

  /** Says where the words lie after so many turns: a disc that turns as it goes. */
  layout(turn: number, turns = 1000): void {
    this.last = turn;
    const { words, k } = this.spec;
    const n = words.length;
    const positions = new Float32Array(2 * n);
    const kept = new Uint8Array(n);
    for (let i = 0; i < n; i++) {
      const [far, angle] = [Math.sqrt((i + 0.5) / n), 2.4 * i + (2 * turn) / turns];
      positions[2 * i] = far * Math.cos(angle) + 0.02 * noise(i, 1);
      positions[2 * i + 1] = far * Math.sin(angle) + 0.02 * noise(i, 2);
      kept[i] = Math.round(k * (1 - far));
    }
    const array = (dtype: ArrayMeta["dtype"], shape: number[], buffer: number) => ({
      v: 1 as const,
      dtype,
      shape,
      buffer,
    });
    const message: LayoutMessage = {
      ...{ kind: "layout", running: turn < turns, error: null, id: 1, method: "pca", metric: "cosine" },
      ...{ positions: array("<f4", [n, 2], 0), kept: array("|u1", [n], 1) },
      ...{ k, done: turn, total: turns, recall: 0.5, chance: k / n, notes: [], sought: 1 },
    };
    this.model.emit("msg:custom", message, [new DataView(positions.buffer), new DataView(kept.buffer)]);
  }

  private answer(message: Outgoing): void {
    if (message.kind === "hello") {
      this.model.emit("msg:custom", { kind: "welcome", v: 1, version: "0.1.0", id: 1, state: {} });
      this.layout(this.last);
    } else if (message.kind === "near") this.near(message as unknown as { id: number; word: string; metric: Metric });
  }

  /** The next words by number are the nearest. */
  private near({ id, word, metric }: { id: number; word: string; metric: Metric }): void {
    const { words, k } = this.spec;
    const point = words.indexOf(word);
    const links = words.map((_, i) => i).slice(point + 1, point + 1 + Math.min(3, k));
    const message: NearMessage = {
      ...{ kind: "near", id, word, metric, label: word, point, running: false, error: null, links },
      entries: links.map((i) => [words[i]!, 0.1 * (i - point), i]),
    };
    this.model.emit("msg:custom", message, []);
  }
}
