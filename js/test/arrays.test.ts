import { readFileSync } from "node:fs";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { bytesOf, decodeBytes, decodeFloats, decodeGrid, quantise, valueAt } from "../core/arrays";
import type { ArrayMeta, Bytes } from "../core/types";

/** The same bytes as every host may hand them over. */
function disguises(bytes: Uint8Array): Record<string, Bytes> {
  const shifted = new Uint8Array(bytes.length + 3);
  shifted.set(bytes, 1);
  const shared = new SharedArrayBuffer(bytes.length);
  new Uint8Array(shared).set(bytes);
  // As from a frame of its own, whose classes are others.
  const foreign: Uint8Array = runInNewContext(`Uint8Array.of(${bytes.join()})`);
  expect(foreign.buffer).not.toBeInstanceOf(ArrayBuffer);
  return {
    view: new DataView(bytes.slice().buffer),
    buffer: bytes.slice().buffer,
    typed: bytes.slice(),
    "typed array amid a buffer": shifted.subarray(1, 1 + bytes.length),
    unaligned: new DataView(shifted.buffer, 1, bytes.length),
    "Node buffer": Buffer.from(bytes),
    "shared buffer": shared,
    "view from another frame": foreign,
    "buffer from another frame": foreign.buffer,
    list: [...bytes],
    base64: btoa(String.fromCharCode(...bytes)),
  };
}

describe("quantised values", () => {
  it("come in 8 bits too", () => {
    const meta: ArrayMeta = { v: 1, dtype: "|u1", shape: [1, 4], lo: -3, hi: 1.5, buffer: 0 };
    const grid = decodeGrid(meta, [Uint8Array.of(0, 127, 254, 255)]);
    expect([...grid.codes]).toEqual([0, 32767, 65534, 65535]);
    expect([...decodeFloats(meta, [Uint8Array.of(0, 127, 254, 255)])]).toEqual([-3, -0.75, 1.5, Number.NaN]);
  });

  const codes = Uint16Array.of(0, 1, 32767, 65534, 65535);
  const meta: ArrayMeta = { v: 1, dtype: "<u2", shape: [1, 5], lo: -3, hi: 1.5, buffer: 0 };

  it.each(Object.entries(disguises(new Uint8Array(codes.buffer))))("come out of a %s", (_, bytes) => {
    const grid = decodeGrid(meta, [bytes]);
    expect([grid.width, grid.height]).toEqual([5, 1]);
    expect([...grid.codes]).toEqual([...codes]);
    const floats = decodeFloats(meta, [bytes]);
    expect(floats[0]).toBe(-3);
    expect(floats[1]).toBeCloseTo(-3 + 4.5 / 65534, 6);
    expect(floats[3]).toBe(1.5);
    expect(floats[4]).toBeNaN();
  });

  it("survive the way there and back within half a step", () => {
    const values = Array.from({ length: 600 }, (_, i) => Math.sin(i) * 7 - 1);
    const grid = quantise(values, 30, 20);
    values.forEach((v, i) => {
      expect(Math.abs(valueAt(grid.codes[i]!, grid.lo, grid.hi) - v)).toBeLessThan(14 / 65534);
    });
  });

  it("know missing and constant values", () => {
    const grid = quantise([2, Number.NaN, 2, Number.POSITIVE_INFINITY], 2, 2);
    expect([...grid.codes]).toEqual([0, 65535, 0, 65535]);
    expect(valueAt(0, grid.lo, grid.hi)).toBe(2);
    expect(quantise([Number.NaN], 1, 1)).toMatchObject({ lo: 0, hi: 0 });
  });
});

describe("other arrays", () => {
  it.each(
    Object.entries(disguises(new Uint8Array(Float32Array.of(0.1, -2, 3e9).buffer))),
  )("floats from a %s", (_, bytes) => {
    expect([...decodeFloats({ v: 1, dtype: "<f4", shape: [3], buffer: 0 }, [bytes])]).toEqual([
      Math.fround(0.1),
      -2,
      3e9,
    ]);
  });

  it("bytes, as bytes and as numbers", () => {
    const meta: ArrayMeta = { v: 1, dtype: "|u1", shape: [1, 1, 3], buffer: 1 };
    const buffers = [new ArrayBuffer(0), Uint8Array.of(1, 2, 255, 9)];
    expect([...decodeBytes(meta, buffers)]).toEqual([1, 2, 255]);
    expect([...decodeFloats(meta, buffers)]).toEqual([1, 2, 255]);
  });

  it("a float map is taken as well", () => {
    const bytes = Float32Array.of(0, 0.5, 1, Number.NaN);
    const grid = decodeGrid({ v: 1, dtype: "<f4", shape: [2, 2], buffer: 0 }, [bytes]);
    expect([...grid.codes]).toEqual([0, 32767, 65534, 65535]);
  });

  it("refuses what does not fit, in words", () => {
    const meta: ArrayMeta = { v: 1, dtype: "<u2", shape: [4, 4], lo: 0, hi: 1, buffer: 0 };
    expect(() => decodeGrid(meta, [new ArrayBuffer(8)])).toThrow("needs 32 bytes but came with 8");
    expect(() => decodeGrid(meta, [])).toThrow("without its binary data");
    expect(() => decodeGrid({ ...meta, shape: [16] }, [new ArrayBuffer(32)])).toThrow("must be a grid");
    expect(() => decodeFloats({ ...meta, dtype: "<f8" as "<f4" }, [new ArrayBuffer(32)])).toThrow("Unknown array type");
    for (const nothing of [undefined, null, {}, 7])
      expect(() => bytesOf(nothing as undefined)).toThrow("without its binary data");
  });
});

interface Fixture {
  name: string;
  array: ArrayMeta;
  file: string;
  values: (number | null)[];
  tolerance: number;
}

const FOLDER = new URL("../../tests/fixtures/wire/", import.meta.url);
const INDEX = new URL("index.json", FOLDER);

/** Bytes that Python wrote. */
describe("fixtures", () => {
  const fixtures: Fixture[] = JSON.parse(readFileSync(INDEX, "utf8"));
  it.each(fixtures.map((f) => [f.name, f] as const))("%s", (_, fixture) => {
    const bytes = new Uint8Array(readFileSync(new URL(fixture.file, FOLDER)));
    for (const disguise of Object.values(disguises(bytes))) {
      const buffers: Bytes[] = [];
      buffers[fixture.array.buffer] = disguise;
      const values = decodeFloats(fixture.array, buffers);
      expect(values.length).toBe(fixture.values.length);
      fixture.values.forEach((want, i) => {
        if (want === null) expect(values[i]).toBeNaN();
        else expect(Math.abs(values[i]! - want)).toBeLessThanOrEqual(fixture.tolerance + 1e-6 * Math.abs(want));
      });
    }
  });
});
