// The data of a page, in a notebook that anyone may have written. What is not as it should be is an error here.
import { fieldsOf, listOf } from "../core/fields";
import { isCount, must } from "./checked";
import type { SavedPage } from "./page";

/** Cells of a picture: many more than the pixels of a photo that was kept. */
const MOST_CELLS = 2 ** 22;

/** Looks at what a page holds before it is unpacked. Throws for what cannot be one. */
export function keptPage(data: unknown, version: string): SavedPage {
  const { spec, state, told, answers, messages, buffers } = fieldsOf(data);
  const whole = [spec, state].every((one) => Object.keys(fieldsOf(one)).length > 0);
  must(whole && isCount(fieldsOf(state).id), "state");
  const grid = listOf(fieldsOf(spec).grid).map(Number);
  must(grid.every(isCount) && grid.reduce((cells, side) => cells * side, 1) <= MOST_CELLS, "grid");
  const lists = [told, answers, messages, buffers];
  must(lists.every(Array.isArray), "messages");
  const [places, pairs, all, packed] = lists.map(listOf);
  const within = (list: unknown[], at: unknown) => isCount(at) && at < list.length;
  const packs = packed!.map(listOf);
  must(
    packs.every(([bits, data]) => isCount(bits) && bits <= 16 && typeof data === "string"),
    "buffers",
  );
  for (const message of all!.map(fieldsOf)) {
    must(typeof message.kind === "string" && Array.isArray(message.buffers), "messages");
    must(
      listOf(message.buffers).every((at) => within(packed!, at)),
      "buffers",
    );
    // Its words are code: those of the reader's language come from where the view does.
    must(message.kind !== "language", "messages");
  }
  must(
    places!.every((at) => within(all!, at)),
    "messages",
  );
  for (const pair of pairs!.map(listOf)) {
    must(pair.length === 2 && pair.every((at) => within(all!, at)), "answers");
    const { kind, request } = fieldsOf(all![pair[1] as number]);
    must(kind === "map" && Array.isArray(fieldsOf(request).edits), "answers");
  }
  return { ...(data as SavedPage), version };
}
