// How the map is shown. Nothing here asks the kernel for anything.
import { percent } from "../../core/format";
import { DIVERGING } from "../../core/look";
import { PALETTES, palette } from "../../core/palette";
import { rankingOf } from "../../core/ranking";
import { MOST_SMOOTH, SMOOTH_STEP } from "../../core/smooth";
import type { Sign } from "../../core/types";
import { words } from "../../core/words";
import { Button, Section, Segments, Select } from "../../dom/controls";
import { Slider } from "../../dom/slider";
import type { View } from "./view";

const SIGNS: Sign[] = ["both", "positive", "negative", "absolute"];

export function ReadingPanel({ view }: { view: View }) {
  const { store } = view;
  const display = store.display.value;
  const look = view.lookA.value;
  const map = view.mapA.value;
  const chosen = palette(display.colormap ?? DIVERGING);
  const forced = look !== null && chosen.kind !== look.palette.kind;
  return (
    <Section title={words.reading} class="xai-reading">
      <div class="xai-columns">
        <Slider
          label={words.opacity}
          low={0}
          high={1}
          step={0.01}
          value={display.opacity}
          shown={percent(display.opacity, 0)}
          onInput={(opacity) => store.setDisplay({ opacity })}
        />
        <div>
          <Slider
            label={words.mass}
            title={words.massHint}
            low={0.01}
            high={1}
            step={0.01}
            value={display.mass}
            shown={percent(display.mass, 0)}
            onInput={(mass) => store.setDisplay({ mass })}
          />
          {look && map && (
            <p class="xai-sentence" data-xai="kept">
              {words.kept(look.kept.share, look.kept.pixels, rankingOf(map.grid).finite)}
            </p>
          )}
        </div>
        <div>
          <Slider
            label={words.smoothing}
            title={words.smoothingHint}
            low={0}
            high={MOST_SMOOTH}
            step={SMOOTH_STEP}
            value={map?.sigma ?? 0}
            shown={words.smoothingAt(map?.sigma ?? 0)}
            onInput={(smooth) => store.setDisplay({ smooth })}
          />
          {display.smooth !== null ? (
            <Button
              link
              label={words.smoothingAuto}
              text={words.smoothingAuto}
              onClick={() => store.setDisplay({ smooth: null })}
            />
          ) : (
            map && <p class="xai-sentence">{words.smoothingChosen(map.sigma)}</p>
          )}
        </div>
        <Segments
          legend={words.sign}
          value={display.sign}
          choices={SIGNS.map((sign) => ({ value: sign, text: words.signs[sign], title: words.signHints[sign] }))}
          onPick={(sign) => store.setDisplay({ sign: sign as Sign })}
        />
        <div>
          <Select
            inline
            label={words.colormap}
            value={chosen.name}
            choices={PALETTES.map((name) => ({ value: name, text: words.colormaps[name] ?? name }))}
            onPick={(colormap) => store.setDisplay({ colormap })}
          />
          {forced && <p class="xai-sentence">{words.colormapForced}</p>}
        </div>
      </div>
    </Section>
  );
}
