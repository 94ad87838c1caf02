// Every word that a person reads of vectors of words.
import { counted, percent, short, whole } from "../format";
import { inLanguage } from "../language";
import type { Metric } from "./types";

const english = {
  title: (shown: number, total: number, features: number) =>
    `${whole(shown)}${total > shown ? ` of ${whole(total)}` : ""} words, ${whole(features)} numbers each, on a plane`,

  titleWaits: "Words in their contexts, on a plane",

  // the map
  map: (method: string, metric: string) => `Words laid out by ${method}, ${metric}`,
  mapWaits: "The words are being laid out",
  mapHelp:
    "Arrow keys go to the next word in that direction, Enter selects it. Plus, minus and 0 zoom, Shift with arrow keys moves the map. Escape leaves the word.",
  hint: "Point at a word, or focus the map and use the arrow keys. Click selects; drag moves, Ctrl + wheel or two fingers zoom.",
  zoomFit: "Show all words",
  plain:
    "This browser gives no WebGL, so the map does not answer to the mouse. Keys, the buttons here and the search do.",
  projection: "Projection",
  metric: "Distance",
  metrics: { cosine: "Cosine", euclidean: "Euclidean" } as Record<Metric, string>,
  metricHints: {
    cosine: "1 minus the cosine of the angle between two vectors: their lengths do not matter",
    euclidean: "The length of the difference of two vectors",
  } as Record<Metric, string>,

  // what it keeps
  legend: (k: number) => `True neighbours that survive, of each word's ${whole(k)}`,
  legendEnds: (k: number): [string, string, string] => ["0", "", whole(k)],
  recall: (share: number, k: number) => `${percent(share)} of the ${whole(k)} nearest neighbours survive on average`,
  chance: (share: number) => `by chance ${percent(share)}`,
  recallHint:
    "Each word's nearest words by all features, among those on show, are compared with its nearest words on this map. What lies close here need not be close, and what is close need not lie so.",
  keptOf: (kept: number, k: number) => `${whole(kept)} of its ${whole(k)} true neighbours lie near it here`,
  spoken: (word: string, kept: number, k: number) => `${word}, keeps ${whole(kept)} of ${whole(k)} neighbours`,
  linesKept: "near on the map too",
  linesLost: "torn away by the map",

  // how it goes
  reading: "The model reads the texts",
  preparing: "Finding true neighbours",
  steps: (done: number, total: number) => `${whole(done)} of ${whole(total)} steps`,
  stopped: (done: number, total: number) => `Stopped after ${whole(done)} of ${whole(total)} steps`,

  // neighbours
  search: "Find a word",
  searchHint: "Type to choose among the words on show, or any other word there is a vector of",
  searchNone: "None of the words on show",
  lookUp: (word: string) => `Look up “${word}”`,
  neighbours: "Nearest words",
  neighboursOf: (word: string) => `Nearest to “${word}”`,
  neighboursNone: "Select a word to see what lies nearest to it among all words, by all features.",
  neighboursBy: { cosine: "cosine distance, 0..2", euclidean: "Euclidean distance" } as Record<Metric, string>,
  similarity: (metric: Metric, distance: number) =>
    metric === "cosine" ? `cosine ${short(1 - distance)}` : `similarity 1/(1+d) ${short(1 / (1 + distance))}`,
  number: (value: number) => (Math.abs(value) < 1000 ? value.toFixed(3) : short(value)).replace("-", "−"),
  offMap: "not on the map",
  go: (word: string, value: string, off: boolean) => `${word}, ${value}${off ? ", not on the map" : ""}`,

  // analogies
  analogy: "Analogies",
  analogySay:
    "By 3CosAdd: the words with the largest cosine to b − a + c, each vector of length 1. The three words given are left out.",
  analogyParts: ["a", "b", "c"] as const,
  isTo: "is to",
  as: "as",
  what: "is to …",
  analogySwap: "Exchange a and b",
  analogyList: (a: string, b: string, c: string) => `“${a}” is to “${b}” as “${c}” is to`,

  // what people say
  agreement: "Agreement with people",
  agreementSay: (pairs: number) =>
    `${whole(pairs)} pairs of words that people have judged: do the vectors find the same pairs alike?`,
  correlation: (value: number | null) =>
    value === null ? "no order to compare" : `${value.toFixed(2)} rank correlation`.replace("-", "−"),
  interval: ([low, high]: readonly [number, number]) =>
    `95% interval ${low.toFixed(2)} to ${high.toFixed(2)}`.replaceAll("-", "−"),
  compared: counted("pair compared", "pairs compared"),
  missing: (n: number) => `${whole(n)} left out: a word has no vector`,
  unknown: (list: readonly string[]) => `Without a vector: ${list.join(", ")}`,
  apart: "Where they differ most",
  apartOf: (people: number, vectors: number) =>
    `people place ${Math.round(100 * people)}, vectors ${Math.round(100 * vectors)} of 100`,
  separation: "Do groups of words lie together?",
  separationSay: (groups: number) =>
    `${whole(groups)} groups of words: are words nearer to their own group than to any other, more than if the labels were dealt at random?`,
  separationVerdict: (together: boolean): string =>
    together ? "Yes, more than by chance." : "No more than by chance.",
  separationNone: "There are not two groups of two words that have vectors.",
  silhouette: (value: number) => `silhouette ${value.toFixed(2)}`.replace("-", "−"),
  silhouetteHint:
    "Of each word: how much nearer its own group is on average than the nearest other group; 1 far apart, 0 on the border, below 0 nearer to another",
  dealt: ([low, high]: readonly [number, number]) =>
    `by chance ${low.toFixed(2)} to ${high.toFixed(2)}`.replaceAll("-", "−"),
  grouped: (n: number) => `${whole(n)} words`,
  ungrouped: (n: number) => `${whole(n)} left out: no vector, or alone in a group`,
  astray: "Nearer to another group",
  astrayOf: (own: string, other: string) => `of ${own}, nearer to ${other}`,
  agreementHint: "Spearman's: 1 for the same order of pairs, 0 for no relation, −1 for the opposite order",
};

export type EmbeddingWords = typeof english;

export const embeddingWords = inLanguage("embedding", english);
