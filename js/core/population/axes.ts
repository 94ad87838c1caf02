// Where numbers lie on paper, and which round ones stand at the edge.
import { textOf } from "../table/cells";
import type { Column } from "../table/types";

export type Scale = (value: number) => number;

/** Straight from one range to another. */
export function scale([low, high]: readonly [number, number], from: number, to: number): Scale {
  const span = high - low || 1;
  return (value) => from + ((value - low) / span) * (to - from);
}

/** Round numbers from `low` to `high`, about so many. */
export function ticks(low: number, high: number, most = 5): number[] {
  if (!(Number.isFinite(low) && Number.isFinite(high)) || high <= low) return [low];
  const rough = (high - low) / most;
  const size = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((one) => one * size).find((one) => one >= rough * (1 - 1e-9))!;
  const found = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i++)
    found.push(Number((i * step).toPrecision(12)));
  return found;
}

/** The least and the largest finite number, apart from each other. */
export function ends(...given: Iterable<number>[]): [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const values of given)
    for (const value of values) if (Number.isFinite(value)) [low, high] = [Math.min(low, value), Math.max(high, value)];
  if (low > high) return [0, 1];
  const aside = (Math.abs(low) || 1) / 2;
  return high > low ? [low, high] : [low - aside, high + aside];
}

export interface Tick {
  at: number;
  text: string;
}

/** What stands below a column's values: round numbers, or its categories. */
export function columnTicks(column: Column, [low, high]: readonly [number, number], most: number): Tick[] {
  if (column.choices.length) return column.choices.map((text, at) => ({ at, text }));
  const whole = column.kind === "date" || column.step >= 1;
  const found = ticks(low, high, most).filter((at) => !whole || Number.isInteger(at));
  return found.map((at) => ({ at, text: textOf(column, at, "") }));
}

/** The range along which a column is drawn; categories lie in the middle of their part. */
export function domainOf(column: Column, [low, high]: readonly [number, number]): [number, number] {
  if (column.choices.length) return [-0.5, column.choices.length - 0.5];
  return high > low ? [low, high] : [low - 0.5, high + 0.5];
}

/** The place of the value that lies nearest. */
export function nearest(values: ArrayLike<number>, to: number): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (Math.abs(values[i]! - to) < Math.abs(values[best]! - to)) best = i;
  return best;
}
