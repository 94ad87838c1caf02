// Measures of trust, arranged for reading.
import { csvOf } from "../csv";
import { translated } from "../language";
import { sorted } from "../sorting";
import type { Severity } from "../types";
import type { Curve, Judgement, Measure, TrialRow } from "./types";
import { trustWords } from "./words";

export function verdictOf({ verdict, passed, checked }: Judgement): string {
  return verdict === null ? "" : trustWords.verdict(verdict, trustWords.passes(passed, checked));
}

export function severityOf({ believable, passed, checked }: Judgement): Severity {
  return believable === false ? "error" : passed < checked ? "warning" : "ok";
}

/** Whether a measure is passed, as a mark: of a number that nothing is asked of too. */
export function markOf(passed: boolean | null): { severity: Severity; text: string } {
  const { yes, no, none } = trustWords.marks;
  if (passed === null) return { severity: "note", text: none };
  return passed ? { severity: "ok", text: yes } : { severity: "warning", text: no };
}

/** Where a number lies on the range of its measure, 0..1; ranges without an end end at the largest number beside it. */
export function placeOf(value: number, { value: own, reference, low, high }: Measure): number {
  const near = [own ?? 0, reference ?? 0];
  const [from, to] = [low ?? Math.min(0, ...near), high ?? Math.max(...near)];
  return to > from ? Math.min(1, Math.max(0, (value - from) / (to - from))) : 0;
}

/** What lies at the edges of the box that holds all curves; 0 and 1 do, or those that differ little would seem far apart. */
export function boxOf(all: readonly Curve[]): Record<"left" | "right" | "low" | "top", number> {
  const finite = (values: (number | null)[]) => values.filter((v) => v !== null);
  const xs = finite(all.flatMap(({ x }) => x));
  const ys = finite(all.flatMap(({ y }) => y));
  return { left: Math.min(...xs), right: Math.max(...xs), low: Math.min(0, ...ys), top: Math.max(1, ...ys) };
}

/** The points of a curve, in shares of the box that holds all of them; upwards is less, as browsers draw. */
export function pointsOf(curve: Curve, all: readonly Curve[], width: number, height: number): string {
  const { left, right, low, top } = boxOf(all);
  const points = curve.x.map((x, i) => {
    const y = curve.y[i] ?? null;
    if (x === null || y === null) return "";
    const at = [(width * (x - left)) / (right - left || 1), height * (1 - (y - low) / (top - low))];
    return at.map((v) => v.toFixed(1)).join(",");
  });
  return points.filter(Boolean).join(" ");
}

export function meanOf({ y }: Curve): number {
  const known = y.filter((v) => v !== null);
  return known.reduce((sum, v) => sum + v, 0) / known.length;
}

/** By a measure, the best first; by the share of checks for null. Those without a number come last, either way. */
export function sortedBy(rows: readonly TrialRow[], measure: string | null, worst: boolean): TrialRow[] {
  const key = (row: TrialRow): number => {
    if (measure === null) return row.checked ? row.passed / row.checked + Number(row.believable) : Number.NaN;
    const found = row.measures.find(({ name }) => name === measure);
    return found?.value == null ? Number.NaN : found.better === "lower" ? -found.value : found.value;
  };
  return sorted(rows, key, !worst);
}

/** The measures of all rows, in their order. */
export function columnsOf(rows: readonly TrialRow[]): Measure[] {
  const found = new Map<string, Measure>();
  for (const one of rows.flatMap(({ measures }) => measures)) if (!found.has(one.name)) found.set(one.name, one);
  return [...found.values()];
}

/** What the kernel says of one method after its name; each of the two has words of its own. */
export function noteOf(note: string): string {
  const [, title, why] = /^(.+?): (.+)$/s.exec(note) ?? [];
  return title && why ? trustWords.note(translated(title), translated(why)) : translated(note);
}

export function tableOf(rows: readonly TrialRow[]): string {
  const columns = columnsOf(rows);
  const computed = [...new Set(rows.flatMap((row) => Object.keys(row.computed)))];
  const lines = rows.map((row) => [
    row.method,
    row.verdict,
    row.passed,
    row.checked,
    ...columns.map(({ name }) => row.measures.find((one) => one.name === name)?.value ?? null),
    ...computed.map((name) => row.computed[name] ?? null),
  ]);
  return csvOf([[...trustWords.columns, ...columns.map(({ name }) => name), ...computed], ...lines]);
}
