// The map of words: pan, zoom, point and pick, by pointer and by keys.
import { effect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { FIT } from "../../core/camera";
import { embeddingWords as said } from "../../core/embedding/words";
import { words } from "../../core/words";
import { Button } from "../../dom/controls";
import { useIds, useSize } from "../../dom/hooks";
import { draw, type Ink } from "./draw";
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

export function MapStage({ view, onDraw }: { view: View; onDraw: () => void }) {
  const { store, camera } = view;
  const canvas = useRef<HTMLCanvasElement>(null);
  const ids = useIds("help");
  const box = useSize<HTMLDivElement>((width, height) => {
    view.size.value = { width, height };
  });
  // Past the page's own drawing, which would come a frame late: at most one picture a frame, of what there is then.
  useEffect(() => {
    let pending = 0;
    const paint = () => {
      pending = 0;
      if (!canvas.current) return;
      draw(canvas.current, view, devicePixelRatio || 1, inkOf(canvas.current.closest<HTMLElement>(".xai-root")!));
      onDraw();
    };
    const stop = effect(() => {
      for (const one of view.drawn) one.value;
      pending ||= requestAnimationFrame(paint);
    });
    return () => {
      stop();
      cancelAnimationFrame(pending);
    };
  }, [view, onDraw]);
  useEffect(() => (canvas.current ? gestures(canvas.current, view) : undefined), [view]);

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
