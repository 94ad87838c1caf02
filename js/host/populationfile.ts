// A result about a whole table that was saved, as its explorer is told it.
import { type Fields, fieldsOf, listOf, textOf } from "../core/fields";
import { unpacked } from "../core/packed";
import type { CurveMessage, NodeEntry, PopulationSpec, StudyMessage, Topic } from "../core/population/types";
import type { Column } from "../core/table/types";
import type { Incoming, Kept } from "../core/types";
import { Buffers, isCount, isNumber, must } from "./checked";
import type { Page } from "./page";

/** Which question each method answers; a method of somebody else tells what matters, as most do. */
const TOPICS: Record<string, Topic> = { sensitivity: "sensitivity", global_importance: "contributions" };
/** Dots and points of lines that are drawn, as of a live explorer. */
const [MOST_DOTS, MOST_POINTS, MOST_CELLS, MOST_NODES, DEEPEST] = [30_000, 100_000, 10_000, 2 ** 14, 64];

type Study = Partial<StudyMessage>;

const READ = { "<f8": [8, Float64Array], "<f4": [4, Float32Array], "<i8": [8, BigInt64Array] } as const;

/** The numbers of an array that has as many as it must have; null stands for any number of them. */
async function numbers(array: unknown, count: number | null, name: string, dtype: keyof typeof READ = "<f8") {
  const [size, Read] = READ[dtype];
  const bytes = must(await unpacked(array, dtype, size), name);
  const found = Float32Array.from(new Read(bytes.buffer) as ArrayLike<number | bigint> as number[], Number);
  return must((count === null || found.length === count) && found, name);
}

function columnOf(name: unknown, grid: unknown[] = []): Column {
  const text = must(typeof name === "string" && name, "names");
  const days = grid.length > 0 && grid.every((one) => "date" in fieldsOf(one));
  const known = days || grid.every(isNumber);
  const choices = known ? [] : grid.map((one) => (one === null ? "" : String(one)));
  const kind = days ? "date" : known ? "number" : "choice";
  return { name: text, kind, choices, low: 0, high: 0, step: 0, counts: [], missing: false };
}

/** Where the values of a column are drawn. Of categories the numbers are those of the data, of which some may not be here. */
async function placesOf(column: Column, places: unknown, count: number) {
  const found = await numbers(places, count, "places");
  return column.choices.length ? Float32Array.from({ length: count }, (_, i) => i) : found;
}

async function bars(fields: Fields, at: Buffers): Promise<[Column[], Study]> {
  const columns = listOf(fields.names).map((name) => columnOf(name));
  const shape = [columns.length];
  const put = async (array: unknown, name: string) => at.put("<f4", shape, await numbers(array, shape[0]!, name));
  const measures: NonNullable<Study["measures"]> = {};
  for (const [name, one] of Object.entries(fieldsOf(fields.measures))) measures[name] = await put(one, "measures");
  const interval = fields.interval ? await put(fields.interval, "interval") : null;
  return [columns, { values: await put(fields.values, "values"), interval, measures }];
}

/** Of the rows as many as there is room for, and of them the columns that contribute most: a page has some alone. */
async function dots(fields: Fields, values: Float32Array, at: Buffers): Promise<Study> {
  const places = await numbers(fields.places, null, "places", "<i8");
  const kept = listOf(fields.shown ?? [...values.keys()]) as number[];
  must(
    kept.every((one) => isCount(one) && one < values.length),
    "shown",
  );
  const [local, data] = await Promise.all(
    ["local", "data"].map((name) => numbers(fields[name], places.length * kept.length, name)),
  );
  const order = [...kept.keys()].sort((i, j) => values[kept[j]!]! - values[kept[i]!]!);
  const shown = order.slice(0, Math.max(1, Math.floor(MOST_DOTS / Math.max(1, places.length))));
  const rows = Math.min(places.length, Math.floor(MOST_DOTS / Math.max(1, shown.length)));
  const part = (cells: Float32Array) =>
    Float32Array.from({ length: rows * shown.length }, (_, k) => {
      const row = Math.floor(k / shown.length);
      return cells[row * kept.length + shown[k - row * shown.length]!]!;
    });
  return {
    shown: shown.map((i) => kept[i]!),
    local: at.put("<f4", [rows, shown.length], part(local!)),
    data: at.put("<f4", [rows, shown.length], part(data!)),
    places: at.put("<u4", [rows], Uint32Array.from(places.subarray(0, rows))),
  };
}

async function curve(one: Fields, column: Column, accumulated: boolean, at: Buffers): Promise<Study> {
  const count = listOf(one.grid).length;
  must(count > 0 && count <= MOST_CELLS, "grid");
  const [places, mean, interval, all] = await Promise.all([
    placesOf(column, one.places, count),
    numbers(one.mean, count, "mean"),
    numbers(one.interval, count, "interval"),
    numbers(one.lines, null, "lines", "<f4"),
  ]);
  must(all.length % count === 0, "lines");
  const lines = all.subarray(0, Math.floor(Math.min(all.length, MOST_POINTS) / count) * count);
  const drawn: CurveMessage = {
    grid: at.put("<f4", [count], places),
    mean: at.put("<f4", [count], mean),
    interval: at.put("<f4", [count], interval),
    lines: lines.length ? at.put("<f4", [lines.length / count, count], lines) : null,
  };
  const domain: [number, number] = [Math.min(...places), Math.max(...places)];
  const [dependence, also] = accumulated ? [null, drawn] : [drawn, null];
  return { dependence, accumulated: also, level: null, domain, counts: [] };
}

