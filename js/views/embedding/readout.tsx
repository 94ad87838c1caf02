// What is under the pointer, what the map keeps, and the colours with their numbers.
import { useLayoutEffect, useRef } from "preact/hooks";
import { shade } from "../../core/embedding/shade";
import { embeddingWords as said } from "../../core/embedding/words";
import { spelled } from "../../core/text/visible";
import { words } from "../../core/words";
import type { View } from "./view";

export function Readout({ view }: { view: View }) {
  const { store, cursor } = view;
  const canvas = useRef<HTMLCanvasElement>(null);
  const frame = store.frame.value;
  const { k } = store.spec;
  const theme = view.theme.value;
  useLayoutEffect(() => {
    const ctx = canvas.current?.getContext("2d");
    for (let i = 0; ctx && i <= k; i++) {
      ctx.fillStyle = `rgb(${shade(i / k, theme).join(" ")})`;
      ctx.fillRect(i, 0, 1, 1);
    }
  }, [k, theme]);
  const at = cursor.value ?? view.selected.value;
  const kept = at === null ? null : (frame?.kept[at] ?? null);
  const context = at === null ? undefined : store.spec.contexts?.[at];
  const [low, , high] = said.legendEnds(k);
  return (
    <div class="xai-readout" data-xai="readout">
      <output class="xai-values" aria-live="polite">
        {at === null || kept === null ? (
          <span class="xai-faint">{said.hint}</span>
        ) : (
          <>
            <bdi>
              <strong>{view.nameOf(at)}</strong>
            </bdi>
            <span>{said.keptOf(kept, k)}</span>
            {context && <bdi class="xai-faint">{spelled(context)}</bdi>}
          </>
        )}
      </output>
      <div class="xai-legend">
        <span class="xai-legend-title">{said.legend(k)}</span>
        <div class="xai-legend-bar">
          <canvas
            ref={canvas}
            class="xai-legend-steps"
            width={k + 1}
            height={1}
            role="img"
            aria-label={words.legendLabel(low, high)}
          />
          {kept !== null && <span class="xai-legend-mark" style={{ left: `${(100 * (kept + 0.5)) / (k + 1)}%` }} />}
        </div>
        <div class="xai-legend-ends">
          <span>{low}</span>
          <span />
          <span>{high}</span>
        </div>
      </div>
      {frame && (
        <p class="xai-kept" data-xai="recall" title={said.recallHint}>
          <strong>{said.recall(frame.message.recall, k)}</strong>{" "}
          <span class="xai-faint">{said.chance(frame.message.chance)}</span>
        </p>
      )}
      {view.links.value.length > 0 && (
        <p class="xai-kept xai-faint">
          <span class="xai-line-kept" /> {said.linesKept} <span class="xai-line-lost" /> {said.linesLost}
        </p>
      )}
    </div>
  );
}
