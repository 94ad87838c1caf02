// The read-out in words: on screen for the pointer, spoken for the keyboard.

import { effect } from "@preact/signals";
import { change, percent, short } from "../../core/format";
import { sameEdits } from "../../core/request";
import { nameOf } from "../../core/text/names";
import type { Span, Version } from "../../core/text/types";
import { placeOf, stepFrom } from "../../core/text/versions";
import { spelled } from "../../core/text/visible";
import { textWords } from "../../core/text/words";
import { words } from "../../core/words";
import { type Apart, apartOf } from "../../panels/disagreement";
import { methodTitle } from "../../panels/names";
import { wordsIn } from "./acts";
import { placesAt, type ReadMap, readingOf, type View } from "./view";

const MOST_IDS = 12;

export interface Told {
  value: string;
  facts: string[];
  /** What the model ate. */
  ids: string;
}

export function readOut(map: ReadMap, { start, stop }: Span): Told {
  const { value, rank, of, share, ids } = readingOf(map, start, stop);
  const eaten = ids.length && ids.length <= MOST_IDS ? textWords.ids(ids) : "";
  if (Number.isNaN(value)) return { value: textWords.noValue, facts: [], ids: eaten };
  const facts = [start === stop ? textWords.rank(rank, of) : "", textWords.share(share)].filter(Boolean);
  return { value: words.readOut(value), facts, ids: eaten };
}

/** What is read of: one piece in its own words, several by their number. */
export function nameOfPieces(view: View, at: Span): string {
  const text = spelled(wordsIn(view, at));
  return at.start === at.stop
    ? text
    : textWords.sumOf(textWords.pieces[view.granularity.value](at.stop - at.start + 1));
}

/** Where two methods disagree on a piece. */
export function apartAt(view: View, at: Span): Apart | null {
  const places = placesAt(view, at);
  return places && apartOf(places);
}

export function say(view: View): void {
  const at = view.at.value;
  if (!at) return;
  const apart = apartAt(view, at);
  const parts = view.maps.value.flatMap((map, i) => {
    const { value, facts } = readOut(map, at);
    const name = view.maps.value.length > 1 ? methodTitle(view.store, map.info.request.method) : "";
    return [name, `${words.value} ${value}`, apart?.places[i] ?? "", ...facts];
  });
  if (apart) parts.unshift(`${words.disagreement} ${apart.difference}`);
  const name = [nameOfPieces(view, at), at.start === at.stop ? "" : spelled(wordsIn(view, at))];
  view.spoken.value = words.spoken([...name, ...parts].filter(Boolean));
}

/** A version, what the model says of it, and by how much that differs from its parent's; or of which class, if of another. */
export function toldVersion(version: Version, parent: Version | undefined, original: string, plain: boolean): string {
  const { score, label } = version;
  const said = textWords.versionGo(nameOf(version, parent, original), plain ? short(score) : percent(score));
  const step = stepFrom(version, parent);
  const more = step !== null ? change(step, plain) : parent ? spelled(label) : "";
  return words.spoken([said, more].filter(Boolean));
}

/** Says what an edit did as soon as that is known. */
export function announce(view: View): () => void {
  const { store, edits, current, spoken } = view;
  let last = edits.peek();
  return effect(() => {
    const versions = store.versions.value;
    const at = current.value ? placeOf(versions, edits.value) : null;
    if (at === null || sameEdits(last, edits.value)) return;
    last = edits.value;
    const version = versions[at]!;
    const plain = store.task.value === "value";
    spoken.value = toldVersion(version, versions[version.parent ?? -1], store.spec.value.text, plain);
  });
}
