// The store of the table widget: rows, curves, rules and scenarios.
import { signal } from "@preact/signals";
import { decodeCounts, decodeFloats, decodeGrid } from "../core/arrays";
import { guessed } from "../core/table/cells";
import type {
  CellEdit,
  ChangesMessage,
  Curves,
  CurvesMessage,
  Rules,
  Scenario,
  TableDisplay,
  TablePredictionMessage,
  TableSpec,
} from "../core/table/types";
import type { Bytes, Ends } from "../core/types";
import { DISPLAY, type Prediction, type Reader, type ShownMap } from "./decode";
import type { Model } from "./model";
import { put, Store, storeOf } from "./store";

interface TablePrediction extends Prediction {
  /** Read off a curve: what the model says comes in a moment. */
  guess?: boolean;
}

interface TableKind {
  spec: TableSpec;
  edit: CellEdit;
  display: TableDisplay;
  map: ShownMap;
  prediction: TablePrediction;
}

const TABLE_DISPLAY: TableDisplay = { ...DISPLAY, order: "strength" };
const NO_RULES: Rules = { immutable: [], ranges: {}, direction: {}, effort: {}, rules: [], most: null };

const READER: Reader<TableKind> = {
  display: TABLE_DISPLAY,
  map(info, buffers) {
    const [count] = info.values.shape;
    return { id: info.id, info, grid: decodeGrid({ ...info.values, shape: [1, count ?? 0] }, buffers) };
  },
  prediction(given, buffers) {
    const { id, target, label, task, probabilities, original, edited } = given as TablePredictionMessage;
    const [now, before] = [decodeFloats(probabilities, buffers), decodeFloats(original, buffers)];
    return { id, target, label, task, probabilities: now, original: before, edited };
  },
};

function curvesOf(message: CurvesMessage, buffers: readonly Bytes[]): Curves {
  const { edits, classes, starts, grid, values } = message;
  if (!starts || !grid || !values || !classes) throw new Error("Curves came without their points.");
  return {
    edits,
    classes,
    starts: decodeCounts(starts, buffers),
    grid: decodeFloats(grid, buffers),
    values: decodeFloats(values, buffers),
  };
}

export class TableStore extends Store<TableKind> {
  readonly curves = signal<Curves | null>(null);
  readonly rules = signal<Rules>(NO_RULES);
  readonly scenarios = signal<Scenario[]>([]);
  readonly search = signal<ChangesMessage | null>(null);

  constructor(model: Model) {
    super(model, READER);
    this.followed(model.get("state"));
  }

  /** What the curves say stands there at once; what the model says takes its place. */
  override setEdits(edits: CellEdit[], tag: string | null = null): void {
    if (!this.can({ edits })) return;
    const [curves, shown] = [this.curves.value, this.prediction.value];
    const { row, columns } = this.spec.value;
    const found =
      curves &&
      guessed(
        curves,
        row,
        edits,
        columns.map((column) => column.choices.length > 0),
      );
    if (found && shown) {
      const probabilities = shown.probabilities.slice();
      for (const [index, height] of found) probabilities[index] = height;
      this.prediction.value = { ...shown, probabilities, edited: edits.length > 0, guess: true };
    }
    super.setEdits(edits, tag);
  }

  setRules(rules: Rules): void {
    // What was wrong may be right now: the kernel says, and searches for nothing before it is.
    this.rules.value = { ...rules, error: null };
    const { immutable, ranges, direction, effort, rules: between, most } = rules;
    this.link.question({ kind: "rules", immutable, ranges, direction, effort, rules: between, most });
  }

  seek(target: number | null, within: Ends | null, n: number, most: number): void {
    this.search.value = null;
    this.link.question({ kind: "search", open: true, target, within, n, most });
  }

  stopSeeking(): void {
    this.link.question({ kind: "search", open: false, target: null, n: 1, most: 1 });
  }

  /** Keeps a row under a name; null forgets it. */
  keep(name: string, edits: CellEdit[] | null): void {
    this.link.question({ kind: "scenario", name, edits });
  }

  protected override hear(message: object, buffers: Bytes[]): void {
    const { kind } = message as { kind: string };
    if (kind === "search") this.search.value = message as ChangesMessage;
    else if (kind === "curves" && (message as CurvesMessage).values)
      this.curves.value = curvesOf(message as CurvesMessage, buffers);
  }

  protected override followed(state: unknown): void {
    const { rules, scenarios } = (state ?? {}) as { rules?: Rules; scenarios?: Scenario[] };
    if (rules) put(this.rules, { ...NO_RULES, ...rules });
    if (Array.isArray(scenarios)) put(this.scenarios, scenarios);
  }
}

export function tableStore(model: Model): TableStore {
  return storeOf(model, () => new TableStore(model));
}
