// Below the picture: the colour scale of each map, and the numbers under the cursor.
import { short } from "../../core/format";
import { rankingOf } from "../../core/ranking";
import { words } from "../../core/words";
import { Button } from "../../dom/controls";
import { Legend } from "../../dom/legend";
import { readOut } from "./speech";
import { methodTitle } from "./stage";
import { type Layer, readingOf, type View } from "./view";

export function Readout({ view }: { view: View }) {
  const { store } = view;
  const layers = [view.layerA.value, store.compare.value ? view.layerB.value : null].filter((l): l is Layer => !!l);
  const at = view.cursor.value;
  const scale = store.display.value.scale;
  return (
    <div class="xai-readout">
      <div class="xai-legends">
        {layers.map(({ look, map }) => (
          <Legend
            key={map.info.slot}
            look={look}
            title={`${methodTitle(view, map.info.request.method)} · ${map.info.label}`}
            value={at && readingOf(map, at.x, at.y).value}
            missing={rankingOf(map.grid).missing > 0}
          />
        ))}
      </div>
      <div class="xai-values" data-xai="readout">
        {at && layers.length ? (
          <>
            <span class="xai-faint">{words.position(at.x, at.y)}</span>
            {layers.map(({ map }) => {
              const { value, mean, rank, share } = readOut(map, at.x, at.y);
              return (
                <span key={map.info.slot} class="xai-value">
                  {layers.length > 1 && <span class="xai-faint">{methodTitle(view, map.info.request.method)}</span>}
                  <strong>{value}</strong>
                  {mean && <span class="xai-faint">{mean}</span>}
                  <span class="xai-faint">{rank}</span>
                  <span class="xai-faint">{share}</span>
                </span>
              );
            })}
          </>
        ) : (
          <span class="xai-faint">{view.pointer.value ? words.outside : words.readOutHint}</span>
        )}
      </div>
      {scale !== null && (
        <div class="xai-rescaled">
          <span>{words.rescaled(Number(short(scale)) || scale)}</span>
          <Button
            quiet
            label={words.rescaleReset}
            text={words.rescaleReset}
            onClick={() => store.setDisplay({ scale: null })}
          />
        </div>
      )}
    </div>
  );
}
