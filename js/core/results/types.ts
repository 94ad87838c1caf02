// What a saved evaluation and saved counterfactuals hold, looked through and ready to be listed. Nothing here exists at run time.
import type { Judgement } from "../trust/types";

export interface EvaluationSpec extends Judgement {
  kind: "evaluation";
  /** What was asked, in the kernel's words. */
  title: string;
  notes: string[];
}

export type Cell = string | number | boolean | null;

/** One span of the original text that is taken out, and what stands there now; counted in characters. */
export interface Edit {
  start: number;
  stop: number;
  fresh: string;
}

/** Red, green and blue of a picture, and which of its pixels changed. */
export interface Pixels {
  width: number;
  height: number;
  rgb: Uint8Array;
  mask: Uint8Array | null;
}

export type MeasureName =
  | "count"
  | "effort"
  | "nearest"
  | "density"
  | "similarity"
  | "fluency"
  | "area"
  | "distance"
  | "survives";

export interface Candidate {
  /** Its place in the file, from 1: the best first. */
  number: number;
  answer: string;
  score: number;
  delta: number;
  valid: boolean;
  measures: Partial<Record<MeasureName, number | null>>;
  /** Of a row: what each column of `columns` holds. */
  cells: Cell[];
  edits: Edit[];
  pixels: Pixels | null;
}

export interface ChangesSpec {
  kind: "changes";
  /** What the model says of the original, how surely, and what was asked for. */
  answer: string;
  score: number;
  /** The class whose score is told, and what that is of the original. */
  of: string;
  before: number;
  wanted: string;
  /** Plain values rather than probabilities. */
  plain: boolean;
  /** Of rows, the columns that any candidate changes. */
  columns: string[];
  /** How many more there are than are listed. */
  more: number;
  /** What the original holds in them. */
  cells: Cell[];
  /** The original's characters; of a text alone. */
  text: string[];
  pixels: Pixels | null;
  /** The measures that any candidate has. */
  measured: MeasureName[];
  candidates: Candidate[];
  notes: string[];
}

export type ResultSpec = EvaluationSpec | ChangesSpec;
