// The head of a column that a table can be sorted by.

/** Which column a table is sorted by, and whether its largest come first. */
export interface By<N> {
  name: N;
  down: boolean;
}

/** A click sorts by the column, another turns it round; `down` says how it begins. */
export function SortHead<N>(props: {
  name: N;
  title: string;
  hint?: string | undefined;
  by: By<N>;
  down: boolean;
  onSort: (by: By<N>) => void;
}) {
  const { name, title, hint, by, down, onSort } = props;
  const sorted = by.name === name;
  return (
    <th scope="col" title={hint} aria-sort={sorted ? (by.down ? "descending" : "ascending") : undefined}>
      <button type="button" class="xai-link" onClick={() => onSort({ name, down: sorted ? !by.down : down })}>
        {title} {sorted && (by.down ? "▼" : "▲")}
      </button>
    </th>
  );
}
