// How the map is shown. Nothing here asks the kernel for anything.

import { imageWords } from "../../core/image/words";
import { rankingOf } from "../../core/ranking";
import { MOST_SMOOTH, SMOOTH_STEP } from "../../core/smooth";
import { Button, Section } from "../../dom/controls";
import { Slider } from "../../dom/slider";
import { ColourControl, MassControl, OpacityControl, SignControl } from "../../panels/reading";
import type { View } from "./view";

export function ReadingPanel({ view }: { view: View }) {
  const { store } = view;
  const { smooth } = store.display.value;
  const look = view.lookA.value;
  const map = view.mapA.value;
  return (
    <Section title={imageWords.reading} class="xai-reading">
      <div class="xai-columns">
        <OpacityControl store={store} />
        <MassControl store={store} hint={imageWords.massHint}>
          {look && map && imageWords.kept(look.kept.share, look.kept.pixels, rankingOf(map.grid).finite)}
        </MassControl>
        <div>
          <Slider
            label={imageWords.smoothing}
            title={imageWords.smoothingHint}
            low={0}
            high={MOST_SMOOTH}
            step={SMOOTH_STEP}
            value={map?.sigma ?? 0}
            shown={imageWords.smoothingAt(map?.sigma ?? 0)}
            onInput={(sigma) => store.setDisplay({ smooth: sigma })}
          />
          {smooth !== null ? (
            <Button link text={imageWords.smoothingAuto} onClick={() => store.setDisplay({ smooth: null })} />
          ) : (
            map && <p class="xai-sentence">{imageWords.smoothingChosen(map.sigma)}</p>
          )}
        </div>
        <SignControl store={store} />
        <ColourControl store={store} look={look} />
      </div>
    </Section>
  );
}
