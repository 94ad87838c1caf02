// The whole view, top to bottom: the questions, the one that is open, and how its answer goes.

import { translated } from "../../core/language";
import type { Topic } from "../../core/population/types";
import { populationWords as said } from "../../core/population/words";
import { words } from "../../core/words";
import { Button, Segments } from "../../dom/controls";
import { Progress } from "../../dom/progress";
import { Greyed, JudgedPanel } from "../../panels/judged";
import { Fault } from "../../panels/said";
import { Alerts } from "../../panels/status";
import { ImportanceBody, SensitivityBody } from "./bars";
import { ContributionsBody } from "./contributions";
import { EffectBody } from "./effect";
import { PairBody } from "./pair";
import { TreeBody } from "./tree";
import type { View } from "./view";

const BODIES = {
  importance: ImportanceBody,
  effect: EffectBody,
  pair: PairBody,
  contributions: ContributionsBody,
  tree: TreeBody,
  sensitivity: SensitivityBody,
};

/** How the answer on show goes. */
function Status({ view }: { view: View }) {
  const { store } = view;
  const topic = store.view.value;
  const status = store.lines[topic].status.value;
  if (!status) return null;
  const { running, fraction, error, known } = status;
  const stopped = !running && !error && fraction < 1;
  const facts = known
    ? [said.rows(status.rows ?? 0), said.passes(status.forwards ?? 0), said.took(status.seconds ?? 0)]
    : [];
  return (
    <div class="xai-statusbar" data-xai="status" data-running={running} data-topic={topic}>
      <div class="xai-statuses">
        <div class="xai-status">
          {running && <Progress of={said.topics[topic]} done={known ? fraction : undefined} />}
          {running && <span class="xai-fact">{known ? said.done(fraction) : said.waits}</span>}
          {stopped && <span class="xai-status-state">{said.stopped(fraction)}</span>}
          {[...facts, ...(status.notes ?? []).map(translated)].map((fact) => (
            <span key={fact} class="xai-fact">
              {fact}
            </span>
          ))}
        </div>
      </div>
      {running ? (
        <Button text={words.cancel} onClick={() => store.cancel(topic)} />
      ) : (
        (stopped || error) &&
        !store.saved && <Button text={said.again} onClick={() => store.ask(topic, status.columns, status.params)} />
      )}
    </div>
  );
}

export function App({ view }: { view: View }) {
  const { store } = view;
  const { spec } = store;
  const topic = store.view.value;
  const Body = BODIES[topic];
  const why = spec.questions.find(({ name }) => name === topic)?.why_not;
  const status = store.lines[topic].status.value;
  const judged = { trust: store.trust, name: said.topics[topic], waits: !!status?.running };
  return (
    <div class="xai-app">
      <header class="xai-header">
        <h2 class="xai-title">
          {spec.title || said.title(spec.rows, spec.columns.length)}
          {!spec.title && <span class="xai-title-score">{said.asked(spec.label, spec.valued)}</span>}
        </h2>
        <Alerts view={view} />
      </header>
      {spec.questions.length > 1 && (
        <div class="xai-s-tabs">
          <Segments
            legend={said.questions}
            value={topic}
            choices={spec.questions.map(({ name, why_not }) => ({
              value: name,
              text: said.topics[name],
              disabled: !store.can(name),
              title: !store.can(name) ? words.needsModel : why_not ? translated(why_not) : said.sentences[name],
            }))}
            onPick={(name) => store.open(name as Topic)}
          />
        </div>
      )}
      <p class="xai-sentence xai-s-sentence">{said.sentences[topic]}</p>
      {why ? (
        <p class="xai-alert" data-xai="why-not">
          {translated(why)}
        </p>
      ) : (
        <>
          <Greyed of={[judged]} />
          <div class={store.trust.grey.value ? "xai-s-grey" : undefined}>
            <Body view={view} />
          </div>
        </>
      )}
      <Fault why={status?.error} data-xai="failed" />
      <Status view={view} />
      {!why && <JudgedPanel store={store} of={[judged]} />}
    </div>
  );
}
