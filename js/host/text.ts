// The store of the text widget: texts with their tokens, and the tree of edits.
import { signal } from "@preact/signals";
import { decodeBytes, decodeCounts, decodeFloats, decodeGrid, decodeGrids, type Grid } from "../core/arrays";
import { Lru } from "../core/lru";
import { sameEdits } from "../core/request";
import { append, splice } from "../core/text/edits";
import { softmax } from "../core/text/next";
import { isSpan, moved } from "../core/text/question";
import type {
  AttentionMessage,
  Buffers,
  GeneratedMessage,
  HeadsMessage,
  Layout,
  LayoutMessage,
  MenuMessage,
  SearchMessage,
  Span,
  TextDisplay,
  TextEdit,
  TextMapMessage,
  TextPredictionMessage,
  TextSpec,
  Version,
} from "../core/text/types";
import { grown, joined, placeOf } from "../core/text/versions";
import { spelled } from "../core/text/visible";
import type { ArrayMeta, Bytes, Ends, Target } from "../core/types";
import { DISPLAY, type Prediction, type Reader, type ShownMap } from "./decode";
import type { Model } from "./model";
import { Store, storeOf } from "./store";

export interface TextMap extends ShownMap {
  layout: Layout;
}

export interface TextPrediction extends Prediction {
  layout: Layout;
  /** What a language model's probabilities were made of, of this text and of the original. */
  logits: Float32Array | null;
  originalLogits: Float32Array | null;
  names: [number, string][];
  /** What might have stood where the part of the text begins that is asked about: tokens, the likeliest first. */
  there: [number, number][];
}

export interface TextKind {
  spec: TextSpec;
  edit: TextEdit;
  display: TextDisplay;
  map: TextMap;
  prediction: TextPrediction;
}

/** What a language model wrote so far, and the rows of its map that came. */
export interface Written {
  message: GeneratedMessage;
  layout: Layout | null;
  /** By the number of the new token. */
  rows: Float32Array[];
}

export interface Attention {
  message: AttentionMessage;
  layout: Layout | null;
  grid: Grid | null;
}

/** Each head of a layer in small, for the text that was on show when it was asked about. */
export interface Heads {
  layer: number;
  grids: Grid[];
}

export const TEXT_DISPLAY: TextDisplay = {
  ...DISPLAY,
  granularity: "words",
  pattern: "",
  marks: "shade",
  special: false,
};

function layoutOf(message: LayoutMessage, buffers: Buffers): Layout {
  const { text, cut } = message;
  const counts = (meta: ArrayMeta | null | undefined) => (meta ? decodeCounts(meta, buffers) : new Uint32Array());
  const tokens = counts(message.tokens);
  for (const place of tokens)
    if (place > text.length) throw new Error(`A token lies at ${place}, but the text has ${text.length} characters.`);
  return {
    text,
    cut,
    tokens,
    ids: counts(message.ids),
    special: message.special ? decodeBytes(message.special, buffers) : new Uint8Array(),
    names: new Map(message.names ?? []),
  };
}

/** Rows come piece by piece; those of an earlier text are forgotten. */
function grownBy(known: Written | null, message: GeneratedMessage, buffers: Buffers): Written {
  const layout = message.layout ? layoutOf(message.layout, buffers) : null;
  const same = known?.layout?.text === layout?.text && message.row > 0;
  const rows = same && known ? [...known.rows] : [];
  if (message.rows) {
    const [count = 0, width = 0] = message.rows.shape;
    const values = decodeFloats(message.rows, buffers);
    for (let i = 0; i < count; i++) rows[message.row + i] = values.slice(i * width, (i + 1) * width);
  }
  return { message, layout, rows };
}

function attentionOf(message: AttentionMessage, buffers: Buffers): Attention {
  return {
    message,
    layout: message.layout ? layoutOf(message.layout, buffers) : null,
    grid: message.weights ? decodeGrid(message.weights, buffers) : null,
  };
}

const READER: Reader<TextKind> = {
  display: TEXT_DISPLAY,
  map(given, buffers) {
    const info = given as TextMapMessage;
    const [count] = info.values.shape;
    const grid = decodeGrid({ ...info.values, shape: [1, count ?? 0] }, buffers);
    const layout = layoutOf(info.layout, buffers);
    if (layout.tokens.length !== 2 * grid.width)
      throw new Error(`${grid.width} values came for ${layout.tokens.length / 2} tokens.`);
    return { id: info.id, grid, info, layout };
  },
  prediction(given, buffers, spec) {
    const message = given as TextPredictionMessage;
    const { id, target, label, task } = message;
    const layout = layoutOf(message.layout, buffers);
    const floats = (meta: ArrayMeta | null | undefined) => (meta ? decodeFloats(meta, buffers) : null);
    const [logits, originalLogits] = [floats(message.logits), floats(message.original_logits)];
    const probabilities = logits ? softmax(logits) : decodeFloats(message.probabilities!, buffers);
    const before = originalLogits ? softmax(originalLogits) : floats(message.original);
    return {
      id,
      target,
      label,
      task,
      logits,
      originalLogits,
      names: message.names ?? [],
      there: message.there ?? [],
      probabilities,
      original: before ?? probabilities,
      edited: layout.text !== spec.text,
      layout,
    };
  },
};

