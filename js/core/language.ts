// The language on show. English is built in; another one comes from the kernel and takes its place while one looks.
import { signal } from "@preact/signals-core";
import type { EmbeddingWords } from "./embedding/words";
import type { ImageWords } from "./image/words";
import type { PopulationWords } from "./population/words";
import type { TableWords } from "./table/words";
import type { TextWords } from "./text/words";
import type { TrustWords } from "./trust/words";
import type { Words } from "./words";

/** One language: a file of js/languages each. */
export interface Language {
  /** As BCP 47 writes it, for whoever reads the page aloud. */
  code: string;
  words: Words;
  image: ImageWords;
  text: TextWords;
  table: TableWords;
  trust: TrustWords;
  embedding: EmbeddingWords;
  population: PopulationWords;
  /** What the kernel says in English, word by word: titles, sentences, parameters. What is not here stays English. */
  kernel: Record<string, string>;
}

/** Null for English. */
export const language = signal<Language | null>(null);

/** English words that are read in the language on show; whoever reads them is told when it changes. */
export function inLanguage<T extends object>(topic: Exclude<keyof Language, "code" | "kernel">, english: T): T {
  return new Proxy(english, {
    get: (own, key) => {
      const theirs = language.value?.[topic] as T | undefined;
      // A catalogue of another version may lack a word.
      return theirs?.[key as keyof T] ?? own[key as keyof T];
    },
  });
}

/** What the kernel said, in the language on show. */
export function translated(english: string): string {
  return language.value?.kernel[english] ?? english;
}

/** The language that the reader has chosen: JupyterLab's setting where there is one, else the browser's. */
export function wanted(page: { lang: string; jupyter: boolean }, browser: string): string {
  return (page.jupyter ? page.lang : browser).toLowerCase().split(/[-_]/, 1)[0] || "en";
}
