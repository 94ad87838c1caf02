// What is pointed at and what is kept stay with their words when the text changes, or what its values are of.
import { effect } from "@preact/signals";
import { followed } from "../../core/text/placing";
import type { View } from "./view";

export function follow({ edited, pieces, cursor, locked, menu }: View): () => void {
  let then = { edited: edited.peek(), pieces: pieces.peek() };
  return effect(() => {
    const [before, now] = [then, { edited: edited.value, pieces: pieces.value }];
    then = now;
    if (before.pieces === now.pieces) return;
    for (const chosen of [locked, menu]) {
      const at = chosen.peek();
      if (at) chosen.value = followed(at, before, now);
    }
    const at = cursor.peek();
    // The keyboard goes on from where its words were.
    const next = at && Math.min(at.start, now.pieces.length - 1);
    if (at) cursor.value = followed(at, before, now) ?? (next! < 0 ? null : { start: next!, stop: next! });
  });
}
