// Arrays as a saved explanation holds them: compressed, in base64, and whatever somebody else may have put there.
import { type Fields, fieldsOf, listOf, type Saved } from "./fields";

/** Numbers of an array that are unpacked: more than the largest picture has. */
const MOST = 2 ** 24;

/** The bytes of an array; null where there is none. Throws for what is not as it should be. */
export async function unpacked(array: unknown, type: string, size: number): Promise<Uint8Array<ArrayBuffer> | null> {
  if (array === undefined) return null;
  const { dtype, shape, zlib } = fieldsOf(array);
  const sizes = listOf(shape).map(Number);
  const count = sizes.reduce((product, side) => product * side, 1);
  const whole = sizes.every((side) => Number.isInteger(side) && side >= 0) && count <= MOST;
  if (dtype !== type || !Array.isArray(shape) || !whole || typeof zlib !== "string") throw new Error("no array");
  const bytes = new Uint8Array(count * size);
  let filled = 0;
  const packed = Uint8Array.from(atob(zlib), (one) => one.charCodeAt(0));
  const reader = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate")).getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    // Throws where there is more than the shape says: a small file may unpack to terabytes.
    bytes.set(part.value, filled);
    filled += part.value.length;
  }
  if (filled !== bytes.length) throw new Error("an array is cut off");
  return bytes;
}

/** An explanation with the arrays of an attribution unpacked; other kinds have none of these. */
export async function savedOf(fields: Fields): Promise<Saved> {
  const arrays = fieldsOf(fields.arrays);
  const [values, probabilities, photo] = await Promise.all([
    unpacked(arrays.values, "<f4", 4),
    unpacked(arrays.probabilities, "<f4", 4),
    unpacked(arrays.photo, "|u1", 1),
  ]);
  const floats = (bytes: Uint8Array<ArrayBuffer> | null) => bytes && new Float32Array(bytes.buffer);
  return { fields, values: floats(values!), probabilities: floats(probabilities!), photo: photo! };
}
