// Where the tokens of a saved text lie, told as a kernel would tell it: a file counts characters, a browser UTF-16 units.
import { type Fields, listOf } from "../core/fields";
import type { LayoutMessage } from "../core/text/types";
import { type Buffers, isCount, must } from "./checked";

interface SavedText {
  text: string;
  put(buffers: Buffers): LayoutMessage;
}

/** Where each character begins, and where the last one ends. */
function unitsOf(characters: readonly string[]): Uint32Array {
  const units = new Uint32Array(characters.length + 1);
  for (const [i, one] of characters.entries()) units[i + 1] = units[i]! + one.length;
  return units;
}

/** How many characters at the end no token stands for: the text was too long. */
function cutOf(characters: readonly string[], end: number): number {
  const rest = characters.slice(end).join("").trim();
  // What cannot be seen is dropped by many tokenizers.
  return /[^\p{C}\p{M}\p{Z}]/u.test(rest) ? Array.from(rest).length : 0;
}

export function layoutOf({ text: given, spans, ids: numbers, special: added }: Fields, count: number): SavedText {
  const text = must(typeof given === "string" && given, "text");
  const characters = Array.from(text);
  const [places, ids, special] = [spans, numbers, added].map(listOf) as [unknown[], unknown[], unknown[]];
  const ends = places.flatMap((one) => {
    const [start, stop] = listOf(one);
    const inside = isCount(start) && isCount(stop) && start <= stop && stop <= characters.length;
    return inside ? [start, stop] : [];
  });
  must(count > 0 && places.length === count && ends.length === 2 * count, "text");
  for (const list of [ids, special]) must([0, count].includes(list.length), "text");
  must(ids.every((one) => isCount(one) && one < 2 ** 32) && special.every((one) => typeof one === "boolean"), "text");
  const units = unitsOf(characters);
  const tokens = Uint32Array.from(ends, (end) => units[end]!);
  const names = special.flatMap((one, i): [number, string][] => (one && ids.length ? [[i, String(ids[i])]] : []));
  const last = ends.reduce((most, end) => Math.max(most, end), 0);
  return {
    text,
    put: (buffers) => ({
      text,
      cut: cutOf(characters, last),
      names,
      tokens: buffers.put("<u4", [count, 2], tokens),
      ids: ids.length ? buffers.put("<u4", [count], Uint32Array.from(ids as number[])) : null,
      special: buffers.put(
        "|u1",
        [count],
        Uint8Array.from({ length: count }, (_, i) => Number(special[i] ?? false)),
      ),
    }),
  };
}
