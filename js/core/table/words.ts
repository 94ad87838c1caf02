// Every word that only the widget of tables says.
import { counted, percent, short } from "../format";
import { inLanguage } from "../language";

const english = {
  title: "Explanation of a row",
  features: "Columns",
  feature: "Column",
  value: "Value",
  contribution: "Contribution",
  twoMethods: (a: string, b: string) => `${a} above, ${b} below`,
  over: (columns: number) => `over ${counted("column")(columns)}`,
  contributionHint: "How much this value moves the score against the background",
  missing: "missing",
  isMissing: "The value is missing",
  was: (text: string) => `was ${text}`,
  yes: "yes",
  no: "no",
  resetOne: (name: string) => `Reset ${name}`,
  lock: (name: string) => `Lock ${name}: counterfactuals leave it as it is`,
  unlock: (name: string) => `Unlock ${name}`,
  more: (name: string) => `Rules for ${name}`,
  exact: (name: string) => `${name}, exact value`,
  contributes: (amount: string, rank: number, of: number) => `contribution ${amount}, rank ${rank} of ${of}`,
  contributesNot: "no contribution yet",
  contributesUnknown: "contribution unknown: no score tells it",
  order: "Sort by",
  orders: { strength: "Contribution", data: "Data", name: "Name" },
  again: "Sort again",
  find: "Find a column",
  noFeature: "No column has this name",
  curveOf: (label: string, low: number, high: number, plain: boolean) =>
    `Grey: the data. Line: the model's output for ${label} if this value alone were another, ${
      plain ? short(low) : percent(low, 0)
    } at the bottom, ${plain ? short(high) : percent(high, 0)} at the top`,
  curvesBroken: ". A line is broken where the model fails",
  curvePoint: (text: string, height: string) => `${text}: ${height}`,
  about: "from the curve",
  editing: "Change the row",
  changes: counted("value changed", "values changed"),
  constant: "one value only",

  // rules
  low: "From",
  high: "To",
  direction: "May go",
  directions: { "": "either way", up: "only up", down: "only down" },
  effort: "Effort",
  effortHint: "How hard it is to change: by one typical deviation, or to another category",

  // search
  searchSay: "Changes of the row on show that give another answer. Locks and rules are kept to by every one of them.",
  searchMost: "Most changes",
  rules: "Rules between columns, one a line",
  rulesKept: "Kept to",
  locked: (name: string) => `${name} is locked`,
  goes: (name: string, way: "up" | "down") => `${name} goes only ${way}`,
  within: (name: string, low: string, high: string) => `${name} within ${low} – ${high}`,
  weighs: (name: string, effort: number) => `${name} counts ${short(effort)}×`,
  sentence: (parts: string[], label: string, score: string, plain: boolean) =>
    `If ${parts.length > 1 ? `${parts.slice(0, -1).join(", ")} and ${parts[parts.length - 1]}` : (parts[0] ?? "nothing")}, ${plain ? `${label} would be ${score}` : `the answer would be ${label} (${score})`}.`,
  were: (name: string, after: string, before: string) => `${name} were ${after} (now ${before})`,
  way: (number: number) => `${number}`,
  wayGo: (number: number) => `Go to way ${number}`,
  score: (label: string) => `Output for ${label}`,
  delta: "Change",
  deltaOf: (label: string) => `Change of ${label}`,
  answer: "Answer",
  count: "Values changed",
  effortOf: "Effort",
  effortOfHint: "All changes, each in typical deviations of its column, by its weight",
  nearest: "Nearest real row",
  density: "Density of data",
  densityHint:
    "How closely real rows with this answer lie around this one, beside how closely they lie around its neighbours: 1 is as closely, near 0 it lies apart",
  nearestHint: "Mean distance per column to the nearest real row with this answer: 0 is the same, 1 as far as can be",
  valid: "Checked",
  validHint: "The model was asked about this very row, and it keeps to every rule",
  asked: "Row asked about",
  same: "same",
  marks: { up: "more", down: "less", other: "changed" },

  // scenarios
  scenarios: "Scenarios",
  scenarioName: "Name of the scenario",
  scenarioPlaceholder: "Name",
  keep: "Keep this row",
  scenariosNone: "Keep the row under a name to compare it with others.",
  original: "Original",
  now: "Now",
  goTo: (name: string) => `Go to ${name}`,
  forget: (name: string) => `Remove ${name}`,
  exportTable: "Export as CSV",
  exportName: "scenarios.csv",
  comparison: "Differences",
};

export type TableWords = typeof english;

export const tableWords = inLanguage("table", english);
