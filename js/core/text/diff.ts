// What differs between two texts, word by word, and as edits of the first.
import { put, splice } from "./edits";
import { wordsOf } from "./pieces";
import type { TextEdit } from "./types";

export interface Hunk {
  kind: "same" | "gone" | "fresh";
  text: string;
}

/** Above so many cells the table of common words is too dear, and all between the ends counts as changed. */
const MOST_CELLS = 2_000_000;

/** Words, marks and the spaces between them. */
function units(text: string): string[] {
  const out: string[] = [];
  let place = 0;
  for (const { start, stop } of wordsOf(text)) {
    if (start > place) out.push(text.slice(place, start));
    out.push(text.slice(start, stop));
    place = stop;
  }
  if (place < text.length) out.push(text.slice(place));
  return out;
}

/** Which units of both are the same, as pairs, by the longest common subsequence. */
function common(a: readonly string[], b: readonly string[]): [number, number][] {
  let [head, tail] = [0, 0];
  while (head < a.length && head < b.length && a[head] === b[head]) head++;
  while (tail < Math.min(a.length, b.length) - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++;
  const [n, m] = [a.length - head - tail, b.length - head - tail];
  const pairs: [number, number][] = Array.from({ length: head }, (_, i) => [i, i]);
  if (n * m > 0 && n * m <= MOST_CELLS) {
    const wide = m + 1;
    const best = new Uint32Array((n + 1) * wide);
    for (let i = n - 1; i >= 0; i--)
      for (let j = m - 1; j >= 0; j--)
        best[i * wide + j] =
          a[head + i] === b[head + j]
            ? best[(i + 1) * wide + j + 1]! + 1
            : Math.max(best[(i + 1) * wide + j]!, best[i * wide + j + 1]!);
    for (let [i, j] = [0, 0]; i < n && j < m; ) {
      if (a[head + i] === b[head + j]) pairs.push([head + i++, head + j++]);
      else if (best[(i + 1) * wide + j]! >= best[i * wide + j + 1]!) i++;
      else j++;
    }
  }
  for (let k = tail; k > 0; k--) pairs.push([a.length - k, b.length - k]);
  return pairs;
}

export function diff(before: string, after: string): Hunk[] {
  const [a, b] = [units(before), units(after)];
  const out: Hunk[] = [];
  const add = (kind: Hunk["kind"], list: readonly string[]) => {
    const text = list.join("");
    const last = out.at(-1);
    if (!text) return;
    if (last?.kind === kind) last.text += text;
    else out.push({ kind, text });
  };
  let [i, j] = [0, 0];
  for (const [p, q] of [...common(a, b), [a.length, b.length] as [number, number]]) {
    add("gone", a.slice(i, p));
    add("fresh", b.slice(j, q));
    add("same", a.slice(p, p + 1));
    [i, j] = [p + 1, q + 1];
  }
  return out;
}

/** The edits of the original that make another text of it. */
export function editsBetween(original: string, wanted: string): TextEdit[] {
  let edits: TextEdit[] = [];
  let place = 0;
  const hunks = diff(original, wanted);
  hunks.forEach((hunk, i) => {
    const next = hunks[i + 1];
    if (hunk.kind === "gone") {
      const fresh = next?.kind === "fresh" ? next.text : "";
      edits = put(edits, changeOf(original, place, place + hunk.text.length, fresh));
    } else if (hunk.kind === "fresh" && hunks[i - 1]?.kind !== "gone")
      edits = put(edits, { name: "replace", start: place, stop: place, text: hunk.text });
    if (hunk.kind !== "fresh") place += hunk.text.length;
  });
  if (splice(original, edits, null).text === wanted) return edits;
  // A deletion took a space that should have stayed: all between the ends is written anew.
  let [head, tail] = [0, 0];
  const most = Math.min(original.length, wanted.length);
  while (head < most && original[head] === wanted[head]) head++;
  while (tail < most - head && original.at(-1 - tail) === wanted.at(-1 - tail)) tail++;
  // At least one character is written, since nothing at all would be a deletion.
  if (head + tail === wanted.length && head > 0) head--;
  else if (head + tail === wanted.length && tail > 0) tail--;
  const text = wanted.slice(head, wanted.length - tail);
  const [start, stop] = [head, original.length - tail];
  return text ? [{ name: "replace", start, stop, text }] : [{ name: "delete", start, stop }];
}

/** A deletion leaves out the spaces at its ends, one of which goes by itself. */
function changeOf(original: string, start: number, stop: number, text: string): TextEdit {
  if (text) return { name: "replace", start, stop, text };
  const words = original.slice(start, stop);
  const left = words.length - words.trimStart().length;
  const right = words.length - words.trimEnd().length;
  if (!words.trim()) return { name: "delete", start, stop };
  return { name: "delete", start: start + left, stop: stop - right };
}
