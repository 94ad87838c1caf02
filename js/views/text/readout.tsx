// Below the text: the colours with their numbers, and what is read of the word under the cursor.
import { barOf } from "../../core/text/shade";
import { textWords } from "../../core/text/words";
import { Button } from "../../dom/controls";
import { Legend } from "../../dom/legend";
import { AgreementLine } from "../../panels/agreement";
import { DifferenceLegend } from "../../panels/disagreement";
import { methodTitle } from "../../panels/names";
import { apartAt, nameOfPieces, readOut } from "./speech";
import { placesAt, readingOf, type View } from "./view";

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
  const { a, b, apart } = view.shades;
  const shown = [a.value, view.comparing.value ? b.value : null];
  const between = apart.value;
  return (
    <>
      {shown.map(
        (map) =>
          map && (
            <Legend
              key={map.info.slot}
              look={map.look}
              title={`${methodTitle(view.store, map.info.request.method)} · ${map.info.label}`}
              value={at ? readingOf(map, at.start, at.stop).value : null}
              colour={barOf(map.look, page, "shade")}
            />
          ),
      )}
      {between && (
        <DifferenceLegend
          view={view}
          look={between.look}
          places={at && placesAt(view, at)}
          colour={barOf(between.look, page, "shade")}
        />
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
  const apart = apartAt(view, at);
  const kept = view.cursor.value === null && view.locked.value !== null;
  return (
    <div class={box} data-xai="readout">
      <span class="xai-value">
        <bdi class="xai-value-of">{nameOfPieces(view, at)}</bdi>
        {apart && <span>{apart.difference}</span>}
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
      {maps.map((map, i) => {
        const { value, facts, ids } = readOut(map, at);
        return (
          <span key={map.info.slot} class="xai-value">
            {maps.length > 1 && <span class="xai-value-name">{methodTitle(view.store, map.info.request.method)}</span>}
            <strong>{value}</strong>
            {[apart?.places[i], ...facts, ids].filter(Boolean).map((fact) => (
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