export class TextStore extends Store<TextKind> {
  /** Every set of edits that was on show, each after the one that it was made from. */
  readonly versions = signal<Version[]>([]);
  /** What the kernel says of other words in the place of some. */
  readonly menu = signal<MenuMessage | null>(null);
  readonly search = signal<SearchMessage | null>(null);
  readonly written = signal<Written | null>(null);
  readonly attention = signal<Attention | null>(null);
  readonly heads = signal<Heads | null>(null);
  private seed = 0;
  /** What the tokens of a language model are called, as far as they were told. */
  private readonly names = new Map<number, string>();
  /** What was asked of versions that may come back by undo. */
  private readonly questions = new Lru<Target>(200);
  /** The versions that the kernel told last. */
  private told: Version[] = [];
  /** The edits on show were not among the versions when they were asked for. */
  private fresh = false;
  /** What the edits on show were made from; null where that is not known. */
  private origin: readonly TextEdit[] | null = null;

  constructor(model: Model) {
    super(model, READER);
    this.followed(model.get("state"));
  }

  override nameOf(index: number): string {
    const name = this.tokenOf(index);
    if (name === undefined) return super.nameOf(index);
    return spelled(name.trim() ? name : name.replaceAll(" ", "\u2423"));
  }

  /** A token of a language model as it stands in texts. */
  private tokenOf(index: number): string | undefined {
    if (!this.spec.value.causal) return undefined;
    return this.names.get(index) ?? this.prediction.value?.names.find(([i]) => i === index)?.[1];
  }

  /** Asks for words in the place of a stretch of the original; null: no longer. */
  askMenu(span: Span | null): void {
    this.menu.value = null;
    this.link.question(span ? { kind: "menu", open: true, ...span } : { kind: "menu", open: false, start: 0, stop: 0 });
  }

  /** Searches for the fewest changes of the text on show that give a class, or any other for null, or a range. */
  seek(target: number | null, within: Ends | null, n: number, most: number): void {
    this.search.value = null;
    this.link.question({ kind: "search", open: true, target, within, n, most });
  }

  stopSeeking(): void {
    this.link.question({ kind: "search", open: false, target: null, n: 1, most: 1 });
  }

  /** Lets a language model go on with the text on show; a count of 0 stops it. */
  generate(count: number, temperature: number, top: number): void {
    this.link.question({ kind: "generate", count, temperature, top, seed: ++this.seed });
  }

  attend(layer: number, head: number | null, rollout: boolean): void {
    this.link.question({ kind: "attention", layer, head, rollout });
  }

  attendAll(layer: number): void {
    this.link.question({ kind: "heads", layer });
  }

  /** As if the newest step had not been made: a double click means something else than its first click. */
  takeBack(): void {
    const { edits } = this.request.value;
    if (this.fresh) this.versions.value = joined([], [{ edits }], this.versions.value);
    this.link.question({ kind: "back", id: this.slots.a.id });
    this.undo(true);
  }

  protected override hear(message: object, buffers: Bytes[]): void {
    const { kind } = message as { kind: string };
    if (kind === "menu") this.menu.value = message as MenuMessage;
    else if (kind === "search") this.search.value = message as SearchMessage;
    else if (kind === "generated")
      this.written.value = grownBy(this.written.value, message as GeneratedMessage, buffers);
    else if (kind === "attention") this.attention.value = attentionOf(message as AttentionMessage, buffers);
    else if (kind === "heads") {
      const { layer, weights } = message as HeadsMessage;
      this.heads.value = { layer, grids: weights ? decodeGrids(weights, buffers) : [] };
    }
  }

  protected override followed(state: unknown): void {
    const kept = (state as { versions?: unknown } | null)?.versions;
    if (!Array.isArray(kept)) return;
    this.versions.value = joined(kept, this.told, this.versions.value);
    this.told = kept;
  }

  protected override predicted({ probabilities, target }: TextPrediction): void {
    for (const [index, name] of this.prediction.value?.names ?? []) this.names.set(index, name);
    const { edits } = this.request.value;
    const index = typeof target === "number" ? target : Array.isArray(target) ? target[0] : null;
    if (index === null) return;
    const parent = this.origin && placeOf(this.versions.value, this.origin);
    // As the kernel calls it: scores of one class alone are held against each other.
    const label = this.tokenOf(index) ?? this.nameOf(index);
    const version = { edits, parent, score: probabilities[index] ?? Number.NaN, label };
    this.versions.value = grown(this.versions.value, version);
  }

  /** Who takes an edit back and makes another does not wait for answers, but what was never answered is no version. */
  protected override leaving(next: readonly TextEdit[]): void {
    const { edits, target } = this.request.value;
    this.questions.put(JSON.stringify(edits), target);
    if (!sameEdits(edits, next) && placeOf(this.versions.value, edits) !== null) this.origin = edits;
    this.fresh = placeOf(this.versions.value, next) === null;
  }

  /** A question about words stays with them, goes when they go, and comes back with them. */
  protected override questionOf(next: readonly TextEdit[]): Target {
    const { edits, target } = this.request.value;
    const known = this.questions.get(JSON.stringify(next)) ?? null;
    if (!isSpan(target)) return isSpan(known) ? known : target;
    const { text, mask } = this.spec.value;
    const span = moved(target.span, splice(text, edits, mask), splice(text, next, mask));
    return span ? { ...target, span } : known;
  }

  /** Goes on with the text. Its last units, all that was written, are asked about: what came next has come. */
  append(words: string, units = words.length): void {
    const { text, mask } = this.spec.value;
    const edits = append(text, this.request.value.edits, words);
    const end = splice(text, edits, mask).text.length;
    this.setEdits(edits, null, { span: [end - units, end], rather: null });
  }
}

export function textStore(model: Model): TextStore {
  return storeOf(model, () => new TextStore(model));
}
