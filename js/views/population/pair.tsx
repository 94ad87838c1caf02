// The answer by two columns, as a map that is read by pointer and keys.
import { useState } from "preact/hooks";
import { SEQUENTIAL } from "../../core/look";
import { colourAt, palette } from "../../core/palette";
import { ends, scale, type Tick } from "../../core/population/axes";
import type { Answer } from "../../core/population/types";
import { populationWords as said } from "../../core/population/words";
import { useIds } from "../../dom/hooks";
import { Legend } from "../../dom/legend";
import { BottomAxis, type Box, LeftNames } from "./axes";
import { ColumnBox } from "./effect";
import { Figure } from "./figure";
import type { View } from "./view";

const [LEFT, RIGHT, TOP, HIGH, BELOW] = [110, 16, 4, 340, 26];

function colour(position: number): string {
  return `rgb(${colourAt(palette(SEQUENTIAL), position).join(" ")})`;
}

/** Which of the cells have their value beside them: all categories, of numbers as many as there is room for. */
function cellTicks(view: View, column: number, grid: Float32Array, most: number): Tick[] {
  const every = view.store.spec.columns[column]!.choices.length ? 1 : Math.max(1, Math.ceil(grid.length / most));
  return Array.from(grid, (value, at) => ({ at, text: view.textOf(column, value) })).filter(
    ({ at }) => at % every === 0,
  );
}

function Heat({ view, answer }: { view: View; answer: Answer }) {
  const { spec } = view.store;
  const [width, setWidth] = useState(0);
  const [cursor, setCursor] = useState<[number, number] | null>(null);
  const ids = useIds("hint");
  const { grids, mean, interval } = answer.surface!;
  const [a, b] = answer.message.columns as [number, number];
  const [across, up] = [grids[0].length, grids[1].length];
  const range = ends(mean);
  const box: Box = { left: LEFT, right: Math.max(LEFT + 40, width - RIGHT), top: TOP, bottom: TOP + HIGH };
  const x = scale([-0.5, across - 0.5], box.left, box.right);
  const y = scale([-0.5, up - 0.5], box.bottom, box.top);
  const [wide, tall] = [(box.right - box.left) / across, HIGH / up];
  const move = (event: KeyboardEvent) => {
    const by = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
    if (!by && event.key !== "Escape") return;
    event.preventDefault();
    const clamp = (value: number, most: number) => Math.min(most - 1, Math.max(0, value));
    setCursor(by ? (cursor ? [clamp(cursor[0] + by[0]!, across), clamp(cursor[1] + by[1]!, up)] : [0, 0]) : null);
  };
  const point = (to: [number, number] | null) => {
    const [i, j] = to ? [Math.floor((to[0] - box.left) / wide), Math.floor((box.bottom - to[1]) / tall)] : [-1, -1];
    setCursor(i >= 0 && i < across && j >= 0 && j < up ? [i, j] : null);
  };
  const inside = cursor && cursor[0] < across && cursor[1] < up ? cursor : null;
  const at = inside ? inside[0] * up + inside[1] : -1;
  const look = { palette: palette(SEQUENTIAL), scale: 1, clipped: false } as Parameters<typeof Legend>[0]["look"];
  return (
    <>
      <Figure
        label={said.map(spec.columns[a]!.name, spec.columns[b]!.name)}
        hint={ids.hint}
        width={width}
        height={box.bottom + BELOW}
        onWidth={setWidth}
        onKey={move}
        onPoint={point}
      >
        {Array.from(mean, (value, i) => (
          <rect
            key={i}
            x={x(Math.floor(i / up) - 0.5)}
            y={y((i % up) + 0.5)}
            width={wide + 0.5}
            height={tall + 0.5}
            fill={colour((value - range[0]) / (range[1] - range[0]))}
          />
        ))}
        <BottomAxis
          box={box}
          x={x}
          ticks={cellTicks(view, a, grids[0], Math.max(2, (box.right - box.left) / 70))}
          at={box.bottom + 16}
        />
        <LeftNames box={box} y={y} ticks={cellTicks(view, b, grids[1], 12)} room={tall} />
        {inside && (
          <>
            <rect class="xai-s-frame-out" x={x(inside[0] - 0.5)} y={y(inside[1] + 0.5)} width={wide} height={tall} />
            <rect class="xai-s-frame" x={x(inside[0] - 0.5)} y={y(inside[1] + 0.5)} width={wide} height={tall} />
          </>
        )}
      </Figure>
      <output class="xai-values" aria-live="polite" data-xai="readout">
        {inside ? (
          <>
            <strong>{said.at(spec.columns[a]!.name, view.textOf(a, grids[0][inside[0]]!))}</strong>
            <strong>{said.at(spec.columns[b]!.name, view.textOf(b, grids[1][inside[1]]!))}</strong>
            <span>
              {view.number(mean[at]!)} {said.interval(interval[at]!)}
            </span>
          </>
        ) : (
          <span class="xai-faint" id={ids.hint}>
            {said.mapHint}
          </span>
        )}
      </output>
      <div class="xai-legends">
        <Legend
          look={look}
          title={said.colours(spec.label, spec.valued)}
          value={inside ? (mean[at]! - range[0]) / (range[1] - range[0]) : null}
          missing={false}
          colour={colour}
          ends={[view.number(range[0]), "", view.number(range[1])]}
        />
      </div>
    </>
  );
}

export function PairBody({ view }: { view: View }) {
  const { store } = view;
  const { status, answer } = store.lines.pair;
  const [a, b] = status.value?.columns ?? [];
  // The other one gives way where both would be the same.
  const pick = (place: 0 | 1) => (column: number) => {
    const other = place ? a : b;
    const [old, kept] = [place ? b : a, other === column ? (place ? b : a) : other];
    if (column !== old && kept !== undefined) store.ask("pair", place ? [kept, column] : [column, kept]);
  };
  return (
    <>
      <div class="xai-tools">
        <ColumnBox view={view} topic="pair" label={said.first} value={a ?? null} onPick={pick(0)} />
        <ColumnBox view={view} topic="pair" label={said.second} value={b ?? null} onPick={pick(1)} />
      </div>
      {answer.value?.surface && <Heat view={view} answer={answer.value} />}
    </>
  );
}
