// The whole view, top to bottom.
import { percent, short } from "../../core/format";
import { words } from "../../core/words";
import { EditingPanel } from "./editing";
import { HealthPanel } from "./health";
import { MethodPanel } from "./method";
import { PredictionPanel, QuestionPanel } from "./prediction";
import { ReadingPanel } from "./reading";
import { Readout } from "./readout";
import { Stage } from "./stage";
import { Alerts, StatusBar } from "./status";
import type { View } from "./view";

function Title({ view }: { view: View }) {
  const { store } = view;
  const [a, b] = view.target.value;
  const scores = store.prediction.value?.probabilities;
  const plain = store.task.value === "value";
  const named = (text: string) => <span class="xai-title-class">{text}</span>;
  const name = (index: number) => named(store.nameOf(index));
  const shown = [a, b].map((index) => (index === null ? undefined : scores?.[index]));
  const texts = shown.filter((score) => score !== undefined).map((score) => (plain ? short(score) : percent(score)));
  if (view.unit.value)
    return (
      <h2 class="xai-title">
        {words.why} {named(view.unit.value)}
        {words.questionMark}
      </h2>
    );
  if (a === null) return <h2 class="xai-title">{words.title}</h2>;
  return (
    <h2 class="xai-title">
      {words.why} {name(a)}
      {b !== null && (
        <>
          {" "}
          {words.ratherThan} {name(b)}
        </>
      )}
      {words.questionMark}
      {texts.length > 0 && <span class="xai-title-score">{words.scores(texts)}</span>}
    </h2>
  );
}

export function App({ view, onDraw }: { view: View; onDraw: () => void }) {
  return (
    <div class="xai-app">
      <header class="xai-header">
        <Title view={view} />
        <Alerts view={view} />
      </header>
      <div class={view.layout.value === "beside" ? "xai-main xai-wide" : "xai-main"}>
        <div class="xai-left">
          <Stage view={view} onDraw={onDraw} />
          <Readout view={view} />
          <StatusBar view={view} />
        </div>
        <div class="xai-side">
          <PredictionPanel view={view} />
          <QuestionPanel view={view} />
          <MethodPanel view={view} />
        </div>
        <ReadingPanel view={view} />
        <EditingPanel view={view} />
      </div>
      <HealthPanel view={view} />
    </div>
  );
}
