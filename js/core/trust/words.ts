// Every word about how far a map can be trusted.
import { short } from "../format";
import { inLanguage } from "../language";

const english = {
  panel: "Can I believe this?",
  passes: (passed: number, checked: number) => `Passes ${passed} of ${checked} ${checked === 1 ? "check" : "checks"}`,
  /** In the kernel's words; `count` is how many checks are passed. */
  verdict: (said: string, _count: string): string => said.charAt(0).toUpperCase() + said.slice(1),
  waits: "Waiting until it is finished",
  measuring: "Measuring",
  stopped: "Not measured to the end",
  failed: (why: string) => `It could not be measured: ${why}`,
  marks: { yes: "Passes", no: "Fails", none: "Number only" },
  noValue: "not to be had here",
  random: (value: number) => `random ${short(value)}`,
  better: { higher: "Higher is better", lower: "Lower is better" },
  range: (low: number | null, high: number | null) =>
    low === null
      ? high === null
        ? "any number"
        : `at most ${short(high)}`
      : high === null
        ? `from ${short(low)}`
        : `from ${short(low)} to ${short(high)}`,
  curves: {
    "this map": "This map",
    "random order": "Random order",
    "edge detector": "Edge detector",
    position: "Position",
    "rank correlation": "Rank correlation",
  } as Record<string, string>,
  axes: {
    deletion: "Across: how much is hidden. Up: what the model says.",
    insertion: "Across: how much is shown. Up: what the model says.",
    road: "Across: how much is hidden. Up: what the model says.",
    randomisation: "Across: how many layers were drawn anew. Up: how alike the map stays.",
  } as Record<string, string>,
  curvesOf: (title: string, means: [string, number][]) =>
    `Curves of ${title}. On average ${means.map(([name, mean]) => `${name} ${short(mean)}`).join(", ")}`,
  greyed: (method: string, verdict: string) => `${method}: ${verdict}. It is shown in grey.`,
  anyway: "Show it anyway",

  // methods beside each other
  trial: "Methods beside each other",
  trialHint: "The same question to each, with its settings where it is on show, else with its defaults.",
  measure: (count: number) => (count === 1 ? "Measure 1 method" : `Measure ${count} methods`),
  all: "All",
  none: "None",
  note: (method: string, said: string) => `${method}: ${said}`,
  checks: "Verdict",
  save: "Save as CSV",
  columns: ["method", "verdict", "passed", "checked"],
};

export type TrustWords = typeof english;

export const trustWords = inLanguage("trust", english);
