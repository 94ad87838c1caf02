// Every word that a person reads of whole populations.
import { percent, seconds, short, whole } from "../format";
import { inLanguage } from "../language";
import type { Topic } from "./types";

const english = {
  title: (rows: number, columns: number) => `A model over ${whole(rows)} rows of ${whole(columns)} columns`,
  asked: (label: string, valued: boolean) => (valued ? `its ${label}` : `its probability of ${label}`),
  questions: "Question",
  topics: {
    importance: "Importance",
    effect: "Effect of a column",
    pair: "Two columns",
    contributions: "Contributions",
    tree: "Surrogate tree",
    sensitivity: "Sensitivity",
  } as Record<Topic, string>,
  sentences: {
    importance:
      "How much worse are the answers when a column tells nothing? Its values are dealt out anew among the rows.",
    effect:
      "What would the answer be, on average, if all rows had this value? And how does it change where rows have about that value?",
    pair: "What would the answer be, on average, if all rows had these two values?",
    contributions:
      "What does each column contribute to the answers of single rows? One dot a row, coloured by the column's value.",
    tree: "Which few rules come nearest to what the model does? A tree in place of the model is only as good as its fidelity.",
    sensitivity: "How much of the answer's spread does each column make, when all vary independently, as no data do?",
  } as Record<Topic, string>,

  // how it goes
  rows: (rows: number) => `${whole(rows)} rows`,
  passes: (count: number) => `${whole(count)} passed through the model`,
  done: (share: number) => `${percent(share, 0)} done`,
  stopped: (share: number) => `Stopped at ${percent(share, 0)}`,
  took: (value: number) => seconds(value),
  waits: "Waiting for the first rows",
  again: "Start again",

  // one number a column
  columns: "Columns",
  order: "Sort by",
  orders: { value: "Value", data: "Data", name: "Name" },
  find: "Find a column",
  none: "No column has this name",
  more: (count: number) => `Show ${whole(count)} more`,
  interval: (half: number) => (Number.isFinite(half) ? `± ${short(half)}` : ""),
  intervalHint: "The line holds the value for endless rows of the same kind in 95 of 100 cases",
  go: (name: string, value: string) => `${name}, ${value}: show its effect`,
  goHint: "Show the effect of this column",
  measures: {
    mu: "mean effect",
    sigma: "spread of effects",
    first_order: "alone",
    std: "between repeats",
    mean: "mean",
  } as Record<string, string>,
  measure: (name: string, value: number) => `${name} ${short(value)}`,

  // along a column
  column: "Column",
  searchHint: "Type to choose a column",
  lines: "Single rows",
  linesHint: "What becomes of single rows (individual conditional expectation)",
  centred: "Centred",
  centredHint: "Each line as its difference from the left end",
  dependence: "All rows set to the value (partial dependence)",
  accumulated: "Rows that have about that value (accumulated local effects)",
  accumulatedNone: "Categories have no order to go along",
  chart: (name: string) => `The answer along ${name}. Arrow keys go from value to value`,
  yAxis: (label: string, valued: boolean, centred: boolean) =>
    `${centred ? "Difference of the " : ""}${valued ? "value" : `${centred ? "probability" : "Probability"} of ${label}`}`,
  at: (name: string, value: string) => `${name} = ${value}`,
  here: (value: string, half: string) => `all set: ${value} ${half}`,
  local: (value: string) => `local: ${value}`,
  count: (rows: number) => `${whole(rows)} of the rows about here`,
  chartHint: "Point at the chart, or focus it and use the arrow keys, to read values.",
  histogram: "Below: where the rows lie",

  // two columns
  first: "Across",
  second: "Up",
  map: (a: string, b: string) => `The answer by ${a} and ${b}. Arrow keys go from cell to cell`,
  mapHint: "Point at the map, or focus it and use the arrow keys, to read values.",
  colours: (label: string, valued: boolean) => (valued ? "Mean value" : `Mean probability of ${label}`),

  // contributions
  swarm:
    "Contributions of single rows. Up and down go from column to column, left and right from row to row, Enter selects the row",
  swarmHint: "Point at a dot, or focus the chart and use the arrow keys.",
  swarmPick: "A click selects the row: w.selected has its number.",
  dot: (row: number) => `row ${whole(row)}`,
  contributes: (value: string) => `contributes ${value}`,
  low: "low value",
  high: "high value",
  missing: "missing",
  selected: (row: number) => `Selected: row ${whole(row)}`,
  clear: "Clear",
  rowsAsked: "Rows",

  // the tree
  depth: "Depth",
  fidelity: (measure: string, value: number) =>
    measure === "agreement"
      ? `Agrees with the model on ${percent(value)}`
      : `${measure} with the model ${value.toFixed(3)}`,
  fidelityHint: "On rows that the tree was not fitted to",
  guess: (value: number, heldOut: number) =>
    `always the same answer: ${percent(value)}; on ${whole(heldOut)} rows held out`,
  poor: "No better than always the same answer: this tree explains nothing",
  all: "all rows",
  treeLabel: "Surrogate tree. Arrow keys go from node to node",
  node: (rows: number, share: number) => `${whole(rows)} rows (${percent(share)})`,
  pure: (purity: number, valued: boolean) =>
    valued ? `spread ${short(purity)}` : `the model says so of ${percent(purity, 0)} of them`,
  rule: (conditions: string[], answer: string) => `${conditions.join(" and ") || "all rows"} → ${answer}`,
  treeHint: "Point at a node, or focus the tree and use the arrow keys, to read its rule.",
  rules: "Rules as text",
  copy: "Copy",
  copied: "Copied",

  // sensitivity
  scheme: "Scheme",
  schemes: { sobol: "Shares of variance (Sobol)", morris: "Elementary effects (Morris)" } as Record<string, string>,
};

export type PopulationWords = typeof english;
export const populationWords = inLanguage("population", english);
