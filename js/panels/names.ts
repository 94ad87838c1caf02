// What the methods on show are called.
import type { Slot } from "../core/types";
import type { Store } from "../host/store";

export function methodTitle(store: Store, name: string): string {
  return store.spec.value.methods.find((method) => method.name === name)?.title ?? name;
}

/** The method of the map on show; until there is one, of the one that is asked for. */
export function nameOf(store: Store, slot: Slot): string {
  const asked = slot === "a" ? store.request.value : store.compare.value;
  return methodTitle(store, store.slots[slot].map.value?.info.request.method ?? asked?.method ?? "");
}

/** The class that a slot's map explains. */
export function labelOf(store: Store, slot: Slot): string {
  return store.slots[slot].map.value?.info.label ?? "";
}
