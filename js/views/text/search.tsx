// What would have to change for another answer: searched for when it is asked, and shown as changes of the text.
import { useState } from "preact/hooks";
import { percent, short } from "../../core/format";
import { outdated, reworded } from "../../core/outdated";
import { diff } from "../../core/text/diff";
import { splice } from "../../core/text/edits";
import { isSpan, moved } from "../../core/text/question";
import type { Found, SearchMessage } from "../../core/text/types";
import { spelled } from "../../core/text/visible";
import { textWords } from "../../core/text/words";
import { words } from "../../core/words";
import { Delta } from "../../dom/bars";
import { Button } from "../../dom/controls";
import { useChoice } from "../../dom/hooks";
import { Slider } from "../../dom/slider";
import { useReach } from "../../panels/reach";
import { SearchFold, SearchOutcome, TargetSelect } from "../../panels/search";
import { Diff } from "./diff";
import { TokenBox } from "./tokenbox";
import type { View } from "./view";

const MOST = 10;

function Answer({ view, found, base, of }: { view: View; found: Found; base: string; of: string }) {
  const { store } = view;
  const plain = store.task.value === "value";
  const named = (label: string) => (store.spec.value.causal ? <code class="xai-token">{spelled(label)}</code> : label);
  return (
    <li class="xai-found" data-xai="found">
      <div class="xai-found-head">
        <strong>{named(found.label)}</strong>
        <span>{plain ? short(found.score) : percent(found.score)}</span>
        <span>
          <Delta by={found.delta} plain={plain} /> <span class="xai-faint">{named(of)}</span>
        </span>
        <span class="xai-faint">{textWords.searchChanges(found.edits.length)}</span>
        {found.fluency !== null && (
          <span class="xai-faint" title={textWords.searchFluencyHint}>
            {textWords.searchFluency(found.fluency)}
          </span>
        )}
        <span class="xai-spring" />
        <Button
          label={textWords.searchShowText(found.text)}
          text={textWords.searchShow}
          disabled={!store.can({ edits: found.edits })}
          onClick={() => store.setEdits(found.edits)}
        />
      </div>
      <Diff hunks={diff(base, found.text)} />
    </li>
  );
}

interface AnswersProps {
  view: View;
  /** What would be asked for now. */
  now: Pick<SearchMessage, "target" | "within" | "most" | "part">;
  onAgain: () => void;
}

function Answers({ view, now, onAgain }: AnswersProps) {
  const { store } = view;
  const answer = store.search.value;
  if (!answer) return null;
  const { text, mask } = store.spec.value;
  const made = splice(text, answer.edits, mask);
  const [shown, base, { part }] = [view.edited.value, made.text, answer];
  const texts = answer.found.map((one) => one.text);
  // The words that were asked about may lie elsewhere in a text that was found.
  const asked = { ...answer, part: part && { ...part, span: moved(part.span, made, shown) } };
  const old = outdated(shown.text, base, texts) ? "input" : reworded(now, asked) ? "question" : null;
  return (
    <SearchOutcome answer={answer} store={store} old={old} onAgain={onAgain}>
      <ul class="xai-found-list">
        {answer.found.map((one) => (
          <Answer key={one.text} view={view} found={one} base={base} of={answer.of ?? ""} />
        ))}
      </ul>
      {answer.fewest && <p class="xai-sentence">{textWords.searchFewest}</p>}
    </SearchOutcome>
  );
}

export function SearchPanel({ view }: { view: View }) {
  const { store } = view;
  const answer = store.search.value;
  const [wanted, setTarget] = useChoice(answer?.target, null);
  const [count, setCount] = useState(3);
  const [most, setMost] = useChoice(answer?.most, 3);
  const { causal } = store.spec.value;
  const asked = store.request.value.target;
  const span = causal && isSpan(asked) ? asked : null;
  // A question about part of the text says itself what is to come there.
  const target = span ? null : wanted;
  const { within, lacks, fields } = useReach(store, target);
  const rather = span?.rather ?? null;
  const say = span
    ? textWords.searchSaySpan(
        view.part.value ?? "",
        rather === null ? null : textWords.quoted(store.nameOf(rather).trim()),
      )
    : causal
      ? textWords.searchSayNext
      : textWords.searchSay;
  const go = () => store.seek(target, within, count, most);
  const { names = [], probabilities = [] } = store.prediction.value ?? {};
  return (
    <SearchFold
      say={say}
      store={store}
      lacks={lacks}
      onGo={go}
      controls={
        <>
          {causal ? (
            !span && (
              <TokenBox
                store={store}
                label={words.searchTarget}
                tokens={names.map(([index]) => [index, probabilities[index] ?? 0])}
                token={target}
                onPick={setTarget}
              />
            )
          ) : (
            <TargetSelect labels={store.labels.value} target={target} onPick={setTarget} />
          )}
          {fields}
          <Slider label={textWords.searchMost} low={1} high={MOST} step={1} value={most} onInput={setMost} />
          <Slider label={words.searchCount} low={1} high={MOST} step={1} value={count} onInput={setCount} />
        </>
      }
    >
      <Answers view={view} now={{ target, within, most, part: span }} onAgain={go} />
    </SearchFold>
  );
}
