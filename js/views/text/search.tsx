// What would have to change for another answer: searched for when it is asked, and shown as changes of the text.
import { useState } from "preact/hooks";
import { percent, short } from "../../core/format";
import { diff } from "../../core/text/diff";
import type { Found } from "../../core/text/types";
import { textWords } from "../../core/text/words";
import { Button } from "../../dom/controls";
import { Slider } from "../../dom/slider";
import { Live } from "../../panels/live";
import { GoButton, SearchState, TargetSelect } from "../../panels/search";
import { Change, Diff } from "./change";
import type { View } from "./view";

const MOST = 10;

function Answer({ view, found, base, of }: { view: View; found: Found; base: string; of: string }) {
  const { store } = view;
  const plain = store.task.value === "value";
  const facts = [
    textWords.searchChanges(found.edits.length),
    found.fluency === null ? "" : textWords.searchFluency(found.fluency),
  ];
  return (
    <li class="xai-found" data-xai="found">
      <div class="xai-found-head">
        <strong>{found.label}</strong>
        <span>{plain ? short(found.score) : percent(found.score)}</span>
        <span>
          <Change by={found.delta} plain={plain} /> <span class="xai-faint">{of}</span>
        </span>
        {facts.filter(Boolean).map((fact) => (
          <span key={fact} class="xai-faint" title={fact === facts[1] ? textWords.searchFluencyHint : undefined}>
            {fact}
          </span>
        ))}
        <span class="xai-spring" />
        <Button
          label={textWords.searchShowText(found.text)}
          text={textWords.searchShow}
          disabled={!store.can({ edits: found.edits })}
          onClick={() => store.setEdits(found.edits)}
        />
      </div>
      <Diff hunks={diff(base, found.text)} />
    </li>
  );
}

function Answers({ view }: { view: View }) {
  const { store } = view;
  const answer = store.search.value;
  const sought = store.sought.value;
  if (!answer) return null;
  const { found, running, fraction, error, note, fewest } = answer;
  const base = sought?.base ?? store.spec.value.text;
  const none = !running && !error && !found.length;
  return (
    <>
      <SearchState said={textWords} running={running} fraction={fraction} error={error} />
      {found.length > 0 && (
        <ul class="xai-found-list">
          {found.map((one) => (
            <Answer key={one.text} view={view} found={one} base={base} of={answer.of ?? ""} />
          ))}
        </ul>
      )}
      {none && <output data-xai="none-found">{note ?? textWords.searchNone(sought?.most ?? MOST)}</output>}
      {!none && note && <p class="xai-sentence">{note}</p>}
      {fewest && found.length > 0 && <p class="xai-sentence">{textWords.searchFewest}</p>}
    </>
  );
}

export function SearchPanel({ view }: { view: View }) {
  const { store } = view;
  const [target, setTarget] = useState<number | null>(null);
  const [count, setCount] = useState(3);
  const [most, setMost] = useState(3);
  if (!store.spec.value.search) return null;
  const running = store.search.value?.running ?? false;
  return (
    <details
      class="xai-fold xai-health"
      data-xai="search"
      onToggle={(event) => {
        if (event.target === event.currentTarget && !event.currentTarget.open && running) store.stopSeeking();
      }}
    >
      <summary class="xai-summary xai-health-summary">{textWords.search}</summary>
      <div class="xai-health-body">
        <p class="xai-sentence">{textWords.searchSay}</p>
        <Live store={store}>
          <div class="xai-columns">
            <TargetSelect said={textWords} labels={store.labels.value} target={target} onPick={setTarget} />
            <Slider label={textWords.searchMost} low={1} high={MOST} step={1} value={most} onInput={setMost} />
            <Slider label={textWords.searchCount} low={1} high={MOST} step={1} value={count} onInput={setCount} />
            <div class="xai-row">
              <GoButton
                said={textWords}
                running={running}
                onGo={() => store.seek(target, Math.round(count), Math.round(most))}
                onStop={() => store.stopSeeking()}
              />
            </div>
          </div>
        </Live>
        <Answers view={view} />
      </div>
    </details>
  );
}
