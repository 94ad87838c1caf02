// Pointer and keys on the text.
import type { Span } from "../../core/text/types";
import { textWords } from "../../core/text/words";
import { hitOf } from "../../dom/flow";
import {
  askAbout,
  beginRetyping,
  beginTyping,
  beginWriting,
  closeMenu,
  editAt,
  openMenu,
  putBack,
  removePieces,
  stretch,
} from "./acts";
import { say } from "./speech";
import type { View } from "./view";

interface Hit {
  piece: number | null;
  edit: number | null;
}

function ordered(a: number, b: number): Span {
  return { start: Math.min(a, b), stop: Math.max(a, b) };
}

export function gestures(view: View) {
  const { store, mode, cursor, locked } = view;
  /** Where the button went down, and the span since. */
  let from: { piece: number; moved: boolean } | null = null;
  /** The keyboard's own end of a span. */
  let anchor = 0;
  /** What the first of two clicks found, before it acted. */
  let clicked: Hit & { acted: boolean } = { piece: null, edit: null, acted: false };

  const known = (hit: Hit): number | null =>
    hit.piece !== null && hit.piece < view.pieces.value.length ? hit.piece : null;

  const act = (pieces: Span): void => {
    const name = mode.value;
    if (name === "read") {
      const same = locked.value && locked.value.start === pieces.start && locked.value.stop === pieces.stop;
      locked.value = same ? null : pieces;
    } else if (name === "edit") beginTyping(view, pieces);
    else if (name === "swap") openMenu(view, pieces);
    else if (name === "ask") askAbout(view, pieces);
    else removePieces(view, pieces, name);
  };

  const click = (hit: Hit): void => {
    const piece = known(hit);
    const edit = hit.edit !== null ? store.request.value.edits[hit.edit] : undefined;
    // What was taken out or hidden comes back by the same click.
    if (edit && edit.name !== "replace" && !["read", "swap", "ask"].includes(mode.value)) {
      if (mode.value === "edit") beginRetyping(view, hit.edit!);
      else putBack(view, hit.edit!);
    } else if (piece !== null) act({ start: piece, stop: piece });
  };

  const doubleClick = (): void => {
    if (["read", "edit", "ask"].includes(mode.value)) return;
    closeMenu(view);
    if (clicked.acted) store.takeBack();
    if (clicked.edit !== null && clicked.piece === null) beginRetyping(view, clicked.edit);
    else if (clicked.piece !== null) beginTyping(view, { start: clicked.piece, stop: clicked.piece });
  };

  const onPointerDown = (event: PointerEvent): void => {
    swallow = false;
    pressed = event.button === 0 ? event.target : null;
    if (event.button !== 0 || view.typing.value) return;
    const piece = known(hitOf(event.target));
    from = piece !== null ? { piece, moved: false } : null;
  };
  const onPointerMove = (event: PointerEvent): void => {
    const piece = known(hitOf(event.target));
    if (from && piece !== null && piece !== from.piece && event.pointerType !== "touch") from.moved = true;
    if (from?.moved) {
      if (piece !== null) cursor.value = ordered(from.piece, piece);
    } else cursor.value = piece === null ? null : { start: piece, stop: piece };
  };
  const onPointerUp = (): void => {
    const dragged = from?.moved ? cursor.value : null;
    from = null;
    if (!dragged) return;
    // The click that follows belongs to the drag.
    swallow = true;
    act(dragged);
    cursor.value = null;
  };
  let swallow = false;
  let pressed: EventTarget | null = null;
  /** Browsers send no click where what was pressed was drawn anew before it was let go. */
  const onMouseUp = (event: MouseEvent): void => {
    if (pressed instanceof Node && !pressed.isConnected) onClick(event);
    pressed = null;
  };
  const onClick = (event: MouseEvent): void => {
    const drag = swallow;
    swallow = false;
    if (drag || view.typing.value) return;
    if (event.detail === 2) {
      doubleClick();
      return;
    }
    const hit = hitOf(event.target);
    const before = store.request.value.edits;
    if (hit.piece !== null) anchor = hit.piece;
    click(hit);
    clicked = { ...hit, acted: store.request.value.edits !== before };
    if (clicked.acted) cursor.value = null; // nothing is under the pointer before it moves on
    if (hit.piece === null && hit.edit === null && !view.pieces.value.length) beginWriting(view);
  };
  const onPointerLeave = (): void => {
    if (!from?.moved) cursor.value = null;
  };
  const onContextMenu = (event: MouseEvent): void => {
    const piece = known(hitOf(event.target));
    if (piece === null) return;
    event.preventDefault();
    event.stopPropagation(); // JupyterLab would open its own menu over ours
    openMenu(view, { start: piece, stop: piece });
  };

  const move = (to: number, extend: boolean): void => {
    const last = view.pieces.value.length - 1;
    if (last < 0) return;
    const piece = Math.max(0, Math.min(last, to));
    if (!extend) anchor = piece;
    cursor.value = ordered(anchor, piece);
    end = piece;
    say(view);
  };
  /** The moving end of the keyboard's span. */
  let end = -1;

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) return;
    const at = cursor.value ?? locked.value;
    if (at && at.start === at.stop) anchor = at.start;
    const here = at ? (end >= at.start && end <= at.stop ? end : at.start) : -1;
    const right = getComputedStyle(event.currentTarget as Element).direction === "rtl" ? -1 : 1;
    const moves: Record<string, number> = {
      ArrowRight: here + right,
      ArrowLeft: here < 0 ? 0 : here - right,
      ArrowDown: here + 1,
      ArrowUp: here < 0 ? 0 : here - 1,
      Home: 0,
      End: view.pieces.value.length - 1,
    };
    const to = moves[event.key];
    if (to !== undefined) move(to, event.shiftKey);
    else if (event.key === "Escape") cursor.value = locked.value = null;
    else if (!key(event, at)) return;
    event.preventDefault();
  };

  /** The keys that act on what is chosen. True where the key was one. */
  const key = (event: KeyboardEvent, at: Span | null): boolean => {
    if (!view.pieces.value.length && (event.key === "Enter" || event.key === "F2")) {
      beginWriting(view);
      return true;
    }
    if (!at) return false;
    const { mask } = store.spec.value;
    if (event.key === "Delete" || event.key === "Backspace") removePieces(view, at, "delete");
    else if (event.key.toLowerCase() === "m") {
      if (mask === null) view.spoken.value = textWords.noMask;
      else removePieces(view, at, "mask");
    } else if (event.key === "Enter" || event.key === "F2") beginTyping(view, at);
    else if (event.key === " ") act(at);
    else if (event.key === "u") {
      const span = stretch(view, at);
      const edit = span && editAt(view, span);
      if (edit !== null) putBack(view, edit);
    } else if (event.key === "ContextMenu" || (event.key === "F10" && event.shiftKey)) openMenu(view, at);
    else return false;
    return true;
  };

  return {
    onPointerDown,
    onPointerMove,
    onPointerUp,
    onPointerLeave,
    onMouseUp,
    onClick,
    onContextMenu,
    onKeyDown,
    move,
  };
}
