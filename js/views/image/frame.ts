// From the state of a view to one drawn frame.
import { place } from "../../core/camera";
import { hex } from "../../core/format";
import type { Layout } from "../../core/types";
import type { Scene, Side } from "../../dom/scene";
import type { Layer, View } from "./view";

const FILL_LOOK = { mean: "rgb(130 125 115 / .85)", blur: "rgb(150 150 150 / .7)", noise: "rgb(90 90 90 / .8)" };
const ORIGINAL: Side = { map: null, rough: false, original: true };
const TALLEST = 600;
/** A stage as narrow as this puts two pictures below each other, less tall. */
export const NARROW = 500;
const TALLEST_STACKED = 340;
export const GAP = 8;

export interface Stage {
  width: number;
  height: number;
}

/** What one canvas shows: all there is, or one of two pictures. */
export type Part = "whole" | "left" | "right";

export function partsOf(layout: Layout): Part[] {
  return layout === "beside" ? ["left", "right"] : ["whole"];
}

/** As wide as there is room, no taller than a screen can show with the controls. */
export function stageSize(width: number, photo: { width: number; height: number }, layout: Layout): Stage {
  const two = layout === "beside";
  const stacked = two && width <= NARROW;
  const own = two && !stacked ? (width - GAP) / 2 : width;
  const height = Math.max(two ? 160 : 220, (own * photo.height) / photo.width);
  return { width: own, height: Math.round(Math.min(stacked ? TALLEST_STACKED : TALLEST, height)) };
}

export function placement(view: View, stage: Stage) {
  return place(view.camera.value, stage, view.store.spec.value.photo);
}

function sidesOf(view: View, part: Part): { left: Side; right: Side | null } {
  const side = (layer: Layer | null) => ({
    map: layer?.canvas ?? null,
    rough: layer?.map.rough ?? false,
    original: false,
  });
  const overlay = side(view.layerA.value);
  const layout = view.layout.value;
  if (layout === "single") return { left: overlay, right: null };
  if (layout === "disagreement") {
    const layer = view.disagreement.value;
    return { left: { map: layer?.canvas ?? null, rough: layer?.rough ?? false, original: false }, right: null };
  }
  const comparing = view.store.compare.value !== null;
  const [left, right] = comparing ? [overlay, side(view.layerB.value)] : [ORIGINAL, overlay];
  if (part === "whole") return { left, right };
  return { left: part === "left" ? left : right, right: null };
}

export function sceneOf(view: View, stage: Stage, ratio: number, background: string, part: Part): Scene {
  const { store, brush } = view;
  const spec = store.spec.value;
  const [height, width] = spec.grid;
  const stroke = view.stroke.value;
  const painting = view.mode.value === "brush";
  const at =
    view.pointer.value ?? (view.cursor.value && { x: view.cursor.value.x + 0.5, y: view.cursor.value.y + 0.5 });
  return {
    frame: stage,
    ratio,
    place: placement(view, stage),
    photo: view.photo.value,
    photoSize: spec.photo,
    region: spec.region,
    grid: { width, height },
    picture: view.picture.value,
    ...sidesOf(view, part),
    curtain: (view.curtain.value ?? 0) * stage.width,
    stroke: stroke && {
      points: stroke.points,
      radius: stroke.radius,
      colour: stroke.fill === "colour" ? hex(stroke.colour) : FILL_LOOK[stroke.fill],
    },
    brush: painting && at ? { ...at, radius: brush.value.radius } : null,
    cursor: painting && view.pointer.value ? null : view.cursor.value,
    background,
  };
}
