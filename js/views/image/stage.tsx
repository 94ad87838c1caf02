// The pictures with their tools.
import { useComputed, useSignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { imageWords } from "../../core/image/words";
import type { Layout } from "../../core/types";
import { words } from "../../core/words";
import { Button, Segments } from "../../dom/controls";
import { useIds, useSize } from "../../dom/hooks";
import { Brush } from "./brush";
import { NARROW, partsOf, stageSize } from "./frame";
import { gestures } from "./gestures";
import { Pane } from "./pane";
import type { View } from "./view";

const LAYOUTS: Layout[] = ["single", "curtain", "beside", "disagreement"];

export function Stage({ view, onDraw }: { view: View; onDraw: () => void }) {
  const { store } = view;
  const ids = useIds("help");
  const room = useSignal(0);
  const size = useComputed(() =>
    room.value ? stageSize(room.value, store.spec.value.photo, view.layout.value) : { width: 0, height: 0 },
  );
  const box = useSize<HTMLDivElement>((width) => {
    room.value = width;
  });
  const hands = useMemo(() => gestures(view, () => size.value, "whole"), [view]);
  const layout = view.layout.value;
  return (
    <div class="xai-stage">
      <Tools view={view} zoom={hands.zoom} fit={hands.fit} />
      {view.mode.value === "brush" && <Brush view={view} />}
      <div class={`xai-panes${layout === "beside" && room.value > NARROW ? " xai-beside" : ""}`} ref={box}>
        {partsOf(layout).map((part) => (
          <Pane key={part} view={view} part={part} size={size} help={ids.help} onDraw={onDraw} />
        ))}
      </div>
      <p class="xai-hidden" id={ids.help}>
        {imageWords.stageHelp}
      </p>
      <p class="xai-hidden" aria-live="polite" data-xai="spoken">
        {view.spoken.value}
      </p>
    </div>
  );
}

function Tools({ view, zoom, fit }: { view: View; zoom: (factor: number) => void; fit: () => void }) {
  const { store, mode, camera } = view;
  const comparing = store.compare.value !== null;
  return (
    <div class="xai-tools xai-i-tools" role="toolbar" aria-label={imageWords.stage}>
      <Segments
        legend={imageWords.pointerMode}
        value={mode.value}
        icons={{ inspect: "inspect", brush: "brush" }}
        choices={[
          { value: "inspect", text: imageWords.inspect },
          { value: "brush", text: imageWords.brush, disabled: store.saved !== null },
        ]}
        onPick={(value) => {
          mode.value = value as "inspect" | "brush";
        }}
      />
      <div class="xai-layouts">
        <Segments
          legend={imageWords.layout}
          value={view.layout.value}
          choices={LAYOUTS.map((value) => ({
            value,
            text: imageWords.layouts[value],
            title: imageWords.layoutHints(value, comparing),
            disabled: value === "disagreement" && !comparing,
          }))}
          onPick={(value) => store.setDisplay({ layout: value as Layout })}
        />
      </div>
      <span class="xai-spring" />
      <fieldset class="xai-zoom" title={imageWords.zoomHint}>
        <legend class="xai-hidden">{imageWords.zoomHint}</legend>
        <Button
          quiet
          label={words.zoomOut}
          icon="minus"
          disabled={camera.value.zoom <= 1}
          onClick={() => zoom(1 / 1.5)}
        />
        <output class="xai-zoom-value">{imageWords.zoom(camera.value.zoom)}</output>
        <Button quiet label={words.zoomIn} icon="plus" onClick={() => zoom(1.5)} />
        <Button quiet label={imageWords.zoomFit} icon="fit" disabled={camera.value.zoom <= 1} onClick={fit} />
      </fieldset>
    </div>
  );
}
