// What every search for what would have to change has: the answer wanted, a button that starts and stops, how it goes.
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { translated } from "../core/language";
import type { Old } from "../core/outdated";
import { words } from "../core/words";
import { Button, Select } from "../dom/controls";
import { Progress } from "../dom/progress";
import { Live } from "./live";
import { Fault } from "./said";

/** Classes that a list can hold. */
const LISTED = 200;

/** A choice of this view; until it is made, that behind the answer on show, which another view may have asked for. */
export function useChoice<T>(asked: T | undefined, own: T): [T, (value: T) => void] {
  const [picked, pick] = useState<{ value: T } | null>(null);
  return [picked ? picked.value : asked === undefined ? own : asked, (value) => pick({ value })];
}

export interface SearchWords {
  search: string;
  searchSay: string;
  searchTarget: string;
  searchAny: string;
  searchGo: string;
  searching: string;
}

interface TargetProps {
  said: SearchWords;
  labels: readonly string[];
  /** null: any other. */
  target: number | null;
  onPick: (target: number | null) => void;
}

export function TargetSelect({ said, labels, target, onPick }: TargetProps) {
  const listed = labels.slice(0, LISTED);
  if (listed.length < 2) return null;
  return (
    <Select
      inline
      label={said.searchTarget}
      value={target === null ? "" : String(target)}
      choices={[{ value: "", text: said.searchAny }, ...listed.map((text, i) => ({ value: String(i), text }))]}
      onPick={(value) => onPick(value === "" ? null : Number(value))}
    />
  );
}

interface GoProps {
  said: SearchWords;
  running: boolean;
  disabled?: boolean;
  onGo: () => void;
  onStop: () => void;
}

export function GoButton({ said, running, disabled = false, onGo, onStop }: GoProps) {
  return running ? (
    <Button text={words.stop} onClick={onStop} />
  ) : (
    <Button text={said.searchGo} disabled={disabled} onClick={onGo} />
  );
}

/** What any search tells, whatever it finds. */
interface Told {
  found: readonly unknown[];
  running: boolean;
  fraction: number;
  error: string | null;
  note: string | null;
}

interface OutcomeProps {
  said: SearchWords;
  answer: Told | null;
  /** What is said where nothing was found and the kernel does not say why. */
  none: string;
  store: { saved: unknown };
  /** In what they are not answers to what would be asked now. */
  old: Old | null;
  /** null: what would be asked now cannot be. */
  onAgain: (() => void) | null;
  /** What was found. */
  children: ComponentChildren;
}

/** How a search goes, then what it has found, or that it has found nothing. */
export function SearchOutcome({ said, answer, none, store, old, onAgain, children }: OutcomeProps) {
  if (!answer) return null;
  const { found, running, fraction, error, note } = answer;
  const nothing = !running && !error && !found.length;
  return (
    <>
      {running && (
        <output class="xai-health-state">
          {said.searching}
          <Progress of={said.search} done={fraction} />
        </output>
      )}
      {old && (
        <Live store={store}>
          <div class="xai-row xai-old-note" data-xai="old">
            <output>{words.oldAnswers[old]}</output>
            {onAgain && <Button link text={words.askAgain} onClick={onAgain} />}
          </div>
        </Live>
      )}
      <div class={old ? "xai-grey" : undefined}>
        <Fault why={error} />
        {found.length > 0 && children}
        {nothing && <output data-xai="none-found">{note === null ? none : translated(note)}</output>}
        {!nothing && note && <p class="xai-sentence">{translated(note)}</p>}
      </div>
    </>
  );
}

interface FoldProps {
  said: SearchWords;
  /** What is searched for, where that is not what `said` has. */
  say?: string;
  store: { saved: unknown; search: { value: Told | null }; stopSeeking(): void };
  /** How it is searched. */
  controls: ComponentChildren;
  disabled?: boolean;
  onGo: () => void;
  /** How it came out. */
  children: ComponentChildren;
}

/** A search to fold out; shutting it stops what is under way. */
export function SearchFold({
  said,
  say = said.searchSay,
  store,
  controls,
  disabled = false,
  onGo,
  children,
}: FoldProps) {
  const running = store.search.value?.running ?? false;
  return (
    <details
      class="xai-fold xai-health"
      data-xai="search"
      onToggle={(event) => {
        if (event.target === event.currentTarget && !event.currentTarget.open && running) store.stopSeeking();
      }}
    >
      <summary class="xai-summary xai-health-summary">{said.search}</summary>
      <div class="xai-health-body">
        <p class="xai-sentence">{say}</p>
        <Live store={store}>
          <div class="xai-columns">
            {controls}
            <div class="xai-row">
              <GoButton
                said={said}
                running={running}
                disabled={disabled}
                onGo={onGo}
                onStop={() => store.stopSeeking()}
              />
            </div>
          </div>
        </Live>
        {children}
      </div>
    </details>
  );
}
