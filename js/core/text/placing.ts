// Tokens' values on the pieces of the text that is on show, which may be edited since they were computed.
import { type Grid, quantise, valueAt } from "../arrays";
import { type Edited, originalSpan, type Run } from "./edits";
import { placesOf } from "./pieces";
import type { Granularity, Span } from "./types";

/** The run that a place lies in, by the ends that `of` gives. */
function runAt(runs: readonly Run[], at: number, of: (run: Run) => [number, number]): Run | null {
  let [low, high] = [0, runs.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (of(runs[middle]!)[1] <= at) low = middle + 1;
    else high = middle;
  }
  const run = runs[low];
  return run && of(run)[0] <= at && at < of(run)[1] ? run : null;
}

/** Where tokens of one edited text lie in another, by the original of both; empty where a token is no more. */
export function carried(tokens: Uint32Array, before: readonly Run[], now: readonly Run[]): Uint32Array {
  const out = new Uint32Array(tokens.length);
  for (let i = 0; i < tokens.length; i += 2) {
    const [start, stop] = [tokens[i]!, tokens[i + 1]!];
    if (start >= stop) continue;
    const old = runAt(before, start, ({ from, to }) => [from, to]);
    if (!old || old.edit !== null || stop > old.to) continue;
    const original = old.start + start - old.from;
    const run = runAt(now, original, (one) => [one.start, one.stop]);
    if (!run || run.edit !== null || original + stop - start > run.stop) continue;
    out[i] = run.from + original - run.start;
    out[i + 1] = out[i]! + stop - start;
  }
  return out;
}

/** What tokens cover, once for those that share it: the bytes of an emoji do. */
export function tokenPieces(tokens: Uint32Array): Span[] {
  const found: Span[] = [];
  for (let i = 0; i < tokens.length; i += 2) {
    const [start, stop] = [tokens[i]!, tokens[i + 1]!];
    const last = found.at(-1);
    if (start >= stop) continue;
    if (last && start < last.stop) last.stop = Math.max(last.stop, stop);
    else found.push({ start, stop });
  }
  return found;
}

/** For each token the piece that it counts for, −1 for none. */
export function placed(text: string, tokens: Uint32Array, pieces: readonly Span[], kind: Granularity): Int32Array {
  if (kind !== "tokens") return placesOf(text, tokens, pieces);
  const out = new Int32Array(tokens.length / 2).fill(-1);
  let piece = 0;
  for (let i = 0; i < out.length; i++) {
    const [start, stop] = [tokens[2 * i]!, tokens[2 * i + 1]!];
    if (start >= stop) continue;
    while (piece + 1 < pieces.length && pieces[piece]!.stop <= start) piece++;
    out[i] = piece;
  }
  return out;
}

interface Divided {
  edited: Edited;
  pieces: readonly Span[];
}

/** The pieces that hold the words of others, after an edit or of another size; null where none is left. */
export function followed(chosen: Span, then: Divided, now: Divided): Span | null {
  const [first, last] = [then.pieces[chosen.start], then.pieces[chosen.stop]];
  if (!first || !last) return null;
  let place: Span = { start: first.start, stop: last.stop };
  if (then.edited.text !== now.edited.text) {
    const back = now.edited.runs.map(({ start, stop, from, to, edit }) => ({
      start: from,
      stop: to,
      from: start,
      to: stop,
      edit,
    }));
    place = originalSpan(back, originalSpan(then.edited.runs, place));
  }
  const inside = now.pieces.flatMap(({ start, stop }, i) => (start < place.stop && place.start < stop ? [i] : []));
  return inside.length ? { start: inside[0]!, stop: inside.at(-1)! } : null;
}

/** Sums over the pieces; not a number where no token counts for one. */
export function summed(grid: Grid, places: Int32Array, pieces: number): Grid {
  const sums = new Float64Array(pieces).fill(Number.NaN);
  for (let i = 0; i < places.length; i++) {
    const at = places[i]!;
    const value = valueAt(grid.codes[i]!, grid.lo, grid.hi);
    if (at < 0 || Number.isNaN(value)) continue;
    sums[at] = Number.isNaN(sums[at]!) ? value : sums[at]! + value;
  }
  return quantise(sums, pieces, 1);
}

/** The numbers of the tokens that count for a piece. */
export function tokensIn(places: Int32Array, piece: number): number[] {
  const found: number[] = [];
  places.forEach((at, i) => {
    if (at === piece) found.push(i);
  });
  return found;
}
