// Two texts as what differs between them.
import { describe, expect, it } from "vitest";
import { diff, editsBetween } from "../core/text/diff";
import { splice } from "../core/text/edits";

describe("a difference", () => {
  it("is told word by word", () => {
    const told = diff("a very good film.", "a good, long film!").map(({ kind, text }) => `${kind[0]}:${text}`);
    expect(told.join("|")).toBe("s:a |g:very |s:good|f:,|s: |f:long |s:film|g:.|f:!");
    expect(diff("same", "same")).toEqual([{ kind: "same", text: "same" }]);
    expect(diff("", "")).toEqual([]);
  });

  it("loses nothing", () => {
    const texts = ["", "one", "one two  three.", "two three", "👩‍🚀 映画 two", "three. one one\ntwo"];
    for (const a of texts)
      for (const b of texts) {
        const hunks = diff(a, b);
        const made = (leave: string) =>
          hunks
            .filter(({ kind }) => kind !== leave)
            .map(({ text }) => text)
            .join("");
        expect([made("fresh"), made("gone")]).toEqual([a, b]);
      }
  });

  it("of long texts is found without a table", () => {
    const words = (n: number, word: string) => Array.from({ length: n }, (_, i) => `${word}${i}`).join(" ");
    const hunks = diff(`start ${words(3000, "a")} end`, `start ${words(3000, "b")} end`);
    expect(hunks.map(({ kind }) => kind)).toEqual(["same", "gone", "fresh", "same"]);
  });

  it("becomes edits that make the other text", () => {
    const original = "It is a very good film, not  long.\nEnd";
    for (const wanted of [
      "It is a good film, not  long.\nEnd",
      "It is a very good film, not long.\nEnd",
      "It is a very good film, not  long\nEnd",
      "very good",
      "",
      original,
      `${original} And more`,
      `Well, ${original}`,
      "It is a very, very bad film, not  long!\nEnd",
      "Something else",
    ])
      expect(splice(original, editsBetween(original, wanted), null).text).toBe(wanted);
    expect(editsBetween(original, "It is a good film, not  long.\nEnd")).toEqual([
      { name: "delete", start: 8, stop: 12 },
    ]);
    expect(editsBetween(original, original)).toEqual([]);
  });
});
