// A saved page: one of the views, and what was on show in place of a kernel.

import { type Language, language, translated } from "../core/language";
import { SavedModel, type SavedPage, unpacked } from "../host/page";
import type { View } from "../panels/root";

export default async function show(
  view: View,
  page: SavedPage,
  el: HTMLElement,
  words: Language | null,
): Promise<void> {
  language.value = words;
  for (const line of document.querySelectorAll("footer p")) line.textContent = translated(line.textContent ?? "");
  const model = new SavedModel(await unpacked(page));
  view.initialize({ model });
  view.render({ model, el });
}
