// Answers to a question that would be another one now.

/** What of the question has changed since. */
export type Old = "input" | "rules" | "question";

function equal(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** Whether something would be asked for now that was not. */
export function reworded<T extends object>(now: T, asked: { [K in keyof T]: unknown }): boolean {
  return Object.entries(now).some(([name, value]) => !equal(value, asked[name as keyof T]));
}

/** Whether answers are of another input than the one on show, and that is none that they lead to either. */
export function outdated<T>(
  shown: T,
  asked: T,
  found: readonly T[],
  same: (one: T, other: T) => boolean = equal,
): boolean {
  return ![asked, ...found].some((one) => same(one, shown));
}
