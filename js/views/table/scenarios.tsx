// Rows kept under names, side by side with the original and the row on show.
import { useState } from "preact/hooks";
import { csvOf } from "../../core/csv";
import { percent, short } from "../../core/format";
import { rowOf, textOf } from "../../core/table/cells";
import type { CellEdit } from "../../core/table/types";
import { tableWords } from "../../core/table/words";
import { words } from "../../core/words";
import { Delta } from "../../dom/bars";
import { Button, Section } from "../../dom/controls";
import { saveTable } from "../../dom/save";
import { Live } from "../../panels/live";
import { Comparison } from "./compare";
import type { View } from "./view";

interface Kept {
  name: string;
  edits: CellEdit[];
  score: number | null;
  own: boolean;
}

function all(view: View): Kept[] {
  const { scenarios, prediction, request } = view.store;
  const of = view.shown.value;
  const shown = prediction.value;
  return [
    { name: tableWords.original, edits: [], score: shown?.original[of] ?? null, own: false },
    { name: tableWords.now, edits: request.value.edits, score: shown?.probabilities[of] ?? null, own: false },
    ...scenarios.value.map(({ name, edits, probabilities }) => ({
      name,
      edits,
      score: probabilities?.[of] ?? null,
      own: true,
    })),
  ];
}

function tableOf(view: View, kept: readonly Kept[]): string {
  const { columns, row } = view.store.spec.value;
  const head = [tableWords.scenarios, ...columns.map(({ name }) => name), view.store.nameOf(view.shown.value)];
  const lines = kept.map(({ name, edits, score }) => {
    const values = rowOf(row, edits);
    const cells = columns.map((column, i) => {
      const value = values[i] ?? null;
      return column.kind === "number" ? value : textOf(column, value, "");
    });
    return [name, ...cells, score];
  });
  return csvOf([head, ...lines]);
}

export function ScenariosPanel({ view }: { view: View }) {
  const { store } = view;
  const [name, setName] = useState("");
  const { columns, row } = store.spec.value;
  const kept = all(view);
  const plain = store.task.value === "value";
  const edited = store.request.value.edits.length > 0;
  const before = kept[0]!.score;
  const keep = () => {
    if (!name.trim()) return;
    store.keep(name.trim(), store.request.value.edits);
    setName("");
  };
  // The row on show stands there only where it is another.
  const list = edited ? kept : kept.filter((_, i) => i !== 1);
  return (
    <Section title={tableWords.scenarios} class="xai-f-scenarios">
      <Live store={store}>
        <form
          class="xai-row"
          onSubmit={(event) => {
            event.preventDefault();
            keep();
          }}
        >
          <input
            class="xai-input xai-f-find"
            type="text"
            maxLength={60}
            aria-label={tableWords.scenarioName}
            placeholder={tableWords.scenarioPlaceholder}
            value={name}
            onInput={(event) => setName(event.currentTarget.value)}
          />
          <Button text={tableWords.keep} disabled={!name.trim()} onClick={keep} />
        </form>
      </Live>
      {list.length < 2 ? (
        <p class="xai-sentence">{tableWords.scenariosNone}</p>
      ) : (
        <Comparison
          columns={columns}
          shown={list.map(({ name, edits, own }, i) => ({
            key: `${i} ${name}`,
            row: rowOf(row, edits),
            head: own ? (
              <span class="xai-c-head">
                <Button
                  label={tableWords.goTo(name)}
                  text={name}
                  disabled={!store.can({ edits })}
                  onClick={() => store.setEdits(edits)}
                />
                <Button
                  quiet
                  icon="close"
                  label={tableWords.forget(name)}
                  disabled={store.saved !== null}
                  onClick={() => store.keep(name, null)}
                />
              </span>
            ) : (
              name
            ),
          }))}
          measures={[
            {
              name: tableWords.score(store.nameOf(view.shown.value)),
              of: (at) => {
                const { score } = list[at]!;
                return score === null ? "…" : plain ? short(score) : percent(score);
              },
            },
            {
              name: tableWords.delta,
              title: words.change,
              of: (at) => {
                const { score } = list[at]!;
                return at === 0 || score === null || before === null ? "" : <Delta by={score - before} plain={plain} />;
              },
            },
          ]}
        />
      )}
      {store.scenarios.value.length > 0 && (
        <Button
          link
          text={tableWords.exportTable}
          onClick={() => saveTable(tableWords.exportName, tableOf(view, kept))}
        />
      )}
    </Section>
  );
}
