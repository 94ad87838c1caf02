// Change the photo and see what the model says: sliders, brush, undo.
import { hex, unhex } from "../../core/format";
import { setSlider, strokesOf, valueOfEdit } from "../../core/request";
import type { Fill } from "../../core/types";
import { words } from "../../core/words";
import { Button, Section, Select } from "../../dom/controls";
import { useIds } from "../../dom/hooks";
import { Slider } from "../../dom/slider";
import type { View } from "./view";

function Brush({ view }: { view: View }) {
  const { spec } = view.store;
  const { brush } = view;
  const ids = useIds("colour");
  return (
    <div class="xai-brush">
      <Slider
        label={words.radius}
        low={spec.value.brush.low}
        high={spec.value.brush.high}
        step={1}
        unit={words.pixels}
        value={brush.value.radius}
        onInput={(radius) => {
          brush.value = { ...brush.value, radius };
        }}
      />
      <Select
        inline
        label={words.fill}
        value={brush.value.fill}
        choices={spec.value.fills.map((fill) => ({ value: fill, text: words.fills[fill] ?? fill }))}
        onPick={(fill) => {
          brush.value = { ...brush.value, fill: fill as Fill };
        }}
      />
      {brush.value.fill === "colour" && (
        <div class="xai-field">
          <label class="xai-label" for={ids.colour}>
            {words.colour}
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

export function EditingPanel({ view }: { view: View }) {
  const { store } = view;
  const { edits } = store.request.value;
  const { undo, redo } = store.undoable.value;
  const strokes = strokesOf(edits).length;
  return (
    <Section
      title={words.editing}
      class="xai-editing"
      side={
        <div class="xai-row">
          {strokes > 0 && <span class="xai-faint">{words.strokes(strokes)}</span>}
          <Button quiet icon="undo" label={words.undo} disabled={!undo} onClick={() => store.undo()} />
          <Button quiet icon="redo" label={words.redo} disabled={!redo} onClick={() => store.redo()} />
          <Button label={words.reset} text={words.reset} disabled={!edits.length} onClick={() => store.setEdits([])} />
        </div>
      }
    >
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
            value={valueOfEdit(edits, spec)}
            onInput={(value) => store.setEdits(setSlider(edits, spec, value), spec.name)}
            onDone={() => store.sealEdits()}
          />
        ))}
      </div>
      {view.mode.value === "brush" && <Brush view={view} />}
    </Section>
  );
}
