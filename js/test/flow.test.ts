// Where a long text is cut, so that an edit draws little anew.
import { describe, expect, it } from "vitest";
import { chunksOf, type Part } from "../dom/flow";

function partsOf(count: number, without = -1): Part[] {
  const out: Part[] = [];
  for (let i = 0; i < count; i++) {
    if (i === without) continue;
    const piece = without >= 0 && i > without ? i - 1 : i;
    out.push({ text: `word${(i * 7919) % 613}`, piece, kind: "piece", edit: null });
    out.push({ text: " ", piece: -1, kind: "plain", edit: null });
  }
  return out;
}

const textOf = (parts: readonly Part[]) => parts.map(({ text }) => text).join("");

describe("cuts", () => {
  it.each([10, 1000, 5000])("lose nothing of %i words, and fall between them", (count) => {
    const chunks = chunksOf(partsOf(count));
    expect(textOf(chunks.flat())).toBe(textOf(partsOf(count)));
    for (const chunk of chunks) expect(chunk.at(-1)!.text).toBe(" ");
  });

  it("stay where they are when a word goes", () => {
    for (const count of [1000, 5000]) {
      const before = new Set(chunksOf(partsOf(count)).map(textOf));
      const after = chunksOf(partsOf(count, 300)).map(textOf);
      expect(after.filter((text) => !before.has(text)).length).toBeLessThanOrEqual(3);
      expect(after.length).toBeGreaterThan(8);
    }
  });

  it("are made in a text without spaces too", () => {
    const parts = Array.from({ length: 5000 }, (_, i): Part => ({ text: "映", piece: i, kind: "piece", edit: null }));
    expect(Math.max(...chunksOf(parts).map((chunk) => chunk.length))).toBeLessThanOrEqual(1200);
  });
});
