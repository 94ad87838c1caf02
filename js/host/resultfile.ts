// Saved evaluations and counterfactuals, ready to be listed. Whoever wrote the file: what is not as it should be is an error here.
import { type Fields, fieldsOf, listOf, shapeOf, textOf } from "../core/fields";
import { unpacked } from "../core/packed";
import type { Candidate, Cell, ChangesSpec, Edit, EvaluationSpec, MeasureName, Pixels } from "../core/results/types";
import type { Curve, Measure } from "../core/trust/types";
import { words } from "../core/words";
import { isCount, isNumber, must } from "./checked";

const [MOST_MEASURES, MOST_POINTS, MOST_CANDIDATES, MOST_COLUMNS, MOST_PIXELS] = [100, 2000, 200, 40, 2 ** 21];

function numberOf(value: unknown): number | null {
  return isNumber(value) ? value : null;
}

function flagOf(value: unknown): boolean | null {
  return typeof value === "boolean" ? value : null;
}

function notesOf({ notes }: Fields): string[] {
  return listOf(notes).map(textOf).filter(Boolean);
}

function curveOf(given: unknown): Curve {
  const { name, x, y } = fieldsOf(given);
  const [across, up] = [x, y].map((list) => listOf(list).slice(0, MOST_POINTS).map(numberOf));
  must(across!.length === up!.length && up!.some((one) => one !== null), "curves");
  return { name: textOf(name), x: across!, y: up! };
}

function measureOf(given: unknown): Measure {
  const one = fieldsOf(given);
  return {
    name: must(textOf(one.name) || null, "measures"),
    title: textOf(one.title) || textOf(one.name),
    value: numberOf(one.value),
    error: numberOf(one.error),
    low: numberOf(one.low),
    high: numberOf(one.high),
    better: must((one.better === "higher" || one.better === "lower") && one.better, "measures"),
    passed: flagOf(one.passed),
    reference: numberOf(one.reference),
    sentence: textOf(one.sentence),
    definition: textOf(one.definition),
    paper: textOf(one.paper),
    curves: listOf(one.curves).map(curveOf),
  };
}

export function evaluationOf(fields: Fields): EvaluationSpec {
  const { passed, checked } = fields;
  return {
    kind: "evaluation",
    title: textOf(fieldsOf(fields.view).title),
    verdict: must(textOf(fields.verdict) || null, "verdict"),
    believable: flagOf(fields.believable),
    passed: must(isCount(passed) && isCount(checked) && passed <= checked, "verdict") && (passed as number),
    checked: checked as number,
    measures: must(Array.isArray(fields.measures) && fields.measures, "measures")
      .slice(0, MOST_MEASURES)
      .map(measureOf),
    notes: notesOf(fields),
  };
}

/** What the model says of an input: its answer, how surely, and its score for the class asked about. */
function answerOf(given: unknown, index: unknown) {
  const { probabilities, labels, task } = fieldsOf(given);
  const scores = listOf(probabilities).map((one) => numberOf(one) ?? Number.NaN);
  must(isCount(index) && index < scores.length, "prediction");
  const first = scores.reduce((best, one, i) => (one > scores[best]! ? i : best), 0);
  const plain = task === "value";
  const named = (i: number) => textOf(listOf(labels)[i]) || (plain ? words.output(i) : words.classNumber(i));
  const of = named(index as number);
  return { answer: named(first), score: scores[first]!, of, asked: scores[index as number]!, plain };
}

/** A cell as the file holds it; a number that JSON does not have is none. */
function cellOf(value: unknown): Cell {
  return typeof value === "string" || typeof value === "boolean" ? value : numberOf(value);
}

function editOf(given: unknown, length: number): Edit {
  const { start, stop, new: fresh } = fieldsOf(given);
  const inside = isCount(start) && isCount(stop) && start <= stop && stop <= length && typeof fresh === "string";
  must(inside, "edits");
  return { start, stop, fresh } as Edit;
}

async function pixelsOf(picture: unknown, mask: unknown): Promise<Pixels> {
  const [height = 0, width = 0, channels] = shapeOf({ arrays: { picture } }, "picture");
  must(channels === 3 && height * width > 0 && height * width <= MOST_PIXELS, "picture");
  const [rgb, changed] = await Promise.all([unpacked(picture, "|u1", 1), unpacked(mask, "|u1", 1)]);
  must(!changed || changed.length === height * width, "mask");
  return { width, height, rgb: must(rgb, "picture"), mask: changed };
}

const MEASURES: Record<"text" | "row" | "picture", MeasureName[]> = {
  text: ["count", "similarity", "fluency"],
  row: ["count", "effort", "nearest", "density"],
  picture: ["count", "area", "distance", "survives"],
};

export async function changesOf(fields: Fields): Promise<ChangesSpec> {
  const { original, index } = fields;
  const before = answerOf(fields.prediction, index);
  const given = must(Array.isArray(fields.candidates) && fields.candidates, "candidates").slice(0, MOST_CANDIDATES);
  const all = given.map(fieldsOf);
  const row = fieldsOf(original);
  const pictured = all.some(({ picture }) => picture) || ("zlib" in row && "shape" in row);
  const kind = typeof original === "string" ? "text" : pictured ? "picture" : "row";
  must(kind === "text" || Object.keys(row).length > 0, "original");
  const text = kind === "text" ? Array.from(original as string) : [];
  const changed = all.map(({ changes }) => new Set(listOf(changes).map(textOf)));
  const names = kind === "row" ? Object.keys(row).filter((name) => changed.some((one) => one.has(name))) : [];
  const columns = names.slice(0, MOST_COLUMNS);
  const cellsOf = (values: Fields) => columns.map((name) => cellOf(values[name]));
  const pixels = kind === "picture" ? await pixelsOf(original, undefined) : null;

  const candidateOf = async (one: Fields, at: number): Promise<Candidate> => {
    const { answer, asked } = answerOf(one.prediction, index);
    const edits = kind === "text" ? listOf(one.edits).map((edit) => editOf(edit, text.length)) : [];
    const shown = kind === "picture" ? await pixelsOf(one.picture, one.mask) : null;
    must(!shown || (shown.width === pixels!.width && shown.height === pixels!.height), "picture");
    const regions = Array.isArray(one.regions) ? one.regions.length : null;
    const found: Candidate["measures"] = {
      count: kind === "text" ? edits.length : kind === "row" ? changed[at]!.size : regions,
      area: shown?.mask ? shown.mask.reduce((sum, bit) => sum + Math.sign(bit), 0) / shown.mask.length : null,
    };
    for (const name of MEASURES[kind]) found[name] ??= numberOf(one[name]);
    const measures = Object.fromEntries(MEASURES[kind].map((name) => [name, found[name] ?? null]));
    const delta = numberOf(one.delta) ?? asked - before.asked;
    const cells = kind === "row" ? cellsOf(fieldsOf(one.values)) : [];
    return {
      number: at + 1,
      answer,
      score: asked,
      delta,
      valid: one.valid === true,
      measures,
      cells,
      edits,
      pixels: shown,
    };
  };

  const candidates = await Promise.all(all.map(candidateOf));
  const measured = MEASURES[kind].filter((name) => candidates.some(({ measures }) => measures[name] !== null));
  return {
    kind: "changes",
    answer: before.answer,
    score: before.score,
    before: before.asked,
    of: before.of,
    wanted: textOf(fields.label),
    plain: before.plain,
    columns,
    more: names.length - columns.length,
    cells: cellsOf(row),
    text,
    pixels,
    measured,
    candidates,
    notes: notesOf(fields),
  };
}
