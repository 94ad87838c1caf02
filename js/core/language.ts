// The language on show. English is built in; another one comes from the kernel and takes its place while one looks.
import { computed, signal } from "@preact/signals-core";
import { callMissing } from "./format";
import { translatorOf } from "./translator";

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

callMissing(() => translated("not a number"));

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

const translator = /* @__PURE__ */ computed(() => language.value && translatorOf(language.value.kernel));

/** What the kernel said, in the language on show. */
export function translated(english: string): string {
  return translator.value?.(english) ?? english;
}

/** The language that the reader has chosen: JupyterLab's setting where there is one, else the browser's. */
export function wanted(page: { lang: string; jupyter: boolean }, browser: string): string {
  return (page.jupyter ? page.lang : browser).toLowerCase().split(/[-_]/, 1)[0] || "en";
}
