// What is read of a saved file is looked at first: whoever wrote it.
import type { ArrayMeta, Bytes, Value } from "../core/types";

/** Throws for what is not so. */
export function must<T>(held: T | false | null | undefined, name: string): T {
  if (held === false || held === null || held === undefined) throw new Error(`its ${name} is damaged`);
  return held;
}

export function isCount(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0;
}

export function isNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

/** What a row may hold in one column. */
export function isCell(value: unknown): value is Value {
  return isPlain(value) && (typeof value !== "number" || Number.isFinite(value));
}

export function isPlain(value: unknown): value is Value {
  return value === null || ["number", "string", "boolean"].includes(typeof value);
}

/** The buffers of one message, in the order in which they are put. */
export class Buffers {
  readonly all: Bytes[] = [];

  put(dtype: ArrayMeta["dtype"], shape: number[], data: ArrayBufferView): ArrayMeta {
    this.all.push(data);
    return { v: 1, dtype, shape, buffer: this.all.length - 1 };
  }
}
