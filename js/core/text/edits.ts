// The original text with edits: what it becomes, and how edits come together. docs/protocol.md holds the rule of spaces.
import type { Removal, Replace, Span, TextEdit } from "./types";

/** A stretch of the text: as it was, or what an edit made of it. */
export interface Run {
  /** In the original. Of a deletion with the space that goes as well. */
  start: number;
  stop: number;
  /** In the edited text. */
  from: number;
  to: number;
  /** Its place in the list of edits; null where nothing was changed. */
  edit: number | null;
}

export interface Edited {
  text: string;
  runs: Run[];
}

/** A deletion between two spaces, or a space and an end of the text, takes one of them along. */
function withSpace(text: string, edit: Span, next: TextEdit | undefined, done: number): Span {
  const { start, stop } = edit;
  const before = start === 0 || text[start - 1] === " ";
  const after = stop === text.length || text[stop] === " ";
  if (!before || !after) return edit;
  if (stop < text.length && !(next && next.start <= stop)) return { start, stop: stop + 1 };
  return start > done ? { start: start - 1, stop } : edit;
}

/** `mask`: what stands for a hidden word. */
export function splice(original: string, edits: readonly TextEdit[], mask: string | null): Edited {
  const runs: Run[] = [];
  let [text, done] = ["", 0];
  const add = (start: number, stop: number, put: string, edit: number | null) => {
    if (start === stop && !put && edit === null) return;
    runs.push({ start, stop, from: text.length, to: text.length + put.length, edit });
    text += put;
    done = stop;
  };
  edits.forEach((edit, i) => {
    const gone = edit.name === "delete";
    const { start, stop } = gone ? withSpace(original, edit, edits[i + 1], done) : edit;
    add(done, start, original.slice(done, start), null);
    add(start, stop, edit.name === "replace" ? edit.text : gone ? "" : (mask ?? ""), i);
  });
  add(done, original.length, original.slice(done), null);
  return { text, runs };
}

/** The part of the original that a stretch of the edited text came from; inside a replacement all of what it replaced. */
export function originalSpan(runs: readonly Run[], { start, stop }: Span): Span {
  const inside = runs.filter(({ from, to }) => to > from && to > start && from < stop);
  const [first, last] = [inside[0], inside.at(-1)];
  if (!first || !last) {
    // Between two runs: a place to insert.
    const at = runs.find(({ from, to, edit }) => edit === null && from <= start && start <= to);
    const place = at ? at.start + start - at.from : (runs.at(-1)?.stop ?? 0);
    return { start: place, stop: place };
  }
  return {
    start: first.edit === null ? first.start + Math.max(0, start - first.from) : first.start,
    stop: last.edit === null ? last.stop - Math.max(0, last.to - stop) : last.stop,
  };
}

/** An edit takes the place of those that it overlaps; an insertion that only touches it stays. */
export function put(edits: readonly TextEdit[], edit: TextEdit): TextEdit[] {
  const { start, stop } = edit;
  const apart = (one: TextEdit) =>
    one.stop < start ||
    one.start > stop ||
    (one.stop === start && one.start < one.stop) ||
    (one.start === stop && one.start < one.stop);
  const kept = edits.filter((one) => apart(one) && !(start === stop && one.start === start && one.stop === stop));
  return [...kept, edit].sort((a, b) => a.start - b.start || a.stop - b.stop);
}

/** Deletes or hides a stretch of the edited text. Inside one replacement it changes that. */
export function remove(
  original: string,
  edits: readonly TextEdit[],
  span: Span,
  name: Removal["name"],
  mask: string | null,
): TextEdit[] {
  const { runs } = splice(original, edits, mask);
  const within = runs.find(({ from, to, edit }) => edit !== null && from <= span.start && span.stop <= to && to > from);
  const own = within ? edits[within.edit!] : undefined;
  if (within && own?.name === "replace" && name === "delete") {
    const left = own.text.slice(0, span.start - within.from) + own.text.slice(span.stop - within.from);
    return rewrite(original, edits, within.edit!, left.replace(/ {2,}/g, " "));
  }
  const place = originalSpan(runs, span);
  if (place.start === place.stop) return within ? edits.filter((_, i) => i !== within.edit) : [...edits];
  return put(edits, { name, ...place });
}

/** Writes after the end, be it nothing but a space or a new line. */
export function append(original: string, edits: readonly TextEdit[], text: string): TextEdit[] {
  const last = edits.at(-1);
  if (last?.name === "replace" && last.stop === original.length)
    return [...edits.slice(0, -1), { ...last, text: last.text + text }];
  return [...edits, { name: "replace", start: original.length, stop: original.length, text }];
}

/** Gives a replacement other words. */
export function rewrite(original: string, edits: readonly TextEdit[], at: number, text: string): TextEdit[] {
  const { start, stop } = edits[at]!;
  const others = edits.filter((_, i) => i !== at);
  if (text === original.slice(start, stop)) return others;
  if (!text.trim()) return start === stop ? others : put(others, { name: "delete", start, stop });
  return put(others, { name: "replace", start, stop, text });
}

/** Writes other words in the place of a stretch of the edited text. */
export function write(
  original: string,
  edits: readonly TextEdit[],
  span: Span,
  text: string,
  mask: string | null,
): TextEdit[] {
  const { runs } = splice(original, edits, mask);
  const within = runs.find(({ from, to, edit }) => edit !== null && from <= span.start && span.stop <= to && to > from);
  const own = within ? edits[within.edit!] : undefined;
  if (within && own?.name === "replace") {
    const whole = own.text.slice(0, span.start - within.from) + text + own.text.slice(span.stop - within.from);
    return rewrite(original, edits, within.edit!, whole);
  }
  const place = originalSpan(runs, span);
  if (text === original.slice(place.start, place.stop)) return edits.filter((_, i) => i !== within?.edit);
  if (!text.trim()) return place.start === place.stop ? [...edits] : put(edits, { name: "delete", ...place });
  const edit: Replace = { name: "replace", ...place, text };
  return put(edits, edit);
}
