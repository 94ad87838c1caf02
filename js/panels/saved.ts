// A view that is alive by what was saved of it, in place of a kernel.
import { type Page, SavedModel } from "../host/page";
import type { View } from "./root";

/** Shows it until the signal says otherwise. Throws for what the view can make nothing of. */
export async function show(view: View, page: Page, el: HTMLElement, signal?: AbortSignal): Promise<void> {
  const model = new SavedModel(page);
  view.initialize({ model, signal });
  // It is told all before it is drawn, so that what cannot be shown is known here.
  await null;
  if (model.fault) throw model.fault;
  view.render({ model, el, signal });
}
