// Requests and edits as values: nothing here changes its argument.
import type { AnyEdit, Edit, EditSpec, Known, Method, Request, Stroke, Target, Value } from "./types";

function sorted(record: object): [string, unknown][] {
  return Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
}

/** The same for equal requests, whatever the order of names. */
export function keyOf(request: Request): string {
  return JSON.stringify([request.method, sorted(request.params), request.target, request.edits.map(sorted)]);
}

/** The unit asked about, in the kernel's words; null for a class. */
export function unitOf(target: Target): string | null {
  if (target === null || typeof target === "number" || Array.isArray(target)) return null;
  if ("span" in target) return null;
  return `${target.layer} unit ${target.index.join(", ")}`;
}

export function sameEdits(a: readonly AnyEdit[], b: readonly AnyEdit[]): boolean {
  return JSON.stringify(a.map(sorted)) === JSON.stringify(b.map(sorted));
}

/** Whether what is known answers a question, which may leave parameters open. */
export function answers({ request, found }: Known, asked: Request): boolean {
  const said = (value: unknown) => JSON.stringify(value);
  const targets = [request.target, found].map(said);
  const params = Object.entries(asked.params);
  return (
    request.method === asked.method &&
    sameEdits(request.edits, asked.edits) &&
    targets.includes(said(asked.target)) &&
    params.every(([name, value]) => said(request.params[name]) === said(value))
  );
}

export function valueOfEdit(edits: readonly Edit[], spec: EditSpec): number {
  for (const edit of edits) if (edit.name === spec.name) return edit.value;
  return spec.neutral;
}

/** A slider keeps its place in the order of edits; at its neutral value it leaves the list. */
export function setSlider(edits: readonly Edit[], spec: EditSpec, value: number): Edit[] {
  const kept = edits.filter((edit) => edit.name !== spec.name);
  if (value === spec.neutral) return kept;
  const at = edits.findIndex((edit) => edit.name === spec.name);
  kept.splice(at < 0 ? kept.length : at, 0, { name: spec.name, value });
  return kept;
}

export function strokesOf(edits: readonly Edit[]): Stroke[] {
  return edits.filter((edit): edit is Stroke => edit.name === "occlude");
}

/** Adds a point unless it is so near the last one that the brush would not show the difference. */
export function extend(stroke: Stroke, x: number, y: number): Stroke {
  const { points, radius } = stroke;
  const [lastX, lastY] = points.slice(-2);
  if (lastX !== undefined && Math.hypot(x - lastX, y - lastY!) < Math.max(0.5, radius / 6)) return stroke;
  return { ...stroke, points: [...points, Math.round(x * 10) / 10, Math.round(y * 10) / 10] };
}

/** What a parameter is set to: the request's own value or the default. */
export function parameterOf(method: Method, request: Request, name: string): Value {
  const own = request.params[name];
  return own !== undefined ? own : (method.parameters.find((p) => p.name === name)?.default ?? null);
}
