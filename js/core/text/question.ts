// A question about part of a text stays with its words while the text around them is edited.
import type { Stretch, Target } from "../types";
import type { Edited } from "./edits";
import { carried } from "./placing";

export function isSpan(target: Target): target is Stretch {
  return target !== null && typeof target === "object" && "span" in target;
}

/** Where the words lie now, be they of the original or written; null where they are no more. */
export function moved([start, stop]: [number, number], before: Edited, now: Edited): [number, number] | null {
  const [first, last] = carried(Uint32Array.of(start, stop), before.runs, now.runs);
  if (first! < last!) return [first!, last!];
  const old = before.runs.find(({ from, to, edit }) => edit !== null && from <= start && stop <= to);
  const run = old && now.runs.find((one) => one.edit !== null && one.start === old.start && one.to > one.from);
  if (!old || !run) return null;
  const [a, b] = [run.from + start - old.from, run.from + stop - old.from];
  return b <= run.to && now.text.slice(a, b) === before.text.slice(start, stop) ? [a, b] : null;
}
