// How far something is that is being computed.
import { words } from "../core/words";

/** `done`: the share of it; left out where that is not known. */
export function Progress({ of, done }: { of: string; done?: number }) {
  const known = done === undefined ? {} : { value: done, max: 1 };
  return <progress class="xai-progress" aria-label={words.progressLabel(of)} {...known} />;
}
