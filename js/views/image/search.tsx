// Which regions would have to be hidden for another answer: searched for when it is asked, and shown as small pictures.
import { useRef, useState } from "preact/hooks";
import { imageWords } from "../../core/image/words";
import { sameEdits } from "../../core/request";
import type { Fill } from "../../core/types";
import { Combobox } from "../../dom/combobox";
import { Select } from "../../dom/controls";
import { pictureCanvas } from "../../dom/layers";
import { Slider } from "../../dom/slider";
import type { FoundPicture } from "../../host/image";
import { Live } from "../../panels/live";
import { scoreText } from "../../panels/prediction";
import { GoButton, SearchState } from "../../panels/search";
import type { View } from "./view";

const MOST = 20;
const MOST_FOUND = 6;

function Thumbnail({ picture }: { picture: FoundPicture["picture"] }) {
  const drawn = useRef<unknown>(null);
  return (
    <canvas
      class="xai-found-picture"
      width={picture.width}
      height={picture.height}
      ref={(canvas) => {
        if (!canvas || drawn.current === picture) return;
        drawn.current = picture;
        canvas.getContext("2d")!.drawImage(pictureCanvas(picture.width, picture.height, picture.rgb), 0, 0);
      }}
    />
  );
}

function Answer({ view, found }: { view: View; found: FoundPicture }) {
  const { store } = view;
  const { of, edits } = store.search.value!;
  const number = scoreText(view);
  const next = [...edits, found.edit];
  return (
    <li data-xai="found">
      <button
        type="button"
        class="xai-found-go"
        aria-current={sameEdits(store.request.value.edits, next) ? "true" : undefined}
        title={imageWords.searchShow}
        onClick={() => store.setEdits(next)}
      >
        <Thumbnail picture={found.picture} />
        <span class="xai-found-facts">
          <strong>{found.label}</strong>
          <span>{imageWords.searchMoved(of, number(found.before), number(found.after))}</span>
          <span class="xai-faint">{imageWords.searchRegions(found.regions, found.area)}</span>
          <span class="xai-faint" title={imageWords.searchSurvivesHint}>
            {imageWords.searchSurvives(found.survives)}
          </span>
        </span>
      </button>
    </li>
  );
}

function Answers({ view }: { view: View }) {
  const answer = view.store.search.value;
  if (!answer) return null;
  const { found, running, fraction, error, note } = answer;
  const none = !running && !error && !found.length;
  return (
    <>
      <SearchState said={imageWords} running={running} fraction={fraction} error={error} />
      {found.length > 0 && (
        <ul class="xai-found-pictures">
          {found.map((one) => (
            <Answer key={JSON.stringify(one.edit)} view={view} found={one} />
          ))}
        </ul>
      )}
      {none && <output data-xai="none-found">{note ?? imageWords.searchNone}</output>}
      {!none && note && <p class="xai-sentence">{note}</p>}
    </>
  );
}

export function SearchPanel({ view }: { view: View }) {
  const { store } = view;
  const [target, setTarget] = useState<number | null>(null);
  const [count, setCount] = useState(3);
  const [most, setMost] = useState(10);
  const [fill, setFill] = useState<Fill>("mean");
  const running = store.search.value?.running ?? false;
  // A colour of one's own is for the brush.
  const fills = store.spec.value.fills.filter((one) => one !== "colour");
  return (
    <details
      class="xai-fold xai-health"
      data-xai="search"
      onToggle={(event) => {
        if (event.target === event.currentTarget && !event.currentTarget.open && running) store.stopSeeking();
      }}
    >
      <summary class="xai-summary xai-health-summary">{imageWords.search}</summary>
      <div class="xai-health-body">
        <p class="xai-sentence">{imageWords.searchSay}</p>
        <Live store={store}>
          <div class="xai-columns">
            <Combobox
              label={imageWords.searchTarget}
              labels={store.labels.value}
              scores={store.prediction.value?.probabilities ?? []}
              scoreText={scoreText(view)}
              value={target}
              placeholder={imageWords.searchAny}
              clearable
              onPick={setTarget}
            />
            <Select
              inline
              label={imageWords.searchFill}
              value={fill}
              choices={fills.map((value) => ({ value, text: imageWords.fills[value] ?? value }))}
              onPick={(value) => setFill(value as Fill)}
            />
            <Slider label={imageWords.searchMost} low={1} high={MOST} step={1} value={most} onInput={setMost} />
            <Slider
              label={imageWords.searchCount}
              low={1}
              high={MOST_FOUND}
              step={1}
              value={count}
              onInput={setCount}
            />
            <div class="xai-row">
              <GoButton
                said={imageWords}
                running={running}
                onGo={() => store.seek(target, Math.round(count), Math.round(most), fill)}
                onStop={() => store.stopSeeking()}
              />
            </div>
          </div>
        </Live>
        <Answers view={view} />
      </div>
    </details>
  );
}
