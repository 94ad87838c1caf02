// The language on show. English is built in; another one comes from the kernel and takes its place while one looks.
import { computed, signal } from "@preact/signals-core";

/** The parts of a catalogue. */
type Topic = "words" | "image" | "text" | "table" | "trust" | "embedding" | "population" | "results";

/** One language. What each part holds is in catalogue.ts: here all are alike. */
export interface Language extends Record<Topic, object> {
  /** As BCP 47 writes it, for whoever reads the page aloud. */
  code: string;
  /** What the kernel says in English, word by word: titles, sentences, parameters; {} for what differs. What is not here stays English. */
  kernel: Record<string, string>;
}

/** Null for English. */
export const language = signal<Language | null>(null);

/** English words that are read in the language on show; whoever reads them is told when it changes. */
export function inLanguage<T extends object>(topic: Topic, english: T): T {
  return new Proxy(english, {
    get: (own, key) => {
      const theirs = language.value?.[topic] as T | undefined;
      // A catalogue of another version may lack a word.
      return theirs?.[key as keyof T] ?? own[key as keyof T];
    },
  });
}

/** A sentence with gaps, and what it is in the language on show. */
type Pattern = [RegExp, string];

/** Those that say more come first: the others may fit them too. */
const patterns = /* @__PURE__ */ computed(() =>
  Object.entries(language.value?.kernel ?? {})
    .filter(([english]) => english.includes("{}"))
    .sort(([a], [b]) => b.length - a.length)
    .map(([english, theirs]): Pattern => {
      const exact = english.split("{}").map((part) => part.replace(/[^\w\s]/g, "\\$&"));
      return [new RegExp(`^${exact.join("(.*?)")}$`, "s"), theirs];
    }),
);

function known(english: string): string | undefined {
  const whole = language.value?.kernel[english];
  if (whole !== undefined) return whole;
  for (const [pattern, theirs] of patterns.value) {
    const [, ...found] = pattern.exec(english) ?? [];
    if (found.length) return theirs.replace(/\{\}/g, () => translated(found.shift() ?? ""));
  }
  return undefined;
}

/** Where a sentence ends and another begins. */
const BETWEEN = /(?<=[.!?]) (?=\S)/;

/**
 * What the kernel said, in the language on show. Numbers and names stand in a catalogue as {}, in the same order; the
 * last ones may be left out. Of several sentences as few as are known together are translated together, so that no gap
 * reaches over the next one; what nobody knows stays as it is.
 */
export function translated(english: string): string {
  if (!language.value || !english) return english;
  const sentences = english.split(BETWEEN);
  for (let count = 1; count <= sentences.length; count++) {
    const theirs = known(sentences.slice(0, count).join(" "));
    if (theirs !== undefined) return theirs + translated(sentences.slice(count).join(" "));
  }
  const [first, ...rest] = sentences;
  return rest.length ? `${first} ${translated(rest.join(" "))}` : english;
}

/** The language that the reader has chosen: JupyterLab's setting where there is one, else the browser's. */
export function wanted(page: { lang: string; jupyter: boolean }, browser: string): string {
  return (page.jupyter ? page.lang : browser).toLowerCase().split(/[-_]/, 1)[0] || "en";
}
