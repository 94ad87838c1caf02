// How something that was asked stands: what it has come to, or how far it is, or how to ask again.
import type { ComponentChildren } from "preact";
import type { Severity } from "../core/types";
import { words } from "../core/words";
import { Button } from "./controls";
import { Icon } from "./icons";
import { Progress } from "./progress";

interface StandingProps {
  /** By which tests and styles know it. */
  name: string;
  icon: Severity | null | undefined;
  said: string;
  /** What goes on; false where nothing does. */
  of: string | false;
  done: number | undefined;
  onRetry: (() => void) | false;
  children?: ComponentChildren;
}

export function Standing({ name, icon, said, of, done, onRetry, children }: StandingProps) {
  return (
    <div class="xai-health-state">
      <output class="xai-health-verdict" data-xai={name}>
        {icon && <Icon name={icon} />}
        <span>{said}</span>
      </output>
      {of && <Progress of={of} done={done} />}
      {children}
      {!of && onRetry && <Button text={words.retry} onClick={onRetry} />}
    </div>
  );
}
