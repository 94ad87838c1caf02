// The view as one picture, and as text, for places where no widget can live: saved notebooks, slides, issues.
import type { Look } from "../../core/paint";
import { type Row, rows } from "../../core/scores";
import { words } from "../../core/words";
import { canvasOf, posterise } from "../../dom/layers";
import { ends, paintBar } from "../../dom/legend";
import { type Box, drawScene } from "../../dom/scene";
import { verdictOf } from "../../panels/agreement";
import { methodTitle, nameOf } from "../../panels/names";
import { scoreText } from "../../panels/prediction";
import { type Part, sceneOf } from "./frame";
import { apartEnds } from "./readout";
import type { View } from "./view";

const PICTURE = 420;
/** Of each where there are two, so that both together have as many pixels as one. */
const SMALL = 300;
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
  if (view.unit.value) return `${words.why} ${view.unit.value}${words.questionMark}`;
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
    .map((request) => request && methodTitle(view.store, request.method))
    .filter(Boolean)
    .join(" | ");
}

export function describe(view: View): string {
  const text = scoreText(view);
  const classes = listed(view).map((row) => `${view.store.nameOf(row.index)} ${text(row.value)}`);
  const verdict = verdictOf(view);
  const agreement = verdict && [verdict.text, ...verdict.facts].join(", ");
  return [questionOf(view), methodsOf(view), agreement, classes.join(", ")].filter(Boolean).join("\n");
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

/** A picture, and the colours of what is on it. */
interface Panel {
  part: Part;
  title: string;
  look: Look | null;
  ends: [string, string, string] | null;
}

function panelsOf(view: View): Panel[] {
  const layout = view.layout.value;
  const comparing = view.store.compare.value !== null;
  const panel = (part: Part, title: string, look: Look | null | undefined): Panel => ({
    part,
    title,
    look: look ?? null,
    ends: look ? ends(look) : null,
  });
  const [a, b] = [view.layerA.value?.look, view.layerB.value?.look];
  if (layout === "disagreement") {
    const [low, middle, high] = apartEnds(view);
    const ends: Panel["ends"] = [`${low} ${nameOf(view.store, "b")}`, middle, `${nameOf(view.store, "a")} ${high}`];
    return [{ ...panel("whole", words.disagreement, view.disagreement.value?.look), ends }];
  }
  if (layout !== "beside") return [panel("whole", "", a)];
  return comparing
    ? [panel("left", nameOf(view.store, "a"), a), panel("right", nameOf(view.store, "b"), b)]
    : [panel("left", words.original, null), panel("right", nameOf(view.store, "a"), a)];
}

function drawPicture(
  ctx: CanvasRenderingContext2D,
  view: View,
  part: Part,
  { x: left, y: top, width, height }: Box,
  bits: number,
): void {
  const picture = canvasOf(width, height);
  const scene = sceneOf(view, { width, height }, 1, "#fff", part);
  const inner = picture.getContext("2d", { willReadFrequently: true })!;
  inner.fillStyle = "#fff";
  inner.fillRect(0, 0, width, height);
  drawScene(inner, { ...scene, brush: null, cursor: null });
  const pixels = inner.getImageData(0, 0, width, height);
  posterise(pixels.data, bits);
  inner.putImageData(pixels, 0, 0);
  ctx.drawImage(picture, left, top);
  if (scene.right) {
    ctx.fillStyle = INK;
    ctx.fillRect(left + scene.curtain - 1, top, 2, height);
  }
}

function drawLegend(
  ctx: CanvasRenderingContext2D,
  write: Write,
  panel: Panel,
  x: number,
  y: number,
  width: number,
): void {
  if (!panel.look || !panel.ends) return;
  const [low, middle, high] = panel.ends;
  paintBar(ctx, panel.look, x, y, width, 8);
  write(low, x, y + 24, { size: 12, most: width / 3 });
  ctx.textAlign = "center";
  write(middle, x + width / 2, y + 24, { size: 12, faint: true });
  ctx.textAlign = "right";
  write(high, x + width, y + 24, { size: 12, most: width / 3 });
  ctx.textAlign = "left";
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
  const panels = panelsOf(view);
  const width = panels.length > 1 ? SMALL : PICTURE;
  const height = Math.round(Math.min(width, (width * photo.height) / photo.width));
  const wide = panels.length * (width + GAP);
  const least = verdictOf(view) ? 310 : 230;
  const canvas = canvasOf(wide + SIDE + 2 * GAP, Math.max(height, least) + 2 * GAP + 84);
  const ctx = canvas.getContext("2d", { alpha: false })!;
  ctx.fillStyle = "#fff";
  ctx.fillRect(0, 0, canvas.width, canvas.height);
  const write = writer(ctx);
  write(questionOf(view), GAP, GAP + 16, { size: 17, bold: true, most: canvas.width - 2 * GAP });
  const named = panels.some((panel) => panel.title);
  const top = GAP + 32 + (named ? 14 : 0);
  panels.forEach((panel, i) => {
    const x = GAP + i * (width + GAP);
    if (named) write(panel.title, x, top - 6, { size: 12 });
    drawPicture(ctx, view, panel.part, { x, y: top, width, height }, bits);
    drawLegend(ctx, write, panel, x, top + height + 14, width);
  });

  const x = wide + GAP;
  write(words.prediction, x, top + 10, { size: 12, faint: true });
  let y = drawBars(ctx, write, view, x, top + 34) + 12;
  const info = view.mapA.value?.info;
  if (info) {
    write(words.method, x, y, { size: 12, faint: true });
    write(methodsOf(view), x, y + 20, { most: SIDE });
    if (!info.final) write(words.partial(info.fraction), x, y + 38, { size: 12, faint: true, most: SIDE });
    y += 56;
  }
  const verdict = verdictOf(view);
  if (verdict) {
    write(verdict.text, x, y, { most: SIDE });
    verdict.facts.forEach((fact, i) => {
      write(fact, x, y + 18 + 17 * i, { size: 12, faint: true, most: SIDE });
    });
  }
  return canvas;
}
