// What columns contribute to the answers of single rows: the mean size as a bar, and one dot a row.

import { useMemo, useState } from "preact/hooks";
import { shade } from "../../core/embedding/shade";
import { translated } from "../../core/language";
import { ends, scale, ticks } from "../../core/population/axes";
import { listed, share } from "../../core/population/order";
import { beside, columnOf, dotAt, offsets, places } from "../../core/population/swarm";
import type { Answer, Dots } from "../../core/population/types";
import { populationWords as said } from "../../core/population/words";
import { words } from "../../core/words";
import { Button, Select } from "../../dom/controls";
import { useIds } from "../../dom/hooks";
import type { Theme } from "../../dom/theme";
import { Live } from "../../panels/live";
import { BottomAxis, type Box } from "./axes";
import { ColumnTools } from "./bars";
import { Figure } from "./figure";
import type { View } from "./view";

const [LINE, SIZE, EDGE, BELOW, NEAR] = [34, 5, 12, 24, 10];
const [LEVELS, MORE] = [12, 100];
const COUNTS = ["50", "200", "1000"];

/** The dots of the columns on show, one after the other. */
interface Cloud {
  x: Float32Array;
  y: Float32Array;
  /** Of each dot its column's place in the list, and its row's. */
  rows: number;
  local: Float32Array[];
  data: Float32Array[];
}

function cloudOf(dots: Dots, columns: number[], x: (value: number) => number): Cloud {
  const rows = dots.places.length;
  const at = columns.map((column) => dots.shown.indexOf(column));
  const [local, data] = [dots.local, dots.data].map((cells) => at.map((k) => columnOf(dots, cells, k)));
  const left = local!.map((values) => values.map(x));
  const down = left.map((values, k) => offsets(values, SIZE, LINE / 2 - 4).map((off) => (k + 0.5) * LINE + off));
  const flat = (parts: Float32Array[]) => Float32Array.from(parts.flatMap((part) => [...part]));
  return { x: flat(left), y: flat(down), rows, local: local!, data: data! };
}

/** Dots of one colour as one path: thousands of elements would be slow. */
function paths({ x, y, data, rows }: Cloud, theme: Theme): { colour: string | null; d: string }[] {
  const d: string[] = Array(LEVELS + 2).fill("");
  data.forEach((values, k) => {
    places(values).forEach((place, i) => {
      const level = Number.isNaN(place) ? LEVELS + 1 : Math.round(place * LEVELS);
      d[level] += `M${x[k * rows + i]!.toFixed(1)} ${y[k * rows + i]!.toFixed(1)}h0`;
    });
  });
  const colour = (i: number) => (i > LEVELS ? null : `rgb(${shade(i / LEVELS, theme).join(" ")})`);
  return d.map((path, i) => ({ colour: colour(i), d: path }));
}

function Swarm(props: { view: View; answer: Answer; columns: number[] }) {
  const { view, answer, columns } = props;
  const { store } = view;
  const [width, setWidth] = useState(0);
  const [cursor, setCursor] = useState<{ line: number; row: number } | null>(null);
  const ids = useIds("hint");
  const dots = answer.dots!;
  const box: Box = { left: EDGE, right: Math.max(40, width - EDGE), top: 0, bottom: LINE * columns.length };
  const range = useMemo(() => ends([0], dots.local), [dots]);
  const x = scale(range, box.left, box.right);
  const cloud = useMemo(() => cloudOf(dots, columns, x), [dots, columns.join(), width]);
  const drawn = useMemo(() => paths(cloud, view.theme.value), [cloud, view.theme.value]);
  const here = cursor && cursor.line < columns.length && cursor.row < cloud.rows ? cursor : null;
  const chosen = store.selected.value === null ? -1 : dots.places.indexOf(store.selected.value);
  const spot = (line: number, row: number) => ({
    cx: cloud.x[line * cloud.rows + row]!,
    cy: cloud.y[line * cloud.rows + row]!,
  });
  const pick = (at: { row: number } | null) => at && store.pick(dots.places[at.row]!);
  const move = (event: KeyboardEvent) => {
    const { key } = event;
    const line = here?.line ?? 0;
    if (key === "ArrowLeft" || key === "ArrowRight")
      setCursor({ line, row: beside(cloud.local[line]!, here?.row ?? null, key === "ArrowRight" ? 1 : -1) });
    else if (key === "ArrowUp" || key === "ArrowDown") {
      const to = Math.min(columns.length - 1, Math.max(0, line + (key === "ArrowDown" ? 1 : -1)));
      setCursor({ line: here ? to : 0, row: here?.row ?? beside(cloud.local[0]!, null, 1) });
    } else if (key === "Enter") pick(here);
    else if (key === "Escape") setCursor(null);
    else return;
    event.preventDefault();
  };
  const under = (to: [number, number] | null) => {
    const at = to && dotAt(cloud.x, cloud.y, ...to, NEAR);
    return at === null ? null : { line: Math.floor(at / cloud.rows), row: at % cloud.rows };
  };
  const column = here ? columns[here.line]! : 0;
  return (
    <div class="xai-s-right">
      <Figure
        label={said.swarm}
        hint={ids.hint}
        width={width}
        height={box.bottom + BELOW}
        onWidth={setWidth}
        onKey={move}
        onPoint={(to) => setCursor(under(to))}
        onPress={(to) => pick(under(to))}
      >
        <BottomAxis
          box={box}
          x={x}
          ticks={ticks(...range, Math.max(2, width / 90)).map((at) => ({ at, text: view.number(at) }))}
          at={box.bottom + 16}
          lines
        />
        <line class="xai-s-axis" x1={x(0)} x2={x(0)} y1={0} y2={box.bottom} />
        {drawn.map(({ colour, d }, i) => (
          <path key={i} class="xai-s-dots" d={d} style={colour ? { stroke: colour } : undefined} />
        ))}
        {chosen >= 0 && columns.map((_, k) => <circle key={k} class="xai-s-ring" {...spot(k, chosen)} r={5} />)}
        {here && <circle class="xai-s-ring xai-s-ring-at" {...spot(here.line, here.row)} r={6} />}
      </Figure>
      <output class="xai-values" aria-live="polite" data-xai="readout">
        {here ? (
          <>
            <strong>{said.dot(dots.places[here.row]!)}</strong>
            <span>
              {said.at(store.spec.columns[column]!.name, view.textOf(column, cloud.data[here.line]![here.row]!))}
            </span>
            <span>{said.contributes(view.number(cloud.local[here.line]![here.row]!, true))}</span>
          </>
        ) : (
          <span class="xai-faint" id={ids.hint}>
            {said.swarmHint} {!store.saved && said.swarmPick}
          </span>
        )}
      </output>
      <Colours view={view} />
    </div>
  );
}

