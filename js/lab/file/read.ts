// A saved explanation as a file holds it. Anyone may have written it, so nothing in it is believed before it was looked at.
import { WORDS } from "../words";

export type Fields = Record<string, unknown>;

export interface Saved {
  fields: Fields;
  /** As `application/vnd.xai-widgets+json` has it: title, text and picture. */
  shown: Fields;
  values: Float32Array | null;
  probabilities: Float32Array | null;
}

/** Why a file cannot be shown, in one sentence. */
export class FileFault extends Error {}

const FORMAT = "xai_widgets ";
const VERSION = 1;
const LARGEST = 2 ** 26;
/** Numbers of an array that are unpacked: more than the largest picture has. */
const MOST = 2 ** 24;

export function fieldsOf(value: unknown): Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

export function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

export function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Throws a FileFault for what is no saved explanation, or one that this version cannot read. */
export async function read(text: string): Promise<Saved> {
  if (text.length > LARGEST) throw new FileFault(WORDS.file.large(LARGEST / 2 ** 20));
  let fields: Fields;
  try {
    fields = fieldsOf(JSON.parse(text));
  } catch {
    throw new FileFault(WORDS.file.damaged);
  }
  if (!textOf(fields.format).startsWith(FORMAT)) throw new FileFault(WORDS.file.foreign);
  if (fields.v !== VERSION) throw new FileFault(WORDS.file.version(String(fields.v).slice(0, 20), VERSION));
  const arrays = fieldsOf(fields.arrays);
  const [values, probabilities] = await Promise.all([unpacked(arrays.values), unpacked(arrays.probabilities)]);
  return { fields, shown: fieldsOf(fields.view), values, probabilities };
}

/** An array of 32-bit numbers; null where there is none. */
async function unpacked(array: unknown): Promise<Float32Array | null> {
  if (array === undefined) return null;
  const { dtype, shape, zlib } = fieldsOf(array);
  const sizes = listOf(shape).map(Number);
  const count = sizes.reduce((product, size) => product * size, 1);
  const whole = sizes.every((size) => Number.isInteger(size) && size >= 0) && count <= MOST;
  if (dtype !== "<f4" || !Array.isArray(shape) || !whole || typeof zlib !== "string")
    throw new FileFault(WORDS.file.damaged);
  const bytes = new Uint8Array(count * 4);
  let filled = 0;
  try {
    const packed = Uint8Array.from(atob(zlib), (one) => one.charCodeAt(0));
    const reader = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate")).getReader();
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      // Throws where there is more than the shape says: a small file may unpack to terabytes.
      bytes.set(part.value, filled);
      filled += part.value.length;
    }
  } catch {
    filled = -1;
  }
  if (filled !== bytes.length) throw new FileFault(WORDS.file.damaged);
  return new Float32Array(bytes.buffer);
}
