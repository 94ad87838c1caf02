// The handle between two pictures: drag it, or focus it and use the arrow keys.
import { percent } from "../../core/format";
import { imageWords } from "../../core/image/words";
import type { View } from "./view";

export function Curtain({ view, width }: { view: View; width: number }) {
  const at = view.curtain.value;
  if (at === null) return null;
  const move = (to: number) => view.store.setDisplay({ curtain: Math.min(1, Math.max(0, to)) });
  const onPointerMove = (event: PointerEvent) => {
    const handle = event.currentTarget as HTMLElement;
    if (!handle.hasPointerCapture(event.pointerId)) return;
    const box = handle.parentElement!.getBoundingClientRect();
    move((event.clientX - box.left) / (width || 1));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.shiftKey ? 0.1 : 0.02;
    const to: Record<string, number> = {
      ArrowLeft: at - step,
      ArrowDown: at - step,
      ArrowRight: at + step,
      ArrowUp: at + step,
      Home: 0,
      End: 1,
    };
    const next = to[event.key];
    if (next === undefined) return;
    event.preventDefault();
    move(next);
  };
  return (
    <div
      class="xai-curtain"
      role="slider"
      tabIndex={0}
      aria-label={imageWords.curtainHandle}
      aria-orientation="horizontal"
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(at * 100)}
      aria-valuetext={percent(at, 0)}
      style={{ left: `${at * 100}%` }}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        event.currentTarget.focus();
        event.preventDefault();
      }}
      onPointerMove={onPointerMove}
      onKeyDown={onKeyDown}
    >
      <span class="xai-curtain-grip" />
    </div>
  );
}
