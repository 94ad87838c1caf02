// The answer along a column: on average, row by row, and in each row's own neighbourhood.
import { useMemo, useState } from "preact/hooks";
import { columnTicks, domainOf, nearest, scale, ticks } from "../../core/population/axes";
import { curveAt, drawn, heights } from "../../core/population/curves";
import type { Answer, Curve, Topic } from "../../core/population/types";
import { populationWords as said } from "../../core/population/words";
import { Combobox } from "../../dom/combobox";
import { Checkbox } from "../../dom/controls";
import { useIds } from "../../dom/hooks";
import { Live } from "../../panels/live";
import { BottomAxis, type Box, LeftAxis } from "./axes";
import { Figure } from "./figure";
import type { View } from "./view";

const [LEFT, RIGHT, TOP, HIGH, RUG, BELOW] = [62, 16, 12, 300, 42, 22];

export function ColumnBox(props: {
  view: View;
  topic: Topic;
  label: string;
  value: number | null;
  onPick: (column: number) => void;
}) {
  const { columns } = props.view.store.spec;
  return (
    <Live store={{ saved: !props.view.store.several(props.topic) }}>
      <Combobox
        label={props.label}
        labels={columns.map(({ name }) => name)}
        scores={[]}
        scoreText={() => ""}
        value={props.value}
        placeholder=""
        clearable={false}
        said={{ hint: said.searchHint, none: said.none }}
        onPick={(column) => column !== null && props.onPick(column)}
      />
    </Live>
  );
}

const path = (x: ArrayLike<number>, y: ArrayLike<number>) =>
  Array.from(x, (left, i) => `${i ? "L" : "M"}${left.toFixed(1)} ${y[i]!.toFixed(1)}`).join("");

