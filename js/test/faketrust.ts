// What the fake kernel measures of its maps: they do well, but for those that are no better than random.
import type { Curve, Judgement, Measure, TrialRow } from "../core/trust/types";

const PLAIN: Measure = {
  name: "",
  title: "",
  value: null,
  error: null,
  low: 0,
  high: 1,
  better: "higher",
  passed: null,
  reference: null,
  sentence: "",
  definition: "",
  paper: "",
  curves: [],
};

function curve(name: string, power: number): Curve {
  const x = Array.from({ length: 33 }, (_, i) => i / 32);
  return { name, x, y: x.map((at) => 0.92 * (1 - at) ** power) };
}

function order(name: string, title: string, better: Measure["better"], value: number, rival: string): Measure {
  const reference = 0.46;
  const passed = better === "lower" ? value < reference : value > reference;
  return {
    ...PLAIN,
    name,
    title,
    better,
    value,
    reference,
    passed,
    error: 0.008,
    sentence: `The area is ${value}, and ${reference} in random order: ${passed ? "better" : "no better"} than random.`,
    definition:
      "The mean probability (else the share of the score) that is left while parts are hidden, the most important first.",
    paper: "Petsiuk et al., arXiv:1806.07421 (2018)",
    curves: [curve("this map", 0.92 / value - 1), curve("random order", 1), curve(rival, 1.6)],
  };
}

/** All measures of a map in their order; of one with no number here. */
export function measured(hopeless: boolean, rival: string, tilt = 0): Measure[] {
  return [
    order("deletion", "Deletion", "lower", hopeless ? 0.47 : 0.21 + tilt, rival),
    order("insertion", "Insertion", "higher", hopeless ? 0.44 : 0.71 - tilt, rival),
    {
      ...PLAIN,
      name: "max_sensitivity",
      title: "Max-sensitivity",
      value: 0.38,
      high: null,
      better: "lower",
      sentence: "The smallest changes of the input move the map by at most 38%. <img src=x onerror=window.xaiHacked=1>",
      definition: "The largest change of the map, as a share of it, when the input changes by next to nothing.",
      paper: "Yeh et al., arXiv:1901.09392 (2019)",
    },
    {
      ...PLAIN,
      name: "completeness",
      title: "Completeness",
      better: "lower",
      sentence: "This method promises no sum, so there is nothing to hold it to.",
      definition: "How far the sum of the map is from the score that it should add up to.",
      paper: "Sundararajan et al., arXiv:1703.01365 (2017)",
    },
    {
      ...PLAIN,
      name: "randomisation",
      title: "Sensitive to the model",
      low: -1,
      value: 0.12,
      passed: true,
      better: "lower",
      sentence: "With random weights the map becomes another: it depends on what the model has learned.",
      definition: "The rank correlation of the map with that of the same network after its weights were drawn anew.",
      paper: "Adebayo et al., arXiv:1810.03292 (2018)",
    },
  ];
}

export function summed(measures: Measure[]): Judgement {
  const all = measures.filter(({ passed }) => passed !== null);
  const passed = all.filter((one) => one.passed).length;
  const order = all.filter(({ reference }) => reference !== null);
  const believable = order.some((one) => one.passed) || order.length < 2;
  const verdict = believable ? `passes ${passed} of ${all.length} checks` : "no better than random";
  return all.length
    ? { verdict, believable, passed, checked: all.length, measures }
    : { verdict: null, believable: null, passed: 0, checked: 0, measures };
}

/** A row of the table of methods; each name tilts the numbers its own way. */
export function tried(method: string, hopeless: boolean, rival: string): TrialRow {
  const computed = { label: "tabby", params: '{"n_samples": 25}', seed: 0, model_hash: "0f3a", torch: "2.13.0" };
  return {
    method,
    computed,
    ...summed(measured(hopeless, rival, (method.length % 7) / 50).map((m) => ({ ...m, curves: [] }))),
  };
}
