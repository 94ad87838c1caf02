// Below the picture: the colour scale of each map, and the numbers under the cursor.
import { short } from "../../core/format";
import { imageWords } from "../../core/image/words";
import { rankingOf } from "../../core/ranking";
import { Button } from "../../dom/controls";
import { Legend } from "../../dom/legend";
import { AgreementLine } from "../../panels/agreement";
import { DifferenceLegend } from "../../panels/disagreement";
import { methodTitle } from "../../panels/names";
import { placesAt, placesOut, readOut } from "./speech";
import { type Layer, readingOf, type View } from "./view";

export function Readout({ view }: { view: View }) {
  const scale = view.store.display.value.scale;
  const apart = view.layout.value === "disagreement";
  return (
    <div class="xai-readout">
      <div class="xai-legends">{apart ? <Apart view={view} /> : <Legends view={view} />}</div>
      <AgreementLine view={view} />
      <Values view={view} apart={apart} />
      {scale !== null && !apart && (
        <div class="xai-rescaled">
          <span>{imageWords.rescaled(Number(short(scale)) || scale)}</span>
          <Button quiet text={imageWords.rescaleReset} onClick={() => view.store.setDisplay({ scale: null })} />
        </div>
      )}
    </div>
  );
}

function Legends({ view }: { view: View }) {
  const { store } = view;
  const at = view.cursor.value;
  const both = store.compare.value && view.layout.value !== "single";
  const layers = [view.layerA.value, both ? view.layerB.value : null].filter((l): l is Layer => !!l);
  return (
    <>
      {layers.map(({ look, map }) => (
        <Legend
          key={map.info.slot}
          look={look}
          title={`${methodTitle(view.store, map.info.request.method)} · ${map.info.label}`}
          value={at && readingOf(map, at.x, at.y).value}
          missing={rankingOf(map.grid).missing > 0}
        />
      ))}
    </>
  );
}

function Apart({ view }: { view: View }) {
  const layer = view.disagreement.value;
  const at = view.cursor.value;
  if (!layer) return null;
  return (
    <DifferenceLegend view={view} look={layer.look} places={at && placesAt(view, at.x, at.y)} missing={layer.missing} />
  );
}

function Values({ view, apart }: { view: View; apart: boolean }) {
  const at = view.cursor.value;
  const maps = view.maps.value;
  const box = maps.length > 1 ? "xai-values xai-values-two" : "xai-values";
  if (!at || !maps.length) {
    const hint = apart ? imageWords.differenceHint : imageWords.readOutHint;
    return (
      <div class={box} data-xai="readout">
        <span class="xai-faint">{view.pointer.value ? imageWords.outside : hint}</span>
      </div>
    );
  }
  const places = apart ? placesOut(view, at.x, at.y) : null;
  return (
    <div class={box} data-xai="readout">
      <span class="xai-value">
        <span class="xai-faint">{imageWords.position(at.x, at.y)}</span>
        {places && <span>{places.difference}</span>}
      </span>
      {maps.map((map, i) => {
        const { value, mean, rank, share } = readOut(map, at.x, at.y);
        return (
          <span key={map.info.slot} class="xai-value">
            {maps.length > 1 && <span class="xai-value-name">{methodTitle(view.store, map.info.request.method)}</span>}
            <strong>{value}</strong>
            {places && <span>{places.places[i]}</span>}
            {[mean, ...(places ? [] : [rank, share])].filter(Boolean).map((fact) => (
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
