// Rows side by side, one a column: what differs is marked by a sign, by weight and by a line, not by colour alone.
import type { ComponentChildren } from "preact";
import { textOf } from "../../core/table/cells";
import { differing, type Way, wayOf } from "../../core/table/compare";
import type { Cell, Column } from "../../core/table/types";
import { tableWords } from "../../core/table/words";

const SIGNS: Record<Way, string> = { up: "▲", down: "▼", other: "◆" };

export interface Shown {
  key: string;
  head: ComponentChildren;
  row: readonly Cell[];
}

/** One line above the cells: a measure of each row. */
export interface Measure {
  name: string;
  title?: string;
  of: (at: number) => ComponentChildren;
}

function Value({ column, from, to }: { column: Column; from: Cell; to: Cell }) {
  const way = wayOf(column, from, to);
  if (!way) return <td class="xai-faint">{tableWords.same}</td>;
  return (
    <td class="xai-c-changed">
      <span aria-hidden="true">{SIGNS[way]} </span>
      <span class="xai-hidden">{tableWords.marks[way]}: </span>
      <strong>{textOf(column, to, tableWords.missing)}</strong>
    </td>
  );
}

/** The first of `shown` is what the others are held against. */
export function Comparison(props: {
  columns: readonly Column[];
  shown: readonly Shown[];
  measures: readonly Measure[];
}) {
  const { columns, shown, measures } = props;
  const [base] = shown;
  if (!base) return null;
  return (
    <div class="xai-sheet">
      <table class="xai-c-table" aria-label={tableWords.comparison}>
        <thead>
          <tr>
            <td />
            {shown.map(({ key, head }) => (
              <th key={key} scope="col">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {measures.map(({ name, title, of }) => (
            <tr key={name} class="xai-c-measure">
              <th scope="row" title={title}>
                {name}
              </th>
              {shown.map(({ key }, at) => (
                <td key={key}>{of(at)}</td>
              ))}
            </tr>
          ))}
          {differing(shown.map(({ row }) => row)).map((i) => (
            <tr key={i}>
              <th scope="row">{columns[i]!.name}</th>
              {shown.map(({ key, row }, at) =>
                at === 0 ? (
                  <td key={key}>{textOf(columns[i]!, row[i] ?? null, tableWords.missing)}</td>
                ) : (
                  <Value key={key} column={columns[i]!} from={base.row[i] ?? null} to={row[i] ?? null} />
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
