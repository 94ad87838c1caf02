// What may come next, from a language model's scores: temperature and the number of candidates are the reader's to choose.
import { top } from "../scores";

/** Probabilities at a temperature, of the `count` likeliest alone where a count is given. */
export function softmax(logits: ArrayLike<number>, temperature = 1, count = 0): Float32Array {
  const out = new Float32Array(logits.length);
  const kept = count > 0 && count < logits.length ? top(logits, count) : null;
  let most = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < logits.length; i++) if (logits[i]! > most) most = logits[i]!;
  // Where nothing is left to chance the likeliest has it all.
  const scale = 1 / Math.max(1e-6, temperature);
  let sum = 0;
  const add = (i: number) => {
    const value = Math.exp((logits[i]! - most) * scale);
    out[i] = Number.isNaN(value) ? 0 : value;
    sum += out[i]!;
  };
  if (kept) kept.forEach(add);
  else for (let i = 0; i < logits.length; i++) add(i);
  if (sum > 0) for (let i = 0; i < out.length; i++) out[i]! /= sum;
  return out;
}

/** How many bits the next token holds, on average. */
export function entropy(probabilities: ArrayLike<number>): number {
  let bits = 0;
  for (let i = 0; i < probabilities.length; i++) {
    const p = probabilities[i]!;
    if (p > 0) bits -= p * Math.log2(p);
  }
  return bits;
}
