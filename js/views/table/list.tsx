// The columns, one a line; of very many, those in sight.
import { useEffect, useState } from "preact/hooks";
import type { Order } from "../../core/table/types";
import { tableWords } from "../../core/table/words";
import { words } from "../../core/words";
import { Button, Segments } from "../../dom/controls";
import { useSize } from "../../dom/hooks";
import { nameOf } from "../../panels/names";
import { FeatureRow } from "./row";
import type { View } from "./view";

/** Up to so many, all are on the page: a search of the browser finds them, and so do screen readers. */
const ALL = 60;
const [LINE, MORE, BEYOND] = [58, 52, 6];
const ORDERS: Order[] = ["strength", "data", "name"];

function Tools({ view }: { view: View }) {
  const { store } = view;
  const { undo, redo } = store.undoable.value;
  const { edits } = store.request.value;
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
            label={tableWords.again}
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
      <div class="xai-row">
        <Button quiet icon="undo" label={words.undo} disabled={!undo} onClick={() => store.undo()} />
        <Button quiet icon="redo" label={words.redo} disabled={!redo} onClick={() => store.redo()} />
        <Button label={words.reset} text={words.reset} disabled={!edits.length} onClick={() => store.setEdits([])} />
      </div>
    </div>
  );
}

export function FeatureList({ view, onDraw }: { view: View; onDraw: () => void }) {
  const { store } = view;
  const listed = view.listed.value;
  const map = store.slots.a.map.value;
  const [seen, setSeen] = useState<[number, number]>([0, 600]);
  const ref = useSize<HTMLUListElement>(() => look());
  const look = () => ref.current && setSeen([ref.current.scrollTop, ref.current.clientHeight]);
  useEffect(() => {
    // The first map that is finished sorts; later ones only when they are asked to.
    if (map?.info.final && view.sorted.value === null) view.sorted.value = map.id;
    onDraw();
  }, [map, store.prediction.value, store.curves.value]);

  const windowed = listed.length > ALL;
  const tall = (i: number) => (view.opened.value.has(listed[i]!) ? LINE + MORE : LINE);
  let [first, last, above, below] = [0, listed.length, 0, 0];
  if (windowed) {
    let y = 0;
    first = last = -1;
    for (let i = 0; i < listed.length; i++) {
      const end = y + tall(i);
      if (first < 0 && end > seen[0] - BEYOND * LINE) [first, above] = [i, y];
      if (y < seen[0] + seen[1] + BEYOND * LINE) last = i + 1;
      else below += tall(i);
      y = end;
    }
    first = Math.max(0, first);
  }
  const [low, high] = view.heights.value;
  const name = store.nameOf(view.shown.value);
  const [against, forIt] = view.colours.value;
  return (
    <div class="xai-stage" style={{ "--xai-against": against!, "--xai-for": forIt! }}>
      <Tools view={view} />
      <div class="xai-f-head" aria-hidden="true">
        <span>{tableWords.feature}</span>
        <span />
        <span>{tableWords.value}</span>
        <span>
          {view.comparing.value
            ? tableWords.twoMethods(nameOf(store, "a"), nameOf(store, "b"))
            : tableWords.contribution}
        </span>
      </div>
      <ul
        ref={ref}
        class={windowed ? "xai-f-list xai-f-windowed" : "xai-f-list"}
        aria-label={tableWords.features}
        onScroll={windowed ? look : undefined}
      >
        {above > 0 && <li aria-hidden="true" style={{ height: `${above}px` }} />}
        {listed.slice(first, last).map((at) => (
          <FeatureRow key={at} view={view} at={at} />
        ))}
        {below > 0 && <li aria-hidden="true" style={{ height: `${below}px` }} />}
      </ul>
      {!listed.length && <p class="xai-sentence">{tableWords.noFeature}</p>}
      <p class="xai-sentence" data-xai="curves">
        {store.curves.value && tableWords.curveOf(name, low, high, store.task.value === "value")}
      </p>
    </div>
  );
}
