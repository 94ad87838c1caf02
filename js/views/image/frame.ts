// From the state of a view to one drawn frame.
import { place } from "../../core/camera";
import { hex } from "../../core/format";
import type { Scene } from "../../dom/scene";
import type { Layer, View } from "./view";

const FILL_LOOK = { mean: "rgb(130 125 115 / .85)", blur: "rgb(150 150 150 / .7)", noise: "rgb(90 90 90 / .8)" };

export interface Stage {
  width: number;
  height: number;
}

/** As wide as there is room, no taller than a screen can show with the controls. */
export function stageSize(width: number, photo: { width: number; height: number }): Stage {
  const height = Math.min(600, Math.max(220, (width * photo.height) / photo.width));
  return { width, height: Math.round(height) };
}

export function placement(view: View, stage: Stage) {
  return place(view.camera.value, stage, view.store.spec.value.photo);
}

export function sceneOf(view: View, stage: Stage, ratio: number, background: string): Scene {
  const { store, brush } = view;
  const spec = store.spec.value;
  const [height, width] = spec.grid;
  const [a, b] = [view.layerA.value, view.layerB.value];
  const share = view.curtain.value;
  const side = (layer: Layer | null) => ({
    map: layer?.canvas ?? null,
    rough: layer?.map.rough ?? false,
    original: false,
  });
  const overlay = side(a);
  const comparing = store.compare.value !== null;
  const original = { map: null, rough: false, original: true };
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
    left: share === null || comparing ? overlay : original,
    right: share === null ? null : comparing ? side(b) : overlay,
    curtain: (share ?? 0) * stage.width,
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
