// What the model says, and the question that is explained.
import { percent, short } from "../core/format";
import { rows } from "../core/scores";
import type { Target } from "../core/types";
import { words } from "../core/words";
import { Bars } from "../dom/bars";
import { Combobox } from "../dom/combobox";
import { Section } from "../dom/controls";
import { Live } from "./live";
import type { Shown } from "./shown";

const LISTED = 5;
const NONE = new Float32Array(0);

export function scoreText(view: Shown): (value: number) => string {
  return view.store.task.value === "value" ? short : (value) => percent(value);
}

export function PredictionPanel({ view }: { view: Shown }) {
  const { store } = view;
  const task = store.task.value;
  const shown = store.prediction.value;
  const [explained, foil] = view.target.value;
  const asked = [explained, foil].filter((i): i is number => i !== null);
  const list = shown ? rows(shown.probabilities, shown.original, LISTED, asked) : [];
  const edited = !!shown?.edited;
  return (
    <Section
      title={task === "value" ? words.predictionValue : words.prediction}
      class="xai-prediction"
      side={edited && <span class="xai-tag">{words.edited}</span>}
    >
      {shown ? (
        <Bars
          rows={list}
          labels={store.labels.value}
          explained={explained}
          foil={foil}
          edited={edited}
          plain={task === "value"}
          text={scoreText(view)}
          can={(target) => store.can({ target })}
          onPick={(index) => store.setTarget(index)}
        />
      ) : (
        <p class="xai-faint">{store.slots.a.phase.value === "failed" ? words.noAnswer : words.waiting}</p>
      )}
    </Section>
  );
}

export function QuestionPanel({ view }: { view: Shown }) {
  const { store } = view;
  const labels = store.labels.value;
  if (labels.length < 2) return null;
  const scores = store.prediction.value?.probabilities ?? NONE;
  const { target } = store.request.value;
  const [main, foil] = Array.isArray(target) ? target : [typeof target === "number" ? target : null, null];
  const [known] = view.target.value;
  const ask = (a: number | null, b: number | null) => {
    const first = a ?? known;
    const next: Target = b !== null && first !== null && b !== first ? [first, b] : a;
    store.setTarget(next);
  };
  const unit = view.unit.value;
  const guess = unit ?? (known !== null ? words.mostLikelyIs(store.nameOf(known)) : words.mostLikely);
  return (
    <Section title={words.question} class="xai-question">
      <Live store={store}>
        <Combobox
          label={words.why}
          labels={labels}
          scores={scores}
          scoreText={scoreText(view)}
          value={main}
          placeholder={guess}
          clearable
          onPick={(index) => ask(index, foil)}
        />
        <Combobox
          label={words.ratherThan}
          labels={labels}
          scores={scores}
          scoreText={scoreText(view)}
          value={foil}
          placeholder={words.nothingElse}
          clearable
          onPick={(index) => ask(main, index)}
        />
      </Live>
    </Section>
  );
}
