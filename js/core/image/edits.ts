// Edits of a picture as values: nothing here changes its argument.
import type { Edit, EditSpec, Stroke } from "../types";

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
