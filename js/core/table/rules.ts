// What changed rows must keep to, as a set: in which order it was said makes no difference. How many columns may change
// is part of the question, which says it even where no rule does.
import type { Column, Rules } from "./types";

function told({ immutable, ranges, direction, effort, rules }: Rules): string {
  const sets: unknown[][] = [immutable, rules, ...[ranges, direction, effort].map((one) => Object.entries(one))];
  return JSON.stringify(sets.map((set) => set.map((one) => JSON.stringify(one)).sort()));
}

export function sameRules(one: Rules, other: Rules): boolean {
  return told(one) === told(other);
}

/** A rule that these columns could have. */
export function exampleOf(columns: readonly Column[]): string {
  const one = columns.find(({ kind }) => kind === "number");
  if (!one) return "";
  const name = /^[a-z_]\w*$/i.test(one.name) ? one.name : `\`${one.name}\``;
  return `${name} <= ${Number(one.high.toPrecision(6))}`;
}
