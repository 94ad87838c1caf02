// Below the text: the colours with their numbers, and what is read of the word under the cursor.
import { rankingOf } from "../../core/ranking";
import { barOf } from "../../core/text/shade";
import { textWords } from "../../core/text/words";
import { Button } from "../../dom/controls";
import { Legend } from "../../dom/legend";
import { AgreementLine } from "../../panels/agreement";
import { methodTitle } from "../../panels/names";
import { nameOfPieces, readOut } from "./speech";
import { readingOf, type View } from "./view";

export function Readout({ view }: { view: View }) {
  return (
    <div class="xai-readout">
      <div class="xai-legends">
        <Legends view={view} />
      </div>
      <AgreementLine view={view} />
      <Values view={view} />
    </div>
  );
}

function Legends({ view }: { view: View }) {
  const at = view.at.value;
  const page = view.page.value;
  const shown = [
    { map: view.mapA.value, look: view.lookA.value },
    { map: view.comparing.value ? view.mapB.value : null, look: view.lookB.value },
  ];
  return (
    <>
      {shown.map(
        ({ map, look }) =>
          map &&
          look && (
            <Legend
              key={map.info.slot}
              look={look}
              title={`${methodTitle(view.store, map.info.request.method)} · ${map.info.label}`}
              value={at ? readingOf(map, at.start, at.stop).value : null}
              colour={barOf(look, page, "shade")}
            />
          ),
      )}
    </>
  );
}

function Values({ view }: { view: View }) {
  const at = view.at.value;
  const maps = view.maps.value;
  const box = maps.length > 1 ? "xai-values xai-values-two" : "xai-values";
  if (!at || !maps.length)
    return (
      <div class={box} data-xai="readout">
        <span class="xai-faint">{textWords.readOutHint}</span>
      </div>
    );
  const kept = view.cursor.value === null && view.locked.value !== null;
  return (
    <div class={box} data-xai="readout">
      <span class="xai-value">
        <bdi class="xai-value-of">{nameOfPieces(view, at)}</bdi>
        {kept && (
          <Button
            link
            text={textWords.unlock}
            onClick={() => {
              view.locked.value = null;
            }}
          />
        )}
      </span>
      {maps.map((map) => {
        const { value, facts, ids } = readOut(map, at);
        return (
          <span key={map.info.slot} class="xai-value">
            {maps.length > 1 && <span class="xai-value-name">{methodTitle(view.store, map.info.request.method)}</span>}
            <strong>{value}</strong>
            {[...facts, ids].filter(Boolean).map((fact) => (
              <span key={fact} class="xai-faint">
                {fact}
              </span>
            ))}
          </span>
        );
      })}
    </div>
  );
}

/** How many pieces have a value. */
export function countOf(view: View): number {
  return view.mapA.value ? rankingOf(view.mapA.value.grid).finite : 0;
}
