// A drawing that is read by pointer and by keys.
import type { ComponentChildren } from "preact";
import { useSize } from "../../dom/hooks";

export function Figure(props: {
  label: string;
  /** The id of what tells how to read it. */
  hint: string;
  width: number;
  height: number;
  /** The id of the item that the keys went to. */
  active?: string;
  onWidth: (width: number) => void;
  onKey: (event: KeyboardEvent) => void;
  /** The pointer is at this place; null where it has left. */
  onPoint?: (at: [number, number] | null) => void;
  onPress?: (at: [number, number]) => void;
  children: ComponentChildren;
}) {
  const { onPoint, onPress } = props;
  const ref = useSize<HTMLDivElement>(props.onWidth);
  const at = (event: MouseEvent): [number, number] => {
    // Of the drawing, which may be wider than what is seen of it.
    const area = (event.currentTarget as Element).firstElementChild!.getBoundingClientRect();
    return [event.clientX - area.left, event.clientY - area.top];
  };
  return (
    <div
      class="xai-s-chart"
      ref={ref}
      role="application"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: arrow keys go through it
      tabIndex={0}
      aria-label={props.label}
      aria-describedby={props.hint}
      aria-activedescendant={props.active}
      onKeyDown={props.onKey}
      onPointerMove={onPoint && ((event) => onPoint(at(event)))}
      onPointerLeave={onPoint && (() => onPoint(null))}
      onClick={onPress && ((event) => onPress(at(event)))}
    >
      <svg class="xai-s-svg" role="presentation" width={props.width} height={props.height}>
        {props.children}
      </svg>
    </div>
  );
}
