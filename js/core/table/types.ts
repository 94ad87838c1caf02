// What the messages about rows hold, beside those that every widget has. Nothing here exists at run time.
// Every value is a number: of a category its place among the choices, of a date its day, null for a missing one.
import type { ArrayMeta, BaseSpec, Display, Ends, PredictionMessage } from "../types";

export type Cell = number | null;

export interface CellEdit {
  name: "cell";
  column: number;
  value: Cell;
}

export interface Column {
  name: string;
  kind: "number" | "date" | "choice" | "flag";
  choices: string[];
  low: number;
  high: number;
  /** Values are multiples of it; 0 where they are continuous. */
  step: number;
  /** How many rows of the data lie in equal parts of the range, or have each choice. */
  counts: number[];
  /** Whether a rule can let it go one way only; nothing changes in a saved file. */
  ordered?: boolean;
  /** Whether a value may be missing. */
  missing: boolean;
  /** The cell in words, where nothing else is known of the column: in a saved file. */
  told?: string | null;
}

export interface TableSpec extends BaseSpec {
  kind: "table";
  row: Cell[];
  columns: Column[];
}

export type Order = "strength" | "data" | "name";

export interface TableDisplay extends Display {
  order: Order;
}

export interface TablePredictionMessage extends PredictionMessage {
  probabilities: ArrayMeta;
  original: ArrayMeta;
  edited: boolean;
}

/** What the model would say of the row with these edits if one cell alone were another. */
export interface CurvesMessage {
  kind: "curves";
  edits: CellEdit[];
  classes?: number[];
  starts?: ArrayMeta;
  grid?: ArrayMeta;
  values: ArrayMeta | null;
  running: boolean;
  error: string | null;
}

export interface Curves {
  edits: CellEdit[];
  classes: number[];
  /** Where each column's points begin, and one more. */
  starts: Uint32Array;
  grid: Float32Array;
  /** Point by point, class by class. */
  values: Float32Array;
}

/** What a changed row must keep to, by the names of columns. */
export interface Rules {
  immutable: string[];
  ranges: Record<string, [number | null, number | null]>;
  direction: Record<string, "up" | "down">;
  effort: Record<string, number>;
  rules: string[];
  /** How many columns may change; null: as many as a search asks for. */
  most: number | null;
  /** Why the newest cannot be kept to. */
  error?: string | null;
}

export interface Scenario {
  name: string;
  edits: CellEdit[];
  /** null until the model was asked. */
  probabilities: number[] | null;
}

/** A row with another answer, by the cells that differ from the one that was asked about. */
export interface Change {
  cells: CellEdit[];
  label: string;
  score: number;
  delta: number;
  effort: number;
  nearest: number | null;
  density: number | null;
  valid: boolean;
}

export interface ChangesMessage {
  kind: "search";
  target: number | null;
  /** What its probability, or the output, is to reach; null: it is to win. */
  within: Ends | null;
  most: number;
  /** That were kept to. */
  rules: Rules;
  found: Change[];
  /** That was on show then. */
  row: Cell[];
  of: string;
  running: boolean;
  fraction: number;
  error: string | null;
  note: string | null;
}
