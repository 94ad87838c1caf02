// What every search for what would have to change has: the answer wanted, a button that starts and stops, how it goes.
import type { ComponentChildren } from "preact";
import { translated } from "../core/language";
import type { Old } from "../core/outdated";
import { words } from "../core/words";
import { Button, Select } from "../dom/controls";
import { AskFold } from "./asking";
import { Live } from "./live";
import { Fault } from "./said";

/** Classes that a list can hold. */
const LISTED = 200;

interface TargetProps {
  labels: readonly string[];
  /** null: any other. */
  target: number | null;
  onPick: (target: number | null) => void;
}

export function TargetSelect({ labels, target, onPick }: TargetProps) {
  const listed = labels.slice(0, LISTED);
  if (listed.length < 2) return null;
  return (
    <Select
      inline
      label={words.searchTarget}
      value={target === null ? "" : String(target)}
      choices={[{ value: "", text: words.searchAny }, ...listed.map((text, i) => ({ value: String(i), text }))]}
      onPick={(value) => onPick(value === "" ? null : Number(value))}
    />
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
  answer: Told | null;
  store: { saved: unknown };
  /** In what they are not answers to what would be asked now. */
  old: Old | null;
  /** null: what would be asked now cannot be. */
  onAgain: (() => void) | null;
  /** What was found. */
  children: ComponentChildren;
}

/** How a search goes, then what it has found, or that it has found nothing. */
export function SearchOutcome({ answer, store, old, onAgain, children }: OutcomeProps) {
  if (!answer) return null;
  const { found, running, error, note } = answer;
  const nothing = !running && !error && !found.length;
  return (
    <>
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
        {nothing && <output data-xai="none-found">{note === null ? words.searchNone : translated(note)}</output>}
        {!nothing && note && <p class="xai-sentence">{translated(note)}</p>}
      </div>
    </>
  );
}

interface FoldProps {
  /** What is searched for. */
  say: string;
  store: { saved: unknown; search: { value: Told | null }; stopSeeking(): void };
  /** How it is searched. */
  controls: ComponentChildren;
  /** Whether no range is said of an output that has to have one. */
  lacks: boolean;
  disabled?: boolean;
  open?: boolean;
  go?: string;
  onGo: () => void;
  /** How it came out. */
  children: ComponentChildren;
}

/** A search to fold out. */
export function SearchFold({ go = words.searchGo, disabled, lacks, ...rest }: FoldProps) {
  return (
    <AskFold
      {...rest}
      name="search"
      title={words.search}
      told={rest.store.search.value}
      go={go}
      disabled={disabled || lacks}
      why={lacks && words.reachNone}
      onStop={() => rest.store.stopSeeking()}
    />
  );
}
