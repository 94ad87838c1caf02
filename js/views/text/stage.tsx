// The text with its tools: what a click does, and which pieces the values are of.

import { useComputed } from "@preact/signals";
import { translated } from "../../core/language";
import type { Granularity } from "../../core/text/types";
import { textWords } from "../../core/text/words";
import { words } from "../../core/words";
import { Segments } from "../../dom/controls";
import { useIds } from "../../dom/hooks";
import { nameOf } from "../../panels/names";
import { WordMenu } from "./menu";
import { Passage } from "./passage";
import type { Mode, View } from "./view";

const MODES: Mode[] = ["delete", "mask", "edit", "swap", "ask", "read"];
const GRANULARITIES: Granularity[] = ["tokens", "words", "sentences", "pattern"];

export function Stage(props: { view: View; onDraw: () => void }) {
  const { view, onDraw } = props;
  const { store } = view;
  const ids = useIds("help");
  const two = view.comparing.value;
  const empty = view.text.value === "" && view.edits.value.length === 0;
  const cut = view.layout.value?.cut ?? 0;
  return (
    <div class="xai-stage">
      <Tools view={view} />
      <p class="xai-sentence xai-hint" data-xai="hint">
        {empty ? textWords.empty : `${textWords.hints[view.mode.value]} ${store.saved ? "" : textWords.hintMore}`}
      </p>
      <div class={two ? "xai-passages xai-beside" : "xai-passages"}>
        {(two ? (["a", "b", "apart"] as const) : (["a"] as const)).map((slot) => (
          <div key={slot} class="xai-passage-box">
            {two && (
              <h3 class="xai-heading xai-passage-name">
                {slot === "apart" ? words.disagreement : nameOf(store, slot)}
              </h3>
            )}
            {slot === "a" && view.menu.value && <WordMenu view={view} pieces={view.menu.value} />}
            <Passage view={view} slot={slot} help={ids.help} onDraw={onDraw} />
          </div>
        ))}
      </div>
      {[...(store.spec.value.notes ?? []), cut > 0 ? textWords.cut(cut) : ""].filter(Boolean).map((note) => (
        <p key={note} class="xai-sentence" data-xai="note">
          {translated(note)}
        </p>
      ))}
      <p class="xai-hidden" id={ids.help}>
        {textWords.help}
      </p>
      <p class="xai-hidden" aria-live="polite" data-xai="spoken">
        {view.spoken.value}
      </p>
    </div>
  );
}

function Tools({ view }: { view: View }) {
  const { store, mode } = view;
  const { mask } = store.spec.value;
  return (
    <div class="xai-tools xai-t-tools" role="toolbar" aria-label={textWords.text}>
      <div class="xai-tool">
        <span class="xai-tool-name">{textWords.mode}</span>
        <Segments
          legend={textWords.mode}
          value={mode.value}
          choices={MODES.filter((value) => value !== "ask" || store.spec.value.causal).map((value) => ({
            value,
            text: textWords.modes[value],
            title: value === "mask" && mask === null ? textWords.noMask : textWords.hints[value],
            disabled: (value === "mask" && mask === null) || (value !== "read" && store.saved !== null),
          }))}
          onPick={(value) => {
            mode.value = value as Mode;
          }}
        />
      </div>
      <div class="xai-tool">
        <span class="xai-tool-name">{textWords.granularity}</span>
        <Segments
          legend={textWords.granularity}
          value={view.granularity.value}
          choices={GRANULARITIES.map((value) => ({
            value,
            text: textWords.granularities[value],
            title: textWords.granularityHints[value],
          }))}
          onPick={(value) => store.setDisplay({ granularity: value as Granularity })}
        />
      </div>
      {view.granularity.value === "pattern" && <Pattern view={view} />}
    </div>
  );
}

function Pattern({ view }: { view: View }) {
  const { store } = view;
  const ids = useIds("field", "said");
  const source = store.display.value.pattern;
  const said = useComputed(() => {
    if (!store.display.value.pattern) return "";
    if (!view.pattern.value) return textWords.patternBad;
    const count = view.pieces.value.length;
    return count ? textWords.pieces.pattern(count) : textWords.patternNone;
  });
  const bad = source !== "" && !view.pattern.value;
  return (
    <div class="xai-pattern">
      <label class="xai-hidden" for={ids.field}>
        {textWords.pattern}
      </label>
      <input
        id={ids.field}
        class="xai-input"
        type="text"
        spellcheck={false}
        autocomplete="off"
        placeholder={textWords.patternPlaceholder}
        aria-describedby={ids.said}
        aria-invalid={bad}
        value={source}
        onInput={(event) => store.setDisplay({ pattern: event.currentTarget.value })}
      />
      <output id={ids.said} class={bad ? "xai-pattern-bad" : "xai-faint"} data-xai="pattern">
        {said.value}
      </output>
    </div>
  );
}
