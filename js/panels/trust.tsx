// Can this map be believed? Measured when it is unfolded, and said in words, number by number.
import { useEffect, useState } from "preact/hooks";
import { translated } from "../core/language";
import { markOf, placeOf, severityOf, verdictOf } from "../core/trust/measures";
import type { Measure } from "../core/trust/types";
import { trustWords } from "../core/trust/words";
import type { Slot } from "../core/types";
import { words } from "../core/words";
import { Button } from "../dom/controls";
import { Fold } from "../dom/fold";
import { Icon } from "../dom/icons";
import { Progress } from "../dom/progress";
import { Curves } from "./curves";
import { Mark } from "./health";
import { Live } from "./live";
import { nameOf } from "./names";
import type { Shown } from "./shown";
import { Trial } from "./trial";

function Line({ measure, running }: { measure: Measure; running: boolean }) {
  const { title, value, error, reference, low, high, better, passed, sentence, definition, paper, curves } = measure;
  // On a range without an end, one number alone has no place; nor has none on any.
  const ranged = value !== null && ((low !== null && high !== null) || reference !== null);
  const at = (number: number) => `${100 * placeOf(number, measure)}%`;
  return (
    <li class="xai-measure" data-xai={`measure-${measure.name}`}>
      <details class="xai-fold">
        <summary class="xai-measure-line">
          <span class="xai-measure-name">{translated(title)}</span>
          {ranged ? (
            <span class="xai-bar-track" aria-hidden="true">
              <span class="xai-bar-fill" style={{ width: at(value) }} />
              {reference !== null && <span class="xai-bar-tick" style={{ left: at(reference) }} />}
            </span>
          ) : (
            <span />
          )}
          <span class="xai-measure-value">
            {value === null ? trustWords.noValue : trustWords.value(value, error)}
            {reference !== null && <span class="xai-faint">{trustWords.random(reference)}</span>}
          </span>
          {passed === null && (running || value === null) ? <span /> : <Mark {...markOf(passed)} />}
          <span class="xai-measure-said">{translated(sentence)}</span>
        </summary>
        <div class="xai-measure-more">
          <p class="xai-finding-text">{translated(definition)}</p>
          <p class="xai-finding-more">
            {trustWords.better[better]}, {trustWords.range(low, high)}. {paper}
          </p>
          {curves.length > 0 && <Curves measure={measure} />}
        </div>
      </details>
    </li>
  );
}

function State({ view, slot }: { view: Shown; slot: Slot }) {
  const { store } = view;
  const trust = store.trust[slot];
  const told = trust.current.value;
  const silent = store.connection.value === "silent";
  const running = !!told?.running && !silent;
  const waits = store.slots[slot].working.value && !silent;
  const verdict = told ? verdictOf(told) : "";
  const said = told?.error
    ? trustWords.failed(translated(told.error))
    : silent
      ? trustWords.noKernel
      : trustWords.stopped;
  const count = told ? trustWords.passes(told.passed, told.checked) : "";
  return (
    <div class="xai-health-state">
      <output class="xai-health-verdict" data-xai={`trust-${slot}`}>
        {told && verdict && !running && <Icon name={severityOf(told)} />}
        <span>{verdict || (running ? trustWords.measuring : waits ? trustWords.waits : said)}</span>
      </output>
      {running && <Progress of={trustWords.measuring} done={told.fraction} />}
      {told && verdict && verdict !== count && <span class="xai-faint">{count}</span>}
      {!running && !waits && !silent && !store.saved && told?.fraction !== 1 && (
        <Button text={words.retry} onClick={() => trust.retry()} />
      )}
    </div>
  );
}

function Judged({ view, slot, alone }: { view: Shown; slot: Slot; alone: boolean }) {
  const told = view.store.trust[slot].current.value;
  return (
    <div>
      {!alone && <h3 class="xai-heading">{nameOf(view.store, slot)}</h3>}
      <State view={view} slot={slot} />
      <ul class="xai-measures">
        {told?.measures.map((measure) => (
          <Line key={measure.name} measure={measure} running={told.running} />
        ))}
      </ul>
      {told?.notes.map((note) => (
        <p key={note} class="xai-finding-more">
          {translated(note)}
        </p>
      ))}
    </div>
  );
}

export function TrustPanel({ view }: { view: Shown }) {
  const { store } = view;
  const [open, setOpen] = useState(false);
  const slots: Slot[] = store.compare.value ? ["a", "b"] : ["a"];
  const both = slots.length > 1;
  useEffect(() => {
    store.trust.a.show(view, open);
    store.trust.b.show(view, open && both);
  }, [store, view, open, both]);
  useEffect(
    () => () => {
      store.trust.a.show(view, false);
      store.trust.b.show(view, false);
    },
    [store, view],
  );
  // What was measured is part of a saved page; nobody measures any more there.
  if (store.saved && !store.trust.a.current.value) return null;
  return (
    <Fold
      name="trust"
      title={
        <>
          <span>{trustWords.panel}</span>
          {slots.map((slot) => {
            const told = store.trust[slot].current.value;
            return told?.verdict && <Mark key={slot} severity={severityOf(told)} text={verdictOf(told)} />;
          })}
        </>
      }
      onOpen={setOpen}
    >
      <div class={both ? "xai-health-columns" : undefined}>
        {slots.map((slot) => (
          <Judged key={slot} view={view} slot={slot} alone={!both} />
        ))}
      </div>
      <Live store={store}>
        <Trial view={view} />
      </Live>
    </Fold>
  );
}

/** Says beside a map that is no better than random why it is grey. */
export function GreyNote({ view: { store } }: { view: Shown }) {
  return (
    <div aria-live="polite">
      {(["a", "b"] as const).map((slot) => {
        const { current, grey, anyway } = store.trust[slot];
        return (
          grey.value &&
          current.value && (
            <p key={slot} class="xai-doubt xai-grey-note" data-xai={`grey-${slot}`}>
              <Icon name="warning" />
              <span>{trustWords.greyed(nameOf(store, slot), verdictOf(current.value))}</span>
              <Button
                link
                text={trustWords.anyway}
                onClick={() => {
                  anyway.value = current.value?.id ?? null;
                }}
              />
            </p>
          )
        );
      })}
    </div>
  );
}
