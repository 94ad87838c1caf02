// The range that an output, or a class's probability, is to reach.
import type { Ends } from "../../core/table/types";
import { tableWords } from "../../core/table/words";
import { useIds } from "../../dom/hooks";

interface Props {
  /** An output, which is no probability. */
  plain: boolean;
  /** null: none. */
  ends: Ends | null;
  onPick: (ends: Ends | null) => void;
}

export function ReachFields({ plain, ends, onPick }: Props) {
  const ids = useIds("low", "high");
  const known = ends ?? [null, null];
  const fields = [
    { id: ids.low, text: tableWords.atLeast },
    { id: ids.high, text: tableWords.atMost },
  ];
  return (
    <fieldset class="xai-f-reach" title={plain ? undefined : tableWords.reachHint}>
      <legend>{tableWords.reach(plain)}</legend>
      {fields.map(({ id, text }, at) => (
        <span key={id} class="xai-f-end">
          <label for={id}>{text}</label>
          <input
            id={id}
            class="xai-number"
            type="number"
            step="any"
            {...(plain ? {} : { min: 0, max: 1 })}
            value={known[at] ?? ""}
            onChange={({ currentTarget: field }) => {
              const next = known.slice() as Ends;
              next[at] = Number.isFinite(field.valueAsNumber) ? field.valueAsNumber : null;
              onPick(next.every((one) => one === null) ? null : next);
            }}
          />
        </span>
      ))}
    </fieldset>
  );
}
