// Columns in order, and bars on one scale.
import type { Column } from "../table/types";
import { ends } from "./axes";
import type { Bars } from "./types";

/** The columns whose names have all that is looked for, sorted. */
export function listed(
  columns: readonly Pick<Column, "name">[],
  values: ArrayLike<number>,
  order: "value" | "data" | "name",
  query: string,
): number[] {
  const terms = query.toLowerCase().split(/\s+/).filter(Boolean);
  const named = columns
    .map((_, i) => i)
    .filter((i) => terms.every((one) => columns[i]!.name.toLowerCase().includes(one)));
  if (order === "value") named.sort((a, b) => values[b]! - values[a]! || a - b);
  else if (order === "name") named.sort((a, b) => columns[a]!.name.localeCompare(columns[b]!.name));
  return named;
}

/** From the lowest to the highest end of the bars and of their intervals, zero among them. */
export function span({ values, interval }: Bars): [number, number] {
  const edge = (sign: number) => values.map((value, i) => value + sign * (interval?.[i] ?? 0));
  return ends([0], values, edge(-1), edge(1));
}

/** Where a value lies in a range, 0..100. */
export function share(value: number, [low, high]: readonly [number, number]): number {
  return Math.min(100, Math.max(0, (100 * (value - low)) / (high - low)));
}
