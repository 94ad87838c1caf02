// What a click, a key or a drag does to the text.
import { originalSpan, put, type Run, remove, rewrite, write } from "../../core/text/edits";
import type { Removal, Span, TextEdit } from "../../core/text/types";
import type { View } from "./view";

/** From the first character of one piece to the last of another. */
export function stretch(view: View, { start, stop }: Span): Span | null {
  const [first, last] = [view.pieces.value[start], view.pieces.value[stop]];
  return first && last ? { start: first.start, stop: last.stop } : null;
}

/** The words of some pieces. */
export function wordsIn(view: View, pieces: Span): string {
  const span = stretch(view, pieces);
  return span ? view.text.value.slice(span.start, span.stop) : "";
}

/** The same, with what is hidden as it was. */
export function wordsBehind(view: View, pieces: Span): string {
  const span = stretch(view, pieces);
  if (!span) return "";
  const { text: original } = view.store.spec.value;
  const known = ({ from, to, start, stop, edit }: Run) =>
    edit !== null && view.edits.value[edit]?.name === "mask"
      ? original.slice(start, stop)
      : view.text.value.slice(Math.max(from, span.start), Math.min(to, span.stop));
  const within = view.edited.value.runs.filter(({ from, to }) => to > span.start && from < span.stop);
  return within.map(known).join("");
}

/** The edit that made all of a stretch. */
export function editAt(view: View, span: Span): number | null {
  const run = view.edited.value.runs.find(
    ({ from, to, edit }) => edit !== null && from < to && from <= span.start && span.stop <= to,
  );
  return run?.edit ?? null;
}

/** Takes pieces out or hides them; what is hidden already is shown again. */
export function removePieces(view: View, pieces: Span, name: Removal["name"]): void {
  const span = stretch(view, pieces);
  if (!span) return;
  const { text, mask } = view.store.spec.value;
  const edit = editAt(view, span);
  if (edit !== null && view.edits.value[edit]?.name === "mask") putBack(view, edit);
  else view.store.setEdits(remove(text, view.edits.value, span, name, mask));
}

export function putBack(view: View, edit: number): void {
  view.store.setEdits(view.edits.value.filter((_, i) => i !== edit));
}

export function beginTyping(view: View, pieces: Span): void {
  const span = stretch(view, pieces);
  if (!span || view.store.saved) return;
  const edit = editAt(view, span);
  if (edit !== null) beginRetyping(view, edit);
  else
    view.typing.value = {
      edits: view.edits.value,
      span,
      pieces,
      edit: null,
      text: view.text.value.slice(span.start, span.stop),
    };
}

/** Words that were written are written anew as a whole, and hidden ones as they were. */
export function beginRetyping(view: View, edit: number): void {
  const own = view.edits.value[edit];
  if (!own || view.store.saved) return;
  const text = own.name === "replace" ? own.text : view.store.spec.value.text.slice(own.start, own.stop);
  view.typing.value = { edits: view.edits.value, span: own, pieces: null, edit, text };
}

/** Where there is no piece to begin from. */
export function beginWriting(view: View): void {
  if (view.store.saved) return;
  const end = view.text.value.length;
  view.typing.value = {
    edits: view.edits.value,
    span: { start: end, stop: end },
    pieces: null,
    edit: null,
    text: "",
  };
}

/** Ends typing; null: nothing was meant. */
export function endTyping(view: View, text: string | null): void {
  const typing = view.typing.value;
  view.typing.value = null;
  const edits = view.edits.value;
  // Others may have changed the text meanwhile: the words would land elsewhere.
  if (!typing || text === null || typing.edits !== edits) return;
  const { text: original, mask } = view.store.spec.value;
  const next =
    typing.edit === null
      ? write(original, edits, typing.span, text, mask)
      : rewrite(original, edits, typing.edit, text);
  if (JSON.stringify(next) !== JSON.stringify(edits)) view.store.setEdits(next);
}

/** Asks a language model what made it write some words. */
export function askAbout(view: View, pieces: Span): void {
  const span = stretch(view, pieces);
  if (span) view.store.setTarget({ span: [span.start, span.stop], rather: null });
}

/** Opens the menu of pieces: what might stand in their place. */
export function openMenu(view: View, pieces: Span): void {
  const span = stretch(view, pieces);
  if (!span || view.store.saved) return;
  view.menu.value = pieces;
  view.locked.value = pieces;
  view.store.askMenu(originalSpan(view.edited.value.runs, span));
}

export function closeMenu(view: View): void {
  if (!view.menu.value) return;
  view.menu.value = view.locked.value = null;
  view.store.askMenu(null);
}

/** Puts words in the place of a stretch of the original; none deletes it. */
export function putWords(view: View, { start, stop }: Span, text: string): void {
  closeMenu(view);
  const edit: TextEdit = text ? { name: "replace", start, stop, text } : { name: "delete", start, stop };
  view.store.setEdits(put(view.edits.value, edit));
}
