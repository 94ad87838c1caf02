// Where two methods disagree: the place that one gives a part among all, minus that of the other.
import { signed } from "../core/format";
import type { Look } from "../core/paint";
import { words } from "../core/words";
import { Legend } from "../dom/legend";
import { nameOf } from "./names";
import type { Shown } from "./shown";

export interface Apart {
  /** What each method says of it. */
  places: [string, string];
  difference: string;
}

/** By how many places of 100. */
export function pointsOf([a, b]: [number, number]): number {
  return Math.round(100 * (a - b));
}

export function apartOf([a, b]: [number, number]): Apart {
  return { places: [words.place(a), words.place(b)], difference: words.difference(pointsOf([a, b])) };
}

/** What stands at the ends and in the middle of its colours. */
export function apartEnds(look: Look | undefined): [string, string, string] {
  const points = 100 * (look?.scale ?? 0);
  return [signed(-points), words.differenceNone, signed(points)];
}

/** In which order the two are compared. */
export function apartTitle({ store }: Shown): string {
  return words.disagreementOf(nameOf(store, "a"), nameOf(store, "b"));
}

export function DifferenceLegend(props: {
  view: Shown;
  look: Look;
  places: [number, number] | null | undefined;
  missing?: boolean;
  colour?: (position: number) => string;
}) {
  const { view, places } = props;
  return (
    <Legend
      {...props}
      title={apartTitle(view)}
      value={places ? places[0] - places[1] : null}
      ends={apartEnds(props.look)}
      sides={[words.higherBy(nameOf(view.store, "b")), words.higherBy(nameOf(view.store, "a"))]}
    />
  );
}
