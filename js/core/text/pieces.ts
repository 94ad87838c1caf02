// The words and sentences of a text, as text.py finds them, and which of them a token counts for.
import type { Span } from "./types";

const JOINER = "\u200d";
const INNER = "'\u2019-";
const DECIMAL = ".,";
const TONE = /[\u{1f3fb}-\u{1f3ff}]/u;
const ENDS = ".!?\u2026\u3002\uff01\uff1f";
const CLOSES = "\"'\u201d\u2019\u00bb)\\]";
/** What ends with a mark before a space; full-width marks need none. */
const SENTENCE = new RegExp(
  `(?:[^${ENDS}\\n]|[.!?](?![\\s.!?${CLOSES}]|$))+(?:[${ENDS}]+[${CLOSES}]*)?|[${ENDS}]+`,
  "gu",
);
/** Scripts without spaces between words. */
const ALONE = new RegExp(
  "[\\p{Unified_Ideograph}\\uf900-\\ufaff\\u{2f800}-\\u{2fa1f}\\u3041-\\u30ff\\u31f0-\\u31ff" +
    "\\p{Script=Thai}\\p{Script=Lao}\\p{Script=Khmer}\\p{Script=Myanmar}]",
  "u",
);

type Class = "space" | "sign" | "alone" | "word";

function isSpace(character: string): boolean {
  // Python takes the separators of records for spaces as well, and the byte order mark for none.
  return (/\s/.test(character) && character !== "\ufeff") || "\u001c\u001d\u001e\u001f\u0085".includes(character);
}

function classOf(character: string): Class {
  if (isSpace(character)) return "space";
  if (!/[\p{L}\p{N}_]/u.test(character)) return "sign";
  return ALONE.test(character) ? "alone" : "word";
}

function goesOn(characters: readonly string[], at: number, own: Class): boolean {
  const [character, before] = [characters[at]!, characters[at - 1]!];
  if (own === "space") return isSpace(character);
  if ((character === JOINER || before === JOINER) && own === "sign") return true;
  if (/\p{M}/u.test(character) || TONE.test(character)) return true;
  if (own !== "word") return false;
  if ((INNER + DECIMAL).includes(character)) {
    const after = characters[at + 1];
    if (after === undefined || classOf(before) !== "word" || classOf(after) !== "word") return false;
    return INNER.includes(character) || (/\p{Nd}/u.test(before) && /\p{Nd}/u.test(after));
  }
  return classOf(character) === "word";
}

export function wordsOf(text: string): Span[] {
  const characters = [...text];
  const found: Span[] = [];
  let place = 0;
  for (let at = 0; at < characters.length; ) {
    const own = classOf(characters[at]!);
    let next = at + 1;
    while (next < characters.length && goesOn(characters, next, own)) next++;
    let stop = place;
    for (; at < next; at++) stop += characters[at]!.length;
    if (own !== "space") found.push({ start: place, stop });
    place = stop;
  }
  return found;
}

/** Without the spaces at both ends. */
function stripped(text: string, start: number, stop: number): Span {
  let [a, b] = [start, stop];
  while (a < b && isSpace(text[a]!)) a++;
  while (b > a && isSpace(text[b - 1]!)) b--;
  return { start: a, stop: b };
}

/** The matches of a regular expression that hold more than spaces. */
export function matchesOf(text: string, pattern: RegExp): Span[] {
  const found: Span[] = [];
  for (const match of text.matchAll(pattern)) {
    const span = stripped(text, match.index, match.index + match[0].length);
    if (span.start < span.stop) found.push(span);
  }
  return found;
}

export function sentencesOf(text: string): Span[] {
  return matchesOf(text, SENTENCE);
}

/** Pieces that lie in the same stretch as one. */
export function joinedWithin(pieces: readonly Span[], stretches: readonly { from: number; to: number }[]): Span[] {
  const out: Span[] = [];
  let at = 0;
  for (const piece of pieces) {
    while (at < stretches.length && stretches[at]!.to <= piece.start) at++;
    const stretch = stretches[at];
    const last = out.at(-1);
    const inside = stretch && piece.start >= stretch.from && piece.stop <= stretch.to;
    if (inside && last && last.start >= stretch.from) last.stop = piece.stop;
    else out.push({ ...piece });
  }
  return out;
}

/** Null where it is none. */
export function patternOf(source: string): RegExp | null {
  try {
    return new RegExp(source, "gu");
  } catch {
    return null;
  }
}

/** For each token the piece in which its first character that is no space lies; −1 for none. */
export function placesOf(text: string, tokens: Uint32Array, pieces: readonly Span[]): Int32Array {
  const out = new Int32Array(tokens.length / 2).fill(-1);
  const starts = pieces.map(({ start }) => start);
  for (let i = 0; i < out.length; i++) {
    const [start, stop] = [tokens[2 * i]!, tokens[2 * i + 1]!];
    if (start >= stop) continue;
    const at = stripped(text, start, stop).start;
    let [low, high] = [0, starts.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (starts[middle]! <= at) low = middle + 1;
      else high = middle;
    }
    if (low > 0 && at < pieces[low - 1]!.stop) out[i] = low - 1;
  }
  return out;
}
