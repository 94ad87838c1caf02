// All chosen methods by all measures, on the input on show.
import { useState } from "preact/hooks";
import { doubted } from "../core/format";
import { translated } from "../core/language";
import { columnsOf, noteOf, severityOf, sortedBy, tableOf, verdictOf } from "../core/trust/measures";
import { trustWords } from "../core/trust/words";
import { words } from "../core/words";
import { Button, Checkbox } from "../dom/controls";
import { Icon } from "../dom/icons";
import { Mark } from "../dom/mark";
import { Progress } from "../dom/progress";
import { saveTable } from "../dom/save";
import { type By, SortHead } from "../dom/sorting";
import { methodTitle } from "./names";
import type { Shown } from "./shown";

function Table({ view }: { view: Shown }) {
  const { store } = view;
  // By a measure, or by the verdict for null; the best first, whichever way that is.
  const [by, onSort] = useState<By<string | null>>({ name: null, down: true });
  const rows = store.trust.trial.value?.rows ?? [];
  const columns = columnsOf(rows);
  return (
    <div class="xai-sheet">
      <table class="xai-trial" aria-label={trustWords.trial}>
        <thead>
          <tr>
            <th scope="col">{words.method}</th>
            <SortHead name={null} title={trustWords.checks} by={by} down onSort={onSort} />
            {columns.map(({ name, title, definition }) => (
              <SortHead
                key={name}
                title={translated(title)}
                hint={translated(definition)}
                name={name}
                by={by}
                down
                onSort={onSort}
              />
            ))}
          </tr>
        </thead>
        <tbody>
          {sortedBy(rows, by.name, !by.down).map((row) => (
            <tr key={row.method}>
              <th scope="row">{methodTitle(store, row.method)}</th>
              <td>
                <Mark severity={severityOf(row)} text={verdictOf(row)} />
              </td>
              {columns.map(({ name }) => {
                const one = row.measures.find((measure) => measure.name === name);
                return (
                  <td key={name} title={one && translated(one.sentence)}>
                    {one?.value == null ? "–" : doubted(one.value, null)}
                    {one?.passed != null && (
                      <>
                        {" "}
                        <Icon name={one.passed ? "ok" : "warning"} />
                        <span class="xai-hidden">{trustWords.marks[one.passed ? "yes" : "no"]}</span>
                      </>
                    )}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

export function Trial({ view }: { view: Shown }) {
  const { store } = view;
  const fitting = store.spec.value.methods.filter(({ why_not }) => !why_not);
  const shown = [store.request.value, store.compare.value].map((one) => one?.method ?? "");
  const [picked, setPicked] = useState<readonly string[] | null>(null);
  const chosen = fitting.map(({ name }) => name).filter((name) => (picked ?? shown).includes(name));
  const trial = store.trust.trial.value;
  const running = !!trial?.running;
  return (
    <details class="xai-fold" data-xai="trial">
      <summary class="xai-summary">{trustWords.trial}</summary>
      <div class="xai-health-body">
        <p class="xai-finding-more">{trustWords.trialHint}</p>
        <fieldset class="xai-trial-methods">
          <legend class="xai-hidden">{words.method}</legend>
          {fitting.map(({ name, title }) => (
            <Checkbox
              key={name}
              label={title}
              checked={chosen.includes(name)}
              onPick={(on) => setPicked(on ? [...chosen, name] : chosen.filter((one) => one !== name))}
            />
          ))}
        </fieldset>
        <div class="xai-health-state">
          <Button
            text={trustWords.measure(chosen.length)}
            disabled={!chosen.length}
            onClick={() => store.trust.tryOut(chosen)}
          />
          <Button link text={trustWords.all} onClick={() => setPicked(fitting.map(({ name }) => name))} />
          <Button link text={trustWords.none} onClick={() => setPicked([])} />
          {running && (
            <>
              <Progress of={trustWords.measuring} done={trial.fraction} />
              <Button text={words.stop} onClick={() => store.trust.tryOut([])} />
            </>
          )}
          {!!trial?.rows.length && (
            <Button text={trustWords.save} onClick={() => saveTable("trust.csv", tableOf(trial.rows))} />
          )}
        </div>
        {trial?.error && <output>{trustWords.failed(translated(trial.error))}</output>}
        {!!trial?.rows.length && <Table view={view} />}
        {trial?.notes.map((note) => (
          <p key={note} class="xai-finding-more">
            {noteOf(note)}
          </p>
        ))}
      </div>
    </details>
  );
}
