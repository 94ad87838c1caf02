// A saved explanation that JupyterLab opens: one of the views, and the file in place of a kernel.
import type { Saved } from "../core/fields";
import { type Language, language } from "../core/language";
import { pageOf } from "../host/file";
import { SavedModel } from "../host/page";
import { populationOf } from "../host/populationfile";
import type { View } from "../panels/root";

/** Shows it, and returns how to stop. Throws, and leaves nothing behind, for what the view cannot show. */
export default async function show(
  view: View,
  saved: Saved,
  el: HTMLElement,
  words: Language | null,
  version: string,
): Promise<() => void> {
  language.value = words;
  const { kind } = saved.fields;
  const page = typeof kind === "string" ? await populationOf(saved.fields, version) : pageOf(saved, version);
  const model = new SavedModel(page);
  const closing = new AbortController();
  try {
    view.initialize({ model, signal: closing.signal });
    view.render({ model, el, signal: closing.signal });
  } catch (error) {
    closing.abort();
    el.replaceChildren();
    throw error;
  }
  return () => closing.abort();
}
