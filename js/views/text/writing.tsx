// A language model goes on with the text: what it writes, token by token, and what each new token rests on.

import { useSignal } from "@preact/signals";
import { useState } from "preact/hooks";
import { type Grid, quantise, valueAt } from "../../core/arrays";
import { translated } from "../../core/language";
import { spelled } from "../../core/text/visible";
import { textWords } from "../../core/text/words";
import { Button } from "../../dom/controls";
import { Slider } from "../../dom/slider";
import type { Written } from "../../host/text";
import { AskFold } from "../../panels/asking";
import { Fault } from "../../panels/said";
import { type Cell, Matrix } from "./matrix";
import type { View } from "./view";

const MOST = 64;

function gridOf({ rows, message, layout }: Written): Grid | null {
  const width = layout ? layout.tokens.length / 2 : 0;
  const height = message.first === null ? 0 : width - message.first;
  if (!width || height <= 0 || !rows.length) return null;
  const values = new Float32Array(width * height).fill(Number.NaN);
  rows.forEach((row, i) => {
    if (row && i < height) values.set(row.subarray(0, width), i * width);
  });
  return quantise(values, width, height);
}

/** What a new token rests on most. */
function strongest(grid: Grid, row: number): Cell | null {
  const value = (column: number) => Math.abs(valueAt(grid.codes[row * grid.width + column]!, grid.lo, grid.hi)) || 0;
  let column = 0;
  for (let i = 1; i < grid.width; i++) if (value(i) > value(column)) column = i;
  return row < grid.height ? { row, column } : null;
}

function Continuation({ view, written }: { view: View; written: Written }) {
  const { message, layout } = written;
  const grid = gridOf(written);
  const cell = useSignal<Cell | null>(null);
  const { store } = view;
  const before = layout ? layout.text.length - message.text.length : 0;
  /** Where a new token lies: as in the map, by the text divided anew. */
  const [spans, first] = [layout?.tokens, message.first ?? 0];
  const placeOf = (i: number) => [spans?.[2 * (first + i)] ?? 0, spans?.[2 * (first + i) + 1] ?? 0] as const;
  const ask = (i: number) => {
    const [from, to] = placeOf(i);
    if (layout && to > before) store.append(layout.text.slice(before, to), to - Math.max(from, before));
  };
  const point = (i: number) => {
    cell.value = grid && strongest(grid, i);
  };
  const open = (i: number) => !store.saved && placeOf(i)[1] > before;
  // One stop of the Tab key for all tokens, as for the words of the text: arrow keys go from one to the next.
  const at = cell.value?.row ?? 0;
  const stop = open(at) ? at : message.tokens.findIndex((_, i) => open(i));
  const goOn = (event: KeyboardEvent) => {
    const list = event.currentTarget as Element;
    const right = getComputedStyle(list).direction === "rtl" ? -1 : 1;
    const all = [...list.querySelectorAll<HTMLElement>("button:enabled")];
    // Another key, and an arrow at an end, finds none.
    all[all.indexOf(event.target as HTMLElement) + { ArrowRight: right, ArrowLeft: -right }[event.key]!]?.focus();
  };
  return (
    <>
      <p class="xai-diff" dir="auto" data-xai="written" onKeyDown={goOn}>
        {message.tokens.map(([id, text, p], i) => (
          <ins
            key={`${i} ${id}`}
            class={cell.value?.row === i ? "xai-t-at" : ""}
            title={textWords.generateToken(p)}
            onPointerEnter={() => point(i)}
            onPointerLeave={() => {
              cell.value = null;
            }}
          >
            <button
              type="button"
              tabIndex={i === stop ? 0 : -1}
              disabled={!open(i)}
              onFocus={() => point(i)}
              onClick={() => ask(i)}
            >
              {spelled(text)}
            </button>
          </ins>
        ))}
      </p>
      {message.text && !message.running && (
        <div class="xai-row">
          <Button
            text={textWords.generateKeep}
            disabled={store.saved !== null}
            onClick={() => store.append(message.text)}
          />
        </div>
      )}
      {grid && layout && message.first !== null && (
        <Matrix
          view={view}
          grid={grid}
          layout={layout}
          first={message.first}
          label={textWords.generateMap}
          cell={cell}
        />
      )}
    </>
  );
}

export function WritingPanel({ view }: { view: View }) {
  const { store } = view;
  const [count, setCount] = useState(12);
  const written = store.written.value;
  if (!store.spec.value.causal) return null;
  const generate = (tokens: number) => store.generate(tokens, view.temperature.value, view.candidates.value);
  const { error, note, tokens } = written?.message ?? {};
  return (
    <AskFold
      name="writing"
      title={textWords.generate}
      say={textWords.generateSay}
      store={store}
      told={written?.message ?? null}
      controls={
        <Slider label={textWords.generateCount} low={1} high={MOST} step={1} value={count} onInput={setCount} />
      }
      go={textWords.generateGo}
      onGo={() => generate(count)}
      onStop={() => generate(0)}
    >
      <Fault why={error} />
      {note && <p class="xai-sentence">{translated(note)}</p>}
      {written && tokens?.length ? <Continuation view={view} written={written} /> : null}
    </AskFold>
  );
}
