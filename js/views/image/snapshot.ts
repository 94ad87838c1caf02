// The view as one picture, and as text, for places where no widget can live: saved notebooks, slides, issues.

import { imageWords } from "../../core/image/words";
import type { Look } from "../../core/paint";
import { words } from "../../core/words";
import { canvasOf } from "../../dom/canvas";
import { fitted } from "../../dom/fit";
import { posterise } from "../../dom/layers";
import { ends, paintBar } from "../../dom/legend";
import { type Box, drawScene } from "../../dom/scene";
import { agreementText, verdictOf } from "../../panels/agreement";
import { apartEnds } from "../../panels/disagreement";
import { nameOf } from "../../panels/names";
import {
  classesText,
  drawBars,
  drawEnds,
  INK,
  methodsText,
  questionText,
  type Write,
  writer,
} from "../../panels/paper";
import { type Part, sceneOf } from "./frame";
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

export function describe(view: View): string {
  return [questionText(view, imageWords.title), methodsText(view), agreementText(view), classesText(view)]
    .filter(Boolean)
    .join("\n");
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
    const [low, middle, high] = apartEnds(view.disagreement.value?.look);
    const ends: Panel["ends"] = [`${low} ${nameOf(view.store, "b")}`, middle, `${nameOf(view.store, "a")} ${high}`];
    return [{ ...panel("whole", words.disagreement, view.disagreement.value?.look), ends }];
  }
  if (layout !== "beside") return [panel("whole", "", a)];
  return comparing
    ? [panel("left", nameOf(view.store, "a"), a), panel("right", nameOf(view.store, "b"), b)]
    : [panel("left", imageWords.original, null), panel("right", nameOf(view.store, "a"), a)];
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
  paintBar(ctx, panel.look, x, y, width, 8);
  drawEnds(ctx, write, panel.ends, x, y + 24, width);
}

export function snapshot(view: View, most?: number): string {
  let canvas = drawn(view, BITS[0]!);
  // Rounder colours first, then fewer pixels.
  for (const bits of BITS.slice(1)) {
    if (canvas.toDataURL().length <= Math.min(LIMIT, most ?? LIMIT)) break;
    canvas = drawn(view, bits);
  }
  return fitted(canvas, most);
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
  const write = writer(ctx, PICTURE);
  write(questionText(view, imageWords.title), GAP, GAP + 16, { size: 17, bold: true, most: canvas.width - 2 * GAP });
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
  let y = drawBars(ctx, write, view, x, top + 34, SIDE) + 12;
  const info = view.mapA.value?.info;
  if (info) {
    write(words.method, x, y, { size: 12, faint: true });
    write(methodsText(view), x, y + 20, { most: SIDE });
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
