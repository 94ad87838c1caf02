// What would have to change for another answer: in which way it is searched for, when it is asked.
import { useState } from "preact/hooks";
import { firstSentence } from "../../core/health";
import { imageWords } from "../../core/image/words";
import { translated } from "../../core/language";
import type { Fill, Way } from "../../core/types";
import { words } from "../../core/words";
import { Combobox } from "../../dom/combobox";
import { Select } from "../../dom/controls";
import { useChoice } from "../../dom/hooks";
import { Slider } from "../../dom/slider";
import { scoreText } from "../../panels/prediction";
import { useReach } from "../../panels/reach";
import { SearchFold } from "../../panels/search";
import { Answers } from "./found";
import { OtherField } from "./other";
import type { View } from "./view";

const MOST = 20;
const MOST_FOUND = 6;

function WayField({ view, way, onPick }: { view: View; way: Way; onPick: (way: Way) => void }) {
  const ways = view.store.spec.value.ways.map(({ name, why_not }) => ({
    name,
    why_not: why_not && translated(why_not),
  }));
  const closed = ways.filter(({ why_not }) => why_not);
  return (
    <div class="xai-way">
      <Select
        inline
        label={imageWords.searchWay}
        value={way}
        choices={ways.map(({ name, why_not }) => {
          const title = imageWords.ways[name];
          const text = why_not ? words.notPossible(title, firstSentence(why_not)) : title;
          return { value: name, text, disabled: !!why_not };
        })}
        onPick={(value) => onPick(value as Way)}
      />
      <p class="xai-sentence">{imageWords.waySentences[way]}</p>
      {closed.map(({ name, why_not }) => (
        <p key={name} class="xai-sentence" data-xai="refused">
          {imageWords.wayClosed(imageWords.ways[name], why_not!)}
        </p>
      ))}
    </div>
  );
}

export function SearchPanel({ view }: { view: View }) {
  const { store } = view;
  const answer = store.search.value;
  const [way, setWay] = useChoice<Way>(answer?.way, "cover");
  const [target, setTarget] = useChoice(answer?.target, null);
  const [count, setCount] = useState(3);
  const [chosen, setMost] = useChoice<number | null>(answer?.most, null);
  const { within, lacks, fields } = useReach(store, target);
  const [turn, setTurn] = useState(0);
  const [fill, setFill] = useChoice<Fill>(answer?.fill, "mean");
  if (!store.spec.value.ways.length) return null;
  // A colour of one's own is for the brush.
  const fills = store.spec.value.fills.filter((one) => one !== "colour");
  // Much of another photo has to be there before it is the class that is seen.
  const most = chosen ?? (way === "other" ? MOST : 10);
  const regions = way === "cover" || way === "other";
  const closed = way === "other" && !store.other.value?.label;
  const now = { way, target, within, ...(regions && { most }), ...(way === "cover" && { fill }) };
  const labels = store.labels.value;
  const go = () => {
    setTurn(turn + 1);
    store.seek({ way, target, within, n: count, most, fill });
  };
  return (
    <SearchFold
      say={imageWords.searchSay}
      store={store}
      lacks={lacks}
      disabled={closed}
      onGo={go}
      controls={
        <>
          <WayField view={view} way={way} onPick={setWay} />
          {way === "other" && <OtherField view={view} />}
          {labels.length > 1 && (
            <Combobox
              label={words.searchTarget}
              labels={labels}
              scores={store.prediction.value?.probabilities ?? []}
              scoreText={scoreText(view)}
              value={target}
              placeholder={way === "other" ? imageWords.searchAnyOther : words.searchAny}
              clearable
              onPick={setTarget}
            />
          )}
          {fields}
          {way === "cover" && (
            <Select
              inline
              label={imageWords.searchFill}
              value={fill}
              choices={fills.map((value) => ({ value, text: imageWords.fills[value] ?? value }))}
              onPick={(value) => setFill(value as Fill)}
            />
          )}
          {regions && (
            <Slider label={imageWords.searchMost} low={1} high={MOST} step={1} value={most} onInput={setMost} />
          )}
          <Slider label={words.searchCount} low={1} high={MOST_FOUND} step={1} value={count} onInput={setCount} />
        </>
      }
    >
      <Answers key={turn} view={view} now={now} onAgain={closed ? null : go} />
    </SearchFold>
  );
}
