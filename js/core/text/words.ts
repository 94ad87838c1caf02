// Every word that a person reads in the text widget, beside those that all widgets share.
import { counted, percent, short, whole } from "../format";
import { inLanguage } from "../language";

const ACTS = {
  ask: "Click a word, or drag over several, to ask what made the model write it.",
  read: "Click a word to keep its numbers on show, drag over several for their sum.",
  delete: "Click a word to take it out, again to put it back.",
  mask: "Click a word to hide it from the model, again to show it.",
  edit: "Click a word to write another in its place.",
  swap: "Click a word to see which other words would change the answer most.",
};

const english = {
  title: "Text explanation",
  text: "Text with shades",
  textLabel: (method: string, label: string) => `Text, shaded by ${method} for ${label}`,
  textEmpty: "Text, no values yet",
  help: "Arrow keys, Home and End go from word to word, with Shift over several. Delete takes out or puts back, M hides, F2 or Enter edits, the menu key offers other words, Escape leaves.",

  // what a click does
  mode: "A click",
  modes: { ask: "Ask", read: "Read", delete: "Delete", mask: "Mask", edit: "Edit", swap: "Replace" },
  hints: ACTS,
  hintMore: "Drag takes several words, double click edits.",
  noMask: "This tokenizer has no mask token",

  // pieces
  granularity: "Values of",
  granularities: { tokens: "Tokens", words: "Words", sentences: "Sentences", pattern: "Pattern" },
  granularityHints: {
    tokens: "What the model reads",
    words: "Tokens summed over words",
    sentences: "Tokens summed over sentences",
    pattern: "Tokens summed over matches of a regular expression",
  },
  pattern: "Regular expression",
  patternPlaceholder: "such as not \\w+",
  patternBad: "This is no regular expression",
  patternNone: "Nothing in the text matches",
  pieces: {
    tokens: counted("token"),
    words: counted("word"),
    sentences: counted("sentence"),
    pattern: counted("match", "matches"),
  },
  marks: "Marks",
  markings: { shade: "Shades", underline: "Underlines" },
  markHints: {
    shade: "Colour behind the words",
    underline: "Lines below the words: thicker is stronger, broken speaks against",
  },
  special: "Added tokens",
  specialHint: "Tokens that the tokenizer adds, such as one for the whole text",
  specialToken: (name: string) => `${name}, added by the tokenizer`,

  // the read-out
  readOutHint: "Point at a word, or focus the text and use the arrow keys.",
  rank: (rank: number, of: number) => `rank ${whole(rank)} of ${whole(of)}`,
  share: (share: number) => `${percent(share)} of all |value|`,
  ids: (ids: number[]) => (ids.length === 1 ? `token id ${ids[0]}` : `token ids ${ids.join(", ")}`),
  sumOf: (what: string) => `Sum of ${what}`,
  unlock: "Let go",
  noValue: "no value",
  cut: (characters: number) =>
    `The text is too long: the model does not see the last ${whole(characters)} characters. To explain them, give them as a text of their own.`,
  empty: "The text is empty. Double-click or press Enter to write one.",

  // edits
  editing: "Change the text",
  editWord: "New words",
  wordWas: (word: string) => `was “${word}”`,
  wordNew: "added",
  stepWaits: "…",
  stepTitle: (label: string) => `Change of ${label} by this step`,
  whole: "Edit the whole text",
  wholeDone: "Apply",
  putBack: "Put all back",

  // other words in the place of some
  menu: (word: string) => `Other words for “${word}”`,
  menuRunning: "Trying other words",
  menuNone: "No other word was found",
  menuDelete: "nothing at all",
  menuDeltaOf: (label: string) => `change of ${label}`,
  close: "Close",

  // what a language model expects
  next: "Next token",
  nextHint: "Click a token to ask why it comes next, ⇄ to ask why rather than that one, + to write it and ask why.",
  nextRather: (name: string) => `Rather than ${name}`,
  nextAppend: (name: string) => `Write ${name}`,
  temperature: "Temperature",
  temperatureHint: "Below 1 the likeliest gain, above 1 all come closer together",
  candidates: "Candidates",
  candidatesHint: "Only so many of the likeliest tokens may come next",
  candidatesAll: "all",
  entropy: (bits: number) => `Uncertain by ${bits.toFixed(2)} bits: as among ${whole(2 ** bits)} equal tokens`,
  drawn: "So are tokens drawn; all else is told at temperature 1.",
  quoted: (text: string) => `“${text}”`,

  // what a language model writes
  generate: "Let the model go on",
  generateSay:
    "Draws tokens from the candidates above, and finds what each rests on. Click one to go on up to it and ask why it came.",
  generateCount: "New tokens",
  generateGo: "Write",
  generateKeep: "Put into the text",
  generateMap: "What each new token (row) rests on (column)",
  generateToken: (p: number) => `drawn at ${percent(p)}`,

  // attention
  attention: "Attention",
  attentionSay: "How much each token (row) takes of each (column): which need not be what decides.",
  attentionLayer: "Layer",
  attentionHead: "Head",
  attentionMean: "mean of all",
  attentionRollout: "rollout: all layers up to this one",
  attentionHeads: (layer: number) => `Heads of layer ${layer}`,
  attentionHeadNumber: (head: number) => `Head ${head}`,
  attentionMap: "Attention, tokens by tokens",
  cell: (row: string, column: string, value: string) => `“${row}” ← “${column}”: ${value}`,
  cellHint: "Point at a cell, or focus the map and use the arrow keys.",

  // what would have to change
  searchSay: "The fewest changes of words that give another answer.",
  searchSayNext: "The fewest changes of words after which another token is the likeliest.",
  searchSaySpan: (said: string, other: string | null) =>
    `The fewest changes before ${said} after which ${other ?? "something else"} is likelier there.`,
  searchAnyToken: "any other token",
  searchTokens: "Type to find a token among the likeliest",
  searchNoToken: "No such token among the likeliest",
  searchMost: "Changes at most",
  searchFewest: "No smaller set of changes would do.",
  searchShow: "Show",
  searchShowText: (text: string) => `Show ${text}`,
  searchChanges: counted("change"),
  searchFluency: (score: number) => `fluency ${short(score)}`,
  searchFluencyHint: "How much likelier than the original the language model finds it",

  // the tree of edits
  versions: "Versions",
  versionOriginal: "Original",
  versionsHint: "Click a version to go back to it; what you change there begins a branch.",
  versionsNone: "Change a word to begin: every version is kept here with its effect.",
  versionText: (deleted: string) => `− ${deleted}`,
  versionMasked: (masked: string) => `▒ ${masked}`,
  versionWritten: (old: string, fresh: string) => (old ? `${old} → ${fresh}` : `+ ${fresh}`),
  versionMore: (count: number) => `and ${whole(count)} more`,
  versionBack: (word: string) => (word ? `put back ${word}` : "taken back"),
  versionGo: (name: string, score: string) => `Version ${name}, ${score}`,
  compareWith: (name: string) => `Compare with ${name}`,
  compareBetween: (from: string, to: string) => `From “${from}” to “${to}”:`,
  exportTable: "Export as CSV",
  exportName: "versions.csv",

  // reading
  reading: "Reading the shades",
  massHint: "Keeps the strongest pieces that together hold this share of the total |value|",
  kept: (share: number, pieces: string, all: number) => `${percent(share)} in ${pieces} of ${whole(all)}`,

  // two methods
  over: (pieces: string) => `over ${pieces}`,
};

export type TextWords = typeof english;

export const textWords = inLanguage("text", english);
