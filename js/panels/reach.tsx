// The range that an output, or a class's probability, is to reach.
import type { ComponentChild } from "preact";
import type { Ends } from "../core/types";
import { words } from "../core/words";
import { Exact } from "../dom/exact";
import { useChoice, useIds } from "../dom/hooks";

interface Store {
  task: { value: string };
  search: { value: { within: Ends | null } | null };
}

export interface Reach {
  /** null: none is asked for. */
  within: Ends | null;
  /** An output that is no probability wins nothing: without a range there is nothing to search for. */
  lacks: boolean;
  /** Where it is said. */
  fields: ComponentChild;
}

/** Asks which range is to be reached, where there is one: of a regression, or of a class that was chosen. */
export function useReach({ task, search }: Store, target: number | null): Reach {
  const [chosen, pick] = useChoice<Ends | null>(search.value?.within, null);
  const ids = Object.values(useIds("least", "most"));
  const plain = task.value === "value";
  const ranged = plain || target !== null;
  const within = ranged ? chosen : null;
  const ends: Ends = within ?? [null, null];
  const fields = ranged && (
    <fieldset class="xai-reach" title={plain ? undefined : words.reachHint}>
      <legend>{words.reach(plain)}</legend>
      {[words.atLeast, words.atMost].map((text, at) => (
        <span key={at} class="xai-end">
          <label for={ids[at]}>{text}</label>
          <Exact
            id={ids[at]}
            shown={String(ends[at] ?? "")}
            onCommit={(typed) => {
              const next: Ends = [...ends];
              next[at] = Number.isFinite(typed) ? typed : null;
              pick(next.some((one) => one !== null) ? next : null);
            }}
          />
        </span>
      ))}
    </fieldset>
  );
  return { within, lacks: plain && !within, fields };
}
