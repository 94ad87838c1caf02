// What is drawn alike on every view's picture: its question, its classes and its words.
import { type Row, rows } from "../core/scores";
import { words } from "../core/words";
import { methodTitle } from "./names";
import { scoreText } from "./prediction";
import type { Shown } from "./shown";

export const INK = "#1f2328";
const FAINT = "#656d76";
const FONT = "system-ui, sans-serif";
const TRACK = "#e6e8eb";
const [BAR, CHOSEN] = ["#868e98", "#2563c9"];

export type Write = (
  text: string,
  x: number,
  y: number,
  look?: { size?: number; faint?: boolean; bold?: boolean; most?: number },
) => void;

export function fontOf(size: number, bold = false): string {
  return `${bold ? 600 : 400} ${size}px ${FONT}`;
}

/** Writes no wider than `most`. */
export function writer(ctx: CanvasRenderingContext2D, widest: number): Write {
  return (text, x, y, { size = 13, faint = false, bold = false, most = widest } = {}) => {
    ctx.font = fontOf(size, bold);
    ctx.fillStyle = faint ? FAINT : INK;
    ctx.fillText(text, x, y, most);
  };
}

export function questionText({ store, target, unit }: Shown, waiting: string): string {
  const [a, b] = target.value;
  if (unit.value) return `${words.why} ${unit.value}${words.questionMark}`;
  if (a === null) return waiting;
  const foil = b === null ? "" : ` ${words.ratherThan} ${store.nameOf(b)}`;
  return `${words.why} ${store.nameOf(a)}${foil}${words.questionMark}`;
}

function listed({ store, target }: Shown): Row[] {
  const shown = store.prediction.value;
  const asked = target.value.filter((i): i is number => i !== null);
  return shown ? rows(shown.probabilities, shown.original, 5, asked) : [];
}

export function methodsText({ store }: Shown): string {
  const asked = [store.slots.a.map.value?.info.request, store.compare.value];
  return asked
    .map((request) => request && methodTitle(store, request.method))
    .filter(Boolean)
    .join(" | ");
}

export function classesText(view: Shown): string {
  const text = scoreText(view);
  return listed(view)
    .map((row) => `${view.store.nameOf(row.index)} ${text(row.value)}`)
    .join(", ");
}

/** The classes with their scores; returns where they end. */
export function drawBars(
  ctx: CanvasRenderingContext2D,
  write: Write,
  view: Shown,
  x: number,
  top: number,
  width: number,
): number {
  const list = listed(view);
  const text = scoreText(view);
  const most = view.store.task.value === "value" ? Math.max(1e-12, ...list.map((r) => Math.abs(r.value))) : 1;
  let y = top;
  for (const row of list) {
    const bold = view.target.value.includes(row.index);
    write(view.store.nameOf(row.index), x, y, { bold, most: width - 70 });
    ctx.textAlign = "right";
    write(text(row.value), x + width, y);
    ctx.textAlign = "left";
    ctx.fillStyle = TRACK;
    ctx.fillRect(x, y + 6, width, 4);
    ctx.fillStyle = bold ? CHOSEN : BAR;
    ctx.fillRect(x, y + 6, (width * Math.abs(row.value)) / most, 4);
    y += 30;
  }
  return y;
}

/** What stands below a bar of colours. */
export function drawEnds(
  ctx: CanvasRenderingContext2D,
  write: Write,
  [low, middle, high]: readonly [string, string, string],
  x: number,
  y: number,
  width: number,
): void {
  write(low, x, y, { size: 12, most: width / 3 });
  ctx.textAlign = "center";
  write(middle, x + width / 2, y, { size: 12, faint: true });
  ctx.textAlign = "right";
  write(high, x + width, y, { size: 12, most: width / 3 });
  ctx.textAlign = "left";
}
