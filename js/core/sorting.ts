// Rows in the order of one of their columns.

/** What a row is sorted by; null, or what is no number, where it has none. */
export type Key = number | string | null;

function isMissing(key: Key): key is null {
  return key === null || Number.isNaN(key);
}

/** The largest first if `down`; those without a key come last, either way. Rows of one key stay as they were. */
export function sorted<R>(rows: readonly R[], key: (row: R) => Key, down: boolean): R[] {
  return [...rows].sort((a, b) => {
    const [p, q] = [key(a), key(b)];
    if (isMissing(p) || isMissing(q)) return Number(isMissing(p)) - Number(isMissing(q));
    const order = typeof p === "number" && typeof q === "number" ? p - q : String(p).localeCompare(String(q));
    return down ? -order : order;
  });
}
