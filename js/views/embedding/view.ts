// What one view of word vectors shows, and what follows from it.
import { computed, signal } from "@preact/signals";
import { type Camera, FIT, type Frame as Size } from "../../core/camera";
import { staying } from "../../core/embedding/plot";
import { embeddingWords as said } from "../../core/embedding/words";
import { spelled } from "../../core/text/visible";
import type { Theme } from "../../dom/theme";
import type { EmbeddingStore } from "../../host/embedding";

export type View = ReturnType<typeof createView>;

export const SQUARE: Size = { width: 1, height: 1 };

export function createView(store: EmbeddingStore) {
  const camera = signal<Camera>(FIT);
  const size = signal<Size>({ width: 1, height: 1 });
  /** The word under the pointer, or that the arrow keys went to. */
  const cursor = signal<number | null>(null);
  const selected = computed(() => store.near.value?.point ?? null);
  const links = computed(() => {
    const [frame, of] = [store.frame.value, selected.value];
    const others = store.near.value?.links ?? [];
    if (!frame || of === null) return [];
    const kept = staying(frame, of, others, store.spec.k);
    return others.map((to, i) => ({ to, kept: kept[i]! }));
  });
  const theme = signal<Theme>("light");
  return {
    store,
    theme,
    /** All that lies over the words of the map depends on. */
    drawn: [store.near, store.analogy, cursor, theme, links],
    camera,
    size,
    cursor,
    selected,
    /** Lines from the selected word to its true neighbours on show. */
    links,
    /** What stands in the three fields of an analogy. */
    analogy: signal<[string, string, string]>(store.analogy.value?.words ?? ["", "", ""]),
    title: () => {
      const { words, total, features } = store.spec;
      return words.length ? said.title(words.length, total, features) : said.titleWaits;
    },
    /** What the newest layout is called. */
    method: () => store.spec.methods.find(({ name }) => name === store.layout.value?.method)?.title ?? "",
    nameOf: (point: number) => spelled(store.spec.words[point] ?? ""),
    pick: (point: number) => store.select(store.spec.words[point]!),
  };
}
