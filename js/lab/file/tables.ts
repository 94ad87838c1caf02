// What stands in a saved explanation beside its picture, as tables of words.
import { type Fields, fieldsOf, listOf, type Saved, shapeOf, textOf } from "../../core/fields";
import { cut, percent, seconds, short, signed, whole } from "../../core/format";
import { WORDS } from "./words";

export interface Table {
  title: string;
  /** Part of what the view takes the place of. */
  still?: true;
  head: string[];
  rows: string[][];
}

const MOST = 200;
const LIKELIEST = 10;
const LONGEST = 300;

export function tables(saved: Saved): Table[] {
  return [prediction(saved), values(saved), changes(saved.fields), computation(saved.fields)].filter(
    (one) => one.rows.length > 0,
  );
}

/** The places of the largest numbers, the largest first. */
function largest(numbers: ArrayLike<number>, most: number): number[] {
  return Array.from(numbers, (_, i) => i)
    .filter((i) => !Number.isNaN(numbers[i]))
    .sort((i, j) => numbers[j]! - numbers[i]!)
    .slice(0, most);
}

function labelled(labels: unknown, index: number): string {
  return textOf(listOf(labels)[index]) || String(index);
}

function probability(value: unknown, task: unknown): string {
  const found = Number(value);
  return task === "value" ? short(found) : percent(found);
}

function prediction({ fields, probabilities }: Saved): Table {
  const { labels, task } = { ...fieldsOf(fields.prediction), ...fields };
  const found = probabilities ?? listOf(fieldsOf(fields.prediction).probabilities).map(Number);
  return {
    title: WORDS.prediction,
    head: [WORDS.answer, WORDS.score],
    rows: largest(found, LIKELIEST).map((i) => [labelled(labels, i), probability(found[i], task)]),
  };
}

/** Each column's or token's value; of a picture how many values there are and how they lie. */
function values({ fields, values }: Saved): Table {
  const title = WORDS.values;
  if (!values) return { title, head: [], rows: [] };
  const names = namesOf(fields, values.length);
  if (!names) {
    let [low, high, sum] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0];
    for (const one of values) [low, high, sum] = [Math.min(low, one), Math.max(high, one), sum + one];
    const rows = [
      [WORDS.shape, shapeOf(fields, "values").join(" × ")],
      [WORDS.range, `${short(low)} … ${short(high)}`],
      [WORDS.sum, short(sum)],
    ];
    return { title, head: [], rows: values.length ? rows : [] };
  }
  const strongest = largest(values.map(Math.abs), MOST);
  return {
    title,
    head: [WORDS.part, WORDS.value],
    rows: strongest.map((i) => [names(i), signed(values[i]!)]),
  };
}

/** What the values belong to, where they have names: the columns of a row, the tokens of a text. */
function namesOf(fields: Fields, count: number): ((index: number) => string) | null {
  const names = listOf(fields.names);
  if (names.length === count) return (i) => textOf(names[i]);
  const { text, spans } = fieldsOf(fields.text);
  const places = listOf(spans);
  if (places.length !== count || typeof text !== "string") return null;
  const characters = Array.from(text); // Python counts characters, not UTF-16 units
  return (i) => {
    const [start, stop] = listOf(places[i]).map(Number);
    return characters.slice(start, stop).join("") || WORDS.added;
  };
}

/** Of counterfactuals: what each candidate changes, and what the model says then. */
function changes({ candidates, original, index }: Fields): Table {
  const rows = listOf(candidates)
    .slice(0, MOST)
    .map(fieldsOf)
    .map(({ text, values, changes, prediction }) => {
      const [before, after, { probabilities, task }] = [original, values, prediction].map(fieldsOf) as [
        Fields,
        Fields,
        Fields,
      ];
      const cells = listOf(changes).map(
        (name) => `${name}: ${plain(before[String(name)])} → ${plain(after[String(name)])}`,
      );
      return [cut(textOf(text), LONGEST) || cells.join("; "), probability(listOf(probabilities)[Number(index)], task)];
    });
  return { title: WORDS.candidates, still: true, head: [WORDS.change, WORDS.score], rows };
}

function computation(fields: Fields): Table {
  const { method, params, seed, model_hash: hash, forwards, backwards, seconds: took, version, provenance } = fields;
  const rows: [string, string][] = [
    [WORDS.method, textOf(method)],
    ...Object.entries(fieldsOf(params)).map(([name, value]): [string, string] => [name, plain(value)]),
    [WORDS.seed, plain(seed)],
    [WORDS.passes, `${whole(Number(forwards) || 0)} + ${whole(Number(backwards) || 0)}`],
    [WORDS.took, typeof took === "number" ? seconds(took) : ""],
    [WORDS.weights, textOf(hash)],
    ...Object.entries({ xai_widgets: version, ...fieldsOf(provenance) }).map(([name, value]): [string, string] => [
      name,
      plain(value),
    ]),
  ];
  return { title: WORDS.computation, head: [], rows: rows.filter(([, value]) => value !== "").slice(0, MOST) };
}

/** Any value of the file in a few words. */
function plain(value: unknown): string {
  if (value === undefined || value === null) return "";
  const special = fieldsOf(value).float; // a number that JSON does not have
  if (typeof special === "string") return cut(special, 10);
  return cut(typeof value === "string" ? value : JSON.stringify(value), LONGEST);
}
