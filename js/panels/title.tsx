// The question, in large.
import { percent, short } from "../core/format";
import { words } from "../core/words";
import type { Shown } from "./shown";

export function Title({ view, waiting }: { view: Shown; waiting: string }) {
  const { store } = view;
  const [a, b] = view.target.value;
  const scores = store.prediction.value?.probabilities;
  const plain = store.task.value === "value";
  const named = (text: string) => <span class="xai-title-class">{text}</span>;
  const name = (index: number) => named(store.nameOf(index));
  const shown = [a, b].map((index) => (index === null ? undefined : scores?.[index]));
  const texts = shown.filter((score) => score !== undefined).map((score) => (plain ? short(score) : percent(score)));
  if (view.unit.value)
    return (
      <h2 class="xai-title">
        {words.why} {named(view.unit.value)}
        {words.questionMark}
      </h2>
    );
  if (a === null) return <h2 class="xai-title">{waiting}</h2>;
  return (
    <h2 class="xai-title">
      {words.why} {name(a)}
      {b !== null && (
        <>
          {" "}
          {words.ratherThan} {name(b)}
        </>
      )}
      {words.questionMark}
      {texts.length > 0 && <span class="xai-title-score">{words.scores(texts)}</span>}
    </h2>
  );
}
