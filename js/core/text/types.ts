// What the messages about texts hold, beside those that every widget has. Nothing here exists at run time.
// Every place in a text is counted in UTF-16 units, by which a browser slices.
import type { ArrayMeta, BaseSpec, Bytes, Display, Ends, MapMessage, PredictionMessage, Stretch } from "../types";

export interface Replace {
  name: "replace";
  start: number;
  stop: number;
  text: string;
}

export interface Removal {
  name: "delete" | "mask";
  start: number;
  stop: number;
}

/** Against the original text, in the order of it, without overlap; a replacement of nothing is an insertion. */
export type TextEdit = Replace | Removal;

export interface Span {
  start: number;
  stop: number;
}

export interface TextSpec extends BaseSpec {
  kind: "text";
  text: string;
  /** What stands for a hidden word; null: there is no such token. */
  mask: string | null;
  causal: boolean;
  /** There may be attention to look at. */
  attends: boolean;
  notes?: string[];
}

/** What the pieces are that values are told of. */
export type Granularity = "tokens" | "words" | "sentences" | "pattern";

export interface TextDisplay extends Display {
  granularity: Granularity;
  /** A regular expression, whose matches are the pieces. */
  pattern: string;
  marks: "shade" | "underline";
  /** Whether tokens that the tokenizer has added are shown. */
  special: boolean;
}

export interface LayoutMessage {
  text: string;
  /** What would be empty is left out. */
  tokens?: ArrayMeta | null;
  ids?: ArrayMeta | null;
  special?: ArrayMeta | null;
  cut: number;
  names?: [number, string][];
}

export interface TextMapMessage extends MapMessage {
  layout: LayoutMessage;
}

export interface TextPredictionMessage extends PredictionMessage {
  layout: LayoutMessage;
  probabilities?: ArrayMeta;
  original?: ArrayMeta;
  /** Of a language model, in place of probabilities: the scores of all tokens that may come next. */
  logits?: ArrayMeta;
  original_logits?: ArrayMeta | null;
  names?: [number, string][];
  /** Other tokens that might have stood where the part of the text begins that is asked about, and how likely each was. */
  there?: [number, number][];
}

/** Where the tokens of a text lie. */
export interface Layout {
  text: string;
  /** First and one after the last, two numbers a token; the same twice for one that stands for no part of the text. */
  tokens: Uint32Array;
  /** Empty where there are none. */
  ids: Uint32Array;
  special: Uint8Array;
  /** How many characters at the end the model did not see. */
  cut: number;
  /** What added tokens are called. */
  names: Map<number, string>;
}

/** A set of edits that was on show, in the tree of all of them. */
export interface Version {
  edits: TextEdit[];
  /** The place in the list of the version that it was made from. */
  parent: number | null;
  /** What the model gave the class that was explained. */
  score: number;
  /** What that is above the score of the original; the kernel tells. */
  delta?: number;
  label: string;
}

/** A word that might stand in the place of another; no word at all is the deletion. */
export interface Option {
  text: string;
  delta: number;
  score: number;
  label: string;
}

export interface MenuMessage extends Span {
  kind: "menu";
  entries: Option[];
  label?: string;
  running: boolean;
  fraction: number;
  error: string | null;
}

/** A text with another answer, by edits of the original. */
export interface Found {
  edits: TextEdit[];
  text: string;
  label: string;
  score: number;
  delta: number;
  fluency: number | null;
}

export interface SearchMessage {
  kind: "search";
  target: number | null;
  /** What its probability, or the output, is to reach; null: it is to win. */
  within: Ends | null;
  most: number;
  /** The part of that text that was asked about. */
  part: Stretch | null;
  /** Of the text that was on show then. */
  edits: TextEdit[];
  found: Found[];
  /** The class whose score `delta` is of. */
  of?: string;
  /** No smaller set of changes would do. */
  fewest?: boolean;
  running: boolean;
  fraction: number;
  error: string | null;
  note: string | null;
}

/** What a language model wrote, and what each token of the whole text contributes to each that it wrote. */
export interface GeneratedMessage {
  kind: "generated";
  count: number;
  text: string;
  tokens: [number, string, number][];
  layout: LayoutMessage | null;
  first: number | null;
  /** The first of `rows`. */
  row: number;
  rows: ArrayMeta | null;
  note?: string | null;
  running: boolean;
  fraction: number;
  error: string | null;
}

/** All heads of one layer, in small. */
export interface HeadsMessage {
  kind: "heads";
  layer: number;
  heads?: number;
  weights?: ArrayMeta | null;
  running: boolean;
  error: string | null;
}

/** How much each token takes of each, in one head of one layer, in the mean of its heads, or after all layers up to it. */
export interface AttentionMessage {
  kind: "attention";
  layer: number;
  head: number | null;
  rollout: boolean;
  layers?: number;
  heads?: number;
  layout?: LayoutMessage;
  weights?: ArrayMeta;
  running: boolean;
  error: string | null;
}

export type Buffers = readonly Bytes[];
