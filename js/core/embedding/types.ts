// The messages of vectors of words, as docs/protocol.md has them. Nothing here exists at run time.
import type { ArrayMeta } from "../types";

export type Metric = "cosine" | "euclidean";

export interface Projection {
  name: string;
  title: string;
  sentence: string;
  /** What must be installed first. */
  why_not: string | null;
}

export interface EmbeddingSpec {
  v: number;
  kind: "embedding";
  version: string;
  /** Those on show. */
  words: string[];
  /** Where each stands, for vectors of words in sentences. */
  contexts: string[] | null;
  total: number;
  features: number;
  methods: Projection[];
  metrics: Metric[];
  k: number;
  pairs: number | null;
  /** How many groups of words there are. */
  groups: number | null;
}

interface Answer {
  running: boolean;
  error: string | null;
}

export interface LayoutMessage extends Answer {
  kind: "layout";
  /** The ask that it answers. */
  id?: number;
  method: string;
  metric: Metric;
  positions: ArrayMeta | null;
  kept: ArrayMeta;
  k: number;
  done: number;
  total: number;
  recall: number;
  chance: number;
  notes: string[];
  /** Of which share of the words the neighbours are known, before there are places. */
  sought: number;
}

/** A word, its distance or cosine, and where it is among those on show. */
export type Entry = [string, number, number | null];

export interface NearMessage extends Answer {
  kind: "near";
  id: number;
  word: string;
  metric: Metric;
  label: string;
  point: number | null;
  entries: Entry[];
  /** The nearest of those on show. */
  links: number[];
}

export interface AnalogyMessage extends Answer {
  kind: "analogy";
  id: number;
  words: [string, string, string];
  entries: Entry[];
}

export interface AgreementMessage extends Answer {
  kind: "agreement";
  metric: Metric;
  n: number | null;
  correlation: number | null;
  interval: [number, number] | null;
  missing: number;
  unknown: string[];
  apart: [string, string, number, number][];
}

/** How far labelled words lie with their own group; scores are mean silhouettes. */
export interface SeparationMessage extends Answer {
  kind: "separation";
  metric: Metric;
  n: number | null;
  score: number | null;
  interval: [number, number] | null;
  /** What random deals of the labels give. */
  chance: [number, number] | null;
  missing: number;
  together: boolean;
  groups: [string, number, number][];
  /** A word, its group, and the one that it is nearer to. */
  astray: [string, string, string][];
}

export type EmbeddingMessage = LayoutMessage | NearMessage | AnalogyMessage | AgreementMessage | SeparationMessage;

/** A layout as it is drawn: places in the unit square, y downwards. */
export interface Frame {
  message: LayoutMessage;
  x: Float32Array;
  y: Float32Array;
  kept: Uint8Array;
}
