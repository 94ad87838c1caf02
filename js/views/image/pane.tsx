// One canvas of the stage, and what it is called.
import { effect, type ReadonlySignal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { imageWords } from "../../core/image/words";
import { words } from "../../core/words";
import { drawScene } from "../../dom/scene";
import { labelOf, nameOf } from "../../panels/names";
import { Curtain } from "./curtain";
import { type Part, type Stage as Size, sceneOf } from "./frame";
import { gestures } from "./gestures";
import type { View } from "./view";

interface Props {
  view: View;
  part: Part;
  size: ReadonlySignal<Size>;
  /** The id of the text that says how to use it. */
  help: string;
  onDraw: () => void;
}

export function Pane({ view, part, size, help, onDraw }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const hands = useMemo(() => gestures(view, () => size.value, part), [view, part]);

  useEffect(() => {
    let pending = 0;
    const draw = () => {
      pending = 0;
      const el = canvas.current;
      const ctx = el?.getContext("2d");
      if (!el || !ctx || !size.value.width) return;
      const ratio = Math.min(3, devicePixelRatio || 1);
      const { width, height } = size.value;
      if (el.width !== Math.round(width * ratio) || el.height !== Math.round(height * ratio)) {
        el.width = Math.round(width * ratio);
        el.height = Math.round(height * ratio);
      }
      const background = getComputedStyle(el).getPropertyValue("--xai-stage").trim() || "#888";
      drawScene(ctx, sceneOf(view, size.value, ratio, background, part));
      onDraw();
    };
    // Reading every signal that the frame depends on is what subscribes to it.
    const stop = effect(() => {
      sceneOf(view, size.value, 1, view.theme.value, part);
      if (!pending) pending = requestAnimationFrame(draw);
    });
    return () => {
      stop();
      cancelAnimationFrame(pending);
    };
  }, [view, part, onDraw]);

  // Not passive: neither Ctrl + wheel nor two fingers must zoom the page.
  useEffect(() => {
    const el = canvas.current;
    const active = { passive: false };
    el?.addEventListener("wheel", hands.onWheel, active);
    for (const touch of ["touchstart", "touchmove"] as const) el?.addEventListener(touch, hands.onTouch, active);
    return () => {
      el?.removeEventListener("wheel", hands.onWheel);
      for (const touch of ["touchstart", "touchmove"] as const) el?.removeEventListener(touch, hands.onTouch);
    };
  }, [hands]);

  const brushing = view.mode.value === "brush";
  const chips = chipsOf(view, part);
  return (
    <div class="xai-canvas-box" style={{ height: `${size.value.height}px` }}>
      {/* biome-ignore lint/a11y/noInteractiveElementToNoninteractiveRole: arrow keys move a cursor on it */}
      <canvas
        ref={canvas}
        class={`xai-canvas${brushing ? " xai-brushing" : view.camera.value.zoom > 1 ? " xai-panning" : ""}`}
        role="application"
        tabIndex={0}
        aria-label={spokenName(view, part)}
        aria-describedby={help}
        onPointerDown={hands.onPointerDown}
        onPointerMove={hands.onPointerMove}
        onPointerUp={hands.onPointerUp}
        onPointerCancel={hands.onPointerCancel}
        onPointerLeave={hands.onPointerLeave}
        onKeyDown={hands.onKeyDown}
      />
      {chips.map((text, i) => (
        <span
          key={text + String(i)}
          class={`xai-chip ${i ? "xai-chip-right" : "xai-chip-left"}${chips.length > 1 ? "" : " xai-chip-alone"}`}
        >
          {text}
        </span>
      ))}
      {part === "whole" && <Curtain view={view} width={size.value.width} />}
    </div>
  );
}

/** What is on the left and on the right of a picture, as far as one cannot tell. */
function chipsOf(view: View, part: Part): string[] {
  const comparing = view.store.compare.value !== null;
  const [left, right] = comparing
    ? [nameOf(view.store, "a"), nameOf(view.store, "b")]
    : [imageWords.original, nameOf(view.store, "a")];
  if (part !== "whole") return [part === "left" ? left : right];
  if (view.layout.value === "curtain") return [left, right];
  return view.layout.value === "disagreement" ? [words.disagreement] : [];
}

function spokenName(view: View, part: Part): string {
  const { store } = view;
  const comparing = store.compare.value !== null;
  if (view.layout.value === "disagreement")
    return imageWords.disagreementLabel(nameOf(view.store, "a"), nameOf(view.store, "b"));
  if (part === "left" && !comparing) return imageWords.original;
  const slot = part === "right" && comparing ? "b" : "a";
  const known = store.slots[slot].map.value;
  return known ? imageWords.stageLabel(nameOf(view.store, slot), labelOf(view.store, slot)) : imageWords.stageEmpty;
}
