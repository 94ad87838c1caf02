// Rows, their edits, and what a curve says of them.
import { short, typeset, whole } from "../format";
import type { Cell, CellEdit, Column, Curves } from "./types";

const DAY = 86_400_000;

export function rowOf(row: readonly Cell[], edits: readonly CellEdit[]): Cell[] {
  const out = [...row];
  for (const { column, value } of edits) out[column] = value;
  return out;
}

/** What makes one row of another, in the order of the columns. */
export function editsOf(row: readonly Cell[], wanted: readonly Cell[]): CellEdit[] {
  return wanted.flatMap((value, column) => (value === row[column] ? [] : [{ name: "cell" as const, column, value }]));
}

export function withCell(row: readonly Cell[], edits: readonly CellEdit[], column: number, value: Cell): CellEdit[] {
  const next = rowOf(row, edits);
  next[column] = value;
  return editsOf(row, next);
}

export function dateOf(day: number): string {
  const date = new Date(Math.round(day * DAY));
  return Number.isNaN(date.getTime()) ? "" : date.toISOString().slice(0, 10);
}

export function dayOf(date: string): number | null {
  const time = Date.parse(`${date}T00:00:00Z`);
  return Number.isNaN(time) ? null : time / DAY;
}

/** A value as people read it. */
export function textOf(column: Column, value: Cell, missing: string): string {
  if (value === null) return missing;
  if (column.choices.length) return column.choices[value] ?? String(value);
  if (column.kind === "date") return dateOf(value);
  if (column.step >= 1) return typeset(whole(value));
  return column.step ? typeset(Number(value.toFixed(6))) : short(value);
}

/** Where a value lies along the column's axis, 0..1. */
export function placeOf(column: Column, value: number): number {
  if (column.choices.length) return (value + 0.5) / column.choices.length;
  if (column.high <= column.low) return 0.5;
  return Math.min(1, Math.max(0, (value - column.low) / (column.high - column.low)));
}

/** The points of one column's curve for one class: where, and how much. */
export function curveOf(curves: Curves, column: number, of: number): [number, number][] {
  const k = curves.classes.indexOf(of);
  if (k < 0) return [];
  const count = curves.classes.length;
  const points: [number, number][] = [];
  for (let i = curves.starts[column]!; i < curves.starts[column + 1]!; i++)
    points.push([curves.grid[i]!, curves.values[i * count + k]!]);
  return points;
}

/** The stretches of a curve between which the model fails. */
export function stretchesOf(points: readonly [number, number][]): [number, number][][] {
  const found: [number, number][][] = [[]];
  for (const point of points) {
    if (!Number.isNaN(point[1])) found[found.length - 1]!.push(point);
    else if (found[found.length - 1]!.length) found.push([]);
  }
  return found.filter((one) => one.length > 0);
}

/** What a curve says at a value: between two points, what lies between them; null where it says nothing. */
export function heightAt(points: readonly [number, number][], value: Cell, exact: boolean): number | null {
  if (value === null || !points.length) return null;
  const height = heightOn(points, value, exact);
  return Number.isNaN(height) ? null : height;
}

function heightOn(points: readonly [number, number][], value: number, exact: boolean): number {
  const after = points.findIndex(([x]) => x >= value);
  if (after < 0) return exact ? Number.NaN : points[points.length - 1]![1];
  const [x1, y1] = points[after]!;
  if (x1 === Math.fround(value) || x1 === value) return y1;
  if (exact) return Number.NaN;
  if (after === 0) return y1;
  const [x0, y0] = points[after - 1]!;
  return y0 + ((value - x0) / (x1 - x0)) * (y1 - y0);
}

/** The one column in which two sets of edits differ; null where that is none or several. */
export function loneColumn(a: readonly CellEdit[], b: readonly CellEdit[]): number | null {
  const values = new Map(a.map(({ column, value }) => [column, value]));
  const others = new Map(b.map(({ column, value }) => [column, value]));
  const differ = [...new Set([...values.keys(), ...others.keys()])].filter(
    (column) => values.has(column) !== others.has(column) || values.get(column) !== others.get(column),
  );
  return differ.length === 1 ? differ[0]! : null;
}

/** What the curves say of a row that differs in one cell from the one that they are of; by class. */
export function guessed(curves: Curves, row: readonly Cell[], edits: readonly CellEdit[], exact: boolean[]) {
  const column = loneColumn(curves.edits, edits);
  if (column === null) return null;
  const value = rowOf(row, edits)[column] ?? null;
  const found = new Map<number, number>();
  for (const of of curves.classes) {
    const height = heightAt(curveOf(curves, column, of), value, exact[column] ?? false);
    if (height === null) return null;
    found.set(of, height);
  }
  return found;
}
