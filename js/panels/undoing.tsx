// Back and forth through what was changed, and back to the beginning.
import type { ReadonlySignal } from "@preact/signals";
import { words } from "../core/words";
import { Button } from "../dom/controls";

interface Changed {
  undoable: ReadonlySignal<{ undo: boolean; redo: boolean }>;
  request: ReadonlySignal<{ edits: readonly unknown[] }>;
  undo(): void;
  redo(): void;
  setEdits(edits: []): void;
}

export function Undoing({ store, title }: { store: Changed; title?: string }) {
  const { undo, redo } = store.undoable.value;
  return (
    <div class="xai-row">
      <Button quiet icon="undo" label={words.undo} disabled={!undo} onClick={() => store.undo()} />
      <Button quiet icon="redo" label={words.redo} disabled={!redo} onClick={() => store.redo()} />
      <Button
        text={words.reset}
        title={title}
        disabled={!store.request.value.edits.length}
        onClick={() => store.setEdits([])}
      />
    </div>
  );
}
