// How far two methods agree, in one number and in words.
import { words } from "../../core/words";
import { Button } from "../../dom/controls";
import { methodTitle } from "./names";
import { mapsOf } from "./speech";
import type { View } from "./view";

export interface Verdict {
  text: string;
  facts: string[];
  /** Both maps are finished. */
  final: boolean;
}

/** Null where nothing is compared. */
export function verdictOf(view: View): Verdict | null {
  const { store } = view;
  if (!store.compare.value) return null;
  const found = view.agreement.value;
  const maps = mapsOf(view);
  const final = maps.length > 1 && maps.every((map) => map.info.final);
  if (!found) return { text: words.agreementWaits, facts: [], final: false };
  if (!found.pixels) return { text: words.agreementNone, facts: [], final };
  const facts = [
    words.agreementOver(found.pixels),
    words.agreementSigns[store.display.value.sign],
    maps.some((map) => map.sigma > 0) ? words.agreementSmoothed : "",
    Number.isNaN(found.correlation) ? "" : words.agreementApart(found.apart),
    final ? "" : words.agreementSoFar,
  ];
  return { text: words.agreement(found.correlation), facts: facts.filter(Boolean), final };
}

/** The method without signs, where the other has some: the signs of one would be compared with the strength of the other. */
function unsignedOf(view: View): string | null {
  if (view.store.display.value.sign !== "both" || !view.agreement.value) return null;
  const without = mapsOf(view).filter((map) => map.grid.lo >= 0);
  return without.length === 1 ? methodTitle(view, without[0]!.info.request.method) : null;
}

export function AgreementLine({ view }: { view: View }) {
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
          <Button
            link
            label={words.compareStrength}
            text={words.compareStrength}
            onClick={() => view.store.setDisplay({ sign: "absolute" })}
          />{" "}
          <Button
            link
            label={words.compareFor}
            text={words.compareFor}
            onClick={() => view.store.setDisplay({ sign: "positive" })}
          />
        </span>
      )}
      <span class="xai-hidden" aria-live="polite">
        {verdict.final ? [verdict.text, ...verdict.facts].join(", ") : ""}
      </span>
    </div>
  );
}
