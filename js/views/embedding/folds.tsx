// What can be folded out below the map: analogies, agreement with people, and whether groups of words lie together.

import { embeddingWords as said } from "../../core/embedding/words";
import { spelled } from "../../core/text/visible";
import { Fold } from "../../dom/fold";
import { Fault } from "../../panels/said";
import { Entries, WordBox } from "./near";
import type { View } from "./view";

export function AnalogyFold({ view }: { view: View }) {
  const { store, analogy } = view;
  const given = analogy.value;
  const answer = store.analogy.value;
  const set = (at: number) => (word: string) => {
    const words = given.map((old, i) => (i === at ? word : old)) as [string, string, string];
    analogy.value = words;
    if (words.every(Boolean)) store.complete(words);
  };
  const box = (at: number) => (
    <WordBox view={view} label={said.analogyParts[at]!} value={given[at]!} onPick={set(at)} />
  );
  const [a, b, c] = (answer?.words ?? given).map(spelled) as [string, string, string];
  return (
    <Fold name="analogy" title={said.analogy} open={answer !== null}>
      <p class="xai-sentence">{said.analogySay}</p>
      <div class="xai-analogy">
        {box(0)} <span>{said.isTo}</span> {box(1)} <span>{said.as}</span> {box(2)} <span>{said.what}</span>
      </div>
      <Fault why={answer?.error} />
      {answer && answer.entries.length > 0 && (
        <div class="xai-answers">
          <p class="xai-sentence">{said.analogyList(a, b, c)}</p>
          <Entries view={view} label={said.analogyList(a, b, c)} entries={answer.entries} />
        </div>
      )}
    </Fold>
  );
}

export function AgreementFold({ view }: { view: View }) {
  const { spec, agreement } = view.store;
  const found = agreement.value;
  if (spec.pairs === null) return null;
  const known = found !== null && found.n !== null;
  return (
    <Fold name="agreement" title={said.agreement} open>
      <p class="xai-sentence">{said.agreementSay(spec.pairs)}</p>
      <Fault why={found?.error} />
      {known && (
        <>
          <p class="xai-agreed" title={said.agreementHint}>
            <strong>{said.correlation(found.correlation)}</strong>
            {found.interval && <span>{said.interval(found.interval)}</span>}
            <span>{said.compared(found.n!)}</span>
            {found.missing > 0 && (
              <span title={said.unknown(found.unknown.map(spelled))}>{said.missing(found.missing)}</span>
            )}
            <span class="xai-faint">{said.metrics[found.metric]}</span>
          </p>
          <h4 class="xai-label">{said.apart}</h4>
          <ul class="xai-apart">
            {found.apart.map(([one, other, people, vectors]) => (
              <li key={`${one} ${other}`}>
                <bdi>{spelled(one)}</bdi> · <bdi>{spelled(other)}</bdi>{" "}
                <span class="xai-faint">{said.apartOf(people, vectors)}</span>
              </li>
            ))}
          </ul>
        </>
      )}
    </Fold>
  );
}

export function SeparationFold({ view }: { view: View }) {
  const { spec, separation } = view.store;
  const found = separation.value;
  if (spec.groups === null) return null;
  const known = found !== null && found.n !== null;
  return (
    <Fold name="separation" title={said.separation} open>
      <p class="xai-sentence">{said.separationSay(spec.groups)}</p>
      <Fault why={found?.error} />
      {known && found.score === null && <p class="xai-sentence">{said.separationNone}</p>}
      {known && found.score !== null && (
        <p class="xai-agreed" title={said.silhouetteHint}>
          <strong>{said.separationVerdict(found.together)}</strong>
          <span>{said.silhouette(found.score)}</span>
          {found.interval && <span>{said.interval(found.interval)}</span>}
          {found.chance && <span>{said.dealt(found.chance)}</span>}
          <span>{said.grouped(found.n!)}</span>
          {found.missing > 0 && <span>{said.ungrouped(found.missing)}</span>}
          <span class="xai-faint">{said.metrics[found.metric]}</span>
        </p>
      )}
      {known && found.score !== null && (
        <ul class="xai-apart">
          {found.groups.map(([name, score, count]) => (
            <li key={name}>
              <bdi>{spelled(name)}</bdi>{" "}
              <span class="xai-faint">
                {said.silhouette(score)} · {said.grouped(count)}
              </span>
            </li>
          ))}
        </ul>
      )}
      {known && found.astray.length > 0 && (
        <>
          <h4 class="xai-label">{said.astray}</h4>
          <ul class="xai-apart">
            {found.astray.map(([word, own, other]) => (
              <li key={word}>
                <bdi>{spelled(word)}</bdi> <span class="xai-faint">{said.astrayOf(spelled(own), spelled(other))}</span>
              </li>
            ))}
          </ul>
        </>
      )}
    </Fold>
  );
}
