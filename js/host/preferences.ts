// Follows what the reader sets in JupyterLab while there is a view.
import { ATTRIBUTE, MOST_RATE, preferences, preferencesOf } from "../core/preferences";

/** What a kernel is told with the hello, where it is not what kernels do anyway. */
export function preferred(): { rate?: number; bits?: number } {
  const { rate = MOST_RATE, bits = 16 } = preferences.peek() ?? {};
  return { ...(rate < MOST_RATE && { rate }), ...(bits < 16 && { bits }) };
}

/** Calls back when the kernel should be told anew. Returns how to stop. */
export function follow(changed: () => void): () => void {
  // Tests of what has no page run without one.
  if (typeof document === "undefined") return () => {};
  const root = document.documentElement;
  const read = () => {
    preferences.value = preferencesOf(root.dataset[ATTRIBUTE]);
    return JSON.stringify(preferred());
  };
  let told = read();
  const observer = new MutationObserver(() => {
    const now = read();
    if (now !== told) changed();
    told = now;
  });
  observer.observe(root, { attributes: true, attributeFilter: ["data-xai-widgets"] });
  return () => observer.disconnect();
}
