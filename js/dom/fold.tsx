// A part of a widget that folds out.
import type { ComponentChildren } from "preact";

interface FoldProps {
  /** By which tests and styles know it. */
  name: string;
  title: ComponentChildren;
  open?: boolean;
  onOpen?: (open: boolean) => void;
  children: ComponentChildren;
}

export function Fold({ name, title, open, onOpen, children }: FoldProps) {
  return (
    <details
      class="xai-fold xai-health"
      data-xai={name}
      open={open}
      // What folds inside of it tells of itself here too.
      onToggle={({ target, currentTarget }) => target === currentTarget && onOpen?.(currentTarget.open)}
    >
      <summary class="xai-summary xai-health-summary">{title}</summary>
      <div class="xai-health-body">{children}</div>
    </details>
  );
}
