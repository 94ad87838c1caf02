// A saved explanation as a file holds it. Anyone may have written it: what is read of it is looked at first.

export type Fields = Record<string, unknown>;

export interface Saved {
  fields: Fields;
  values: Float32Array | null;
  probabilities: Float32Array | null;
  /** Red, green and blue of each pixel. */
  photo: Uint8Array | null;
}

export function fieldsOf(value: unknown): Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

export function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

export function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The shape of one of its arrays. */
export function shapeOf({ arrays }: Fields, name: string): number[] {
  return listOf(fieldsOf(fieldsOf(arrays)[name]).shape).map(Number);
}
