// What only a model can answer: where there is none it is there to see, and cannot be used.
import type { ComponentChildren } from "preact";

export function Live({ store, children }: { store: { saved: unknown }; children: ComponentChildren }) {
  if (!store.saved) return <>{children}</>;
  return (
    <div class="xai-unavailable" inert>
      {children}
    </div>
  );
}
