// What every search for what would have to change has: the answer wanted, a button that starts and stops, how it goes.
import { words } from "../core/words";
import { Button, Select } from "../dom/controls";

/** Classes that a list can hold. */
const LISTED = 200;

export interface SearchWords {
  search: string;
  searchTarget: string;
  searchAny: string;
  searchGo: string;
  searchStop: string;
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
    <Button label={said.searchStop} text={said.searchStop} onClick={onStop} />
  ) : (
    <Button label={said.searchGo} text={said.searchGo} disabled={disabled} onClick={onGo} />
  );
}

interface StateProps {
  said: SearchWords;
  running: boolean;
  fraction: number;
  error: string | null;
}

export function SearchState({ said, running, fraction, error }: StateProps) {
  return (
    <>
      {running && (
        <output class="xai-health-state">
          {said.searching}
          <progress class="xai-progress" aria-label={words.progressLabel(said.search)} max={1} value={fraction} />
        </output>
      )}
      {error && <p class="xai-alert xai-alert-error">{error}</p>}
    </>
  );
}
