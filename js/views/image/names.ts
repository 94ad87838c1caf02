// What the methods on show are called.
import type { Slot } from "../../core/types";
import type { View } from "./view";

export function methodTitle(view: View, name: string): string {
  return view.store.spec.value.methods.find((method) => method.name === name)?.title ?? name;
}

/** The method of the map on show; until there is one, of the one that is asked for. */
export function nameOf(view: View, slot: Slot): string {
  const { store } = view;
  const asked = slot === "a" ? store.request.value : store.compare.value;
  return methodTitle(view, store.slots[slot].map.value?.info.request.method ?? asked?.method ?? "");
}

/** The class that a slot's map explains. */
export function labelOf(view: View, slot: Slot): string {
  return view.store.slots[slot].map.value?.info.label ?? "";
}
