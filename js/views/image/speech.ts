// The read-out in words: on screen for the pointer, spoken for the keyboard.
import { words } from "../../core/words";
import type { ShownMap } from "../../host/decode";
import { readingOf, type View } from "./view";

export function readOut(map: ShownMap, x: number, y: number): { value: string; rank: string; share: string } {
  const { value, rank, above } = readingOf(map, x, y);
  if (Number.isNaN(value)) return { value: words.noNumber, rank: "", share: "" };
  return {
    value: words.readOut(value),
    rank: words.rank(rank, map.ranking.finite),
    share: words.percentile(above),
  };
}

export function say(view: View): void {
  const at = view.cursor.value;
  const map = view.store.slots.a.map.value;
  if (!at) return;
  const parts = [words.position(at.x, at.y)];
  if (map) {
    const { value, rank, share } = readOut(map, at.x, at.y);
    parts.unshift(`${words.value} ${value}`, rank, share);
  }
  const scale = view.store.display.value.scale;
  if (scale !== null) parts.push(words.rescaled(scale));
  view.spoken.value = words.spoken(parts.filter(Boolean));
}
