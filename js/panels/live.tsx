// What only a model can answer: on a saved page it is there to see, and cannot be used.
import type { ComponentChildren } from "preact";

export function Live({ store, children }: { store: { saved: unknown }; children: ComponentChildren }) {
  if (!store.saved) return <>{children}</>;
  return (
    <div class="xai-unavailable" inert>
      {children}
    </div>
  );
}
