// One number a column, with its interval: a button each, which leads to the effect of the column.

import { useRef } from "preact/hooks";
import { translated } from "../../core/language";
import { listed, share, span } from "../../core/population/order";
import type { Bars, Topic } from "../../core/population/types";
import { populationWords as said } from "../../core/population/words";
import { words } from "../../core/words";
import { Segments } from "../../dom/controls";
import { WindowedList } from "../../dom/windowed";
import { Live } from "../../panels/live";
import type { Order, View } from "./view";

const ORDERS: Order[] = ["value", "data", "name"];
const [ALL, LINE] = [24, 28];

/** How columns are found and sorted, wherever they are listed. */
export function ColumnTools({ view }: { view: View }) {
  return (
    <>
      <div class="xai-tool">
        <span class="xai-tool-name">{said.order}</span>
        <Segments
          legend={said.order}
          value={view.order.value}
          choices={ORDERS.map((value) => ({ value, text: said.orders[value] }))}
          onPick={(order) => {
            view.order.value = order as Order;
          }}
        />
      </div>
      <input
        class="xai-input xai-s-find"
        type="search"
        aria-label={said.find}
        placeholder={said.find}
        value={view.query.value}
        onInput={(event) => {
          view.query.value = event.currentTarget.value;
        }}
      />
    </>
  );
}

/** The bar from zero, and the interval as a line over it. */
export function Bar({ value, half, range }: { value: number; half: number; range: readonly [number, number] }) {
  const [zero, end] = [share(0, range), share(value, range)];
  const [low, high] = [share(value - half, range), share(value + half, range)];
  return (
    <span class="xai-s-track" aria-hidden="true">
      <span class="xai-s-zero" style={{ left: `${zero}%` }} />
      <span class="xai-s-fill" style={{ left: `${Math.min(zero, end)}%`, width: `${Math.abs(end - zero)}%` }} />
      {half > 0 && Number.isFinite(half) && (
        <span class="xai-s-interval" style={{ left: `${low}%`, width: `${high - low}%` }} />
      )}
    </span>
  );
}

function Row(props: { view: View; bars: Bars; at: number; range: readonly [number, number] }) {
  const { view, bars, at, range } = props;
  const { name } = view.store.spec.columns[at]!;
  const able = view.store.can("effect", at);
  const half = bars.interval?.[at] ?? 0;
  const value = view.number(bars.values[at]!);
  const told = Object.entries(bars.measures).filter(([measure]) => said.measures[measure]);
  const more = told.map(([measure, values]) => said.measure(said.measures[measure]!, values[at]!)).join(", ");
  return (
    <li class="xai-bars-item">
      <button
        type="button"
        class="xai-s-row"
        data-column={name}
        aria-disabled={!able}
        title={[able ? said.goHint : words.needsModel, more].filter(Boolean).join("; ")}
        aria-label={said.go(name, [value, said.interval(half), more].filter(Boolean).join(", "))}
        onClick={() => able && view.store.ask("effect", [at])}
      >
        <span class="xai-s-name">{name}</span>
        <Bar value={bars.values[at]!} half={half} range={range} />
        <span class="xai-s-value">
          {value} <span class="xai-faint">{said.interval(half)}</span>
        </span>
        {more && <span class="xai-s-more xai-faint">{more}</span>}
      </button>
    </li>
  );
}

/** The order, which stays as it is under the pointer while numbers still come: what is aimed at must not run away. */
function useSteady(found: number[], running: boolean) {
  const [over, kept] = [useRef(false), useRef(found)];
  const same = kept.current.length === found.length;
  if (!(over.current && running && same)) kept.current = found;
  const set = (on: boolean) => () => {
    over.current = on;
  };
  return { steady: kept.current, enter: set(true), leave: set(false) };
}

function BarList({ view, topic }: { view: View; topic: Topic }) {
  const { store, order, query } = view;
  const answer = store.lines[topic].answer.value;
  const bars = answer?.bars;
  const found = bars ? listed(store.spec.columns, bars.values, order.value, query.value) : [];
  const { steady, enter, leave } = useSteady(found, store.lines[topic].status.value?.running ?? false);
  if (!bars) return null;
  const range = span(bars);
  return (
    <>
      <p class="xai-sentence">{translated(answer.message.unit ?? "")}</p>
      <WindowedList
        tag="ol"
        class="xai-bars xai-s-bars"
        label={said.columns}
        title={said.intervalHint}
        onPointerEnter={enter}
        onPointerLeave={leave}
        count={steady.length}
        all={ALL}
        line={LINE}
      >
        {(i) => <Row key={steady[i]} view={view} bars={bars} at={steady[i]!} range={range} />}
      </WindowedList>
      {!found.length && <p class="xai-sentence">{said.none}</p>}
    </>
  );
}

export function ImportanceBody({ view }: { view: View }) {
  return (
    <>
      <div class="xai-tools">
        <ColumnTools view={view} />
      </div>
      <BarList view={view} topic="importance" />
    </>
  );
}

export function SensitivityBody({ view }: { view: View }) {
  const { store } = view;
  const scheme = store.lines.sensitivity.status.value?.params.scheme ?? "sobol";
  return (
    <>
      <div class="xai-tools">
        <Live store={store}>
          <Segments
            legend={said.scheme}
            value={String(scheme)}
            choices={Object.entries(said.schemes).map(([value, text]) => ({ value, text }))}
            onPick={(value) => store.ask("sensitivity", [], { scheme: value })}
          />
        </Live>
        <ColumnTools view={view} />
      </div>
      <BarList view={view} topic="sensitivity" />
    </>
  );
}
