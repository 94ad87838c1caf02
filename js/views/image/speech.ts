// The read-out in words: on screen for the pointer, spoken for the keyboard.

import { imageWords } from "../../core/image/words";
import { rankingOf } from "../../core/ranking";
import { words } from "../../core/words";
import { type Apart, apartOf } from "../../panels/disagreement";
import { methodTitle } from "../../panels/names";
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
  if (Number.isNaN(value)) return { value: imageWords.noNumber, mean: "", rank: "", share: "" };
  return {
    value: words.readOut(value),
    mean: map.sigma > 0 ? imageWords.meanAround : "",
    rank: imageWords.rank(rank, rankingOf(map.grid).finite),
    share: imageWords.percentile(above),
  };
}

/** Where two methods disagree on a pixel: the places that they give it, and how far apart these are. */
export function placesOut(view: View, x: number, y: number): Apart | null {
  const found = placesAt(view, x, y);
  return found && apartOf(found);
}

export function placesAt(view: View, x: number, y: number): [number, number] | null {
  const [height, width] = view.store.spec.value.grid;
  return view.agreement.value?.placesAt({ width, height }, x, y) ?? null;
}

export function say(view: View): void {
  const at = view.cursor.value;
  if (!at) return;
  const maps = view.maps.value;
  const apart = view.layout.value === "disagreement" ? placesOut(view, at.x, at.y) : null;
  const parts = maps.flatMap((map, i) => {
    const { value, mean, rank, share } = readOut(map, at.x, at.y);
    const name = maps.length > 1 ? methodTitle(view.store, map.info.request.method) : "";
    // The places are those of the values with their signs, rank and share those of their strength.
    return [name, `${words.value} ${value}`, mean, ...(apart ? [apart.places[i] ?? ""] : [rank, share])];
  });
  if (apart) parts.unshift(`${words.disagreement} ${apart.difference}`);
  parts.push(imageWords.position(at.x, at.y));
  const scale = view.store.display.value.scale;
  if (scale !== null) parts.push(imageWords.rescaled(scale));
  view.spoken.value = words.spoken(parts.filter(Boolean));
}
