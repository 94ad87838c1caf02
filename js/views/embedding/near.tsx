// Words with a number and a bar: what lies nearest, and what completes an analogy.

import type { Entry } from "../../core/embedding/types";
import { embeddingWords as said } from "../../core/embedding/words";
import { spelled } from "../../core/text/visible";
import { Combobox } from "../../dom/combobox";
import { Section } from "../../dom/controls";
import { Live } from "../../panels/live";
import { Fault } from "../../panels/said";
import type { View } from "./view";

/** A field that takes any word: those on show are offered. */
export function WordBox(props: { view: View; label: string; value: string; onPick: (word: string) => void }) {
  const { words } = props.view.store.spec;
  return (
    <Live store={props.view.store}>
      <Combobox
        label={props.label}
        labels={words}
        scores={[]}
        scoreText={() => ""}
        value={null}
        current={props.value}
        placeholder=""
        clearable={false}
        said={{ hint: said.searchHint, none: said.searchNone }}
        other={{ text: said.lookUp, pick: props.onPick }}
        onPick={(index) => index !== null && props.onPick(words[index]!)}
      />
    </Live>
  );
}

export function Entries(props: {
  view: View;
  label: string;
  entries: readonly Entry[];
  hint?: (value: number) => string;
}) {
  const { view, entries } = props;
  const most = Math.max(1e-12, ...entries.map(([, value]) => Math.abs(value)));
  return (
    <ol class="xai-bars" aria-label={props.label}>
      {entries.map(([word, value, point], place) => (
        // By its place: who goes on to a neighbour by keys stays in the list, which is then that word's.
        <li key={place} class="xai-bars-item">
          <button
            type="button"
            class="xai-bar"
            title={props.hint?.(value)}
            aria-label={said.go(spelled(word), said.number(value), point === null)}
            onClick={() => view.store.select(word)}
            onPointerEnter={() => {
              view.cursor.value = point;
            }}
            onPointerLeave={() => {
              view.cursor.value = null;
            }}
          >
            <span class="xai-bar-label">
              <bdi class="xai-bar-name">{spelled(word)}</bdi>
              {point === null && <span class="xai-tag">{said.offMap}</span>}
            </span>
            <span class="xai-bar-value">{said.number(value)}</span>
            <span class="xai-bar-track">
              <span class="xai-bar-fill" style={{ width: `${(100 * Math.abs(value)) / most}%` }} />
            </span>
          </button>
        </li>
      ))}
    </ol>
  );
}

export function NearPanel({ view }: { view: View }) {
  const { store } = view;
  const near = store.near.value;
  const title = near?.label ? said.neighboursOf(spelled(near.label)) : said.neighbours;
  return (
    <Section title={title}>
      <WordBox view={view} label={said.search} value={near?.label ?? ""} onPick={(word) => store.select(word)} />
      <Fault why={near?.error} data-xai="unknown" />
      {near?.entries.length ? (
        <>
          <p class="xai-sentence">{said.neighboursBy[near.metric]}</p>
          <Entries
            view={view}
            label={title}
            entries={near.entries}
            hint={(distance) => said.similarity(near.metric, distance)}
          />
        </>
      ) : (
        !near?.error && <p class="xai-sentence">{said.neighboursNone}</p>
      )}
    </Section>
  );
}
