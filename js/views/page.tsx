// A saved page: one of the views, and what was on show in place of a kernel.

import type { Model } from "../host/model";
import { type Page, SavedModel } from "../host/page";

interface View {
  initialize(context: { model: Model }): unknown;
  render(context: { model: Model; el: HTMLElement }): unknown;
}

export default function show(view: View, page: Page, el: HTMLElement): void {
  const model = new SavedModel(page);
  view.initialize({ model });
  view.render({ model, el });
}
