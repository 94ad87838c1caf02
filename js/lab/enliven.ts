// What was saved of an explanation, shown by the view of the widget that it comes from, as far as that needs no model.
import { element } from "./element";
import { served } from "./served";
import { style } from "./style";

/** Shows it in an element, and returns how to stop; throws for what it cannot show. */
type Show<T> = (saved: T, el: HTMLElement) => Promise<() => void>;

/**
 * Puts a view in the place of a still picture, and returns how to stop it. Null where nobody hands out views, or nobody
 * wants it any more; throws for what the view cannot show. The picture stays then.
 */
export async function enliven<T>(kind: string, saved: T, still: Element, current: () => boolean) {
  const view = await served<Show<T>>(`views/${kind}`).catch(() => null);
  if (!view || !current()) return null;
  style(`view-${kind}`, view.style);
  const el = element("div", {});
  still.before(el);
  try {
    const stop = await view.made(saved, el);
    still.remove();
    return stop;
  } catch (error) {
    el.remove();
    throw error;
  }
}
