// The whole view, top to bottom.
import { tableWords } from "../../core/table/words";
import { Aloud } from "../../panels/aloud";
import { HealthPanel } from "../../panels/health";
import { MethodPanel } from "../../panels/method";
import { PredictionPanel, QuestionPanel } from "../../panels/prediction";
import { Alerts, StatusBar } from "../../panels/status";
import { Title } from "../../panels/title";
import { GreyNote, TrustPanel } from "../../panels/trust";
import { FeatureList } from "./list";
import { ScenariosPanel } from "./scenarios";
import { SearchPanel } from "./search";
import type { View } from "./view";

export function App({ view, onDraw }: { view: View; onDraw: () => void }) {
  return (
    <div class="xai-app">
      <header class="xai-header">
        <Title view={view} waiting={tableWords.title} />
        <Aloud view={view} />
        <Alerts view={view} />
      </header>
      <div class="xai-f-main">
        <PredictionPanel view={view} />
        <QuestionPanel view={view} />
        <div class="xai-f-left">
          <GreyNote view={view} />
          <FeatureList view={view} onDraw={onDraw} />
          <StatusBar view={view} />
        </div>
        <MethodPanel view={view} />
      </div>
      {!view.told && (
        <>
          <SearchPanel view={view} />
          <ScenariosPanel view={view} />
        </>
      )}
      <TrustPanel view={view} />
      <HealthPanel view={view} />
    </div>
  );
}
