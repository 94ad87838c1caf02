import { useEffect, useRef, useState } from "preact/hooks";

/** Calls back with the element's size at first and at each change, and when it comes into view again. */
export function useSize<T extends HTMLElement>(changed: (width: number, height: number) => void) {
  const ref = useRef<T>(null);
  const latest = useRef(changed);
  latest.current = changed;
  useEffect(() => {
    const el = ref.current;
    if (!el) return;
    const tell = () => el.clientWidth > 0 && latest.current(el.clientWidth, el.clientHeight);
    const size = new ResizeObserver(tell);
    const view = new IntersectionObserver(tell);
    size.observe(el);
    view.observe(el);
    return () => {
      size.disconnect();
      view.disconnect();
    };
  }, []);
  return ref;
}

// Every widget may load its own copy of this module, so a counter alone would give the same id twice in a notebook.
const PREFIX = `xai-${Math.random().toString(36).slice(2, 8)}`;
let serial = 0;

export function useIds<const K extends string>(...names: K[]): Record<K, string> {
  const [own] = useState(() => ++serial);
  return Object.fromEntries(names.map((name) => [name, `${PREFIX}-${own}-${name}`])) as Record<K, string>;
}

/** A choice of this view; until it is made, that behind the answer on show, which another view may have asked for. */
export function useChoice<T>(asked: T | undefined, own: T): [T, (value: T) => void] {
  const [picked, pick] = useState<{ value: T } | null>(null);
  return [picked ? picked.value : asked === undefined ? own : asked, (value) => pick({ value })];
}
