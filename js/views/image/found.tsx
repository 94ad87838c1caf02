// What a search has found: each in small, gone to by a click where an edit does it, else shown beside what it was.
import { useMemo, useState } from "preact/hooks";
import { difference } from "../../core/image/difference";
import { imageWords } from "../../core/image/words";
import { outdated, reworded } from "../../core/outdated";
import { sameEdits } from "../../core/request";
import type { Asked, FoundPicture, Picture, Search } from "../../host/image";
import { scoreText } from "../../panels/prediction";
import { SearchOutcome } from "../../panels/search";
import { Small } from "./small";
import type { View } from "./view";

interface AnswerProps {
  view: View;
  answer: Search;
  found: FoundPicture;
  /** Whether it stands beside what it was. */
  open: boolean;
  onOpen: () => void;
}

function Answer({ view, answer, found, open, onOpen }: AnswerProps) {
  const { store } = view;
  const number = scoreText(view);
  const next = found.edit && [...answer.edits, found.edit];
  const can = !next || store.can({ edits: next });
  const here = next ? sameEdits(store.request.value.edits, next) : false;
  return (
    <li data-xai="found">
      <button
        type="button"
        class="xai-found-go"
        aria-current={here ? "true" : undefined}
        aria-expanded={next ? undefined : open}
        aria-disabled={!can}
        title={next ? imageWords.searchShow : imageWords.searchBeside}
        onClick={() => {
          if (!next) onOpen();
          else if (can) store.setEdits(next);
        }}
      >
        <Small picture={found.picture} />
        <span class="xai-found-facts">
          <strong>{found.label}</strong>
          <span>{imageWords.searchMoved(answer.of, number(found.before), number(found.after))}</span>
          <span class="xai-faint">
            {found.regions === null
              ? imageWords.searchStrength(found.distance, found.area)
              : imageWords.searchRegions(found.regions, found.area)}
          </span>
          <span class="xai-faint" title={imageWords.searchSurvivesHint}>
            {imageWords.searchSurvives(found.survives)}
          </span>
        </span>
      </button>
    </li>
  );
}

function Side({ picture, name, score }: { picture: Picture; name: string; score: string }) {
  return (
    <figure class="xai-found-side">
      <Small picture={picture} label={name} class="xai-found-whole" />
      <figcaption>
        <strong>{name}</strong> {score}
      </figcaption>
    </figure>
  );
}

interface BesideProps {
  view: View;
  answer: Search;
  found: FoundPicture;
  was: Picture;
  whole: Picture;
}

function Beside({ view, answer, found, was, whole }: BesideProps) {
  const score = (value: number) => `${answer.of} ${scoreText(view)(value)}`;
  const changed = useMemo(() => {
    const { rgb, times } = difference(was.rgb, whole.rgb);
    return { picture: { ...whole, rgb }, times };
  }, [was, whole]);
  const name = answer.way === "latent" ? imageWords.beforeDecoded : imageWords.before;
  return (
    <div class="xai-found-beside" data-xai="beside">
      <Side picture={was} name={name} score={score(found.before)} />
      <Side picture={whole} name={imageWords.after} score={score(found.after)} />
      <Side picture={changed.picture} name={imageWords.changed} score={imageWords.times(changed.times)} />
    </div>
  );
}

interface AnswersProps {
  view: View;
  /** What would be asked for now. */
  now: Partial<Asked>;
  onAgain: (() => void) | null;
}

export function Answers({ view, now, onAgain }: AnswersProps) {
  const { store } = view;
  const answer = store.search.value;
  const [shown, setShown] = useState<number | null>(null);
  if (!answer) return null;
  const { edits, found } = answer;
  const open = shown === null ? undefined : found[shown];
  const ways = found.map(({ edit }) => (edit ? [...edits, edit] : edits));
  const edited = outdated(store.request.value.edits, edits, ways, sameEdits);
  const old = edited ? "input" : reworded(now, answer) ? "question" : null;
  return (
    <SearchOutcome answer={answer} store={store} old={old} onAgain={onAgain}>
      <ul
        class="xai-found-pictures"
        onKeyDown={(event) => {
          if (event.key === "Escape") setShown(null);
        }}
      >
        {found.map((one, at) => (
          <Answer
            key={one.edit ? JSON.stringify(one.edit) : at}
            view={view}
            answer={answer}
            found={one}
            open={shown === at}
            onOpen={() => setShown(shown === at ? null : at)}
          />
        ))}
      </ul>
      {answer.was && open?.whole && (
        <Beside view={view} answer={answer} found={open} was={answer.was} whole={open.whole} />
      )}
    </SearchOutcome>
  );
}
