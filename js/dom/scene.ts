// Draws one frame of the stage: photo, region, map, curtain, brush, cursor.
import type { Frame, Placement } from "../core/camera";
import { WASH } from "../core/look";

/** Cells of the map this large, in CSS pixels, are meant to be seen one by one. */
const CELL_SEEN = 20;
const LITTLE = 4;

/** What one side of the curtain shows. */
export interface Side {
  map: CanvasImageSource | null;
  /** To be drawn cell by cell, however small the cells are. */
  rough: boolean;
  /** The photo as it was, in full colour, without edits or map. */
  original: boolean;
}

export interface Scene {
  frame: Frame;
  ratio: number;
  place: Placement;
  photo: CanvasImageSource | null;
  photoSize: Frame;
  region: readonly [number, number, number, number];
  grid: Frame;
  picture: CanvasImageSource | null;
  left: Side;
  right: Side | null;
  /** Where the curtain hangs, in frame pixels. */
  curtain: number;
  stroke: { points: readonly number[]; radius: number; colour: string } | null;
  brush: { x: number; y: number; radius: number } | null;
  cursor: { x: number; y: number } | null;
  background: string;
}

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** The region of the model, in frame pixels. */
function regionBox({ place, region }: Pick<Scene, "place" | "region">): Box {
  const [x0, y0, x1, y1] = region;
  return {
    x: place.left + x0 * place.scale,
    y: place.top + y0 * place.scale,
    width: (x1 - x0) * place.scale,
    height: (y1 - y0) * place.scale,
  };
}

/** A frame point in grid pixels, fractions kept. */
export function toGrid(scene: Pick<Scene, "place" | "region" | "grid">, px: number, py: number): [number, number] {
  const box = regionBox(scene);
  return [((px - box.x) / box.width) * scene.grid.width, ((py - box.y) / box.height) * scene.grid.height];
}

/** Says how what is drawn next is enlarged. By little, the quick way looks as good, and is three times as fast. */
function enlarge(ctx: CanvasRenderingContext2D, times: number, smooth: boolean): void {
  ctx.imageSmoothingEnabled = smooth;
  ctx.imageSmoothingQuality = times >= 1 && times < LITTLE ? "low" : "high";
}

function drawSide(ctx: CanvasRenderingContext2D, scene: Scene, side: Side): void {
  const { place, photo, photoSize, picture } = scene;
  const box = regionBox(scene);
  const cell = box.width / scene.grid.width;
  const [width, height] = [photoSize.width * place.scale, photoSize.height * place.scale];
  const changed = side.original ? null : picture;
  // An edited picture hides the photo where the model sees all of it.
  if (photo && !(changed && box.width >= width && box.height >= height)) {
    enlarge(ctx, place.scale, place.scale < 3);
    ctx.drawImage(photo, place.left, place.top, width, height);
  }
  if (!side.original) {
    enlarge(ctx, cell, true);
    if (changed) ctx.drawImage(changed, box.x, box.y, box.width, box.height);
    if (side.map) {
      // Less colour and less depth in the photo leave both to the map: the darkest colours mean the most.
      ctx.globalCompositeOperation = "saturation";
      ctx.globalAlpha = WASH.grey;
      ctx.fillStyle = "#808080";
      ctx.fillRect(box.x, box.y, box.width, box.height);
      ctx.globalCompositeOperation = "source-over";
      ctx.globalAlpha = WASH.cover;
      ctx.fillStyle = `rgb(${WASH.paper} ${WASH.paper} ${WASH.paper})`;
      ctx.fillRect(box.x, box.y, box.width, box.height);
      ctx.globalAlpha = 1;
      enlarge(ctx, cell, !side.rough && cell < CELL_SEEN);
      ctx.drawImage(side.map, box.x, box.y, box.width, box.height);
    }
  }
  dimOutside(ctx, scene, box);
}

