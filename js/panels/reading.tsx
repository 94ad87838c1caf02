// Controls for how a map is shown, which ask the kernel for nothing.
import type { ComponentChildren } from "preact";
import { percent } from "../core/format";
import type { Look } from "../core/paint";
import { colormapOf, PALETTES, palette } from "../core/palette";
import type { Sign } from "../core/types";
import { words } from "../core/words";
import { Segments, Select } from "../dom/controls";
import { Slider } from "../dom/slider";
import type { Store } from "../host/store";

const SIGNS: Sign[] = ["both", "positive", "negative", "absolute"];

export function OpacityControl({ store }: { store: Store }) {
  const { opacity } = store.display.value;
  return (
    <Slider
      label={words.opacity}
      low={0}
      high={1}
      step={0.01}
      value={opacity}
      shown={percent(opacity, 0)}
      onInput={(value) => store.setDisplay({ opacity: value })}
    />
  );
}

/** `children`: how much is left, in words. */
export function MassControl(props: { store: Store; hint: string; children?: ComponentChildren }) {
  const { store, hint, children } = props;
  const { mass } = store.display.value;
  return (
    <div>
      <Slider
        label={words.mass}
        title={hint}
        low={0.01}
        high={1}
        step={0.01}
        value={mass}
        shown={percent(mass, 0)}
        onInput={(value) => store.setDisplay({ mass: value })}
      />
      {children && (
        <p class="xai-sentence" data-xai="kept">
          {children}
        </p>
      )}
    </div>
  );
}

export function SignControl({ store }: { store: Store }) {
  return (
    <Segments
      legend={words.sign}
      value={store.display.value.sign}
      choices={SIGNS.map((sign) => ({ value: sign, text: words.signs[sign], title: words.signHints[sign] }))}
      onPick={(sign) => store.setDisplay({ sign: sign as Sign })}
    />
  );
}

export function ColourControl({ store, look }: { store: Store; look: Look | null }) {
  const chosen = palette(colormapOf(store.display.value));
  const forced = look !== null && chosen.kind !== look.palette.kind;
  return (
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
  );
}
