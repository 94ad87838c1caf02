// A list whose lines are on the page as far as they are in sight, where there are very many.
import type { ComponentChildren, JSX } from "preact";
import { useState } from "preact/hooks";
import { inSight } from "../core/windowed";
import { useSize } from "./hooks";

/** Lines beyond what is seen, for the next turn of the wheel and for the tab key. */
const BEYOND = 6;

interface Props extends Omit<JSX.HTMLAttributes<HTMLUListElement>, "class" | "label" | "children"> {
  tag?: "ul" | "ol";
  class: string;
  label: string;
  count: number;
  /** Up to so many, all are on the page: a search of the browser finds them, and so do screen readers. */
  all: number;
  /** Height of a line in pixels. */
  line: number;
  /** Of lines that are higher. */
  tall?: (line: number) => number;
  children: (line: number) => ComponentChildren;
}

export function WindowedList({ tag = "ul", label, count, all, line, tall = () => line, children, ...rest }: Props) {
  const Tag = tag as "ul";
  const [seen, setSeen] = useState<[number, number]>([0, 600]);
  const look = () => ref.current && setSeen([ref.current.scrollTop, ref.current.clientHeight]);
  const ref = useSize<HTMLUListElement>(look);
  const windowed = count > all;
  const { first, last, above, below } = windowed
    ? inSight(count, tall, seen, BEYOND * line)
    : { first: 0, last: count, above: 0, below: 0 };
  return (
    <Tag
      {...rest}
      ref={ref}
      class={windowed ? `${rest.class} xai-windowed` : rest.class}
      aria-label={label}
      onScroll={windowed ? look : undefined}
    >
      {above > 0 && <li aria-hidden="true" style={{ height: `${above}px` }} />}
      {Array.from({ length: last - first }, (_, i) => children(first + i))}
      {below > 0 && <li aria-hidden="true" style={{ height: `${below}px` }} />}
    </Tag>
  );
}
