// One column: its value, what it contributes, and what may become of it.
import { useComputed } from "@preact/signals";
import { amount, signed } from "../../core/format";
import { textOf, withCell } from "../../core/table/cells";
import type { Cell, Rules } from "../../core/table/types";
import { tableWords } from "../../core/table/words";
import { Button } from "../../dom/controls";
import { useIds } from "../../dom/hooks";
import { apartOf, apartTitle, pointsOf } from "../../panels/disagreement";
import { Live } from "../../panels/live";
import { Field } from "./field";
import { Limits } from "./limits";
import { Plot } from "./plot";
import type { Contribution, View } from "./view";

/** A bar from the middle: to the right for the answer, to the left against it. */
function Bar({ one, most, of, grey }: { one: Contribution | undefined; most: number; of: number; grey: boolean }) {
  const value = one?.value ?? Number.NaN;
  const unknown = Number.isNaN(value);
  const text = !one ? "" : unknown ? "?" : amount(value, most);
  const share = unknown ? 0 : Math.abs(value) / most;
  const told = unknown ? tableWords.contributesUnknown : tableWords.contributes(text, one?.rank ?? 0, of);
  return (
    <div
      class={grey ? "xai-f-bar xai-grey" : "xai-f-bar"}
      title={text ? `${told}. ${tableWords.contributionHint}` : tableWords.contributionHint}
    >
      <span class="xai-f-track" aria-hidden="true">
        <span
          class={value < 0 ? "xai-f-fill xai-f-against" : "xai-f-fill xai-f-for"}
          style={{ width: `${50 * share}%` }}
        />
      </span>
      <span class="xai-f-amount">
        <span aria-hidden="true">{text}</span>
        <span class="xai-hidden">{text ? told : tableWords.contributesNot}</span>
      </span>
    </div>
  );
}

/** How far apart two methods place a column: to the right where the first has it higher, to the left where the second. */
function Difference({ view, at }: { view: View; at: number }) {
  const places = view.placesAt(at);
  if (!places) return <div class="xai-f-apart" />;
  const told = apartOf(places);
  const points = pointsOf(places);
  const side = points < 0 ? "xai-f-against" : "xai-f-for";
  const said = [told.difference, ...told.places].join(", ");
  return (
    <div class="xai-f-apart" title={`${said}. ${apartTitle(view)}`}>
      <span class="xai-f-amount" aria-hidden="true">
        {signed(points)}
      </span>
      <span class="xai-f-track" aria-hidden="true">
        <span class={`xai-f-fill ${side}`} style={{ width: `${Math.abs(points) / 2}%` }} />
      </span>
      <span class="xai-hidden">{said}</span>
    </div>
  );
}

function Bars({ view, at, of }: { view: View; at: number; of: number }) {
  const { trust } = view.store;
  const mapB = view.comparing.value ? view.mapB.value : null;
  return (
    <>
      <Bar one={view.mapA.value?.[at]} most={view.mostA.value} of={of} grey={trust.a.grey.value} />
      {mapB && <Bar one={mapB[at]} most={view.mostB.value} of={of} grey={trust.b.grey.value} />}
      {mapB && <Difference view={view} at={at} />}
    </>
  );
}

/** A column of which a saved file knows its cell alone. */
export function ToldRow({ view, at }: { view: View; at: number }) {
  const { columns } = view.store.spec.value;
  const { name, told } = columns[at]!;
  const text = told ?? tableWords.missing;
  return (
    <li class="xai-f-row" data-column={name}>
      <div class="xai-f-line xai-f-short">
        <div class="xai-f-name">
          <span title={name}>{name}</span>
        </div>
        <span class={told === null ? "xai-f-told xai-faint" : "xai-f-told"} title={text}>
          {text}
        </span>
        <div class={view.comparing.value ? "xai-f-bars xai-f-two" : "xai-f-bars"}>
          <Bars view={view} at={at} of={columns.length} />
        </div>
      </div>
    </li>
  );
}

