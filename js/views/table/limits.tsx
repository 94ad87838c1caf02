// What a counterfactual may make of one column.

import { dateOf, dayOf } from "../../core/table/cells";
import type { Cell, Column, Rules } from "../../core/table/types";
import { tableWords } from "../../core/table/words";
import { Checkbox, Select } from "../../dom/controls";
import { Exact } from "../../dom/exact";
import { useIds } from "../../dom/hooks";

function without<T>(record: Record<string, T>, name: string): Record<string, T> {
  return Object.fromEntries(Object.entries(record).filter(([key]) => key !== name));
}

function End(props: {
  label: string;
  column: Column;
  value: number | null;
  hint: number;
  onPick: (value: number | null) => void;
}) {
  const { id } = useIds("id");
  const date = props.column.kind === "date";
  const shown = (value: number | null) => (value === null ? "" : date ? dateOf(value) : String(value));
  return (
    <span class="xai-end">
      <label for={id}>{props.label}</label>
      <Exact
        id={id}
        type={date ? "date" : "number"}
        step={date ? undefined : props.column.step || "any"}
        placeholder={shown(props.hint)}
        shown={shown(props.value)}
        onCommit={(number, text) => {
          const typed = date ? dayOf(text) : number;
          props.onPick(typed !== null && Number.isFinite(typed) ? typed : null);
        }}
      />
    </span>
  );
}

interface LimitsProps {
  column: Column;
  value: Cell;
  rules: Rules;
  onRules: (change: Partial<Rules>) => void;
  onMissing: (on: boolean) => void;
}

export function Limits({ column, value, rules, onRules: set, onMissing }: LimitsProps) {
  const { name } = column;
  const { id } = useIds("id");
  const [low, high] = rules.ranges[name] ?? [null, null];
  const range = (a: number | null, b: number | null) => {
    const others = without(rules.ranges, name);
    set({ ranges: a === null && b === null ? others : { ...others, [name]: [a, b] } });
  };
  return (
    <div class="xai-f-limits">
      {!column.choices.length && (
        <>
          <End
            label={tableWords.low}
            column={column}
            value={low}
            hint={column.low}
            onPick={(one) => range(one, high)}
          />
          <End
            label={tableWords.high}
            column={column}
            value={high}
            hint={column.high}
            onPick={(one) => range(low, one)}
          />
        </>
      )}
      {column.ordered && (
        <Select
          inline
          label={tableWords.direction}
          value={rules.direction[name] ?? ""}
          choices={(["", "up", "down"] as const).map((way) => ({ value: way, text: tableWords.directions[way] }))}
          onPick={(way) => {
            const others = without(rules.direction, name);
            set({ direction: way ? { ...others, [name]: way as "up" | "down" } : others });
          }}
        />
      )}
      <span class="xai-end" title={tableWords.effortHint}>
        <label for={id}>{tableWords.effort}</label>
        <Exact
          id={id}
          min={0.1}
          shown={String(rules.effort[name] ?? 1)}
          onCommit={(typed) => {
            const others = without(rules.effort, name);
            set({ effort: Number.isFinite(typed) && typed !== 1 ? { ...others, [name]: typed } : others });
          }}
        />
      </span>
      {column.missing && !column.choices.length && (
        <Checkbox label={tableWords.isMissing} checked={value === null} onPick={onMissing} />
      )}
    </div>
  );
}