async function surface(one: Fields, columns: Column[], at: Buffers): Promise<Study> {
  const [across, up] = listOf(one.grids).map((grid) => listOf(grid).length) as [number?, number?];
  const [a, b] = listOf(one.places);
  must(!!across && !!up && across * up <= MOST_CELLS, "grids");
  const count = across! * up!;
  const [x, y, mean, interval] = await Promise.all([
    placesOf(columns[0]!, a, across!),
    placesOf(columns[1]!, b, up!),
    numbers(one.mean, count, "mean"),
    numbers(one.interval, count, "interval"),
  ]);
  return {
    grids: [at.put("<f4", [across!], x), at.put("<f4", [up!], y)],
    mean: at.put("<f4", [across!, up!], mean),
    interval: at.put("<f4", [across!, up!], interval),
  } as Study;
}

function tree({ nodes: given, fidelity, guess, held_out, measure, view }: Fields): Study {
  const nodes = listOf(given)
    .map(fieldsOf)
    .map((one): NodeEntry => {
      const { condition, depth, answer, rows, purity, leaf } = one;
      must(isCount(depth) && depth <= DEEPEST && isCount(rows), "nodes");
      return [textOf(condition), depth as number, textOf(answer), rows as number, Number(purity), leaf === true];
    });
  const depths = nodes.map(([, depth]) => depth);
  must(nodes.length > 0 && nodes.length <= MOST_NODES && depths[0] === 0, "nodes");
  must(
    depths.every((depth, i) => i === 0 || (depth > 0 && depth <= depths[i - 1]! + 1)),
    "nodes",
  );
  const { rules, text } = fieldsOf(view);
  const share = { fidelity: Number(fidelity), guess: Number(guess), held_out: isCount(held_out) ? held_out : 0 };
  return { nodes, ...share, measure: textOf(measure), rules: textOf(rules) || textOf(text) };
}

/** Each thing that is drawn, with the question it answers and the columns it is of. */
async function found(fields: Fields): Promise<{ columns: Column[]; said: [Topic, number[], Study, Buffers][] }> {
  const method = textOf(fields.method);
  const at = new Buffers();
  if (fields.kind === "SurrogateTree") return { columns: [], said: [["tree", [], tree(fields), at]] };
  if (fields.kind === "Importances" || fields.kind === "Contributions") {
    const [columns, study] = await bars(fields, at);
    if (fields.kind === "Contributions")
      Object.assign(study, await dots(fields, at.all[study.values!.buffer] as Float32Array, at));
    return { columns, said: [[TOPICS[method] ?? "importance", [], study, at]] };
  }
  must(fields.kind === "Effects", "kind");
  const columns: Column[] = [];
  const said: [Topic, number[], Study, Buffers][] = [];
  const place = (name: unknown, grid: unknown) => columns.push(columnOf(name, listOf(grid))) - 1;
  for (const one of listOf(fields.effects).map(fieldsOf)) {
    const own = new Buffers();
    if (Array.isArray(one.names)) {
      const both = [0, 1].map((i) => place(listOf(one.names)[i], listOf(one.grids)[i]));
      const axes = both.map((i) => columns[i]!);
      said.push(["pair", both, await surface(one, axes, own), own]);
    } else {
      const i = place(one.name, one.grid);
      said.push(["effect", [i], await curve(one, columns[i]!, method === "accumulated_local_effects", own), own]);
    }
  }
  return { columns, said: must(said.length > 0 && said, "effects") };
}

/** What the explorer is told. Throws where the file is not as it should be. */
export async function populationOf(fields: Fields, version: string): Promise<Page> {
  const { columns, said } = await found(fields);
  const label = textOf(fields.label);
  const rows = isCount(fields.rows) ? fields.rows : 0;
  const number = (value: unknown) => (isNumber(value) ? value : 0);
  const about = {
    label,
    rows,
    unit: textOf(fields.unit),
    seconds: number(fields.seconds),
    forwards: number(fields.forwards),
    notes: listOf(fields.notes).map(textOf),
  };
  const state = { running: false, error: null, known: true, fraction: isNumber(fields.fraction) ? fields.fraction : 1 };
  const params = fieldsOf(fields.params) as StudyMessage["params"];
  const told = said.map(([question, places, study, { all }]) => {
    const message = { kind: "study", question, columns: places, params, ...state, ...about, ...study };
    return { ...message, buffers: all } as unknown as Kept<Incoming>;
  });
  const topics = [...new Set(said.map(([topic]) => topic))];
  const spec: PopulationSpec = {
    v: 1,
    kind: "population",
    version,
    rows,
    columns,
    label,
    valued: label === "value",
    questions: topics.map((name) => ({ name, why_not: null })),
    title: textOf(fieldsOf(fields.view).title),
  };
  // The first is said last: what is said last is on show.
  const order = told.map((_, i) => told.length - 1 - i);
  const shown = { id: 1, view: topics[0]!, asked: topics, selected: null };
  return { spec, state: shown, version, messages: told, told: order, answers: [] };
}
