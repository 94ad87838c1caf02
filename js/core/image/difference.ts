// What is different between two pictures, made strong enough to be seen.

/** More would show nothing but the rounding to 8 bits. */
const STRONGEST = 20;

/** The difference around grey, in the bytes of both, and how many times as strong it is. */
export function difference(before: Uint8Array, after: Uint8Array): { rgb: Uint8Array; times: number } {
  const largest = after.reduce((most, value, i) => Math.max(most, Math.abs(value - before[i]!)), 1);
  const times = Math.min(STRONGEST, Math.max(1, Math.floor(127 / largest)));
  return { rgb: after.map((value, i) => Math.min(255, Math.max(0, 128 + times * (value - before[i]!)))), times };
}
