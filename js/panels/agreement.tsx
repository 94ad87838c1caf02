// How far two methods agree, in one number and in words.
import type { ReadonlySignal } from "@preact/signals";
import { type Agreement, agreementOf } from "../core/agreement";
import { sameEdits } from "../core/request";
import type { Sign } from "../core/types";
import { words } from "../core/words";
import { Button } from "../dom/controls";
import type { ShownMap } from "../host/decode";
import { methodTitle } from "./names";
import type { Shown } from "./shown";

interface Verdict {
  text: string;
  facts: string[];
  /** Both maps are finished. */
  final: boolean;
}

/** A view of two maps, as far as what is said of their agreement needs it. */
interface Comparing extends Shown {
  agreement: ReadonlySignal<Agreement | null>;
  /** The maps that are read: one, or two that are compared. */
  maps: ReadonlySignal<ShownMap[]>;
  /** How many places were compared, in words. */
  over: (places: number) => string;
  /** Said beside the number, such as how the maps were read. */
  manner: ReadonlySignal<string>;
}

/** How far two maps agree; null where one is missing, or they answer two questions. */
export function agreementAs(a: ShownMap | null, b: ShownMap | null, sign: Sign): Agreement | null {
  if (!a || !b || JSON.stringify(a.info.target) !== JSON.stringify(b.info.target)) return null;
  return sameEdits(a.info.request.edits, b.info.request.edits) ? agreementOf(a.grid, b.grid, sign) : null;
}

/** Null where nothing is compared. */
export function verdictOf({ store, agreement, maps, over, manner }: Comparing): Verdict | null {
  if (!store.compare.value) return null;
  const found = agreement.value;
  const final = maps.value.length > 1 && maps.value.every((map) => map.info.final);
  if (!found) return { text: words.agreementWaits, facts: [], final: false };
  if (!found.pixels) return { text: words.agreementNone, facts: [], final };
  const facts = [
    over(found.pixels),
    words.agreementSigns[store.display.value.sign],
    manner.value,
    Number.isNaN(found.correlation) ? "" : words.agreementApart(found.apart),
    final ? "" : words.agreementSoFar,
  ];
  return { text: words.agreement(found.correlation), facts: facts.filter(Boolean), final };
}

function inWords({ text, facts }: Verdict): string {
  return [text, ...facts].join(", ");
}

/** The same where no element can be. */
export function agreementText(view: Comparing): string | null {
  const verdict = verdictOf(view);
  return verdict && inWords(verdict);
}

/** The method without signs, where the other has some: the signs of one would be compared with the strength of the other. */
function unsignedOf({ store, agreement, maps }: Comparing): string | null {
  if (store.display.value.sign !== "both" || !agreement.value) return null;
  const without = maps.value.filter((map) => map.grid.lo >= 0);
  return without.length === 1 ? methodTitle(store, without[0]!.info.request.method) : null;
}

export function AgreementLine({ view }: { view: Comparing }) {
  const verdict = verdictOf(view);
  if (!verdict) return null;
  const unsigned = unsignedOf(view);
  return (
    <div class="xai-agreement" data-xai="agreement">
      <span title={words.agreementHint}>
        <strong>{verdict.text}</strong>
        {verdict.facts.map((fact) => (
          <span key={fact} class="xai-faint">
            {fact}
          </span>
        ))}
      </span>
      {unsigned && (
        <span class="xai-faint">
          {words.unsigned(unsigned)}{" "}
          <Button link text={words.compareStrength} onClick={() => view.store.setDisplay({ sign: "absolute" })} />{" "}
          <Button link text={words.compareFor} onClick={() => view.store.setDisplay({ sign: "positive" })} />
        </span>
      )}
      <span class="xai-hidden" aria-live="polite">
        {verdict.final ? inWords(verdict) : ""}
      </span>
    </div>
  );
}
