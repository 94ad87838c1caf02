// The whole view, top to bottom.
import { imageWords } from "../../core/image/words";
import { Aloud } from "../../panels/aloud";
import { HealthPanel } from "../../panels/health";
import { LayerControl } from "../../panels/layer";
import { MethodPanel } from "../../panels/method";
import { PredictionPanel, QuestionPanel } from "../../panels/prediction";
import { Alerts, StatusBar } from "../../panels/status";
import { Title } from "../../panels/title";
import { GreyNote, TrustPanel } from "../../panels/trust";
import { EditingPanel } from "./editing";
import { ReadingPanel } from "./reading";
import { Readout } from "./readout";
import { SearchPanel } from "./search";
import { Stage } from "./stage";
import type { View } from "./view";

export function App({ view, onDraw }: { view: View; onDraw: () => void }) {
  return (
    <div class="xai-app">
      <header class="xai-header">
        <Title view={view} waiting={imageWords.title} />
        <Aloud view={view} />
        <Alerts view={view} />
      </header>
      <div class={view.layout.value === "beside" ? "xai-main xai-wide" : "xai-main"}>
        <div class="xai-left">
          <Stage view={view} onDraw={onDraw} />
          <GreyNote view={view} />
          <Readout view={view} />
          <StatusBar view={view} />
        </div>
        <div class="xai-side">
          <PredictionPanel view={view} />
          <QuestionPanel view={view} />
          <MethodPanel view={view} Layer={LayerControl} />
        </div>
        <ReadingPanel view={view} />
        <EditingPanel view={view} />
      </div>
      <TrustPanel view={view} />
      <SearchPanel view={view} />
      <HealthPanel view={view} />
    </div>
  );
}