function Colours({ view }: { view: View }) {
  const { selected } = view.store;
  const steps = Array.from({ length: LEVELS + 1 }, (_, i) => `rgb(${shade(i / LEVELS, view.theme.value).join(" ")})`);
  return (
    <p class="xai-s-keys">
      <span class="xai-faint">
        {said.low} <i class="xai-s-ramp" style={{ background: `linear-gradient(to right, ${steps.join()})` }} />{" "}
        {said.high} <i class="xai-s-missing" /> {said.missing}
      </span>
      {selected.value !== null && (
        <span>
          {said.selected(selected.value)} <Button link text={said.clear} onClick={() => view.store.pick(null)} />
        </span>
      )}
    </p>
  );
}

function More({ view, left }: { view: View; left: number }) {
  if (left <= 0) return null;
  const text = said.more(Math.min(left, MORE));
  return (
    <Button
      link
      text={text}
      onClick={() => {
        view.most.value += MORE;
      }}
    />
  );
}

export function ContributionsBody({ view }: { view: View }) {
  const { store, order, query, most } = view;
  const { status, answer } = store.lines.contributions;
  const found = answer.value;
  const { columns } = store.spec;
  const known = found?.bars && found.dots;
  const inside = known ? new Set(found.dots!.shown) : null;
  const all = known ? listed(columns, found.bars!.values, order.value, query.value).filter((i) => inside!.has(i)) : [];
  const shown = all.slice(0, most.value);
  const largest = known ? Math.max(1e-12, ...found.bars!.values) : 1;
  return (
    <>
      <div class="xai-tools">
        <ColumnTools view={view} />
        {!store.spec.title && (
          <Live store={store}>
            <Select
              inline
              label={said.rowsAsked}
              value={String(status.value?.params.n_rows ?? 200)}
              choices={COUNTS.map((value) => ({ value, text: value }))}
              onPick={(value) => store.ask("contributions", [], { n_rows: Number(value) })}
            />
          </Live>
        )}
      </div>
      {known && <p class="xai-sentence">{translated(found.message.unit ?? "")}</p>}
      {known && shown.length > 0 && (
        <div class="xai-s-swarm">
          <ol class="xai-s-names" aria-label={said.columns}>
            {shown.map((at) => {
              const value = view.number(found.bars!.values[at]!);
              return (
                <li key={at} style={{ height: `${LINE}px` }}>
                  <button
                    type="button"
                    class="xai-s-column"
                    data-column={columns[at]!.name}
                    aria-disabled={!store.can("effect", at)}
                    title={store.can("effect", at) ? said.goHint : words.needsModel}
                    aria-label={said.go(columns[at]!.name, value)}
                    onClick={() => store.can("effect", at) && store.ask("effect", [at])}
                  >
                    <span class="xai-s-name">{columns[at]!.name}</span>
                    <span class="xai-s-size" aria-hidden="true">
                      <span class="xai-s-fill" style={{ width: `${share(found.bars!.values[at]!, [0, largest])}%` }} />
                    </span>
                    <span class="xai-s-value">{value}</span>
                  </button>
                </li>
              );
            })}
          </ol>
          <Swarm view={view} answer={found} columns={shown} />
        </div>
      )}
      {known && !shown.length && <p class="xai-sentence">{said.none}</p>}
      <More view={view} left={all.length - most.value} />
    </>
  );
}
