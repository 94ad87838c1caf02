// A saved explanation that JupyterLab opens: one of the views, and the file in place of a kernel.
import type { Saved } from "../core/fields";
import { type Language, language } from "../core/language";
import { pageOf } from "../host/file";
import { type Page, SavedModel } from "../host/page";
import { populationOf } from "../host/populationfile";
import { changesOf, evaluationOf } from "../host/resultfile";
import type { View } from "../panels/root";

/** What the view of each kind of file is told. */
const PAGES: Record<string, (saved: Saved, version: string) => Page | Promise<Page>> = {
  "xai_widgets attribution": pageOf,
  "xai_widgets population": ({ fields }, version) => populationOf(fields, version),
  "xai_widgets evaluation": ({ fields }, version) => listed(evaluationOf(fields), version),
  "xai_widgets counterfactuals": async ({ fields }, version) => listed(await changesOf(fields), version),
};

/** A page that is all there from the first. */
function listed(spec: object, version: string): Page {
  return { spec, state: { id: 0 }, version, messages: [], told: [], answers: [] };
}

/** Shows it, and returns how to stop. Throws, and leaves nothing behind, for what the view cannot show. */
export default async function show(
  view: View,
  saved: Saved,
  el: HTMLElement,
  words: Language | null,
  version: string,
): Promise<() => void> {
  language.value = words;
  const pageFor = PAGES[String(saved.fields.format)];
  if (!pageFor) throw new Error("no view shows this kind of file");
  const model = new SavedModel(await pageFor(saved, version));
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
