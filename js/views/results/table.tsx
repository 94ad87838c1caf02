// A table that is sorted by a click on a column's head, and unfolded row by row.
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { csvOf } from "../../core/csv";
import { resultWords as said } from "../../core/results/words";
import { type Key, sorted } from "../../core/sorting";
import { Button } from "../../dom/controls";
import { saveTable } from "../../dom/save";
import { type By, SortHead } from "../../dom/sorting";

export interface Column<R> {
  title: string;
  hint?: string | undefined;
  /** What it is sorted by, and what stands in a file. */
  key: (row: R) => Key;
  cell: (row: R) => ComponentChildren;
  /** Of what all rows are held against. */
  base?: ComponentChildren;
}

interface Props<R> {
  label: string;
  file: string;
  /** What each row is called. */
  name: { title: string; of: (row: R) => string; key: (row: R) => Key; base?: string };
  columns: readonly Column<R>[];
  rows: readonly R[];
  /** What a row unfolds to; null for nothing. */
  more: (row: R) => ComponentChildren;
}

export function SortTable<R>({ label, file, name, columns, rows, more }: Props<R>) {
  const [by, onSort] = useState<By<number>>({ name: -1, down: false });
  const [open, setOpen] = useState<ReadonlySet<R>>(new Set());
  const keyOf = columns[by.name]?.key ?? name.key;
  const inOrder = by.name < 0 && !by.down ? rows : sorted(rows, keyOf, by.down);
  const csv = () =>
    csvOf([
      [name.title, ...columns.map(({ title }) => title)],
      ...inOrder.map((row) => [name.of(row), ...columns.map(({ key }) => key(row))]),
    ]);
  const turn = (row: R) => {
    const next = new Set(open);
    if (!next.delete(row)) next.add(row);
    setOpen(next);
  };
  return (
    <>
      <div class="xai-sheet">
        <table class="xai-r-table" aria-label={label}>
          <thead>
            <tr>
              <SortHead name={-1} title={name.title} by={by} down={false} onSort={onSort} />
              {columns.map(({ title, hint, key }, at) => {
                const down = rows.some((row) => typeof key(row) === "number");
                return <SortHead key={title} name={at} title={title} hint={hint} by={by} down={down} onSort={onSort} />;
              })}
            </tr>
          </thead>
          <tbody>
            {name.base && (
              <tr class="xai-r-base">
                <th scope="row">{name.base}</th>
                {columns.map(({ title, base }) => (
                  <td key={title}>{base}</td>
                ))}
              </tr>
            )}
            {inOrder.map((row) => {
              const rest = more(row);
              const title = name.of(row);
              return [
                <tr key={title}>
                  <th scope="row">
                    {rest ? (
                      <button
                        type="button"
                        class="xai-r-turn"
                        aria-label={said.more(title)}
                        aria-expanded={open.has(row)}
                        onClick={() => turn(row)}
                      >
                        {title}
                      </button>
                    ) : (
                      title
                    )}
                  </th>
                  {columns.map(({ title, cell }) => (
                    <td key={title}>{cell(row)}</td>
                  ))}
                </tr>,
                rest && open.has(row) && (
                  <tr key={`${title} more`}>
                    <td class="xai-r-more" colSpan={columns.length + 1}>
                      {rest}
                    </td>
                  </tr>
                ),
              ];
            })}
          </tbody>
        </table>
      </div>
      <div class="xai-row">
        <Button text={said.save} onClick={() => saveTable(file, csv())} />
      </div>
    </>
  );
}
