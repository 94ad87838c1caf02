// A part that asks the kernel for something which takes its time: what for, how, a button that starts and stops, how far.
import type { ComponentChildren } from "preact";
import { words } from "../core/words";
import { Button } from "../dom/controls";
import { Fold } from "../dom/fold";
import { Progress } from "../dom/progress";
import { Live } from "./live";

interface AskProps {
  name: string;
  title: string;
  /** What is asked for. */
  say: string;
  store: { saved: unknown };
  /** null: nothing was asked for yet. */
  told: { running: boolean; fraction: number } | null;
  controls: ComponentChildren;
  /** What the button says. */
  go: string;
  disabled?: boolean;
  /** Why it cannot be asked for like this. */
  why?: ComponentChildren;
  /** Whether it is there to see at once. */
  open?: boolean;
  onGo: () => void;
  onStop: () => void;
  /** What came of it. */
  children: ComponentChildren;
}

/** Shutting it stops what is under way. */
export function AskFold(props: AskProps) {
  const { name, title, store, told, onStop } = props;
  const running = told?.running;
  return (
    <Fold name={name} title={title} open={props.open} onOpen={(shown) => !shown && running && onStop()}>
      <p class="xai-sentence">{props.say}</p>
      <Live store={store}>
        <div class="xai-columns">{props.controls}</div>
        <div class="xai-row xai-primary">
          {running ? (
            <Button text={words.stop} onClick={onStop} />
          ) : (
            <Button text={props.go} disabled={props.disabled} onClick={props.onGo} />
          )}
          <span class="xai-faint">{props.why}</span>
        </div>
      </Live>
      {running && (
        <output class="xai-health-state">
          {words.working}
          <Progress of={title} done={told.fraction} />
        </output>
      )}
      {props.children}
    </Fold>
  );
}
