// What the kernel says, in JupyterLab's language.
import type { Language } from "../core/language";
import { translatorOf } from "../core/translator";
import { isChinese } from "./language";
import { served } from "./served";

let translate: ((english: string) => string) | undefined;

/** Get the words, once; all stays English where the server has none. */
export async function learn(): Promise<void> {
  if (!isChinese() || translate) return;
  const found = await served<Language | null>("words").catch(() => null);
  if (found?.made) translate = translatorOf(found.made.kernel);
}

/** A title or a sentence of the kernel, as far as the words are known yet. */
export function told(english: string): string {
  return (isChinese() && translate?.(english)) || english;
}
