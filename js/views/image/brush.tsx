// The brush's own controls, shown while it is in hand.
import { hex, unhex } from "../../core/format";
import { imageWords } from "../../core/image/words";
import type { Fill } from "../../core/types";
import { Select } from "../../dom/controls";
import { useIds } from "../../dom/hooks";
import { Slider } from "../../dom/slider";
import type { View } from "./view";

export function Brush({ view }: { view: View }) {
  const { spec } = view.store;
  const { brush } = view;
  const ids = useIds("colour");
  return (
    <div class="xai-brush">
      <Slider
        label={imageWords.radius}
        low={spec.value.brush.low}
        high={spec.value.brush.high}
        step={1}
        unit={imageWords.pixels}
        value={brush.value.radius}
        onInput={(radius) => {
          brush.value = { ...brush.value, radius };
        }}
      />
      <Select
        inline
        label={imageWords.fill}
        value={brush.value.fill}
        choices={spec.value.fills.map((fill) => ({ value: fill, text: imageWords.fills[fill] ?? fill }))}
        onPick={(fill) => {
          brush.value = { ...brush.value, fill: fill as Fill };
        }}
      />
      {brush.value.fill === "colour" && (
        <div class="xai-field xai-inline xai-swatch">
          <label class="xai-label" for={ids.colour}>
            {imageWords.colour}
          </label>
          <input
            id={ids.colour}
            class="xai-colour"
            type="color"
            value={hex(brush.value.colour)}
            onInput={(e) => {
              brush.value = { ...brush.value, colour: unhex(e.currentTarget.value) };
            }}
          />
        </div>
      )}
    </div>
  );
}
