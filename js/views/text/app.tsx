// The whole view, top to bottom.
import { textWords } from "../../core/text/words";
import { HealthPanel } from "../../panels/health";
import { Live } from "../../panels/live";
import { MethodPanel } from "../../panels/method";
import { PredictionPanel, QuestionPanel } from "../../panels/prediction";
import { Alerts, StatusBar } from "../../panels/status";
import { Title } from "../../panels/title";
import { GreyNote, TrustPanel } from "../../panels/trust";
import { AttentionPanel } from "./attention";
import { NextPanel } from "./next";
import { ReadingPanel } from "./reading";
import { Readout } from "./readout";
import { SearchPanel } from "./search";
import { Stage } from "./stage";
import { VersionsPanel } from "./versions";
import type { View } from "./view";
import { WritingPanel } from "./writing";

export function App({ view, onDraw }: { view: View; onDraw: () => void }) {
  return (
    <div class="xai-app">
      <header class="xai-header">
        <Title view={view} waiting={textWords.title} />
        <Alerts view={view} />
      </header>
      <div class={view.comparing.value ? "xai-main xai-wide" : "xai-main"}>
        <div class="xai-left">
          <Stage view={view} onDraw={onDraw} />
          <GreyNote view={view} />
          <Readout view={view} />
          <StatusBar view={view} />
        </div>
        <div class="xai-side">
          {view.store.spec.value.causal ? (
            <NextPanel view={view} />
          ) : (
            <>
              <PredictionPanel view={view} />
              <QuestionPanel view={view} />
            </>
          )}
          <MethodPanel view={view} />
        </div>
        <ReadingPanel view={view} />
        <Live store={view.store}>
          <VersionsPanel view={view} />
        </Live>
      </div>
      <SearchPanel view={view} />
      <WritingPanel view={view} />
      <AttentionPanel view={view} />
      <TrustPanel view={view} />
      <HealthPanel view={view} />
    </div>
  );
}
