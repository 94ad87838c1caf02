import { expect, test } from "vitest";
import { difference } from "../core/image/difference";

const bytes = (...values: number[]) => Uint8Array.from(values);

test("a small difference is made as strong as there is room for", () => {
  const { rgb, times } = difference(bytes(100, 100, 100), bytes(110, 90, 100));
  expect(times).toBe(12);
  expect([...rgb]).toEqual([248, 8, 128]);
});

test("a large one is shown as it is, up to black and white, and rounding is not blown up", () => {
  expect([...difference(bytes(0, 255, 9), bytes(255, 0, 9)).rgb]).toEqual([255, 0, 128]);
  expect(difference(bytes(7, 7), bytes(8, 7))).toEqual({ rgb: bytes(148, 128), times: 20 });
  expect(difference(bytes(7), bytes(7)).rgb).toEqual(bytes(128));
});
