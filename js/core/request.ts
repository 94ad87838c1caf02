// Requests and edits as values: nothing here changes its argument.
import type { Edit, EditSpec, Method, Request, Stroke, Target, Value } from "./types";

/** The same for equal requests, whatever the order of the parameters. */
export function keyOf(request: Request): string {
  const params = Object.entries(request.params).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([request.method, params, request.target, request.edits]);
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

export function pair(target: number | [number, number] | Target): [number | null, number | null] {
  if (Array.isArray(target)) return [target[0], target[1]];
  return [target, null];
}

/** What a parameter is set to: the request's own value or the default. */
export function parameterOf(method: Method, request: Request, name: string): Value {
  const own = request.params[name];
  return own !== undefined ? own : (method.parameters.find((p) => p.name === name)?.default ?? null);
}
