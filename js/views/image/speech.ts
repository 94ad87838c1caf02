// The read-out in words: on screen for the pointer, spoken for the keyboard.

import { rankingOf } from "../../core/ranking";
import { words } from "../../core/words";
import { type ReadMap, readingOf, type View } from "./view";

export interface Told {
  value: string;
  /** What the value is, where it is not the pixel's own. */
  mean: string;
  rank: string;
  share: string;
}

export function readOut(map: ReadMap, x: number, y: number): Told {
  const { value, rank, above } = readingOf(map, x, y);
  if (Number.isNaN(value)) return { value: words.noNumber, mean: "", rank: "", share: "" };
  return {
    value: words.readOut(value),
    mean: map.sigma > 0 ? words.meanAround : "",
    rank: words.rank(rank, rankingOf(map.grid).finite),
    share: words.percentile(above),
  };
}

export function say(view: View): void {
  const at = view.cursor.value;
  const map = view.mapA.value;
  if (!at) return;
  const parts = [words.position(at.x, at.y)];
  if (map) {
    const { value, mean, rank, share } = readOut(map, at.x, at.y);
    parts.unshift(`${words.value} ${value}`, mean, rank, share);
  }
  const scale = view.store.display.value.scale;
  if (scale !== null) parts.push(words.rescaled(scale));
  view.spoken.value = words.spoken(parts.filter(Boolean));
}
