// How the shades are shown. Nothing here asks the kernel for anything.
import { rankingOf } from "../../core/ranking";
import { textWords } from "../../core/text/words";
import { Checkbox, Section, Segments } from "../../dom/controls";
import { ColourControl, MassControl, OpacityControl, SignControl } from "../../panels/reading";
import type { View } from "./view";

export function ReadingPanel({ view }: { view: View }) {
  const { store } = view;
  const read = view.shades.a.value;
  const kind = view.granularity.value;
  const added = view.layout.value?.special.some(Boolean) ?? false;
  return (
    <Section title={textWords.reading} class="xai-reading">
      <div class="xai-columns">
        <MassControl store={store} hint={textWords.massHint}>
          {read &&
            textWords.kept(
              read.look.kept.share,
              textWords.pieces[kind](read.look.kept.pixels),
              rankingOf(read.grid).finite,
            )}
        </MassControl>
        <OpacityControl store={store} />
        <SignControl store={store} />
        <Segments
          legend={textWords.marks}
          value={view.marks.value}
          choices={(["shade", "underline"] as const).map((value) => ({
            value,
            text: textWords.markings[value],
            title: textWords.markHints[value],
            disabled: view.forced.value,
          }))}
          onPick={(value) => store.setDisplay({ marks: value as "shade" | "underline" })}
        />
        <ColourControl store={store} look={read?.look ?? null} />
        {added && (
          <Checkbox
            label={textWords.special}
            title={textWords.specialHint}
            checked={store.display.value.special}
            onPick={(special) => store.setDisplay({ special })}
          />
        )}
      </div>
    </Section>
  );
}
