// Can this map be believed? That on show, that beside it, and those of several methods.
import type { Slot } from "../core/types";
import { Greyed, JudgedPanel } from "./judged";
import { Live } from "./live";
import { nameOf } from "./names";
import type { Shown } from "./shown";
import { Trial } from "./trial";

export function TrustPanel({ view }: { view: Shown }) {
  const { store } = view;
  const slots: Slot[] = store.compare.value ? ["a", "b"] : ["a"];
  const of = slots.map((slot) => ({
    trust: store.trust[slot],
    name: nameOf(store, slot),
    waits: store.slots[slot].working.value,
  }));
  return (
    <JudgedPanel store={store} of={of}>
      <Live store={store}>
        <Trial view={view} />
      </Live>
    </JudgedPanel>
  );
}

export function GreyNote({ view: { store } }: { view: Shown }) {
  return <Greyed of={(["a", "b"] as const).map((slot) => ({ trust: store.trust[slot], name: nameOf(store, slot) }))} />;
}
