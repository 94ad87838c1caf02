// What would have to change for another answer: under which rules, searched for when it is asked, and gone to by a click.

import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { percent, short } from "../../core/format";
import { translated } from "../../core/language";
import { type Old, outdated, reworded } from "../../core/outdated";
import { editsOf, rowOf, textOf } from "../../core/table/cells";
import { exampleOf, sameRules } from "../../core/table/rules";
import type { Cell, Change } from "../../core/table/types";
import { tableWords } from "../../core/table/words";
import type { Ends } from "../../core/types";
import { words } from "../../core/words";
import { Delta } from "../../dom/bars";
import { Button } from "../../dom/controls";
import { useChoice, useIds } from "../../dom/hooks";
import { Slider } from "../../dom/slider";
import { useReach } from "../../panels/reach";
import { SearchFold, SearchOutcome, TargetSelect } from "../../panels/search";
import { Comparison } from "./compare";
import type { View } from "./view";

const MOST = 12;

/** What is kept to, in words. */
function kept(view: View): string[] {
  const { rules, spec } = view.store;
  const { immutable, ranges, direction, effort } = rules.value;
  const { columns } = spec.value;
  return [
    ...immutable.map(tableWords.locked),
    ...Object.entries(direction).map(([name, way]) => tableWords.goes(name, way)),
    ...Object.entries(ranges).map(([name, [low, high]]) => {
      const column = columns.find((one) => one.name === name)!;
      return tableWords.within(name, textOf(column, low ?? column.low, ""), textOf(column, high ?? column.high, ""));
    }),
    ...Object.entries(effort).map(([name, weight]) => tableWords.weighs(name, weight)),
  ];
}

function RulesField({ view }: { view: View }) {
  const { store } = view;
  const ids = useIds("field", "said");
  const { rules, error } = store.rules.value;
  const [draft, setDraft] = useState<string | null>(null);
  const list = kept(view);
  return (
    <div class="xai-field xai-rules">
      <label class="xai-label" for={ids.field}>
        {tableWords.rules}
      </label>
      <textarea
        id={ids.field}
        class="xai-area"
        rows={2}
        spellcheck={false}
        placeholder={exampleOf(store.spec.value.columns)}
        aria-invalid={!!error}
        aria-describedby={ids.said}
        value={draft ?? rules.join("\n")}
        onInput={(event) => setDraft(event.currentTarget.value)}
        onChange={(event) => {
          setDraft(null);
          view.ruled.value = null;
          const lines = event.currentTarget.value.split("\n").map((line) => line.trim());
          store.setRules({ ...store.rules.value, rules: lines.filter(Boolean) });
        }}
      />
      <output id={ids.said} class={error ? "xai-pattern-bad" : "xai-sentence"} data-xai="rules">
        {translated(error ?? "") || (list.length ? `${tableWords.rulesKept}: ${list.join(" · ")}` : "")}
      </output>
    </div>
  );
}

function sentenceOf(view: View, row: readonly Cell[], found: Change): string {
  const { columns } = view.store.spec.value;
  const parts = found.cells.map(({ column, value }) => {
    const one = columns[column]!;
    const [after, before] = [value, row[column] ?? null].map((cell) => textOf(one, cell, tableWords.missing));
    return tableWords.were(one.name, after!, before!);
  });
  const plain = view.store.task.value === "value";
  return tableWords.sentence(parts, found.label, plain ? short(found.score) : percent(found.score), plain);
}

interface AnswersProps {
  view: View;
  /** What would be asked for now. */
  now: { target: number | null; within: Ends | null; most: number };
  onAgain: () => void;
}

function Answers({ view, now, onAgain }: AnswersProps) {
  const { store } = view;
  const answer = store.search.value;
  if (!answer) return null;
  const { found, row: base, of } = answer;
  const { columns, row: original } = store.spec.value;
  const plain = store.task.value === "value";
  const rows = found.map(({ cells }) => rowOf(base, cells));
  const old: Old | null = outdated(view.row.value, base, rows)
    ? "input"
    : !sameRules(store.rules.value, answer.rules)
      ? "rules"
      : reworded(now, answer)
        ? "question"
        : null;
  const go = (at: number) => store.setEdits(editsOf(original, rows[at]!));
  const here = (at: number) => rows[at]!.every((value, i) => value === view.row.value[i]);
  const measures: [string, string | undefined, (one: Change) => ComponentChildren][] = [
    [tableWords.answer, undefined, (one) => (plain ? short(one.score) : `${one.label} ${percent(one.score)}`)],
    [tableWords.deltaOf(of), words.change, (one) => <Delta by={one.delta} plain={plain} />],
    [tableWords.count, undefined, (one) => one.cells.length],
    [tableWords.effortOf, tableWords.effortOfHint, (one) => short(one.effort)],
    [tableWords.nearest, tableWords.nearestHint, (one) => (one.nearest === null ? "–" : short(one.nearest))],
    [tableWords.density, tableWords.densityHint, (one) => (one.density === null ? "–" : short(one.density))],
    [tableWords.valid, tableWords.validHint, (one) => (one.valid ? "✓" : "✗")],
  ];
  return (
    <SearchOutcome answer={answer} store={store} old={old} onAgain={onAgain}>
      <ol class="xai-c-list">
        {found.map((one, at) => (
          <li key={JSON.stringify(one.cells)} data-xai="found">
            <button
              type="button"
              class="xai-version-go"
              aria-current={here(at) ? "true" : undefined}
              onClick={() => go(at)}
            >
              {sentenceOf(view, base, one)}
            </button>
          </li>
        ))}
      </ol>
      <Comparison
        columns={columns}
        shown={[
          { key: "base", head: tableWords.asked, row: base },
          ...rows.map((one, at) => ({
            key: String(at),
            row: one,
            head: (
              <Button
                label={tableWords.wayGo(at + 1)}
                text={tableWords.way(at + 1)}
                pressed={here(at)}
                disabled={!store.can({ edits: editsOf(original, one) })}
                onClick={() => go(at)}
              />
            ),
          })),
        ]}
        measures={measures.map(([name, title, tell]) => ({
          name,
          ...(title ? { title } : {}),
          of: (at) => (at === 0 ? "" : tell(found[at - 1]!)),
        }))}
      />
    </SearchOutcome>
  );
}

export function SearchPanel({ view }: { view: View }) {
  const { store } = view;
  const answer = store.search.value;
  const [target, setTarget] = useChoice(answer?.target, null);
  const [count, setCount] = useState(4);
  const rules = store.rules.value;
  const most = rules.most ?? answer?.most ?? 4;
  const { within, lacks, fields } = useReach(store, target);
  const go = () => store.seek(target, within, count, most);
  return (
    <SearchFold
      say={tableWords.searchSay}
      store={store}
      open
      lacks={lacks}
      disabled={!!rules.error}
      go={words.search}
      onGo={go}
      controls={
        <>
          <RulesField view={view} />
          <div class="xai-c-options">
            <TargetSelect labels={store.labels.value} target={target} onPick={setTarget} />
            {fields}
            <Slider
              label={tableWords.searchMost}
              low={1}
              high={Math.max(MOST, most)}
              step={1}
              value={most}
              onInput={(most) => store.setRules({ ...rules, most })}
            />
            <Slider label={words.searchCount} low={1} high={MOST} step={1} value={count} onInput={setCount} />
          </div>
        </>
      }
    >
      <Answers view={view} now={{ target, within, most }} onAgain={go} />
    </SearchFold>
  );
}
