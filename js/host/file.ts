// A saved explanation, told as a kernel would tell it. Whoever wrote the file: what is not as it should be is an error here.
import { type Fields, fieldsOf, listOf, type Saved, shapeOf, textOf } from "../core/fields";
import { bitmapOf } from "../core/image/bitmap";
import type { ArrayMeta, Asked, Incoming, Kept, Method, Parameter, Task, Value } from "../core/types";
import { Buffers, isCount, isNumber, isPlain, must } from "./checked";
import type { Page } from "./page";
import { rowOf } from "./rowfile";
import { layoutOf } from "./textfile";

/** Cells of a map that are drawn: many more than the pixels of a photo that was kept. */
const MOST_CELLS = 2 ** 22;
/** Columns of a row that are listed; what is longer is a signal. */
const MOST_COLUMNS = 2 ** 16;
const TASKS: readonly string[] = ["classes", "binary", "value"];
const WHOLE = { id: 1, slot: "a" } as const;

function targetOf(value: unknown, classes: number): Asked {
  const { layer, index } = fieldsOf(value);
  const places = isCount(index) ? [index] : listOf(index);
  if (typeof layer === "string" && places.length && places.every(isCount)) return { layer, index: places };
  const pair = Array.isArray(value) ? value : [value];
  must(pair.length <= 2 && pair.every((one) => isCount(one) && one < Math.max(1, classes)), "target");
  return value as Asked;
}

function parameterOf(given: unknown): Parameter {
  const one = fieldsOf(given);
  const number = (value: unknown) => (isNumber(value) ? value : null);
  return {
    name: textOf(one.name),
    kind: textOf(one.kind),
    default: isPlain(one.default) ? one.default : null,
    low: number(one.low),
    high: number(one.high),
    step: number(one.step),
    choices: listOf(one.choices).filter(isPlain),
    optional: one.optional === true,
    sentence: textOf(one.sentence),
  };
}

/** The method as the file describes it for browsers; by its name alone where it does not. */
function methodOf(fields: Fields): Method {
  const name = must(textOf(fields.method) || null, "method");
  const told = fieldsOf(fieldsOf(fields.view).method);
  return {
    name,
    title: textOf(told.title) || name,
    family: textOf(told.family),
    sentence: textOf(told.sentence),
    why_not: null,
    parameters: listOf(told.parameters).map(parameterOf),
  };
}

/** Channels are summed; what is no number stays none. */
function heatOf(values: Float32Array, shape: number[]): { heat: Float32Array; grid: [number, number] } {
  const [height = 0, width = 0] = shape.slice(-2);
  const cells = height * width;
  must(values.length > 0 && cells <= MOST_CELLS && [2, 3].includes(shape.length), "map");
  const heat = new Float32Array(cells);
  for (let i = 0; i < values.length; i++) heat[i % cells]! += values[i]!;
  return { heat, grid: [height, width] };
}

function photoOf(rgb: Uint8Array, [height = 0, width = 0, channels]: number[]) {
  must(channels === 3 && rgb.length > 0, "photo");
  return { mime: "image/bmp", width, height, data: bitmapOf(width, height, rgb) };
}

/** What the view of an attribution is told. Throws where the file is not as it should be. */
export function pageOf({ fields, values, probabilities, photo }: Saved, version: string): Page {
  const numbers = must(values, "values");
  const scores = must(probabilities, "probabilities");
  const labels = fields.labels === null ? null : listOf(fields.labels).map(textOf);
  must(labels === null || labels.length >= scores.length, "labels");
  const task = must(TASKS.includes(textOf(fields.task)) && (fields.task as Task), "task");
  const target = targetOf(fields.target, scores.length);
  const about = { target, label: textOf(fields.label) };
  const method = methodOf(fields);
  const params = Object.fromEntries(Object.entries(fieldsOf(fields.params)).filter(([, value]) => isPlain(value)));
  const request = { method: method.name, params: params as Record<string, Value>, target, edits: [] };
  const shape = shapeOf(fields, "values");
  const [said, found] = [new Buffers(), new Buffers()];
  const chances = said.put("<f4", [scores.length], scores);
  const base = { v: 1, version, labels, layers: [], methods: [method] };
  const count = (value: unknown) => (isCount(value) ? value : 0);
  const number = (value: unknown) => (isNumber(value) ? value : null);
  const [done, total] = listOf(fields.steps).map(count) as [number?, number?];

  let spec: object;
  let own: (buffers: Buffers) => object;
  let map: ArrayMeta;
  if (fields.text) {
    const layout = layoutOf(fieldsOf(fields.text), numbers.length);
    const { text } = layout;
    spec = { ...base, kind: "text", text, mask: null, causal: false, search: false, attends: false };
    own = (buffers) => ({ layout: layout.put(buffers) });
    map = found.put("<f4", [numbers.length], numbers);
  } else if (!photo) {
    must(
      shape.length === 1 && shape[0] === numbers.length && numbers.length > 0 && numbers.length <= MOST_COLUMNS,
      "row",
    );
    spec = { ...base, kind: "table", ...rowOf(fields, numbers.length) };
    own = () => ({ edited: false });
    map = found.put("<f4", [numbers.length], numbers);
  } else {
    const { heat, grid } = heatOf(numbers, shape);
    const picture = photoOf(must(photo, "photo"), shapeOf(fields, "photo"));
    const box = listOf(fields.region);
    const region = box.length === 4 && box.every(isNumber) ? box : [0, 0, picture.width, picture.height];
    const brush = { low: 1, high: 1, default: 1 };
    spec = { ...base, kind: "image", grid, photo: picture, region, brush, edits: [], fills: [], ways: [] };
    own = () => ({ picture: null });
    map = found.put("<f4", grid, heat);
  }
  const infinite = fieldsOf(fields.error).float === "inf";
  const messages = [
    {
      ...WHOLE,
      ...about,
      ...own(said),
      kind: "prediction",
      task,
      probabilities: chances,
      original: chances,
      buffers: said.all,
    },
    {
      ...WHOLE,
      ...about,
      ...own(found),
      kind: "map",
      request,
      values: map,
      fraction: number(fields.fraction) ?? 1,
      done: done ?? 1,
      total: total ?? 1,
      error: infinite ? "unbounded" : number(fields.error),
      gap: number(fields.gap),
      sum: numbers.reduce((sum, one) => sum + one, 0),
      seconds: number(fields.seconds) ?? 0,
      left: null,
      forwards: count(fields.forwards),
      backwards: count(fields.backwards),
      notes: listOf(fields.notes).map(textOf),
      final: done === total,
      buffers: found.all,
    },
    { ...WHOLE, kind: "ended", outcome: "done" },
  ] as unknown as Kept<Incoming>[];
  const state = { request, compare: null, display: {}, id: 1 };
  return { spec, state, version, messages, told: [0, 1, 2], answers: [[0, 1]] };
}
