// The map of words: pan, zoom, point and pick, by pointer and by keys.
import { effect } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";
import { FIT } from "../../core/camera";
import { embeddingWords as said } from "../../core/embedding/words";
import { words } from "../../core/words";
import { Button } from "../../dom/controls";
import { useIds, useSize } from "../../dom/hooks";
import { drawOver, drawPlainly, type Ink } from "./draw";
import { engine } from "./engine";
import { gestures, onKey, zoomBy } from "./gestures";
import type { View } from "./view";

function inkOf(root: HTMLElement): Ink {
  const style = getComputedStyle(root);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  const forced = matchMedia("(forced-colors: active)").matches;
  return {
    paper: style.backgroundColor,
    ink: style.color,
    soft: forced ? style.color : colour("--xai-soft"),
    accent: forced ? style.color : colour("--xai-accent"),
    font: style.fontFamily,
    theme: root.dataset.xaiTheme === "dark" ? "dark" : "light",
  };
}

/** Without WebGL: the same picture, at most one a frame, of what there is then. */
function plainly(canvas: HTMLCanvasElement, view: View, ink: () => Ink, onDraw: () => void): () => void {
  let pending = 0;
  const paint = () => {
    pending = 0;
    drawPlainly(canvas, view, devicePixelRatio, ink());
    onDraw();
  };
  const stop = effect(() => {
    for (const one of [...view.drawn, view.camera, view.size, view.store.frame]) one.value;
    pending ||= requestAnimationFrame(paint);
  });
  return () => {
    stop();
    cancelAnimationFrame(pending);
  };
}

export function MapStage({ view, onDraw }: { view: View; onDraw: () => void }) {
  const { store, camera } = view;
  const canvas = useRef<HTMLCanvasElement>(null);
  const ids = useIds("help");
  const box = useSize<HTMLDivElement>((width, height) => {
    view.size.value = { width, height };
  });
  const [turn, again] = useState(0);
  const [plain, setPlain] = useState(false);
  useEffect(() => {
    const at = canvas.current!;
    const root = at.closest<HTMLElement>(".xai-root")!;
    const over = () => {
      drawOver(at, view, devicePixelRatio, inkOf(root));
      onDraw();
    };
    const stop = engine(at, view, over, () => again(turn + 1));
    setPlain(!stop);
    return stop ?? plainly(at, view, () => inkOf(root), onDraw);
  }, [view, onDraw, turn]);
  useEffect(() => gestures(canvas.current!.parentElement!, view), [view]);

  return (
    <div class={store.trust.grey.value ? "xai-map xai-grey" : "xai-map"} ref={box}>
      {/* biome-ignore lint/a11y/noInteractiveElementToNoninteractiveRole: arrow keys go from word to word on it */}
      <canvas
        ref={canvas}
        class="xai-map-canvas"
        role="application"
        tabIndex={0}
        aria-label={store.frame.value ? said.map(view.method(), said.metrics[store.metric.value]) : said.mapWaits}
        aria-describedby={ids.help}
        onKeyDown={(event) => onKey(event, view)}
      />
      <span class="xai-hidden" id={ids.help}>
        {said.mapHelp}
      </span>
      {plain && <p class="xai-map-plain xai-faint">{said.plain}</p>}
      <div class="xai-map-zoom">
        <Button icon="plus" label={words.zoomIn} onClick={() => zoomBy(view, 1.5)} />
        <Button icon="minus" label={words.zoomOut} onClick={() => zoomBy(view, 1 / 1.5)} />
        <Button
          icon="fit"
          label={said.zoomFit}
          onClick={() => {
            camera.value = FIT;
          }}
        />
      </div>
    </div>
  );
}
