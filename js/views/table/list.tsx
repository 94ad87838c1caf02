// The columns, one a line; of very many, those in sight.
import { useEffect } from "preact/hooks";
import type { Order } from "../../core/table/types";
import { tableWords } from "../../core/table/words";
import { Button, Segments } from "../../dom/controls";
import { WindowedList } from "../../dom/windowed";
import { AgreementLine } from "../../panels/agreement";
import { DifferenceLegend } from "../../panels/disagreement";
import { nameOf } from "../../panels/names";
import { SignControl } from "../../panels/reading";
import { Undoing } from "../../panels/undoing";
import { FeatureRow, ToldRow } from "./row";
import type { View } from "./view";

const [ALL, LINE, SHORT, MORE] = [60, 58, 34, 52];
const ORDERS: Order[] = ["strength", "data", "name"];

function Tools({ view }: { view: View }) {
  const { store } = view;
  const map = store.slots.a.map.value;
  const stale = store.display.value.order === "strength" && !!map?.info.final && view.sorted.value !== map.id;
  return (
    <div class="xai-tools" role="toolbar" aria-label={tableWords.features}>
      <div class="xai-tool">
        <span class="xai-tool-name">{tableWords.order}</span>
        <Segments
          legend={tableWords.order}
          value={store.display.value.order}
          choices={ORDERS.map((value) => ({ value, text: tableWords.orders[value] }))}
          onPick={(order) => {
            view.sorted.value = map?.id ?? null;
            store.setDisplay({ order: order as Order });
          }}
        />
        {stale && (
          <Button
            link
            text={tableWords.again}
            onClick={() => {
              view.sorted.value = map!.id;
            }}
          />
        )}
      </div>
      <input
        class="xai-input xai-f-find"
        type="search"
        aria-label={tableWords.find}
        placeholder={tableWords.find}
        value={view.query.value}
        onInput={(event) => {
          view.query.value = event.currentTarget.value;
        }}
      />
      <span class="xai-spring" />
      {!view.told && <Undoing store={store} />}
    </div>
  );
}

export function FeatureList({ view, onDraw }: { view: View; onDraw: () => void }) {
  const { store } = view;
  const listed = view.listed.value;
  const map = store.slots.a.map.value;
  useEffect(() => {
    // The first map that is finished sorts; later ones only when they are asked to.
    if (map?.info.final && view.sorted.value === null) view.sorted.value = map.id;
    onDraw();
  }, [map, store.prediction.value, store.curves.value]);

  const [low, high] = view.heights.value;
  const name = store.nameOf(view.shown.value);
  const [Row, line] = view.told ? [ToldRow, SHORT] : [FeatureRow, LINE];
  const [against, forIt] = view.colours.value;
  const [second, first] = view.apartColours.value;
  const apart = view.apart.value;
  return (
    <div
      class="xai-stage"
      style={{ "--xai-against": against!, "--xai-for": forIt!, "--xai-second": second!, "--xai-first": first! }}
    >
      <Tools view={view} />
      <div class={view.told ? "xai-f-head xai-f-short" : "xai-f-head"} aria-hidden="true">
        <span>{tableWords.feature}</span>
        {!view.told && <span />}
        <span>{tableWords.value}</span>
        <span>
          {view.comparing.value
            ? tableWords.twoMethods(nameOf(store, "a"), nameOf(store, "b"))
            : tableWords.contribution}
        </span>
      </div>
      <WindowedList
        class="xai-f-list"
        label={tableWords.features}
        count={listed.length}
        all={ALL}
        line={line}
        tall={(i) => (view.opened.value.has(listed[i]!) ? line + MORE : line)}
      >
        {(i) => <Row key={listed[i]} view={view} at={listed[i]!} />}
      </WindowedList>
      {!listed.length && <p class="xai-sentence">{tableWords.noFeature}</p>}
      {view.comparing.value && (
        <div class="xai-row">
          <AgreementLine view={view} />
          <SignControl store={store} />
        </div>
      )}
      {apart && <DifferenceLegend view={view} look={apart} places={null} colour={view.apartColour.value} />}
      <p class="xai-sentence" data-xai="curves">
        {store.curves.value && tableWords.curveOf(name, low, high, store.task.value === "value")}
        {view.broken.value && tableWords.curvesBroken}
      </p>
    </div>
  );
}
