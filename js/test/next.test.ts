// What may come next, from scores.
import { describe, expect, it } from "vitest";
import { entropy, softmax } from "../core/text/next";

const LOGITS = [2, 0, 1, -1];

function sum(values: ArrayLike<number>): number {
  return Array.from(values).reduce((a, b) => a + b, 0);
}

describe("probabilities", () => {
  it("are in the proportions of the exponentials", () => {
    const p = softmax(LOGITS);
    expect(sum(p)).toBeCloseTo(1, 6);
    expect(p[0]! / p[1]!).toBeCloseTo(Math.exp(2), 4);
    expect([...softmax(LOGITS.map((v) => v + 900))]).toEqual([...p]);
  });

  it("sharpen when it is cold, and level out when it is hot", () => {
    const [cold, hot] = [softmax(LOGITS, 0.05), softmax(LOGITS, 100)];
    expect(cold[0]).toBeCloseTo(1, 6);
    for (const p of hot) expect(p).toBeCloseTo(0.25, 1);
    expect(softmax(LOGITS, 0)[0]).toBe(1);
    expect(softmax(LOGITS, 2)[0]! / softmax(LOGITS, 2)[1]!).toBeCloseTo(Math.E, 4);
  });

  it("belong to the likeliest alone where only so many may come", () => {
    const p = softmax(LOGITS, 1, 2);
    expect([p[1], p[3]]).toEqual([0, 0]);
    expect(p[0]! / p[2]!).toBeCloseTo(Math.E, 4);
    expect(sum(p)).toBeCloseTo(1, 6);
    expect([...softmax(LOGITS, 1, 99)]).toEqual([...softmax(LOGITS)]);
  });

  it("pass over what is not a number", () => {
    expect([...softmax([0, Number.NaN, 0])]).toEqual([0.5, 0, 0.5]);
  });
});

it("uncertainty is counted in bits", () => {
  expect(entropy([0.25, 0.25, 0.25, 0.25])).toBe(2);
  expect(entropy([1, 0])).toBe(0);
});
