// The messages about whole populations, as docs/protocol.md has them. Nothing here exists at run time.
import type { Column } from "../table/types";
import type { ArrayMeta } from "../types";

export type Topic = "importance" | "effect" | "pair" | "contributions" | "tree" | "sensitivity";

export interface PopulationSpec {
  v: number;
  kind: "population";
  version: string;
  rows: number;
  columns: Column[];
  /** The class whose probability is asked about, or what the value is called. */
  label: string;
  /** The answer is a value, and no probability. */
  valued: boolean;
  questions: { name: Topic; why_not: string | null }[];
  /** Of a result in a file, which does not tell how many columns the data has. */
  title?: string;
}

export type Params = Record<string, string | number>;

export interface CurveMessage {
  grid: ArrayMeta;
  mean: ArrayMeta;
  interval: ArrayMeta;
  lines: ArrayMeta | null;
}

/** Condition, depth, answer, rows, purity, whether it is a leaf. */
export type NodeEntry = [string, number, string, number, number, boolean];

/** What was asked, how it goes, and once it is `known` what was found. */
export interface StudyMessage {
  kind: "study";
  /** The ask that it answers. */
  id?: number;
  question: Topic;
  columns: number[];
  params: Params;
  running: boolean;
  error: string | null;
  known: boolean;
  fraction: number;
  label?: string;
  unit?: string;
  rows?: number;
  seconds?: number;
  forwards?: number;
  notes?: string[];
  values?: ArrayMeta;
  interval?: ArrayMeta | null;
  measures?: Record<string, ArrayMeta>;
  shown?: number[];
  local?: ArrayMeta;
  data?: ArrayMeta;
  places?: ArrayMeta;
  dependence?: CurveMessage | null;
  accumulated?: CurveMessage | null;
  level?: number | null;
  domain?: [number, number];
  counts?: number[];
  mean?: ArrayMeta;
  grids?: [ArrayMeta, ArrayMeta];
  nodes?: NodeEntry[];
  fidelity?: number;
  guess?: number;
  held_out?: number;
  measure?: string;
  rules?: string;
}

export interface PopulationState {
  /** Raised when Python asks something, which all views follow. */
  id: number;
  view: Topic;
  asked: Topic[];
  selected: number | null;
}

/** One number a column, in the order of the data. */
export interface Bars {
  values: Float32Array;
  interval: Float32Array | null;
  measures: Record<string, Float32Array>;
}

/** Contributions to single rows, row by row, of the columns that contribute most. */
export interface Dots {
  shown: number[];
  /** Numbers of the rows in the data. */
  places: Uint32Array;
  local: Float32Array;
  data: Float32Array;
}

export interface Curve {
  grid: Float32Array;
  mean: Float32Array;
  interval: Float32Array;
  /** Single rows, one after the other. */
  lines: Float32Array;
}

export interface Along {
  dependence: Curve | null;
  accumulated: Curve | null;
  /** The mean of the dependence over the data. */
  level: number;
  domain: [number, number];
  counts: number[];
}

export interface Surface {
  grids: [Float32Array, Float32Array];
  /** By the first column, then by the second. */
  mean: Float32Array;
  interval: Float32Array;
}

export interface Node {
  condition: string;
  depth: number;
  answer: string;
  rows: number;
  purity: number;
  leaf: boolean;
}

export interface Tree {
  nodes: Node[];
  fidelity: number;
  guess: number;
  heldOut: number;
  measure: string;
  rules: string;
}

export interface Answer {
  message: StudyMessage;
  bars: Bars | null;
  dots: Dots | null;
  along: Along | null;
  surface: Surface | null;
  tree: Tree | null;
}
