// Draws what lies over the points of the map: lines to true neighbours, and as many names as there is room for. And the
// points themselves, plainly, where the engine is not at hand: on paper, and without WebGL.
import { place } from "../../core/camera";
import { beside } from "../../core/embedding/names";
import { radiusOf } from "../../core/embedding/plot";
import { shades } from "../../core/embedding/shade";
import { SQUARE, type View } from "./view";

const [MOST_NAMES, MOST_TRIED] = [40, 160];

export interface Ink {
  paper: string;
  ink: string;
  soft: string;
  accent: string;
  font: string;
  theme: "light" | "dark";
}

type Spot = (i: number) => [number, number];
type Ctx = CanvasRenderingContext2D;

/** Where each word lies on the canvas, in CSS pixels. */
function spotOf(view: View): Spot {
  const { x, y } = view.store.frame.value!;
  const at = place(view.camera.value, view.size.value, SQUARE);
  return (i) => [at.left + x[i]! * at.scale, at.top + y[i]! * at.scale];
}

/** Calls `draw` where a CSS pixel is one. */
function scaled(canvas: HTMLCanvasElement, ratio: number, draw: (ctx: Ctx) => void): void {
  const ctx = canvas.getContext("2d")!;
  ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
  draw(ctx);
  ctx.setTransform(1, 0, 0, 1, 0, 0);
}

export function drawOver(canvas: HTMLCanvasElement, view: View, ratio: number, ink: Ink): void {
  if (!view.store.frame.value) return;
  scaled(canvas, ratio, (ctx) => {
    lines(ctx, view, spotOf(view), ink);
    names(ctx, view, spotOf(view), ink);
  });
}

/** The whole map. */
export function drawPlainly(canvas: HTMLCanvasElement, view: View, ratio: number, ink: Ink): void {
  const { width, height } = view.size.value;
  const frame = view.store.frame.value;
  Object.assign(canvas, { width: Math.round(width * ratio), height: Math.round(height * ratio) });
  if (!frame) return;
  const spot = spotOf(view);
  const colours = shades(frame.message.k, ink.theme).map((rgb) => `rgb(${rgb.join(" ")})`);
  const radius = radiusOf(frame.x.length, view.camera.value.zoom);
  scaled(canvas, ratio, (ctx) => {
    // The last first: words come by how common they are.
    for (let i = frame.x.length - 1; i >= 0; i--) {
      const [x, y] = spot(i);
      if (x < -radius || y < -radius || x > width + radius || y > height + radius) continue;
      ctx.fillStyle = colours[frame.kept[i]!]!;
      ctx.beginPath();
      ctx.arc(x, y, radius, 0, 2 * Math.PI);
      ctx.fill();
    }
  });
  drawOver(canvas, view, ratio, ink);
}

function lines(ctx: Ctx, view: View, spot: Spot, ink: Ink): void {
  const from = view.selected.value;
  if (from === null) return;
  const [x, y] = spot(from);
  for (const { to, kept } of view.links.value) {
    // Dark on light or light on dark, whatever points lie below.
    for (const [style, width] of [
      [ink.paper, 4],
      [kept ? ink.accent : ink.soft, kept ? 2 : 1.25],
    ] as const) {
      ctx.strokeStyle = style;
      ctx.lineWidth = width;
      ctx.setLineDash(kept || width > 2 ? [] : [4, 4]);
      ctx.beginPath();
      ctx.moveTo(x, y);
      ctx.lineTo(...spot(to));
      ctx.stroke();
    }
  }
  ctx.setLineDash([]);
}

/** Which points are named: those that matter first, then the most common in sight, as far as there is room. */
function named(view: View, spot: Spot): { first: number[]; then: number[] } {
  const { near, analogy, frame } = view.store;
  const own = [view.cursor.value, view.selected.value, ...view.links.value.map(({ to }) => to)];
  const listed = [...(near.value?.entries ?? []), ...(analogy.value?.entries ?? []).slice(0, 1)].map((one) => one[2]);
  const first = [...new Set([...own, ...listed].filter((i): i is number => i !== null))];
  const { width, height } = view.size.value;
  const then: number[] = [];
  for (let i = 0; i < frame.value!.x.length && then.length < MOST_TRIED; i++) {
    const [x, y] = spot(i);
    if (x > 0 && y > 0 && x < width && y < height && !first.includes(i)) then.push(i);
  }
  return { first, then };
}

function names(ctx: Ctx, view: View, spot: Spot, ink: Ink): void {
  const { first, then } = named(view, spot);
  const linked = new Set(view.links.value.map(({ to }) => to));
  ctx.textBaseline = "middle";
  ctx.lineJoin = "round";
  const found = [...first, ...then].map((i, place) => {
    const [x, y] = spot(i);
    const strong = i === view.cursor.value || i === view.selected.value;
    const matters = place < first.length;
    const font = `${strong ? 600 : 400} ${matters ? 13 : 11.5}px ${ink.font}`;
    ctx.font = font;
    const text = view.nameOf(i).slice(0, 60);
    return { x, y, wide: ctx.measureText(text).width, ringed: strong || linked.has(i), matters, strong, font, text };
  });
  // All rings before all names: a later one would lie on a name that stands already.
  for (const { x, y, ringed, strong } of found) if (ringed) ring(ctx, x, y, strong, ink);
  const lefts = beside(found, view.size.value.width, MOST_NAMES);
  for (const [k, { y, matters, font, text }] of found.entries()) {
    const left = lefts[k];
    if (left == null) continue;
    ctx.font = font;
    ctx.strokeStyle = ink.paper;
    ctx.lineWidth = 4;
    ctx.strokeText(text, left, y);
    ctx.fillStyle = matters ? ink.ink : ink.soft;
    ctx.fillText(text, left, y);
  }
}

function ring(ctx: Ctx, x: number, y: number, strong: boolean, ink: Ink): void {
  for (const [style, width] of [
    [ink.paper, 4],
    [ink.ink, strong ? 2 : 1.25],
  ] as const) {
    ctx.strokeStyle = style;
    ctx.lineWidth = width;
    ctx.beginPath();
    ctx.arc(x, y, strong ? 6 : 4.5, 0, 2 * Math.PI);
    ctx.stroke();
  }
}
