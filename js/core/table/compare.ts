// Rows side by side: where they differ, and which way.
import type { Cell, Column } from "./types";

/** The columns in which any row differs from the first. */
export function differing(rows: readonly (readonly Cell[])[]): number[] {
  const [base = [], ...others] = rows;
  return base.flatMap((value, i) => (others.some((row) => row[i] !== value) ? [i] : []));
}

export type Way = "up" | "down" | "other";

/** Which way a value goes; null where it stays. */
export function wayOf(column: Column, from: Cell, to: Cell): Way | null {
  if (from === to) return null;
  if (column.choices.length || from === null || to === null) return "other";
  return to > from ? "up" : "down";
}
