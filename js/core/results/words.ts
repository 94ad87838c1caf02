// Every word about saved evaluations and counterfactuals that stands nowhere else.
import { percent, short } from "../format";
import { inLanguage } from "../language";

const score = (value: number, plain: boolean) => (plain ? short(value) : percent(value));

const english = {
  measure: "Measure",
  measures: "Measures",
  value: "Value",
  random: "Random order",
  range: "Range",
  better: "Better",
  ways: { higher: "higher", lower: "lower" },
  verdict: "Verdict",
  more: (title: string) => `More about ${title}`,
  save: "Save as CSV",
  asked: (answer: string, value: number, plain: boolean, wanted: string) =>
    `${answer} ${score(value, plain)} now. What would make it ${wanted}?`,
  changes: "What would change the answer",
  none: "None was found.",
  way: "Way",
  wayOf: (number: number) => `Way ${number}`,
  original: "Original",
  texts: "Changes",
  picture: "Picture",
  pictureOf: (number: number) => `Picture of way ${number}: a line runs around what changed`,
  pictureNow: "The original picture",
  same: "same",
  missing: "missing",
  marks: { up: "more", down: "less", other: "changed" },
  answer: "Answer",
  scoreOf: (label: string) => `Score of ${label}`,
  delta: "Change",
  deltaHint: "That score less the original's",
  valid: "Valid",
  validHint: "The model was asked about this very input, and gives the answer",
  flags: { yes: "yes", no: "no" },
  count: "Changed",
  effort: "Effort",
  nearest: "Nearest real row",
  density: "Density of data",
  similarity: "Similarity",
  fluency: "Fluency",
  area: "Area",
  distance: "Distance",
  survives: "Survives",
  hints: {
    count: "How many columns, words or regions are changed: the fewer, the sparser",
    effort: "All changes, each in typical deviations of its column, by its weight: low is little to do",
    nearest: "Mean distance per column to the nearest real row with this answer: low is plausible",
    density: "How closely real rows with this answer lie around it: near 0 it lies apart from all of them",
    similarity: "Share of the words that stay",
    fluency: "How much easier it reads than the original, as a language model sees it: below 0 it reads harder",
    area: "Share of the picture that changed",
    distance: "Mean change of a pixel, where black and white are 1 apart",
    survives: "Share of copies which look the same that keep the new answer",
  },
  others: (count: number) => (count === 1 ? "1 more column changes." : `${count} more columns change.`),
  files: { evaluation: "evaluation.csv", changes: "counterfactuals.csv" },
};

export type ResultWords = typeof english;

export const resultWords = inLanguage("results", english);