function Chart({ view, answer }: { view: View; answer: Answer }) {
  const { spec } = view.store;
  const [width, setWidth] = useState(0);
  const [cursor, setCursor] = useState<number | null>(null);
  const ids = useIds("clip", "hint");
  const along = answer.along!;
  const at = answer.message.columns[0]!;
  const column = spec.columns[at]!;
  const [centred, lines] = [view.centred.value, view.lines.value];
  const shown = useMemo(() => drawn(along, centred), [along, centred]);
  const { dependence, accumulated } = shown;
  // Between categories there is nothing, so no line leads from one to the next.
  const names = column.choices.length > 2;
  const domain = domainOf(column, along.domain);
  const range = heights(shown, lines);
  const box: Box = { left: LEFT, right: Math.max(LEFT + 40, width - RIGHT), top: TOP, bottom: TOP + HIGH };
  const x = scale(domain, box.left, box.right);
  const y = scale(range, box.bottom, box.top);
  const grid = dependence?.grid ?? accumulated?.grid ?? new Float32Array();
  const most = Math.sqrt(Math.max(1, ...along.counts));
  const rug = along.counts.length ? RUG : 0;
  const each = (box.right - box.left) / Math.max(1, along.counts.length);
  const across = (curve: Curve) => curve.grid.map(x);
  const band = (curve: Curve) => {
    const edge = (sign: number) =>
      curve.mean.map((one, i) => y(one + sign * (Number.isFinite(curve.interval[i]!) ? curve.interval[i]! : 0)));
    const [a, b, xs] = [edge(1), edge(-1), across(curve)];
    return `${path(xs, a)}L${path([...xs].reverse(), [...b].reverse()).slice(1)}Z`;
  };
  const whiskers = ({ grid, mean, interval }: Curve) =>
    Array.from(grid, (at, i) => `M${x(at)} ${y(mean[i]! - interval[i]!)}V${y(mean[i]! + interval[i]!)}`)
      .filter((one) => !one.includes("Infinity"))
      .join("");
  const rows = useMemo(() => {
    if (!lines || !dependence) return "";
    const [points, xs] = [dependence.grid.length, dependence.grid.map(x)];
    let text = "";
    for (let i = 0; i < dependence.lines.length; i += points)
      text += path(xs, dependence.lines.subarray(i, i + points).map(y));
    return text;
  }, [dependence, lines, width, range[0], range[1]]);
  const move = (event: KeyboardEvent) => {
    const by = { ArrowLeft: -1, ArrowRight: 1, Home: -grid.length, End: grid.length }[event.key];
    if (by === undefined && event.key !== "Escape") return;
    event.preventDefault();
    setCursor(
      by === undefined ? null : Math.min(grid.length - 1, Math.max(0, (cursor ?? (by > 0 ? -1 : grid.length)) + by)),
    );
  };
  const here = cursor !== null && cursor < grid.length ? grid[cursor]! : null;
  const bin =
    here === null ? -1 : Math.min(along.counts.length - 1, Math.max(0, Math.floor((x(here) - box.left) / each)));
  const told = (value: number) => view.number(value, centred);
  return (
    <>
      <Figure
        label={said.chart(column.name)}
        hint={ids.hint}
        width={width}
        height={box.bottom + rug + BELOW}
        onWidth={setWidth}
        onKey={move}
        onPoint={(to) => setCursor(to && nearest(grid.map(x), to[0]))}
      >
        <clipPath id={ids.clip}>
          <rect x={box.left - 6} y={box.top} width={box.right - box.left + 12} height={HIGH} />
        </clipPath>
        <LeftAxis box={box} y={y} ticks={ticks(...range, 7)} text={(value) => view.number(value)} />
        <BottomAxis
          box={box}
          x={x}
          ticks={columnTicks(column, along.domain, Math.max(2, (box.right - box.left) / 90))}
          at={box.bottom + rug + 16}
        />
        {along.counts.map((count, i) => {
          const tall = ((RUG - 8) * Math.sqrt(count)) / most;
          return (
            <rect
              key={i}
              class={i === bin ? "xai-s-count xai-s-count-at" : "xai-s-count"}
              x={box.left + i * each + 0.5}
              width={Math.max(1, each - 1)}
              y={box.bottom + RUG - tall}
              height={tall}
            />
          );
        })}
        <g clip-path={`url(#${ids.clip})`}>
          {rows && <path class="xai-s-thin" d={rows} />}
          {here !== null && <line class="xai-s-cursor" x1={x(here)} x2={x(here)} y1={box.top} y2={box.bottom} />}
          {dependence && !names && <path class="xai-s-band" d={band(dependence)} />}
          {dependence && (
            <path
              class={names ? "xai-s-line xai-s-whisker" : "xai-s-line"}
              d={names ? whiskers(dependence) : path(across(dependence), dependence.mean.map(y))}
            />
          )}
          {accumulated && <path class="xai-s-dashed" d={path(across(accumulated), accumulated.mean.map(y))} />}
          {dependence &&
            (names || grid.length === 1 ? Array.from(grid, (_, i) => i) : here === null ? [] : [cursor!]).map((i) => (
              <circle
                key={i}
                class="xai-s-point"
                cx={x(grid[i]!)}
                cy={y(dependence.mean[i]!)}
                r={i === cursor ? 6 : 4}
              />
            ))}
        </g>
      </Figure>
      <output class="xai-values" aria-live="polite" data-xai="readout">
        {here === null ? (
          <span class="xai-faint" id={ids.hint}>
            {said.chartHint} {rug > 0 && `${said.histogram}.`}
          </span>
        ) : (
          <>
            <strong>{said.at(column.name, view.textOf(at, here))}</strong>
            {dependence && (
              <span>{said.here(told(dependence.mean[cursor!]!), said.interval(dependence.interval[cursor!]!))}</span>
            )}
            {accumulated && <span>{said.local(told(curveAt(accumulated, here)))}</span>}
            {bin >= 0 && <span class="xai-faint">{said.count(along.counts[bin]!)}</span>}
          </>
        )}
      </output>
    </>
  );
}

export function EffectBody({ view }: { view: View }) {
  const { store, lines, centred } = view;
  const { status, answer } = store.lines.effect;
  const found = answer.value;
  const column = status.value?.columns[0] ?? null;
  const spec = store.spec;
  return (
    <>
      <div class="xai-tools">
        <ColumnBox
          view={view}
          topic="effect"
          label={said.column}
          value={column}
          onPick={(one) => store.ask("effect", [one])}
        />
        <Checkbox
          label={said.lines}
          title={said.linesHint}
          checked={lines.value}
          onPick={(on) => {
            lines.value = on;
          }}
        />
        <Checkbox
          label={said.centred}
          title={said.centredHint}
          checked={centred.value}
          onPick={(on) => {
            centred.value = on;
          }}
        />
      </div>
      {found?.along && (
        <>
          <p class="xai-s-keys">
            <span class="xai-faint">
              {said.yAxis(spec.label, spec.valued, centred.value || !found.along.dependence)}
            </span>
            {found.along.dependence && (
              <span>
                <i class="xai-s-key-line" /> {said.dependence}
              </span>
            )}
            {found.along.accumulated ? (
              <span>
                <i class="xai-s-key-dashed" /> {said.accumulated}
              </span>
            ) : (
              spec.columns[found.message.columns[0]!]!.choices.length > 2 && (
                <span class="xai-faint">{said.accumulatedNone}</span>
              )
            )}
          </p>
          <Chart view={view} answer={found} />
        </>
      )}
    </>
  );
}
