// The answer for those who do not see it: once it stays for a moment, not at each step of a slider.
import { useSignal, useSignalEffect } from "@preact/signals";
import { rows } from "../core/scores";
import { words } from "../core/words";
import { scoreText } from "./prediction";
import type { Shown } from "./shown";

const STAYS_MS = 800;

export function Aloud({ view }: { view: Shown }) {
  const { store } = view;
  const said = useSignal("");
  useSignalEffect(() => {
    const shown = store.prediction.value;
    const text = scoreText(view);
    const asked = view.target.value.filter((index) => index !== null);
    const answer = shown
      ? rows(shown.probabilities, shown.original, 1, asked).flatMap(({ index, value, original }) => {
          const now = `${store.nameOf(index)} ${text(value)}`;
          return shown.edited ? [now, `${words.originalTick} ${text(original)}`] : now;
        })
      : [];
    const later = setTimeout(() => {
      said.value = words.spoken(answer);
    }, STAYS_MS);
    return () => clearTimeout(later);
  });
  return (
    <p class="xai-hidden" aria-live="polite" data-xai="answer">
      {said.value}
    </p>
  );
}
