// Draws the map: points, lines to true neighbours, and as many names as there is room for.
import { place } from "../../core/camera";
import { radiusOf } from "../../core/embedding/plot";
import { packed, shade, splat } from "../../core/embedding/splat";
import { unhex } from "../../core/format";
import { SQUARE, type View } from "./view";

const [MOST_NAMES, MOST_TRIED] = [40, 160];
const LINE = 15;

export interface Ink {
  paper: string;
  ink: string;
  soft: string;
  accent: string;
  font: string;
  theme: "light" | "dark";
}

type Spot = (i: number) => [number, number];

function pixelsOf(colour: string): [number, number, number] {
  if (colour.startsWith("#")) return unhex(colour);
  const [r = 255, g = 255, b = 255] = (colour.match(/[\d.]+/g) ?? []).map(Number);
  return [r, g, b];
}

export function draw(canvas: HTMLCanvasElement, view: View, ratio: number, ink: Ink): void {
  const ctx = canvas.getContext("2d", { willReadFrequently: true });
  const frame = view.store.frame.value;
  const { width, height } = view.size.value;
  const [wide, high] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (!ctx || wide < 1 || high < 1) return;
  if (canvas.width !== wide || canvas.height !== high) Object.assign(canvas, { width: wide, height: high });
  const picture = ctx.createImageData(wide, high);
  const pixels = new Uint32Array(picture.data.buffer).fill(packed(pixelsOf(ink.paper)));
  if (frame) {
    const at = place(view.camera.value, { width: wide, height: high }, SQUARE);
    const { k } = frame.message;
    const colours = Array.from({ length: k + 1 }, (_, kept) => shade(kept / k, ink.theme));
    const radius = radiusOf(frame.x.length, view.camera.value.zoom) * ratio;
    splat({ pixels, width: wide, height: high }, frame, at, radius, colours, frame.kept);
  }
  ctx.putImageData(picture, 0, 0);
  if (!frame) return;
  ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
  const at = place(view.camera.value, { width, height }, SQUARE);
  const spot = (i: number): [number, number] => [at.left + frame.x[i]! * at.scale, at.top + frame.y[i]! * at.scale];
  lines(ctx, view, spot, ink);
  names(ctx, view, spot, ink);
  ctx.setTransform(1, 0, 0, 1, 0, 0);
}

function lines(ctx: CanvasRenderingContext2D, view: View, spot: Spot, ink: Ink): void {
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

function names(ctx: CanvasRenderingContext2D, view: View, spot: Spot, ink: Ink): void {
  const taken: [number, number, number][] = [];
  const { width } = view.size.value;
  const { first, then } = named(view, spot);
  ctx.textBaseline = "middle";
  ctx.lineJoin = "round";
  for (const [place, i] of [...first, ...then].entries()) {
    const [x, y] = spot(i);
    const strong = i === view.cursor.value || i === view.selected.value;
    const matters = place < first.length;
    ctx.font = `${strong ? 600 : 400} ${matters ? 13 : 11.5}px ${ink.font}`;
    const text = view.nameOf(i).slice(0, 60);
    const wide = ctx.measureText(text).width;
    const left = x + 8 + wide > width ? x - 8 - wide : x + 8;
    // Names that nobody asked for keep their distance.
    const [aside, line] = matters ? [2, LINE] : [24, 2 * LINE];
    const free = !taken.some(([a, b, at]) => Math.abs(y - at) < line && left - aside < b && a < left + wide + aside);
    if (strong || view.links.value.some(({ to }) => to === i)) ring(ctx, x, y, strong, ink);
    if (!free || taken.length >= MOST_NAMES) continue;
    taken.push([left, left + wide, y]);
    ctx.strokeStyle = ink.paper;
    ctx.lineWidth = 4;
    ctx.strokeText(text, left, y);
    ctx.fillStyle = matters ? ink.ink : ink.soft;
    ctx.fillText(text, left, y);
  }
}

function ring(ctx: CanvasRenderingContext2D, x: number, y: number, strong: boolean, ink: Ink): void {
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
