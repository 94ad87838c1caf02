// The view as one picture, and as text, for places where no widget can live: saved notebooks, slides, issues.
import { type Row, rows } from "../../core/scores";
import { words } from "../../core/words";
import { canvasOf, posterise } from "../../dom/layers";
import { ends, paintBar } from "../../dom/legend";
import { drawScene } from "../../dom/scene";
import { sceneOf } from "./frame";
import { scoreText } from "./prediction";
import { methodTitle } from "./stage";
import type { View } from "./view";

const PICTURE = 420;
const SIDE = 212;
const GAP = 16;
/** Characters that a view may add to a saved notebook. */
const LIMIT = 250_000;
/** Colours of the picture are rounded to so many bits a channel: a PNG of a photo is mostly its noise. */
const BITS = [5, 4, 3];
const INK = "#1f2328";
const FAINT = "#656d76";
const FONT = "system-ui, sans-serif";

function questionOf(view: View): string {
  const [a, b] = view.target.value;
  if (a === null) return words.title;
  const foil = b === null ? "" : ` ${words.ratherThan} ${view.store.nameOf(b)}`;
  return `${words.why} ${view.store.nameOf(a)}${foil}${words.questionMark}`;
}

function listed(view: View): Row[] {
  const shown = view.store.prediction.value;
  const asked = view.target.value.filter((i): i is number => i !== null);
  return shown ? rows(shown.probabilities, shown.original, 5, asked) : [];
}

function methodsOf(view: View): string {
  const asked = [view.store.slots.a.map.value?.info.request, view.store.compare.value];
  return asked
    .map((request) => request && methodTitle(view, request.method))
    .filter(Boolean)
    .join(" | ");
}

export function describe(view: View): string {
  const text = scoreText(view);
  const classes = listed(view).map((row) => `${view.store.nameOf(row.index)} ${text(row.value)}`);
  return [questionOf(view), methodsOf(view), classes.join(", ")].filter(Boolean).join("\n");
}

type Write = (
  text: string,
  x: number,
  y: number,
  look?: { size?: number; faint?: boolean; bold?: boolean; most?: number },
) => void;

function writer(ctx: CanvasRenderingContext2D): Write {
  return (text, x, y, { size = 13, faint = false, bold = false, most = PICTURE } = {}) => {
    ctx.font = `${bold ? 600 : 400} ${size}px ${FONT}`;
    ctx.fillStyle = faint ? FAINT : INK;
    ctx.fillText(text, x, y, most);
  };
}

function drawPicture(ctx: CanvasRenderingContext2D, view: View, top: number, height: number, bits: number): void {
  const picture = canvasOf(PICTURE, height);
  const scene = sceneOf(view, { width: PICTURE, height }, 1, "#fff");
  const inner = picture.getContext("2d", { willReadFrequently: true })!;
  inner.fillStyle = "#fff";
  inner.fillRect(0, 0, PICTURE, height);
  drawScene(inner, { ...scene, brush: null, cursor: null });
  const pixels = inner.getImageData(0, 0, PICTURE, height);
  posterise(pixels.data, bits);
  inner.putImageData(pixels, 0, 0);
  ctx.drawImage(picture, GAP, top);
  if (scene.right) {
    ctx.fillStyle = INK;
    ctx.fillRect(GAP + scene.curtain - 1, top, 2, height);
  }
}

function drawBars(ctx: CanvasRenderingContext2D, write: Write, view: View, x: number, top: number): number {
  const list = listed(view);
  const text = scoreText(view);
  const most = view.store.task.value === "value" ? Math.max(1e-12, ...list.map((r) => Math.abs(r.value))) : 1;
  let y = top;
  for (const row of list) {
    const bold = view.target.value.includes(row.index);
    write(view.store.nameOf(row.index), x, y, { bold, most: SIDE - 70 });
    ctx.textAlign = "right";
    write(text(row.value), x + SIDE, y);
    ctx.textAlign = "left";
    ctx.fillStyle = "#e6e8eb";
    ctx.fillRect(x, y + 6, SIDE, 4);
    ctx.fillStyle = bold ? "#2563c9" : "#868e98";
    ctx.fillRect(x, y + 6, (SIDE * Math.abs(row.value)) / most, 4);
    y += 30;
  }
  return y;
}

export function snapshot(view: View): string {
  let url = "";
  for (const bits of BITS) {
    url = drawn(view, bits).toDataURL("image/png");
    if (url.length <= LIMIT) break;
  }
  return url;
}

function drawn(view: View, bits: number): HTMLCanvasElement {
  const { photo } = view.store.spec.value;
  const height = Math.round(Math.min(PICTURE, (PICTURE * photo.height) / photo.width));
  const canvas = canvasOf(PICTURE + SIDE + 3 * GAP, Math.max(height, 230) + 2 * GAP + 84);
  const ctx = canvas.getContext("2d", { alpha: false })!;
  ctx.fillStyle = "#fff";
  ctx.fillRect(0, 0, canvas.width, canvas.height);
  const write = writer(ctx);
  write(questionOf(view), GAP, GAP + 16, { size: 17, bold: true, most: canvas.width - 2 * GAP });
  const top = GAP + 32;
  drawPicture(ctx, view, top, height, bits);

  const layer = view.layerA.value;
  if (layer) {
    const y = top + height + 14;
    const [low, middle, high] = ends(layer.look);
    paintBar(ctx, layer.look, GAP, y, PICTURE, 8);
    write(low, GAP, y + 24, { size: 12 });
    ctx.textAlign = "center";
    write(middle, GAP + PICTURE / 2, y + 24, { size: 12, faint: true });
    ctx.textAlign = "right";
    write(high, GAP + PICTURE, y + 24, { size: 12 });
    ctx.textAlign = "left";
  }

  const x = PICTURE + 2 * GAP;
  write(words.prediction, x, top + 10, { size: 12, faint: true });
  const y = drawBars(ctx, write, view, x, top + 34);
  if (layer) {
    const { info } = layer.map;
    write(words.method, x, y + 12, { size: 12, faint: true });
    write(methodsOf(view), x, y + 32, { most: SIDE });
    if (!info.final) write(words.partial(info.fraction), x, y + 50, { size: 12, faint: true, most: SIDE });
  }
  return canvas;
}
