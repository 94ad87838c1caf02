// Asks the kernel for the reader's language, and takes it up.
import { type Language, language, translated, wanted } from "../core/language";
import type { BaseSpec, EditSpec, Method } from "../core/types";

export interface LanguageMessage {
  kind: "language";
  language: string;
  /** An ES module whose default export is the language. */
  module: string;
}

/** What to ask for with the hello: nothing for English, or what is on show already. */
export function asked(): string | undefined {
  // Tests of what has no page run without one.
  if (typeof document === "undefined") return undefined;
  const jupyter = document.getElementById("jupyter-config-data") !== null;
  const code = wanted({ lang: document.documentElement.lang, jupyter }, navigator.language);
  return code === "en" || language.peek()?.code.startsWith(code) ? undefined : code;
}

/** Takes a language up; what cannot be read leaves the words as they are. */
export async function learn({ module }: LanguageMessage): Promise<void> {
  // As anywidget loads a view: what a page allows for one it allows for the other.
  const address = URL.createObjectURL(new Blob([module], { type: "text/javascript" }));
  try {
    language.value = ((await import(/* @vite-ignore */ address)) as { default: Language }).default;
  } catch (error) {
    console.warn("xai_widgets: the language could not be loaded", error);
  } finally {
    URL.revokeObjectURL(address);
  }
}

function translatedMethod(method: Method): Method {
  const parameters = method.parameters.map((one) => ({ ...one, sentence: translated(one.sentence) }));
  const why_not = method.why_not === null ? null : translated(method.why_not);
  return { ...translatedParts(method), family: translated(method.family), why_not, parameters };
}

function translatedParts<T extends { title: string; sentence: string }>(one: T): T {
  return { ...one, title: translated(one.title), sentence: translated(one.sentence) };
}

/** What the kernel says of itself, in the language on show. */
export function translatedSpec<S extends BaseSpec & { edits?: EditSpec[] }>(spec: S): S {
  if (!language.value) return spec;
  const edits = spec.edits && { edits: spec.edits.map(translatedParts) };
  return { ...spec, methods: spec.methods.map(translatedMethod), ...edits };
}