export function FeatureRow({ view, at, style }: { view: View; at: number; style?: Record<string, string> }) {
  const { store } = view;
  const { columns, row } = store.spec.value;
  const column = columns[at]!;
  const ids = useIds("range", "field");
  // A column whose cell stays as it is is not drawn anew when another one's slider is dragged.
  const cell = useComputed<Cell>(() => view.row.value[at] ?? null);
  const value = cell.value;
  const was = row[at] ?? null;
  const changed = value !== was;
  const open = view.opened.value.has(at);
  const rules = store.rules.value;
  const locked = rules.immutable.includes(column.name);
  const set = (next: Cell, tag: string | null = null) =>
    store.setEdits(withCell(row, store.request.value.edits, at, next), tag);
  const setRules = (change: Partial<Rules>) => {
    view.ruled.value = at;
    store.setRules({ ...rules, ...change });
  };
  const lock = () =>
    setRules({
      immutable: locked ? rules.immutable.filter((name) => name !== column.name) : [...rules.immutable, column.name],
    });
  const toggle = () => {
    const next = new Set(view.opened.value);
    if (!next.delete(at)) next.add(at);
    view.opened.value = next;
  };
  const slides = !column.choices.length;
  // A column of one value has it in the middle, as its data are drawn.
  const constant = column.high <= column.low;
  const text = textOf(column, value, tableWords.missing);
  return (
    <li class={changed ? "xai-f-row xai-f-changed" : "xai-f-row"} data-column={column.name} style={style}>
      <div class="xai-f-line">
        <div class="xai-f-name">
          <label for={slides ? ids.range : ids.field} title={column.name}>
            {column.name}
          </label>
          {changed && <span class="xai-f-was">{tableWords.was(textOf(column, was, tableWords.missing))}</span>}
        </div>
        <Live store={store}>
          <div class="xai-f-control">
            <Plot view={view} at={at} column={column} value={value} was={was} onPick={(next) => set(next)} />
            {slides && (
              <input
                id={ids.range}
                class="xai-range xai-f-range"
                type="range"
                min={constant ? column.low - 1 : column.low}
                max={constant ? column.high + 1 : column.high}
                step={column.step || "any"}
                value={value ?? column.low}
                disabled={constant}
                title={constant ? tableWords.constant : undefined}
                aria-valuetext={text}
                onInput={(event) => set(event.currentTarget.valueAsNumber, `cell ${at}`)}
                onChange={() => store.sealEdits()}
              />
            )}
          </div>
          <div class="xai-f-value">
            <Field
              id={ids.field}
              column={column}
              value={value}
              onPick={(next) => set(next)}
              onDone={() => store.sealEdits()}
            />
          </div>
        </Live>
        <div class={view.comparing.value ? "xai-f-bars xai-f-two" : "xai-f-bars"}>
          <Bars view={view} at={at} of={columns.length} />
        </div>
        <Live store={store}>
          <div class="xai-f-tools">
            <Button
              quiet
              icon="undo"
              label={tableWords.resetOne(column.name)}
              disabled={!changed}
              onClick={() => set(was)}
            />
            <Button
              quiet
              icon={locked ? "locked" : "open"}
              pressed={locked}
              label={locked ? tableWords.unlock(column.name) : tableWords.lock(column.name)}
              onClick={lock}
            />
            <Button quiet icon="more" pressed={open} label={tableWords.more(column.name)} onClick={toggle} />
          </div>
        </Live>
      </div>
      {rules.error && view.ruled.value === at && <p class="xai-f-wrong xai-pattern-bad">{rules.error}</p>}
      {open && (
        <Limits
          column={column}
          value={value}
          rules={rules}
          onRules={setRules}
          onMissing={(on) => set(on ? null : (was ?? column.low))}
        />
      )}
    </li>
  );
}