function dimOutside(ctx: CanvasRenderingContext2D, scene: Scene, box: Box): void {
  const { place, photoSize } = scene;
  ctx.fillStyle = scene.background;
  ctx.globalAlpha = 0.62;
  ctx.beginPath();
  ctx.rect(place.left, place.top, photoSize.width * place.scale, photoSize.height * place.scale);
  ctx.rect(box.x, box.y, box.width, box.height);
  ctx.fill("evenodd");
  ctx.globalAlpha = 1;
  if (box.width >= photoSize.width * place.scale - 1 && box.height >= photoSize.height * place.scale - 1) return;
  // White within dark is seen on every photo and in both themes.
  ctx.lineWidth = 1;
  for (const [style, out] of [
    ["rgb(0 0 0 / .5)", 0.5],
    ["#fff", -0.5],
  ] as const) {
    const [x, y] = [Math.round(box.x) - out, Math.round(box.y) - out];
    ctx.strokeStyle = style;
    ctx.strokeRect(x, y, Math.round(box.width) + 2 * out, Math.round(box.height) + 2 * out);
  }
}

function outline(ctx: CanvasRenderingContext2D, path: () => void, dash: number[] = []): void {
  // Dark under light is seen on every photo.
  for (const [style, width] of [
    ["rgb(0 0 0 / .65)", 3],
    ["#fff", 1.25],
  ] as const) {
    ctx.strokeStyle = style;
    ctx.lineWidth = width;
    ctx.setLineDash(width < 2 ? dash : []);
    ctx.beginPath();
    path();
    ctx.stroke();
  }
  ctx.setLineDash([]);
}

function drawMarks(ctx: CanvasRenderingContext2D, scene: Scene): void {
  const box = regionBox(scene);
  const cell = box.width / scene.grid.width;
  const [cx, cy] = [(x: number) => box.x + x * cell, (y: number) => box.y + (y * box.height) / scene.grid.height];
  if (scene.stroke) {
    const { points, radius, colour } = scene.stroke;
    ctx.fillStyle = ctx.strokeStyle = colour;
    ctx.lineCap = ctx.lineJoin = "round";
    ctx.lineWidth = 2 * radius * cell;
    ctx.beginPath();
    for (let i = 0; i < points.length; i += 2) ctx.lineTo(cx(points[i]!), cy(points[i + 1]!));
    if (points.length === 2) ctx.lineTo(cx(points[0]!) + 0.01, cy(points[1]!));
    ctx.stroke();
  }
  const { brush, cursor } = scene;
  if (brush) outline(ctx, () => ctx.arc(cx(brush.x), cy(brush.y), brush.radius * cell, 0, 2 * Math.PI));
  if (cursor) {
    const size = Math.max(cell, 7);
    const [x, y] = [cx(cursor.x + 0.5), cy(cursor.y + 0.5)];
    outline(ctx, () => {
      ctx.rect(x - size / 2, y - size / 2, size, size);
      for (const [dx, dy] of [
        [1, 0],
        [-1, 0],
        [0, 1],
        [0, -1],
      ] as const) {
        ctx.moveTo(x + dx * (size / 2 + 3), y + dy * (size / 2 + 3));
        ctx.lineTo(x + dx * (size / 2 + 9), y + dy * (size / 2 + 9));
      }
    });
  }
}

export function drawScene(ctx: CanvasRenderingContext2D, scene: Scene): void {
  const { frame, ratio, curtain } = scene;
  ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
  ctx.clearRect(0, 0, frame.width, frame.height);
  if (!scene.right) drawSide(ctx, scene, scene.left);
  else {
    for (const [side, x, width] of [
      [scene.left, 0, curtain],
      [scene.right, curtain, frame.width - curtain],
    ] as const) {
      ctx.save();
      ctx.beginPath();
      ctx.rect(x, 0, width, frame.height);
      ctx.clip();
      drawSide(ctx, scene, side);
      ctx.restore();
    }
  }
  ctx.save();
  drawMarks(ctx, scene);
  ctx.restore();
}
