// Texts: their pieces and their edits, as Python finds them.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { originalSpan, put, remove, rewrite, splice, write } from "../core/text/edits";
import { matchesOf, patternOf, placesOf, sentencesOf, wordsOf } from "../core/text/pieces";
import type { Span, TextEdit } from "../core/text/types";
import { spelled, visible } from "../core/text/visible";

const FOLDER = new URL("../../tests/fixtures/text/", import.meta.url);
const read = (name: string) => JSON.parse(readFileSync(new URL(name, FOLDER), "utf8"));
const pairs = (spans: Span[]) => spans.map(({ start, stop }) => [start, stop]);

interface Pieces {
  text: string;
  tokens: [number, number][];
  words: [number, number][];
  sentences: [number, number][];
  in_words: number[];
  in_sentences: number[];
}

describe("pieces", () => {
  it.each((read("pieces.json") as Pieces[]).map((one) => [one.text, one] as const))("of %j", (text, one) => {
    const [words, sentences] = [wordsOf(text), sentencesOf(text)];
    expect(pairs(words)).toEqual(one.words);
    expect(pairs(sentences)).toEqual(one.sentences);
    const tokens = Uint32Array.from(one.tokens.flat());
    expect([...placesOf(text, tokens, words)]).toEqual(one.in_words);
    expect([...placesOf(text, tokens, sentences)]).toEqual(one.in_sentences);
  });

  it("are the matches of a regular expression, if it is one", () => {
    expect(pairs(matchesOf("a1 b22 c", patternOf("\\w\\d+ ?")!))).toEqual([
      [0, 2],
      [3, 6],
    ]);
    expect(patternOf("(")).toBeNull();
    expect(matchesOf("abc", patternOf("x*")!)).toEqual([]);
  });
});

interface Case {
  text: string;
  mask: string;
  edits: TextEdit[];
  edited: string;
}

describe("edits", () => {
  const cases: Case[] = read("edits.json").cases;
  it.each(cases.map((one) => [`${one.text} → ${one.edited}`, one] as const))("%s", (_, {
    text,
    mask,
    edits,
    edited,
  }) => {
    const { text: made, runs } = splice(text, edits, mask);
    expect(made).toBe(edited);
    expect(runs.map((run) => text.slice(run.start, run.stop)).join("")).toBe(text);
    for (const run of runs)
      if (run.edit === null) expect(edited.slice(run.from, run.to)).toBe(text.slice(run.start, run.stop));
  });

  const text = "A very good film";
  const replaced: TextEdit[] = [{ name: "replace", start: 7, stop: 11, text: "rather bad" }];

  it("know where a stretch came from", () => {
    const { runs } = splice(text, replaced, null);
    expect(originalSpan(runs, { start: 2, stop: 6 })).toEqual({ start: 2, stop: 6 });
    expect(originalSpan(runs, { start: 2, stop: 9 })).toEqual({ start: 2, stop: 11 });
    expect(originalSpan(runs, { start: 18, stop: 22 })).toEqual({ start: 12, stop: 16 });
  });

  it("take the place of those that they overlap", () => {
    const gone: TextEdit = { name: "delete", start: 2, stop: 11 };
    expect(put(replaced, gone)).toEqual([gone]);
    const before: TextEdit = { name: "mask", start: 2, stop: 6 };
    expect(put(replaced, before)).toEqual([before, ...replaced]);
  });

  it("change a replacement from within, and vanish with it", () => {
    const less = remove(text, replaced, { start: 7, stop: 14 }, "delete", null);
    expect(splice(text, less, null).text).toBe("A very bad film");
    const none = remove(text, less, { start: 7, stop: 10 }, "delete", null);
    expect(none).toEqual([{ name: "delete", start: 7, stop: 11 }]);
    expect(rewrite(text, replaced, 0, "good")).toEqual([]);
    expect(write(text, replaced, { start: 7, stop: 13 }, "so", null)).toEqual([
      { name: "replace", start: 7, stop: 11, text: "so bad" },
    ]);
  });

  it("insert, and write nothing as a deletion", () => {
    const put_in = write(text, [], { start: 11, stop: 11 }, " old", null);
    expect(splice(text, put_in, null).text).toBe("A very good old film");
    expect(write(text, [], { start: 2, stop: 6 }, " ", null)).toEqual([{ name: "delete", start: 2, stop: 6 }]);
    expect(write(text, [], { start: 2, stop: 6 }, "very", null)).toEqual([]);
  });
});

describe("characters that act", () => {
  it("are shown by name, and letters are left alone", () => {
    const shown = visible("a\u202eb\x00c\u200d👩‍🚀\n");
    expect(shown.map((part) => [part.text, part.stands])).toEqual([
      ["a", null],
      ["RLO", 0x202e],
      ["b", null],
      ["NUL", 0],
      ["c\u200d👩‍🚀\n", null],
    ]);
    expect([visible(""), spelled("x\ny\u2066")]).toEqual([[], "x⏎yLRI"]);
  });
});
