import { deflateSync } from "node:zlib";
import { expect, test } from "vitest";
import { codesOf, type SavedPage, unpacked } from "../host/page";

/** As xai_widgets/export/fitting.py writes codes of a map. */
function planes(codes: number[]): Uint8Array {
  return Uint8Array.from([...codes.map((code) => code & 255), ...codes.map((code) => code >> 8)]);
}

const read = (bytes: Uint8Array) => [...new Uint16Array(bytes.buffer)];

test("codes of any fineness reach from end to end, and what is no number stays none", () => {
  for (const bits of [8, 10, 16]) {
    const top = 2 ** bits - 2;
    expect(read(codesOf(planes([0, top / 2, top, top + 1]), bits))).toEqual([0, 32767, 65534, 65535]);
  }
});

test("a page's buffers come back as they were, wherever they are named", async () => {
  const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64");
  const page = {
    messages: [
      { kind: "map", buffers: [1, 0] },
      { kind: "prediction", buffers: [2] },
      { kind: "ended", buffers: [] },
    ],
    buffers: [
      [0, base64(Uint8Array.of(1, 2, 3))],
      [8, base64(deflateSync(planes([0, 254, 255])))],
      [1, base64(deflateSync(Uint8Array.of(9, 9, 9)))],
    ],
  };
  const { messages } = await unpacked(page as unknown as SavedPage);
  const [map, prediction, ended] = messages.map((one) => one.buffers as Uint8Array[]);
  expect(read(map![0]!)).toEqual([0, 65534, 65535]);
  expect([...map![1]!]).toEqual([1, 2, 3]);
  expect([...prediction![0]!]).toEqual([9, 9, 9]);
  expect(ended).toEqual([]);
});

test("long lists of a spec come back into their places, and nothing else does", async () => {
  const text = (value: unknown) => [1, deflateSync(JSON.stringify(value)).toString("base64")];
  const page = { spec: { kind: "table", columns: 0, row: [7], grid: 1 }, messages: [], buffers: [text([{ name: "age" }]), text([9])] }; // biome-ignore format: one line
  const { spec } = await unpacked(page as unknown as SavedPage);
  expect(spec).toEqual({ kind: "table", columns: [{ name: "age" }], row: [7], grid: 1 });
  for (const columns of [2, -1, 0.5, 1e9])
    await expect(unpacked({ ...page, spec: { columns } } as unknown as SavedPage)).rejects.toThrow();
});
