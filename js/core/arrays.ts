// Binary buffers to typed arrays. Hosts hand over views and buffers of any kind, lists of bytes or base64, at any offset.
import type { ArrayMeta, Bytes } from "./types";

export const NAN_CODE = 65535;
export const TOP_CODE = 65534;
/** The same in 8 bits, for slow connections. */
const COARSE_TOP = 254;

/** A map as 16-bit codes: code c means lo + c/65534·(hi − lo), 65535 means not a number. */
export interface Grid {
  width: number;
  height: number;
  codes: Uint16Array;
  lo: number;
  hi: number;
}

/** The size of what a map covers, in pixels of the model's input. */
export interface Pixels {
  width: number;
  height: number;
}

/**
 * Which of `cells` covers a pixel: cell k begins at pixel k·pixels/cells, rounded, halves to even. So many pixels of
 * a large input are averaged into the cells of its map.
 */
export function cellAt(pixel: number, cells: number, pixels: number): number {
  const at = (2 * pixel + 1) * cells;
  const cell = Math.floor(at / (2 * pixels));
  return at % (2 * pixels) === 0 && pixel % 2 === 1 ? cell - 1 : cell;
}

/** The code under a pixel; a map may be coarser than the model's input, and covers all of it. */
export function codeAt(grid: Grid, pixels: Pixels, x: number, y: number): number {
  const row = cellAt(y, grid.height, pixels.height);
  return grid.codes[row * grid.width + cellAt(x, grid.width, pixels.width)] ?? NAN_CODE;
}

const ITEM = { "<u2": 2, "<u4": 4, "<f4": 4, "|u1": 1 } as const;

export function bytesOf(source: Bytes | undefined | null): Uint8Array {
  if (ArrayBuffer.isView(source)) return new Uint8Array(source.buffer, source.byteOffset, source.byteLength);
  if (typeof source === "string") return Uint8Array.from(atob(source), (c) => c.charCodeAt(0));
  if (Array.isArray(source)) return Uint8Array.from(source);
  // By its tag: one that was made in another frame, as a host's may be, is no instance of this frame's class.
  const tag = Object.prototype.toString.call(source);
  if (tag === "[object ArrayBuffer]" || tag === "[object SharedArrayBuffer]")
    return new Uint8Array(source as ArrayBuffer);
  throw new Error("A message came without its binary data.");
}

/** The bytes that an Array refers to, checked against its shape. Copied only when the offset is not aligned. */
function slice(meta: ArrayMeta, buffers: readonly Bytes[]): { bytes: Uint8Array; count: number } {
  const item = ITEM[meta.dtype];
  if (!item) throw new Error(`Unknown array type ${String(meta.dtype)}.`);
  const count = meta.shape.reduce((product, side) => product * side, 1);
  let bytes = bytesOf(buffers[meta.buffer]);
  if (bytes.byteLength < count * item)
    throw new Error(`An array needs ${count * item} bytes but came with ${bytes.byteLength}.`);
  if (bytes.byteOffset % item !== 0) bytes = bytes.slice();
  return { bytes, count };
}

/** The codes of a quantised Array; null for one that holds its values as they are. */
function codesOf(meta: ArrayMeta, { bytes, count }: { bytes: Uint8Array; count: number }): Uint16Array | null {
  if (meta.dtype === "<u2") return new Uint16Array(bytes.buffer, bytes.byteOffset, count);
  if (meta.dtype !== "|u1" || meta.lo === undefined) return null;
  return Uint16Array.from(bytes.subarray(0, count), (code) =>
    code > COARSE_TOP ? NAN_CODE : Math.round((code / COARSE_TOP) * TOP_CODE),
  );
}

export function valueAt(code: number, lo: number, hi: number): number {
  if (code === NAN_CODE) return Number.NaN;
  if (code === TOP_CODE) return hi;
  return lo + (code / TOP_CODE) * (hi - lo);
}

/** Any Array as plain numbers. */
export function decodeFloats(meta: ArrayMeta, buffers: readonly Bytes[]): Float32Array {
  const { bytes, count } = slice(meta, buffers);
  if (meta.dtype === "<f4") return new Float32Array(bytes.buffer, bytes.byteOffset, count);
  if (meta.dtype === "<u4") return Float32Array.from(decodeCounts(meta, buffers));
  const codes = codesOf(meta, { bytes, count });
  if (!codes) return Float32Array.from(bytes.subarray(0, count));
  const [lo, hi] = [meta.lo ?? 0, meta.hi ?? 0];
  const out = new Float32Array(count);
  for (let i = 0; i < count; i++) out[i] = valueAt(codes[i]!, lo, hi);
  return out;
}

/** Whole numbers, such as places in a text. */
export function decodeCounts(meta: ArrayMeta, buffers: readonly Bytes[]): Uint32Array {
  const { bytes, count } = slice(meta, buffers);
  if (meta.dtype !== "<u4") return Uint32Array.from(decodeFloats(meta, buffers));
  return new Uint32Array(bytes.buffer, bytes.byteOffset, count);
}

export function decodeBytes(meta: ArrayMeta, buffers: readonly Bytes[]): Uint8Array {
  const { bytes, count } = slice(meta, buffers);
  return bytes.subarray(0, count * ITEM[meta.dtype]);
}

/** Numbers as codes, for maps that come unquantised. */
export function quantise(values: ArrayLike<number>, width: number, height: number): Grid {
  let [lo, hi] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < values.length; i++) {
    const v = values[i]!;
    if (!Number.isFinite(v)) continue;
    if (v < lo) lo = v;
    if (v > hi) hi = v;
  }
  if (lo > hi) lo = hi = 0;
  const codes = new Uint16Array(width * height);
  const k = hi > lo ? TOP_CODE / (hi - lo) : 0;
  for (let i = 0; i < codes.length; i++) {
    const v = values[i]!;
    codes[i] = Number.isFinite(v) ? Math.round((v - lo) * k) : NAN_CODE;
  }
  return { width, height, codes, lo, hi };
}

/** Several maps of one size and one range. */
export function decodeGrids(meta: ArrayMeta, buffers: readonly Bytes[]): Grid[] {
  const [count = 0, height = 0, width = 0] = meta.shape;
  if (!count || !height || !width) return [];
  const whole = decodeGrid({ ...meta, shape: [count * height, width] }, buffers);
  const size = height * width;
  return Array.from({ length: count }, (_, i) => ({
    ...whole,
    height,
    codes: whole.codes.subarray(i * size, (i + 1) * size),
  }));
}

export function decodeGrid(meta: ArrayMeta, buffers: readonly Bytes[]): Grid {
  const [height, width] = meta.shape;
  if (meta.shape.length !== 2 || !height || !width)
    throw new Error(`A map must be a grid, not ${meta.shape.join(" × ")}.`);
  const codes = codesOf(meta, slice(meta, buffers));
  if (!codes) return quantise(decodeFloats(meta, buffers), width, height);
  return { width, height, codes, lo: meta.lo ?? 0, hi: meta.hi ?? 0 };
}
