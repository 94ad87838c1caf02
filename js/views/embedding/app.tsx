// The whole view, top to bottom.

import type { Metric } from "../../core/embedding/types";
import { embeddingWords as said } from "../../core/embedding/words";
import { translated } from "../../core/language";
import { words } from "../../core/words";
import { Button, Segments } from "../../dom/controls";
import { Progress } from "../../dom/progress";
import { Greyed, JudgedPanel } from "../../panels/judged";
import { Fault } from "../../panels/said";
import { Alerts } from "../../panels/status";
import { AgreementFold, AnalogyFold, SeparationFold } from "./folds";
import { MapStage } from "./map";
import { NearPanel } from "./near";
import { Readout } from "./readout";
import type { View } from "./view";

function Tools({ view }: { view: View }) {
  const { store } = view;
  const { methods, metrics } = store.spec;
  return (
    <div class="xai-tools xai-e-tools">
      <Segments
        legend={said.projection}
        value={store.layout.value?.method ?? ""}
        choices={methods.map(({ name, title, sentence, why_not }) => ({
          value: name,
          text: title,
          disabled: why_not !== null || (!!store.saved && name !== store.layout.value?.method),
          title: translated(why_not ?? sentence),
        }))}
        onPick={(method) => store.project(method, store.metric.value)}
      />
      <Segments
        legend={said.metric}
        value={store.metric.value}
        choices={metrics.map((one) => ({
          value: one,
          text: said.metrics[one],
          title: said.metricHints[one],
          disabled: !!store.saved && one !== store.metric.value,
        }))}
        onPick={(metric) => store.setMetric(metric as Metric)}
      />
    </div>
  );
}

/** How the layout goes. */
function Status({ view }: { view: View }) {
  const { store } = view;
  const layout = store.layout.value;
  if (!layout) return null;
  const { running, done, total, error } = layout;
  const title = view.method();
  const partial = !running && total > 0 && done < total;
  const reading = !store.spec.words.length;
  const missing = store.spec.methods.find((one) => one.why_not !== null);
  return (
    <div class="xai-statusbar" data-xai="status" data-running={running}>
      <div class="xai-statuses">
        <div class="xai-status">
          <span class="xai-status-title">{title}</span>
          {running && <Progress of={title} done={total > 0 ? done / total : layout.sought} />}
          {running && (
            <span class="xai-fact">
              {total > 0 ? said.steps(done, total) : reading ? said.reading : said.preparing}
            </span>
          )}
          {partial && <span class="xai-fact">{said.stopped(done, total)}</span>}
          <Fault why={error} />
          {(layout.notes ?? []).map((note) => (
            <span key={note} class="xai-fact">
              {translated(note)}
            </span>
          ))}
          {missing?.why_not && <span class="xai-fact">{translated(missing.why_not)}</span>}
        </div>
      </div>
      <Button text={words.cancel} disabled={!running} onClick={() => store.cancel()} />
    </div>
  );
}

export function App({ view, onDraw }: { view: View; onDraw: () => void }) {
  const { store } = view;
  const judged = { trust: store.trust, name: view.method(), waits: !!store.layout.value?.running };
  return (
    <div class="xai-app">
      <header class="xai-header">
        <h2 class="xai-title">{view.title()}</h2>
        <Alerts view={view} />
      </header>
      <div class="xai-main xai-space">
        <div class="xai-left">
          <Tools view={view} />
          <Greyed of={[judged]} />
          <MapStage view={view} onDraw={onDraw} />
          <Readout view={view} />
          <Status view={view} />
        </div>
        <div class="xai-side">
          <NearPanel view={view} />
        </div>
      </div>
      <AnalogyFold view={view} />
      <AgreementFold view={view} />
      <SeparationFold view={view} />
      <JudgedPanel store={store} of={[judged]} />
    </div>
  );
}
