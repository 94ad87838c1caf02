// Change the photo and see what the model says: sliders and undo.

import { setSlider, strokesOf, valueOfEdit } from "../../core/image/edits";
import { imageWords } from "../../core/image/words";
import { Section } from "../../dom/controls";
import { Slider } from "../../dom/slider";
import { Live } from "../../panels/live";
import { Undoing } from "../../panels/undoing";
import type { View } from "./view";

export function EditingPanel({ view }: { view: View }) {
  const { store } = view;
  const { edits } = store.request.value;
  const strokes = strokesOf(edits).length;
  // A page that was made of a result alone knows of none.
  if (!store.spec.value.edits.length) return null;
  return (
    <Live store={store}>
      <Section title={imageWords.editing} class="xai-editing" side={<Undoing store={store} />}>
        <div class="xai-columns">
          {store.spec.value.edits.map((spec) => (
            <Slider
              key={spec.name}
              label={spec.title}
              title={spec.sentence}
              low={spec.low}
              high={spec.high}
              step={spec.step}
              unit={spec.unit}
              rest={spec.neutral}
              value={valueOfEdit(edits, spec)}
              onInput={(value) => store.setEdits(setSlider(edits, spec, value), spec.name)}
              onDone={() => store.sealEdits()}
            />
          ))}
        </div>
        {edits.some((edit) => edit.name === "regions") && <p class="xai-sentence">{imageWords.covered}</p>}
        {strokes > 0 && <p class="xai-sentence">{imageWords.strokes(strokes)}</p>}
      </Section>
    </Live>
  );
}
