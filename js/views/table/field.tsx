// One value, exactly: a number, a date, one of several, or on and off.
import { dateOf, dayOf } from "../../core/table/cells";
import type { Cell, Column } from "../../core/table/types";
import { tableWords } from "../../core/table/words";
import { Exact } from "../../dom/exact";

export function Field(props: {
  id: string;
  column: Column;
  value: Cell;
  onPick: (value: Cell) => void;
  onDone: () => void;
}) {
  const { id, column, value, onPick, onDone } = props;
  if (column.kind === "flag" && !column.missing)
    return (
      <label class="xai-switch">
        <input
          id={id}
          type="checkbox"
          role="switch"
          aria-checked={value === 1}
          aria-label={column.name}
          checked={value === 1}
          onChange={(event) => onPick(event.currentTarget.checked ? 1 : 0)}
        />
        <span>{column.choices[value ?? 0]}</span>
      </label>
    );
  if (column.choices.length)
    return (
      <select
        id={id}
        class="xai-select xai-f-select"
        aria-label={column.name}
        title={value === null ? tableWords.missing : column.choices[value]}
        value={value ?? ""}
        onChange={(event) => onPick(event.currentTarget.value === "" ? null : Number(event.currentTarget.value))}
      >
        {column.missing && (
          <option value="" selected={value === null}>
            {tableWords.missing}
          </option>
        )}
        {column.choices.map((text, i) => (
          <option key={i} value={i} selected={value === i}>
            {text}
          </option>
        ))}
      </select>
    );
  const date = column.kind === "date";
  const shown = value === null ? "" : date ? dateOf(value) : String(Number(value.toPrecision(8)));
  const commit = (number: number, text: string) => {
    const typed = date ? dayOf(text) : number;
    if (typed !== null && Number.isFinite(typed)) onPick(typed);
    else if (column.missing) onPick(null);
    onDone();
  };
  return (
    <Exact
      id={id}
      class="xai-f-number"
      type={date ? "date" : "number"}
      step={date ? undefined : column.step || "any"}
      aria-label={tableWords.exact(column.name)}
      placeholder={tableWords.missing}
      shown={shown}
      onCommit={commit}
    />
  );
}
