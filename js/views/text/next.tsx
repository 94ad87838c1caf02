// What a language model expects next: its distribution, and what to ask about it.
import { useComputed } from "@preact/signals";
import { percent } from "../../core/format";
import { type Row, rows } from "../../core/scores";
import { entropy, softmax } from "../../core/text/next";
import { isSpan } from "../../core/text/question";
import { textWords } from "../../core/text/words";
import { words } from "../../core/words";
import { Delta } from "../../dom/bars";
import { Button, Section } from "../../dom/controls";
import { Slider } from "../../dom/slider";
import { Live } from "../../panels/live";
import { TokenBox } from "./tokenbox";
import type { View } from "./view";

const LISTED = 8;
const MOST_CANDIDATES = 200;
const [COLDEST, HOTTEST] = [0.05, 2];

function Token(props: { view: View; row: Row; edited: boolean; most: number }) {
  const { view, row, edited, most } = props;
  const { store } = view;
  const [a, b] = view.target.value;
  const name = store.nameOf(row.index);
  const role = row.index === a ? words.explained : row.index === b ? words.foil : "";
  const other = a === null || row.index === b ? a : ([a, row.index] as [number, number]);
  const append = () => store.append(store.prediction.value?.names.find(([index]) => index === row.index)?.[1] ?? "");
  return (
    <li class="xai-next">
      <button
        type="button"
        class="xai-bar"
        aria-pressed={row.index === a}
        title={words.explainClass(name)}
        disabled={!store.can({ target: row.index })}
        onClick={() => store.setTarget(row.index)}
      >
        <span class="xai-bar-label">
          <code class="xai-token">{name}</code>
          {role && <span class="xai-tag">{role}</span>}
        </span>
        <span class="xai-bar-value">{percent(row.value)}</span>
        {edited && <Delta by={row.value - row.original} plain={false} />}
        <span class="xai-bar-track">
          <span class="xai-bar-fill" style={{ width: `${(100 * row.value) / most}%` }} />
        </span>
      </button>
      {!view.part.value && (
        <Button
          quiet
          icon="compare"
          label={textWords.nextRather(name)}
          pressed={row.index === b}
          disabled={a === null || row.index === a || !store.can({ target: other })}
          onClick={() => store.setTarget(other)}
        />
      )}
      <Button quiet icon="plus" label={textWords.nextAppend(name)} disabled={store.saved !== null} onClick={append} />
    </li>
  );
}

/** How likely each token is to be drawn. */
function useDrawn({ store, temperature, candidates }: View, which: "logits" | "originalLogits"): Float32Array | null {
  return useComputed(() => {
    const logits = store.prediction.value?.[which];
    return logits ? softmax(logits, temperature.value, candidates.value) : null;
  }).value;
}

export function NextPanel({ view }: { view: View }) {
  const { store } = view;
  const { temperature, candidates } = view;
  const [shown, before] = [useDrawn(view, "logits"), useDrawn(view, "originalLogits")];
  const edited = (store.prediction.value?.edited ?? false) && before !== null;
  const { target } = store.request.value;
  const asked = view.target.value.filter((i): i is number => i !== null);
  const scores = store.prediction.value?.logits ?? undefined;
  const list = shown ? rows(shown, before ?? shown, LISTED, asked, scores) : [];
  return (
    <Section title={textWords.next} class="xai-prediction" side={edited && <span class="xai-tag">{words.edited}</span>}>
      {shown ? (
        <>
          <ul class={`xai-bars${edited ? " xai-bars-edited" : ""}`} data-xai="next">
            {list.map((row) => (
              <Token key={row.index} view={view} row={row} edited={edited} most={list[0]?.value || 1} />
            ))}
          </ul>
          {isSpan(target) ? (
            // What stands there already is held against what might have stood there.
            <Live store={store}>
              <TokenBox
                store={store}
                label={words.ratherThan}
                tokens={store.prediction.value?.there ?? []}
                token={target.rather}
                onPick={(rather) => store.setTarget({ ...target, rather })}
              />
            </Live>
          ) : (
            <p class="xai-sentence">{textWords.nextHint}</p>
          )}
          <Slider
            label={textWords.temperature}
            title={textWords.temperatureHint}
            low={COLDEST}
            high={HOTTEST}
            step={0.05}
            value={temperature.value}
            onInput={(value) => {
              temperature.value = value;
            }}
          />
          <Slider
            label={textWords.candidates}
            title={textWords.candidatesHint}
            low={1}
            high={MOST_CANDIDATES}
            step={1}
            value={candidates.value || MOST_CANDIDATES}
            shown={candidates.value ? String(candidates.value) : textWords.candidatesAll}
            onInput={(value) => {
              candidates.value = value >= MOST_CANDIDATES ? 0 : Math.round(value);
            }}
          />
          <p class="xai-sentence">{textWords.entropy(entropy(shown))}</p>
          {(temperature.value !== 1 || candidates.value > 0) && <p class="xai-sentence">{textWords.drawn}</p>}
        </>
      ) : (
        <p class="xai-faint">{words.waiting}</p>
      )}
    </Section>
  );
}
