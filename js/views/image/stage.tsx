// The canvas with its chips, curtain handle and tools.
import { effect, useSignal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { words } from "../../core/words";
import { Button, Segments } from "../../dom/controls";
import { useIds, useSize } from "../../dom/hooks";
import { drawScene } from "../../dom/scene";
import { Brush } from "./brush";
import { Curtain } from "./curtain";
import { type Stage as Size, sceneOf, stageSize } from "./frame";
import { gestures } from "./gestures";
import type { View } from "./view";

export function Stage({ view, onDraw }: { view: View; onDraw: () => void }) {
  const { store } = view;
  const ids = useIds("help");
  const canvas = useRef<HTMLCanvasElement>(null);
  const size = useSignal<Size>({ width: 0, height: 0 });
  const box = useSize<HTMLDivElement>((width) => {
    size.value = stageSize(width, store.spec.value.photo);
  });
  const hands = useMemo(() => gestures(view, () => size.value), [view]);

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
      drawScene(ctx, sceneOf(view, size.value, ratio, background));
      onDraw();
    };
    // Reading every signal that the frame depends on is what subscribes to it.
    const stop = effect(() => {
      sceneOf(view, size.value, 1, view.theme.value);
      if (!pending) pending = requestAnimationFrame(draw);
    });
    return () => {
      stop();
      cancelAnimationFrame(pending);
    };
  }, [view, onDraw]);

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

  const info = store.slots.a.map.value?.info;
  const title = info && methodTitle(view, info.request.method);
  const brushing = view.mode.value === "brush";
  return (
    <div class="xai-stage">
      <Tools view={view} zoom={hands.zoom} fit={hands.fit} />
      {brushing && <Brush view={view} />}
      <div class="xai-canvas-box" ref={box} style={{ height: `${size.value.height}px` }}>
        {/* biome-ignore lint/a11y/noInteractiveElementToNoninteractiveRole: arrow keys move a cursor on it */}
        <canvas
          ref={canvas}
          class={`xai-canvas${brushing ? " xai-brushing" : view.camera.value.zoom > 1 ? " xai-panning" : ""}`}
          role="application"
          tabIndex={0}
          aria-label={info ? words.stageLabel(title ?? "", info.label) : words.stageEmpty}
          aria-describedby={ids.help}
          onPointerDown={hands.onPointerDown}
          onPointerMove={hands.onPointerMove}
          onPointerUp={hands.onPointerUp}
          onPointerCancel={hands.onPointerCancel}
          onPointerLeave={hands.onPointerLeave}
          onKeyDown={hands.onKeyDown}
        />
        <Chips view={view} />
        <Curtain view={view} width={size.value.width} />
      </div>
      <p class="xai-hidden" id={ids.help}>
        {words.stageHelp}
      </p>
      <p class="xai-hidden" aria-live="polite" data-xai="spoken">
        {view.spoken.value}
      </p>
    </div>
  );
}

export function methodTitle(view: View, name: string): string {
  return view.store.spec.value.methods.find((method) => method.name === name)?.title ?? name;
}

function Tools({ view, zoom, fit }: { view: View; zoom: (factor: number) => void; fit: () => void }) {
  const { store, mode, camera } = view;
  const comparing = store.compare.value !== null;
  return (
    <div class="xai-tools" role="toolbar" aria-label={words.stage}>
      <Segments
        legend={words.pointerMode}
        value={mode.value}
        icons={{ inspect: "inspect", brush: "brush" }}
        choices={[
          { value: "inspect", text: words.inspect },
          { value: "brush", text: words.brush },
        ]}
        onPick={(value) => {
          mode.value = value as "inspect" | "brush";
        }}
      />
      <Button
        label={words.curtain}
        text={words.curtain}
        title={words.curtainHint}
        icon="curtain"
        pressed={view.curtain.value !== null}
        disabled={comparing}
        onClick={() => store.setDisplay({ curtain: store.display.value.curtain === null ? 0.5 : null })}
      />
      <span class="xai-spring" />
      <fieldset class="xai-zoom" title={words.zoomHint}>
        <legend class="xai-hidden">{words.zoomHint}</legend>
        <Button
          quiet
          label={words.zoomOut}
          icon="minus"
          disabled={camera.value.zoom <= 1}
          onClick={() => zoom(1 / 1.5)}
        />
        <output class="xai-zoom-value">{words.zoom(camera.value.zoom)}</output>
        <Button quiet label={words.zoomIn} icon="plus" onClick={() => zoom(1.5)} />
        <Button quiet label={words.zoomFit} icon="fit" disabled={camera.value.zoom <= 1} onClick={fit} />
      </fieldset>
    </div>
  );
}

/** What each side of the curtain is. */
function Chips({ view }: { view: View }) {
  const { store } = view;
  const name = (slot: "a" | "b") => {
    const map = store.slots[slot].map.value;
    const asked = slot === "a" ? store.request.value.method : (store.compare.value?.method ?? "");
    return methodTitle(view, map?.info.request.method ?? asked);
  };
  if (view.curtain.value === null) return null;
  const comparing = store.compare.value !== null;
  return (
    <>
      <span class="xai-chip xai-chip-left">{comparing ? name("a") : words.original}</span>
      <span class="xai-chip xai-chip-right">{comparing ? name("b") : name("a")}</span>
    </>
  );
}
