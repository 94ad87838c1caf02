// A saved page: one of the views, and what was on show in place of a kernel.

import { type Language, language, translated } from "../core/language";
import { type SavedPage, unpacked } from "../host/page";
import type { View } from "../panels/root";
import { show } from "../panels/saved";

export default async function open(
  view: View,
  page: SavedPage,
  el: HTMLElement,
  words: Language | null,
): Promise<void> {
  language.value = words;
  for (const line of document.querySelectorAll("footer p")) line.textContent = translated(line.textContent ?? "");
  await show(view, await unpacked(page), el);
}
