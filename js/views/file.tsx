// A saved explanation, in JupyterLab or as a page: one of the views, and what was saved in place of a kernel.
import type { Saved } from "../core/fields";
import { type Language, language, translated } from "../core/language";
import { savedOf } from "../core/packed";
import { pageOf } from "../host/file";
import { keptPage } from "../host/kept";
import { type Page, unpacked } from "../host/page";
import { populationOf } from "../host/populationfile";
import { changesOf, evaluationOf } from "../host/resultfile";
import type { View } from "../panels/root";
import { show } from "../panels/saved";

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

/** A view in a notebook: the data of its page, and lines on what was left out of them. */
interface Kept {
  page: unknown;
  facts: string[];
}

/** A file that nobody has unpacked yet, as a page has it. */
type Packed = Pick<Saved, "fields">;

async function told(saved: Saved | Packed | Kept, version: string): Promise<Page> {
  if ("page" in saved) return unpacked(keptPage(saved.page, version));
  const whole = "values" in saved ? saved : await savedOf(saved.fields);
  const pageFor = PAGES[String(whole.fields.format)];
  if (!pageFor) throw new Error("no view shows this kind of file");
  return pageFor(whole, version);
}

/** Shows it, and returns how to stop. Throws, and leaves nothing behind, for what the view cannot show. */
export default async function open(
  view: View,
  saved: Saved | Packed | Kept,
  el: HTMLElement,
  words: Language | null,
  version: string,
): Promise<() => void> {
  language.value = words;
  const page = await told(saved, version);
  const closing = new AbortController();
  try {
    await show(view, page, el, closing.signal);
    for (const line of "page" in saved ? saved.facts : []) {
      el.append(Object.assign(document.createElement("div"), { textContent: translated(line) }));
    }
  } catch (error) {
    closing.abort();
    el.replaceChildren();
    throw error;
  }
  return () => closing.abort();
}
