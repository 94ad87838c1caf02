// Behind a slider: how the data is spread, and what the model would say if this value alone were another.
import { useMemo } from "preact/hooks";
import { percent, short } from "../../core/format";
import { curveOf, heightAt, placeOf, stretchesOf, textOf } from "../../core/table/cells";
import type { Cell, Column } from "../../core/table/types";
import { tableWords } from "../../core/table/words";
import type { View } from "./view";

/** So many choices have room for a mark each. */
const MARKED = 45;

/** The root of a count: in skewed data the rare ones are seen too. */
function bars(counts: readonly number[]): { x: number; width: number; height: number }[] {
  const most = Math.sqrt(Math.max(1, ...counts));
  const width = 100 / counts.length;
  return counts.map((count, i) => ({ x: i * width, width, height: (100 * Math.sqrt(count)) / most }));
}

export function Plot(props: {
  view: View;
  at: number;
  column: Column;
  value: Cell;
  was: Cell;
  onPick: (value: number) => void;
}) {
  const { view, at, column, value, was } = props;
  const curves = view.store.curves.value;
  const [low, high] = view.heights.value;
  const points = curves ? curveOf(curves, at, view.shown.value) : [];
  const chosen = column.choices.length > 0;
  const y = (height: number) => 92 - (84 * (height - low)) / (high - low);
  const x = (one: number) => 100 * placeOf(column, one);
  const height = heightAt(points, value, chosen);
  const say = (one: number) => (view.store.task.value === "value" ? short(one) : percent(one));
  const here = chosen ? value : null;
  // The data stay as they are while curves and dots move.
  const spread = useMemo(() => {
    const gap = chosen || column.counts.length < 20 ? 0.16 : 0.04;
    return bars(column.counts).map((bar, i) => (
      <rect
        key={i}
        class={i === here ? "xai-f-here" : "xai-f-count"}
        x={bar.x + (gap * bar.width) / 2}
        width={bar.width * (1 - gap)}
        y={100 - bar.height}
        height={bar.height}
      />
    ));
  }, [column, chosen, here]);
  const pick = (event: MouseEvent) => {
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
    const index = Math.floor(((event.clientX - box.left) / box.width) * column.choices.length);
    if (chosen) props.onPick(Math.min(column.choices.length - 1, Math.max(0, index)));
  };
  return (
    <div class={chosen ? "xai-f-plot xai-f-choices" : "xai-f-plot"} aria-hidden="true" onClick={pick}>
      <svg class="xai-f-svg" viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true" focusable="false">
        {spread}
        {!chosen &&
          points.length > 1 &&
          stretchesOf(points).map((part) => (
            <polyline
              key={part[0]![0]}
              class="xai-f-curve"
              points={part.map(([a, b]) => `${x(a)},${y(b)}`).join(" ")}
            />
          ))}
      </svg>
      {chosen &&
        column.choices.length <= MARKED &&
        stretchesOf(points)
          .flat()
          .map(([a, b]) => (
            <span
              key={a}
              class="xai-f-mark"
              style={{ left: `${x(a)}%`, top: `${y(b)}%` }}
              title={tableWords.curvePoint(textOf(column, a, ""), say(b))}
            />
          ))}
      {was !== null && was !== value && <span class="xai-f-ghost" style={{ left: `${x(was)}%` }} />}
      {value !== null && height !== null && (
        <span class="xai-f-dot" style={{ left: `${x(value)}%`, top: `${y(height)}%` }} title={say(height)} />
      )}
    </div>
  );
}
