// What every view shows, whatever the model looks at: the parts of a page that are shared need no more of it.
import { computed, type ReadonlySignal } from "@preact/signals";
import { unitOf } from "../core/request";
import type { Store } from "../host/store";

export interface Shown {
  store: Store;
  /** The class asked about, and the one it is held against. */
  target: ReadonlySignal<[number | null, number | null]>;
  /** The unit asked about in place of a class. */
  unit: ReadonlySignal<string | null>;
}

/** What is asked: said so, or found by the kernel. */
export function questionOf({ request, prediction }: Store): Pick<Shown, "target" | "unit"> {
  const target = computed<[number | null, number | null]>(() => {
    const asked = request.value.target;
    if (Array.isArray(asked)) return [asked[0], asked[1]];
    if (typeof asked === "number") return [asked, null];
    if (asked !== null) return [null, null];
    const known = prediction.value?.target ?? null;
    if (Array.isArray(known)) return [known[0], known[1]];
    return [typeof known === "number" ? known : null, null];
  });
  return { target, unit: computed(() => unitOf(request.value.target)) };
}
