// Can this be believed? Measured when it is unfolded, and said in words, number by number.
import type { ReadonlySignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { doubted } from "../core/format";
import { translated } from "../core/language";
import { markOf, placeOf, severityOf, verdictOf } from "../core/trust/measures";
import type { Measure } from "../core/trust/types";
import { trustWords } from "../core/trust/words";
import { words } from "../core/words";
import { Button } from "../dom/controls";
import { Fold } from "../dom/fold";
import { Icon } from "../dom/icons";
import { Mark } from "../dom/mark";
import { Standing } from "../dom/standing";
import type { Trust } from "../host/trust";
import { Curves } from "./curves";

/** What is measured, and whether it is still to come. */
interface Judged {
  trust: Trust;
  name: string;
  waits: boolean;
}

interface Linked {
  connection: ReadonlySignal<string>;
  saved: unknown;
}

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
            {value === null ? trustWords.noValue : doubted(value, error)}
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

function Body({ store, of, alone, open }: { store: Linked; of: Judged; alone: boolean; open: boolean }) {
  const { trust, name, waits } = of;
  useEffect(() => (open ? trust.show() : undefined), [trust, open]);
  const told = trust.current.value;
  const silent = store.connection.value === "silent";
  const running = !!told?.running && !silent;
  const waiting = waits && !silent;
  const verdict = told ? verdictOf(told) : "";
  const said = told?.error ? trustWords.failed(translated(told.error)) : silent ? words.noneHere : trustWords.stopped;
  const count = told ? trustWords.passes(told.passed, told.checked) : "";
  return (
    <div>
      {!alone && <h3 class="xai-heading">{name}</h3>}
      <Standing
        name={`trust-${trust.slot}`}
        icon={told && verdict && !running ? severityOf(told) : null}
        said={verdict || (running ? trustWords.measuring : waiting ? trustWords.waits : said)}
        of={running && trustWords.measuring}
        done={told?.fraction}
        onRetry={!waiting && !silent && !store.saved && told?.fraction !== 1 && (() => trust.send(true))}
      >
        {told && verdict && verdict !== count && <span class="xai-faint">{count}</span>}
      </Standing>
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

export function JudgedPanel({ store, of, children }: { store: Linked; of: Judged[]; children?: ComponentChildren }) {
  const [open, setOpen] = useState(false);
  const both = of.length > 1;
  // What was measured is part of a saved page; nobody measures any more there.
  if (store.saved && !of[0]?.trust.current.value) return null;
  return (
    <Fold
      name="trust"
      title={
        <>
          <span>{trustWords.panel}</span>
          {of.map(({ trust }) => {
            const told = trust.current.value;
            return told?.verdict && <Mark key={trust.slot} severity={severityOf(told)} text={verdictOf(told)} />;
          })}
        </>
      }
      onOpen={setOpen}
    >
      <div class={both ? "xai-health-columns" : undefined}>
        {of.map((one) => (
          <Body key={one.trust.slot} store={store} of={one} alone={!both} open={open} />
        ))}
      </div>
      {children}
    </Fold>
  );
}

/** Says beside what is no better than random why it is grey. */
export function Greyed({ of }: { of: Pick<Judged, "trust" | "name">[] }) {
  return (
    <div aria-live="polite">
      {of.map(({ trust: { slot, current, grey, anyway }, name }) => {
        const told = current.value;
        return (
          grey.value &&
          told && (
            <p key={slot} class="xai-doubt xai-grey-note" data-xai={`grey-${slot}`}>
              <Icon name="warning" />
              <span>{trustWords.greyed(name, verdictOf(told))}</span>
              <Button
                link
                text={trustWords.anyway}
                onClick={() => {
                  anyway.value = told.id;
                }}
              />
            </p>
          )
        );
      })}
    </div>
  );
}
